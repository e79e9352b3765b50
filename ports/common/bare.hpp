// SPDX-License-Identifier: Apache-2.0
/// \file  What the start-ups without an operating system share: memory, stack paint, and how faults are told.
#pragma once

#include <cstdint>

#include "../board.hpp"

// Of the linker script.
extern "C" {
extern std::uint32_t stack_bottom[], stack_top[], bss_begin[], bss_end[];
using Constructor = void (*)();
extern const Constructor init_begin[], init_end[];
// The program's main under a name that C++ lets be called.
int program() asm("main");
}

namespace board {

/// What the start-up writes into the unused stack.
inline constexpr std::uint32_t kPaint = 0xdeadbeef;

/// Calls the host's semihosting: an operation and its argument.
std::uintptr_t semihosting(std::uintptr_t operation, std::uintptr_t argument);

/// From memory as it is at reset to the end of main.
[[noreturn]] inline void run_program() {
  for (std::uint32_t* word = bss_begin; word != bss_end; ++word)
    *static_cast<volatile std::uint32_t*>(word) = 0;
  for (const Constructor* one = init_begin; one != init_end; ++one) (*one)();
  exit(program());
}

/// Tells of a fault at an instruction, and ends the program.
[[noreturn]] inline void fault(const char* what, std::uintptr_t at) {
  char place[] = ", at 00000000\n";
  for (int i = 12; i >= 5; --i, at >>= 4) place[i] = "0123456789abcdef"[at & 15];
  print("fault: ");
  print(what);
  print(place);
  exit(kFault);
}

}  // namespace board
