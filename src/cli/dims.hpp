// SPDX-License-Identifier: Apache-2.0
/// \file  The dimensions this program was built for, and the way from a number to a type.
#pragma once

#include <fmt/format.h>

#include <array>
#include <string>
#include <type_traits>

#include <idem/base/types.hpp>

#include "input_error.hpp"

namespace idem::inline IDEM_TARGET {

template <Index... D>
struct DimList {
  static constexpr std::array<Index, sizeof...(D)> kAll{D...};

  static constexpr bool contains(Index dim) { return (... || (dim == D)); }

  /// job(std::integral_constant<Index, D>{}) for the D that is `dim`, and what it returns.
  template <class F>
  static int call(Index dim, F&& job) {
    int result = 0;
    const auto one = [&](auto d) {
      if (dim != d()) return false;
      result = job(d);
      return true;
    };
    if (!(... || one(std::integral_constant<Index, D>{}))) refuse_missing(dim);
    return result;
  }

  [[noreturn]] static void refuse_missing(Index dim) {
    refuse(
        "dimension {0} is not built in (there are {1}): in the repository, meson setup build-{0} -Ddims={0} "
        "&& "
        "ninja -C build-{0} src/idem builds build-{0}/src/idem, which has it",
        dim, fmt::join(kAll, ", "));
  }
};

/// IDEM_DIMS comes from the build option `dims`.
using Dims = DimList<IDEM_DIMS>;

}  // namespace idem::inline IDEM_TARGET
