// SPDX-License-Identifier: Apache-2.0
/// \file  What a board gives a program: words, an end, and two gauges. Each start-up defines all of it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace board {

/// Writes text to the console.
void print(const char* text);

/// Ends the program. 0 is success; kFault is a fault of the processor, told on the console.
[[noreturn]] void exit(int status);
inline constexpr int kFault = 101;

/// Instructions since the start; 0 where the port cannot count them. A Cortex-M counts under QEMU's
/// `-icount shift=6,sleep=off` only, RISC-V under `-icount shift=0,sleep=off` only.
std::uint64_t instructions();

/// Bytes of stack there are, and how many have ever been written; 0 where the port cannot say.
std::size_t stack_size();
std::size_t stack_used();

}  // namespace board
