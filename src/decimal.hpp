// SPDX-License-Identifier: Apache-2.0
/// \file  Decimal text to a number, rounded once to the scalar that is asked for.
#pragma once

#include <optional>
#include <string_view>

#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// The scalar nearest to the text (never by way of the other scalar: that would round twice), or
/// nothing where the text is not a decimal number. Too large gives an infinity, too small a zero;
/// "nan" and "inf" are numbers here, so that the caller can say which of these it met.
template <Real R>
std::optional<R> parse_decimal(std::string_view text);

template <Real R>
constexpr const char* scalar_name() {
  return sizeof(R) == 4 ? "float" : "double";
}

}  // namespace idem::inline IDEM_TARGET
