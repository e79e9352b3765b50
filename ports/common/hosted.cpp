// SPDX-License-Identifier: Apache-2.0
/// \file  The board of a port that has an operating system.
#include <cstdio>
#include <cstdlib>

#include "../board.hpp"

namespace board {

void print(const char* text) {
  std::fputs(text, stdout);
}

void exit(int status) {
  std::exit(status);
}

std::uint64_t instructions() {
  return 0;
}
std::size_t stack_size() {
  return 0;
}
std::size_t stack_used() {
  return 0;
}

}  // namespace board
