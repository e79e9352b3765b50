// SPDX-License-Identifier: Apache-2.0
/// \file  Trials that do not depend on each other: spread over threads and machines, written down, and read
///        again.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <idem/base/types.hpp>

#include "output/output_file.hpp"

namespace idem::inline IDEM_TARGET {

/// What is tried: a number of trials in each of some cells.
struct Sweep {
  std::vector<std::string> keys;                ///< what tells cells apart: "signs", "n"
  std::vector<std::vector<std::string>> cells;  ///< a value for each key
  std::vector<std::string> columns;             ///< the numbers that a trial gives
  std::size_t trials;                           ///< in each cell

  [[nodiscard]] std::size_t size() const { return cells.size() * trials; }
};

/// The numbers of one trial, one for each column. They depend on the cell and the trial alone, so that it
/// does not matter who computes them.
using Trial = std::function<std::vector<double>(std::size_t cell, std::size_t trial)>;

/// What came of a sweep. A trial that was not done has no numbers.
class Outcomes {
 public:
  explicit Outcomes(const Sweep& sweep) : sweep_(&sweep), numbers_(sweep.size()) {}

  [[nodiscard]] std::vector<double>& at(std::size_t index) { return numbers_[index]; }
  [[nodiscard]] const std::vector<double>& at(std::size_t index) const { return numbers_[index]; }

  /// A number of those trials of a cell that were done.
  [[nodiscard]] std::vector<double> column(std::size_t cell, const std::string& name) const;

 private:
  const Sweep* sweep_;
  std::vector<std::vector<double>> numbers_;
};

/// The part of a sweep that one machine does: trials number, number + count, ... of all.
struct Shard {
  std::size_t number = 0;  ///< from 0
  std::size_t count = 1;
};

/// Does the trials of a shard. After stop_requested() no other trial begins,
/// and those under way, which may end sooner, do not count.
///
///     worker   makes a Trial with memory of its own, once for each thread
///     threads  trials at a time
///     done     is called with the number of trials done so far, by one thread at a time
Outcomes run_trials(const Sweep& sweep, const Shard& shard, int threads, const std::function<Trial()>& worker,
                    const std::function<void(std::size_t)>& done);

/// A row for each trial that was done, below a line that says what was asked for.
void write_trials(const Sweep& sweep, const Outcomes& outcomes, const std::string& asked, OutputFile& file);

/// The first line of a file of trials, without its "# ".
///
/// Errors  InputError
std::string what_was_asked(const std::string& path);

/// Trials from files that together hold each of them once.
///
/// Errors  InputError: names the file and the line, or the first trial that is missing.
Outcomes read_trials(const Sweep& sweep, const std::string& asked, const std::vector<std::string>& paths);

/// The middle one, or the mean of both in the middle; NaN of nothing.
double median(std::vector<double> values);

}  // namespace idem::inline IDEM_TARGET
