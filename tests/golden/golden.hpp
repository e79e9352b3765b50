// SPDX-License-Identifier: Apache-2.0
/// \file  What the readers of every kind of golden file share.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace golden {

using Matrix = std::vector<std::vector<double>>;

struct Tally {
  int runs = 0;
  int failures = 0;
  double worst = 0;  // departure, in units of what is allowed
};

/// Ends the reading of a file whose content is not what its keys promise.
void ensure(bool good, const std::string& what);

/// Notes how far `ours` is from `theirs`, in units of the largest element of `theirs` and of `scale`.
void compare(const std::string& what, const Matrix& ours, const Matrix& theirs, double scale,
             double tolerance, Tally& tally);

/// Rows of d x d numbers, and back.
inline void set_rows(double* to, const Matrix& from) {
  for (const auto& row : from) {
    for (const double number : row) *to++ = number;
  }
}
inline Matrix rows_of(const double* from, std::size_t d) {
  Matrix m;
  for (std::size_t k = 0; k < d; ++k) m.emplace_back(from + k * d, from + (k + 1) * d);
  return m;
}

/// Each compares a run, or says no to an item of another kind.
bool is_stochastic_run(const nlohmann::json& item);
void compare_stochastic_run(const nlohmann::json& item, const std::string& name, Tally& tally);
bool is_alternating_run(const nlohmann::json& item);
void compare_alternating_run(const nlohmann::json& item, const std::string& name, Tally& tally);

}  // namespace golden
