// SPDX-License-Identifier: Apache-2.0
/// \file  The options of `idem train`, read and checked.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <idem/base/types.hpp>

#include "cli/dims.hpp"
#include "cli/exit_status.hpp"
#include "cli/option_value.hpp"

namespace CLI {
class App;
}

namespace idem::inline IDEM_TARGET {

enum class Algorithm { sgd, gd };
enum class Init { identity, random };
enum class Scalar { single_precision, double_precision };

/// How the step size changes.
struct StepSchedule {
  enum class Kind { constant, decay, lemma25 };
  Kind kind = Kind::constant;
  Decimal factor{"0.1"};    ///< decay: multiplies the step, below 1
  std::uint64_t every = 1;  ///< decay: each time so many steps are done
  Decimal alpha{"1"};       ///< lemma25: the step is (1 + alpha) log T / (delta T), T steps in all
  Decimal delta{"0.03"};    ///< lemma25: as in the paper's proof of Theorem 3.1
};

/// In range, each alone and all together, once `add_train` has checked them and, where the samples
/// come from a file, `fit_to_data` has.
struct TrainOptions {
  std::string data;    ///< empty: a teacher labels Gaussian inputs
  std::string labels;  ///< empty: they are in `data`
  Algorithm algorithm = Algorithm::sgd;
  Index dim = Dims::contains(100) ? 100 : Dims::kAll[0];  // the size of [LiYuan17], section 5.2
  std::optional<Index> samples;  ///< the size of the set; nothing: fresh samples at every step
  Index batch = 200;             ///< of SGD; gradient descent takes the whole set
  Decimal step{"0.01"};          ///< what lemma25 computes itself
  StepSchedule schedule;
  std::optional<std::uint64_t> epochs;
  std::uint64_t steps = 8000;  ///< where no epochs are given; see total_steps
  std::uint64_t seed = 1;
  Init init = Init::identity;
  Scalar scalar = Scalar::single_precision;
  int threads = 1;
  std::string trace;  ///< this and the two below: empty where none is asked for
  std::string plot;
  std::string json;

  bool dim_given = false;
  bool batch_given = false;
};

/// Steps in all. An epoch of SGD is samples / batch steps, rounded up; of gradient descent, one.
std::uint64_t total_steps(const TrainOptions& options);

/// The options for a set that was read from a file: its dimension, its size, and a batch no larger.
///
/// Errors  InputError: --dim says otherwise, the dimension is not built in, --batch is larger than
///         the set.
TrainOptions fit_to_data(TrainOptions options, Index rows, Index cols);

/// Adds the verb; `run` is given the checked options and returns an exit status.
void add_train(CLI::App& app, Job& job, std::function<int(const TrainOptions&)> run);

}  // namespace idem::inline IDEM_TARGET
