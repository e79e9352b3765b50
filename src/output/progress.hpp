// SPDX-License-Identifier: Apache-2.0
/// \file  One line on the terminal that says how far a run is.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <idem/base/target.hpp>

namespace idem::inline IDEM_TARGET {

/// "[#####               ]  25 %  50 of 200  loss 0.0123"
std::string progress_text(std::uint64_t done, std::uint64_t total, double loss);

/// Shown on standard error if that is a terminal, at most ten times a second, wiped at the end.
/// Standard output and files never see it.
class Progress {
 public:
  explicit Progress(std::uint64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::uint64_t done, double loss);

 private:
  std::uint64_t total_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace idem::inline IDEM_TARGET
