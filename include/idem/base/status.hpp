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
      return "an input holds NaN or infinity: every number must be finite";
    case Status::diverged:
      return "the weights would have become infinite or NaN, the last good ones are kept: take a "
             "smaller step";
    case Status::empty_batch:
      return "a batch ended before any sample was fed: feed at least one";
    case Status::bad_argument:
      return "a size or range is outside what the function takes: see its documentation";
  }
  return "unknown status";
}

}  // namespace idem::inline IDEM_TARGET
