// SPDX-License-Identifier: Apache-2.0
/// \file  What the text behind an option means. (CLI11's own conversions read 010 as eight.)
#pragma once

#include <charconv>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <idem/base/types.hpp>

#include "decimal.hpp"
#include "input_error.hpp"

namespace idem::inline IDEM_TARGET {

/// A finite decimal number of the command line. Its text is kept, so that float gets the float
/// nearest to it: what the same literal is in a firmware's source.
struct Decimal {
  std::string text;

  template <Real R>
  [[nodiscard]] R as() const {
    return *parse_decimal<R>(text);
  }
};

/// Each of these throws InputError that names the option, the text, and what would be right.

template <class T>
T whole_number(const char* option, std::string_view text, T least, T most) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value < least || value > most) {
    refuse("{}: \"{}\" is not a whole number from {} to {}", option, text, least, most);
  }
  return value;
}

template <class T>
T choice(const char* option, std::string_view text,
         std::initializer_list<std::pair<std::string_view, T>> all) {
  std::string names;
  for (const auto& [name, value] : all) {
    if (text == name) return value;
    if (!names.empty()) names += ", ";
    names += name;
  }
  refuse("{}: \"{}\" is not one of {}", option, text, names);
}

/// Above 0 and finite, as a double at least.
Decimal positive_number(const char* option, std::string_view text);

/// The name of a file to read or write: not empty, and not an option that stands where a value was
/// forgotten.
std::string file_name(const char* option, std::string text);

/// Options and the files they name, empty where they were not given: no two may lead to one file, there
/// already or yet to be written. (Whoever wants a result under the name of the data would lose the data.)
void refuse_same_files(std::initializer_list<std::pair<const char*, const std::string*>> all);

}  // namespace idem::inline IDEM_TARGET
