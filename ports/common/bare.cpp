// SPDX-License-Identifier: Apache-2.0
/// \file  The board of a port without an operating system, over semihosting.
#include "bare.hpp"

namespace board {
namespace {

constexpr std::uintptr_t kWrite0 = 0x04, kExitExtended = 0x20, kApplicationExit = 0x20026;

}  // namespace

void print(const char* text) {
  semihosting(kWrite0, reinterpret_cast<std::uintptr_t>(text));
}

void exit(int status) {
  // Not on the stack, which may be what is broken.
  static volatile std::uintptr_t block[2];
  block[0] = kApplicationExit;
  block[1] = static_cast<std::uintptr_t>(status);
  semihosting(kExitExtended, reinterpret_cast<std::uintptr_t>(block));
  for (;;) {
  }
}

std::size_t stack_size() {
  return static_cast<std::size_t>(reinterpret_cast<std::uintptr_t>(stack_top) -
                                  reinterpret_cast<std::uintptr_t>(stack_bottom));
}

std::size_t stack_used() {
  const volatile std::uint32_t* word = stack_bottom;
  while (word != stack_top && *word == kPaint) ++word;
  return static_cast<std::size_t>(reinterpret_cast<std::uintptr_t>(stack_top) -
                                  reinterpret_cast<std::uintptr_t>(word));
}

}  // namespace board
