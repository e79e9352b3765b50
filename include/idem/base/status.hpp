// SPDX-License-Identifier: Apache-2.0
/// \file  What can go wrong, as a value. Nothing in the library throws, prints or aborts.
#pragma once

#include <cstdint>

#include <idem/base/target.hpp>

namespace idem::inline IDEM_TARGET {

enum class [[nodiscard]] Status : std::uint8_t;
enum class Status : std::uint8_t {
  ok,
  environment,   ///< the processor's floating-point mode breaks the contract
  not_finite,    ///< an input, label, weight or step size is NaN or infinite
  diverged,      ///< the new weights would not be finite; the old ones are kept
  empty_batch,   ///< the end of a batch into which no sample was fed
  bad_argument,  ///< a size, range or count that the function's contract excludes
  open_batch,    ///< weights or signs were to be set while a batch is open
  bad_state,     ///< idem.h: a state pointer that is null or not aligned
  // What idem::self_test can find.
  wrong_rounding,        ///< not to the nearest, ties to even
  flushed_subnormals,    ///< numbers below the smallest normal one read or become zero
  wrong_addition,        ///< of two numbers, or their difference
  wrong_multiplication,  ///< of two numbers
  wrong_division,        ///< of two numbers
  wrong_comparison,      ///< of two numbers
  wrong_conversion,      ///< between integers and numbers
  wrong_fma,             ///< multiply-add rounds twice, or is of another's making
  wrong_square_root,     ///< of a number
  // What can become of a linear system, and of what rests on it.
  not_positive_definite,  ///< a pivot, or a curvature, is not above the rounding errors
  rank_deficient,         ///< the system has many solutions
  not_converged,          ///< the greatest number of steps came first
  cycle,                  ///< the masks repeat in a cycle: the weights are those of the lowest loss
};

/// One sentence for each value: what was wrong and what would be right.
constexpr const char* text(Status status) {
  switch (status) {
    case Status::ok:
      return "done";
    case Status::environment:
      return "the floating-point environment rounds or flushes differently from IEEE 754's default: "
             "restore rounding to nearest and switch flush-to-zero off";
    case Status::not_finite:
      return "an input, label, weight or step size is NaN or infinite: every number must be finite";
    case Status::diverged:
      return "the weights would have become infinite or NaN, the last good ones are kept: take a "
             "smaller step";
    case Status::empty_batch:
      return "a batch ended before any sample was fed: feed at least one";
    case Status::bad_argument:
      return "a size or range is outside what the function takes: see its documentation";
    case Status::open_batch:
      return "a batch is open: end it or abort it before weights or signs are set";
    case Status::bad_state:
      return "the pointer to the state is null or not aligned: hand over an object of its type";
    case Status::not_positive_definite:
      return "a pivot is not above the rounding errors: the system has many solutions; feed more samples, or "
             "add a ridge";
    case Status::rank_deficient:
      return "the system has many solutions: feed at least as many samples as there are weights, none of "
             "whose "
             "columns depends on the others";
    case Status::not_converged:
      return "the greatest number of steps came before the end: the best weights so far are kept; allow more "
             "steps";
    case Status::cycle:
      return "the masks repeat in a cycle, as they do where labels are noisy: the weights of the lowest loss "
             "are "
             "kept";
    case Status::wrong_rounding:
      return "sums or products are not rounded to nearest, ties to even: restore the rounding mode";
    case Status::flushed_subnormals:
      return "numbers below the smallest normal one become zero: switch flush-to-zero off";
    case Status::wrong_addition:
      return "additions give wrong bits: look at the compiler's run-time library, or the processor";
    case Status::wrong_multiplication:
      return "multiplications give wrong bits: look at the compiler's run-time library, or the processor";
    case Status::wrong_division:
      return "divisions give wrong bits: look at the compiler's run-time library, or the processor";
    case Status::wrong_comparison:
      return "comparisons go wrong: look at the compiler's run-time library, or the processor";
    case Status::wrong_conversion:
      return "conversions of integers give wrong bits: look at the compiler's run-time library";
    case Status::wrong_fma:
      return "multiply-add does not round once: look at the compiler's flags for the processor";
    case Status::wrong_square_root:
      return "square roots give wrong bits: look at the compiler's flags, or the processor";
  }
  return "unknown status";
}

}  // namespace idem::inline IDEM_TARGET
