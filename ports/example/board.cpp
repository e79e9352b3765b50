// SPDX-License-Identifier: Apache-2.0
/// \file  The example's lines on any port's console.
#include "board.h"

#include "../board.hpp"

namespace {

void say(const char* what, const char* text) {
  board::print(what);
  board::print(" ");
  board::print(text);
  board::print("\n");
}

/// Digits of a number to a base, at least `digits` of them.
void say_number(const char* what, std::uint64_t number, unsigned base, int digits) {
  char text[24];
  char* at = text + sizeof text - 1;
  *at = '\0';
  for (; number != 0 || digits > 0; --digits, number /= base) *--at = "0123456789abcdef"[number % base];
  say(what, at);
}

}  // namespace

void board_say(const char* what, const char* text) {
  say(what, text);
}

void board_say_millionths(const char* what, float number) {
  say_number(what, static_cast<std::uint32_t>(number * 1e6f + 0.5f), 10, 1);
}

void board_say_hexadecimal(const char* what, std::uint64_t number) {
  say_number(what, number, 16, 16);
}

void board_say_stack() {
  if (board::stack_size() != 0) say_number("bytes of stack:", board::stack_used(), 10, 1);
}
