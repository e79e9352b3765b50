// SPDX-License-Identifier: Apache-2.0
/// \file  What the example asks of its board, for C.
#ifndef EXAMPLE_BOARD_H
#define EXAMPLE_BOARD_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A line on the console: what, and a text or a number.
void board_say(const char* what, const char* text);
void board_say_millionths(const char* what, float number);
void board_say_hexadecimal(const char* what, uint64_t number);

/// How much stack has been used, where the board can say.
void board_say_stack(void);

#ifdef __cplusplus
}
#endif

#endif
