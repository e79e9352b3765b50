// SPDX-License-Identifier: Apache-2.0
/// \file  Runs of SGD in double: objects with the keys eta, W0, Wstar, X and steps.
///
/// X[t][b] are the inputs of batch t, labelled by the teacher Wstar; steps[t] holds batch_loss_before, grad and
/// W_after. Matrices are lists of rows, W[k][j] with input k and neuron j.
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include <idem/train/sgd.hpp>

#include "golden.hpp"

namespace golden {
namespace {

using idem::Index;
using idem::Status;
using nlohmann::json;

constexpr double kTolerance = 1e-15;

/// A list of D rows of D numbers.
template <Index D>
Matrix square(const json& item) {
  auto m = item.get<Matrix>();
  ensure(m.size() == D, "a matrix of another number of rows");
  for (const auto& row : m) ensure(row.size() == D, "a matrix of another number of columns");
  return m;
}

template <Index D, Index SliceCount>
void run(const json& item, const std::string& name, Tally& tally) {
  using Model = idem::ResidualRelu<double, D>;
  static Model teacher;
  static idem::Sgd<Model, SliceCount> sgd, unit;
  teacher.set_identity();
  set_rows(teacher.weights().data(), square<D>(item.at("Wstar")));
  ensure(sgd.init() == Status::ok && unit.init() == Status::ok, "no trainer starts here");
  set_rows(sgd.weights().data(), square<D>(item.at("W0")));
  const auto eta = item.at("eta").get<double>();
  const json& steps = item.at("steps");
  for (std::size_t t = 0; t < steps.size(); ++t) {
    const std::string step = name + ", step " + std::to_string(t);
    // A step of size 1 from the same weights shows the gradient.
    const Matrix before = rows_of(sgd.weights().data(), D);
    set_rows(unit.weights().data(), before);
    for (const json& sample : item.at("X").at(t)) {
      const auto x = sample.get<std::vector<double>>();
      ensure(x.size() == static_cast<std::size_t>(D), step + ": a sample of another dimension");
      const double y = idem::predict(teacher, idem::ConstVecView<double, D>(x.data()));
      ensure(sgd.feed(x.data(), &y, 1) == Status::ok, step + ": a sample is refused");
      ensure(unit.feed(x.data(), &y, 1) == Status::ok, step + ": a sample is refused");
    }
    ensure(sgd.end_batch(eta) == Status::ok && unit.end_batch(1) == Status::ok, step + ": diverged");
    Matrix gradient = rows_of(unit.weights().data(), D);
    double scale = 0;
    for (std::size_t k = 0; k < gradient.size(); ++k) {
      for (std::size_t j = 0; j < gradient.size(); ++j) {
        gradient[k][j] = before[k][j] - gradient[k][j];
        scale = std::fmax(scale, std::fabs(before[k][j]));
      }
    }
    const json& theirs = steps.at(t);
    compare(step + ", weights", rows_of(sgd.weights().data(), D), theirs.at("W_after").get<Matrix>(), 0,
            kTolerance, tally);
    if (theirs.contains("grad")) {
      compare(step + ", gradient", gradient, theirs.at("grad").get<Matrix>(), scale, kTolerance, tally);
    }
    if (theirs.contains("batch_loss_before")) {
      compare(step + ", loss", {{sgd.loss()}}, {{theirs.at("batch_loss_before").get<double>()}}, 0,
              kTolerance, tally);
    }
  }
  ++tally.runs;
}

/// Runs an item of any dimension that this program was built for.
template <Index... Ds>
bool dispatch(Index d, const json& item, const std::string& name, Tally& tally,
              std::integer_sequence<Index, Ds...> /*dimensions*/) {
  return ((d == Ds + 1 && (run<Ds + 1, 0>(item, name, tally), true)) || ...);
}

}  // namespace

bool is_stochastic_run(const json& item) {
  return item.contains("W0") && item.contains("Wstar") && item.contains("X") && item.contains("steps") &&
         item.contains("eta");
}

void compare_stochastic_run(const json& item, const std::string& name, Tally& tally) {
  const auto d = static_cast<Index>(item.at("W0").size());
  const bool known = dispatch(d, item, name, tally, std::make_integer_sequence<Index, 32>{}) ||
                     (d == 50 && (run<50, 0>(item, name, tally), true)) ||
                     (d == 64 && (run<64, 0>(item, name, tally), true)) ||
                     (d == 100 && (run<100, 0>(item, name, tally), true));
  ensure(known, name + ": this program holds no dimension " + std::to_string(d));
}

}  // namespace golden
