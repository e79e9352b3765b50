// SPDX-License-Identifier: Apache-2.0
/// \file  One line on the terminal that says how far a run is. (Debian packages none for C++.)
#include "output/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace idem::inline IDEM_TARGET {

std::string progress_text(std::uint64_t done, std::uint64_t total, double loss) {
  constexpr int kWidth = 20;
  const double part = total == 0 ? 1 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto marks = static_cast<std::size_t>(part * kWidth);
  const std::string bar = fmt::format("[{:<{}}] {:3} %  {} of {}", std::string(marks, '#'), kWidth,
                                      static_cast<int>(part * 100), done, total);
  return std::isnan(loss) ? bar : fmt::format("{}  loss {:.4g}", bar, loss);
}

Progress::Progress(std::uint64_t total)
    : total_(total),
      terminal_(isatty(STDERR_FILENO) == 1),
      next_(std::chrono::steady_clock::now() + std::chrono::milliseconds(100)) {}

Progress::~Progress() {
  if (shown_) std::fputs("\r\033[K", stderr);
}

void Progress::show(std::uint64_t done, double loss) {
  if (!terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  shown_ = true;
  std::fputs(fmt::format("\r\033[K{}", progress_text(done, total_, loss)).c_str(), stderr);
}

}  // namespace idem::inline IDEM_TARGET
