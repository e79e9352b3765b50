// SPDX-License-Identifier: Apache-2.0
#include "experiments/trials.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <fstream>
#include <limits>
#include <map>
#include <mutex>
#include <utility>

#include "decimal.hpp"
#include "input_error.hpp"
#include "interrupt.hpp"
#include "threads.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

/// What tells a trial apart in a file.
std::string address(const Sweep& sweep, std::size_t index) {
  return fmt::format("{},{}", fmt::join(sweep.cells[index / sweep.trials], ","), index % sweep.trials);
}

std::string header(const Sweep& sweep) {
  return fmt::format("{},trial,{}", fmt::join(sweep.keys, ","), fmt::join(sweep.columns, ","));
}

/// A line without its end, be that of Unix or of Windows; false at the end of the file.
bool next_line(std::istream& file, std::string& line) {
  if (!std::getline(file, line)) return false;
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return true;
}

std::ifstream open_trials(const std::string& path, std::string& asked) {
  std::ifstream file(path);
  if (!file) refuse("{}: no such file, or it cannot be read", path);
  if (!next_line(file, asked) || !asked.starts_with("# ")) {
    refuse("{}, line 1: not what --csv of an experiment writes", path);
  }
  asked.erase(0, 2);
  return file;
}

/// The trial of a row, and its numbers; `size()` of the sweep if there is no such trial.
std::size_t read_row(const Sweep& sweep, const std::map<std::string, std::size_t, std::less<>>& all,
                     const std::string& line, std::vector<double>& numbers) {
  std::vector<std::string_view> fields;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find(',', begin), line.size());
    fields.push_back(std::string_view(line).substr(begin, end - begin));
    begin = end + 1;
  }
  const std::size_t keys = sweep.keys.size() + 1;
  if (fields.size() != keys + sweep.columns.size()) return sweep.size();
  const auto length = static_cast<std::size_t>(fields[keys].data() - line.data()) - 1;
  const auto found = all.find(std::string_view(line).substr(0, length));
  if (found == all.end()) return sweep.size();
  numbers.clear();
  for (std::size_t c = keys; c < fields.size(); ++c) {
    const auto number = parse_decimal<double>(fields[c]);
    if (!number) return sweep.size();
    numbers.push_back(*number);
  }
  return found->second;
}

}  // namespace

std::vector<double> Outcomes::column(std::size_t cell, const std::string& name) const {
  const auto c = static_cast<std::size_t>(std::find(sweep_->columns.begin(), sweep_->columns.end(), name) -
                                          sweep_->columns.begin());
  std::vector<double> values;
  for (std::size_t t = 0; t < sweep_->trials; ++t) {
    const std::vector<double>& numbers = numbers_[cell * sweep_->trials + t];
    if (!numbers.empty()) values.push_back(numbers.at(c));
  }
  return values;
}

Outcomes run_trials(const Sweep& sweep, const Shard& shard, int threads, const std::function<Trial()>& worker,
                    const std::function<void(std::size_t)>& done) {
  Outcomes outcomes(sweep);
  std::atomic<std::size_t> next{shard.number};
  std::vector<std::exception_ptr> errors(static_cast<std::size_t>(threads));
  std::mutex one_at_a_time;
  std::size_t finished = 0;
  ThreadPool pool(threads);
  pool.run([&](int part) {
    try {
      const Trial trial = worker();
      for (;;) {
        const std::size_t i = next.fetch_add(shard.count);
        if (i >= sweep.size() || stop_requested()) return;
        std::vector<double> numbers = trial(i / sweep.trials, i % sweep.trials);
        if (stop_requested()) return;  // it may have been cut short
        outcomes.at(i) = std::move(numbers);
        const std::lock_guard lock(one_at_a_time);
        done(++finished);
      }
    } catch (...) {
      errors[static_cast<std::size_t>(part)] = std::current_exception();
      next = sweep.size();
    }
  });
  for (const std::exception_ptr& e : errors) {
    if (e) std::rethrow_exception(e);
  }
  return outcomes;
}

void write_trials(const Sweep& sweep, const Outcomes& outcomes, const std::string& asked, OutputFile& file) {
  file.write(fmt::format("# {}\n{}\n", asked, header(sweep)));
  for (std::size_t i = 0; i < sweep.size(); ++i) {
    if (outcomes.at(i).empty()) continue;
    file.write(fmt::format("{},{}\n", address(sweep, i), fmt::join(outcomes.at(i), ",")));
  }
  file.commit();
}

std::string what_was_asked(const std::string& path) {
  std::string asked;
  open_trials(path, asked);
  return asked;
}

Outcomes read_trials(const Sweep& sweep, const std::string& asked, const std::vector<std::string>& paths) {
  std::map<std::string, std::size_t, std::less<>> all;
  for (std::size_t i = 0; i < sweep.size(); ++i) all.emplace(address(sweep, i), i);
  Outcomes outcomes(sweep);
  for (const std::string& path : paths) {
    std::string line;
    std::ifstream file = open_trials(path, line);
    if (line != asked)
      refuse("{}: trials of \"{}\", but those of {} are of \"{}\"", path, line, paths[0], asked);
    if (!next_line(file, line) || line != header(sweep)) {
      refuse("{}, line 2: \"{}\" is needed", path, header(sweep));
    }
    std::vector<double> numbers;
    for (std::size_t number = 3; next_line(file, line); ++number) {
      const std::size_t i = read_row(sweep, all, line, numbers);
      if (i == sweep.size()) refuse("{}, line {}: \"{}\" is no trial of this sweep", path, number, line);
      if (!outcomes.at(i).empty()) refuse("{}, line {}: this trial has been read before", path, number);
      outcomes.at(i) = numbers;
    }
  }
  std::size_t missing = 0, first = 0;
  for (std::size_t i = sweep.size(); i-- > 0;) {
    if (!outcomes.at(i).empty()) continue;
    ++missing;
    first = i;
  }
  if (missing > 0) {
    refuse("--merge: {} of {} trials are missing; the first of them is {},trial = {}", missing, sweep.size(),
           fmt::join(sweep.keys, ","), address(sweep, first));
  }
  return outcomes;
}

double median(std::vector<double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  if (values.size() % 2 == 1 || values[half - 1] == values[half]) return values[half];
  return (values[half - 1] + values[half]) / 2;
}

}  // namespace idem::inline IDEM_TARGET
