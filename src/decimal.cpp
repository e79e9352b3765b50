// SPDX-License-Identifier: Apache-2.0
/// \file  Decimal text to a number, by the standard library's correctly rounded conversions.
#include "decimal.hpp"

#include <charconv>
#include <cstdlib>
#include <string>

namespace idem::inline IDEM_TARGET {

template <Real R>
std::optional<R> parse_decimal(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  const char* const end = text.data() + text.size();
  R value{};
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::invalid_argument || stop != end) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    // from_chars does not say which end of the range was left; strtod does. It sees the C locale:
    // the program never sets another.
    const std::string copy(text);
    if constexpr (sizeof(R) == 4) {
      return std::strtof(copy.c_str(), nullptr);
    } else {
      return std::strtod(copy.c_str(), nullptr);
    }
  }
  return value;
}

template std::optional<float> parse_decimal(std::string_view);
template std::optional<double> parse_decimal(std::string_view);

}  // namespace idem::inline IDEM_TARGET
