// SPDX-License-Identifier: Apache-2.0
/// \file  What the text behind an option means.
#include "cli/option_value.hpp"

#include <cmath>
#include <filesystem>
#include <system_error>

namespace idem::inline IDEM_TARGET {

Decimal positive_number(const char* option, std::string_view text) {
  const auto value = parse_decimal<double>(text);
  if (!value || !std::isfinite(*value) || !(*value > 0)) {
    refuse("{}: \"{}\" is not a finite number above 0", option, text);
  }
  return {std::string(text)};
}

std::string file_name(const char* option, std::string text) {
  if (text == "-") refuse("{}: \"-\" is no file; standard output is /dev/stdout", option);
  if (text.empty() || text.starts_with("--")) {
    refuse("{}: \"{}\" stands where the name of a file is needed", option, text);
  }
  return text;
}

namespace {

bool same_file(const std::string& a, const std::string& b) {
  namespace fs = std::filesystem;
  if (a.empty() || b.empty()) return false;
  std::error_code unknown;
  if (fs::equivalent(a, b, unknown)) return !fs::is_character_file(a, unknown);
  return fs::weakly_canonical(fs::absolute(a, unknown), unknown) ==
         fs::weakly_canonical(fs::absolute(b, unknown), unknown);
}

}  // namespace

void refuse_same_files(std::initializer_list<std::pair<const char*, const std::string*>> all) {
  for (const auto* a = all.begin(); a != all.end(); ++a) {
    for (const auto* b = a + 1; b != all.end(); ++b) {
      if (same_file(*a->second, *b->second)) {
        refuse("{} and {} name the same file: {}", a->first, b->first, *b->second);
      }
    }
  }
}

}  // namespace idem::inline IDEM_TARGET
