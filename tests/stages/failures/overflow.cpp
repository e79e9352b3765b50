// SPDX-License-Identifier: Apache-2.0
/// \file  Takes more stack than there is: the board must say so.
#include "board.hpp"

namespace {

[[gnu::noinline]] std::uint32_t deeper(std::uint32_t depth) {
  volatile std::uint32_t frame[16];
  for (std::uint32_t i = 0; i < 16; ++i) frame[i] = depth + i;
  return depth == 0 ? frame[0] : deeper(depth - 1) + frame[depth % 16];
}

}  // namespace

int main() {
  const std::uint32_t found = deeper(1u << 20);
  board::print(found != 0 ? "not noticed\n" : "not noticed, zero\n");
  return 0;
}
