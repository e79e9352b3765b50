// SPDX-License-Identifier: Apache-2.0
/// \file  What is raced: works that do the same job, each timed in turns with this machine's own fma peak.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>

#include <idem/base/target.hpp>

namespace idem::inline IDEM_TARGET {

/// A job, one of those who do it, and how it is done once.
struct Entry {
  std::string job;
  std::string who;  ///< kOurs, or a peer's name
  bool is_double = false;
  double fmas = 0;      ///< of the job by its plain formula, whoever does it
  double bytes = 0;     ///< that the job must read and write, each number once
  bool counted = true;  ///< whether fmas are what it is made of: else they only say how long it takes, about
  std::function<bool()> work = {};  ///< false: it failed
};

inline constexpr const char* kOurs = "idem";

/// Into the race; to be called before it begins.
void enter(Entry entry);

/// A step of gradient descent on a batch: two products.
inline std::string step_job(Index d, Index batch) {
  return fmt::format("step d={} batch={}", d, batch);
}
inline Entry step_entry(std::string job, std::string who, bool is_double, Index d, Index batch) {
  const auto n = static_cast<double>(batch), m = static_cast<double>(d), size = is_double ? 8.0 : 4.0;
  // The batch and its labels; the weights, read and written.
  return {std::move(job), std::move(who), is_double, 2 * m * m * n, size * (n * m + n + 2 * m * m)};
}

/// Those in the race: each enters its works, or says in a line why it does not. FANN and dlib do other jobs: neither has
/// fixed signs behind the neurons, or the identity beside the weights.
void enter_idem();
void enter_growth();
void enter_eigen();
void enter_openblas();
void enter_torch();

}  // namespace idem::inline IDEM_TARGET
