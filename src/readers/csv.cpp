// SPDX-License-Identifier: Apache-2.0
/// \file  Comma-separated numbers below a header.
#include "readers/csv.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "decimal.hpp"
#include "input_error.hpp"
#include "readers/input_file.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

/// Without spaces, and without the CR of a line that ends with CR LF.
std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t\r") + 1);
}

/// Enough of a field to find it by.
std::string_view shortened(std::string_view text) {
  return text.substr(0, 40);
}

/// Splits text into records of fields.
class Records {
 public:
  Records(const std::string& path, std::string_view text) : path_(path), text_(text) {}

  /// The next record; false at the end of the text.
  bool next(std::vector<std::string>& fields) {
    if (at_ == text_.size()) return false;
    line_ = next_line_;
    std::size_t count = 0;
    do {
      if (count == fields.size()) fields.emplace_back();
      read_field(fields[count], count + 1);
      ++count;
    } while (accept(","));
    fields.resize(count);
    if (at_ < text_.size() && !accept("\r\n") && !accept("\n")) {
      refuse("{}, line {}, column {}: text after the closing quote: a quote within quotes is doubled", path_,
             next_line_, count);
    }
    ++next_line_;
    return true;
  }

  /// The line on which the record began.
  [[nodiscard]] std::uint64_t line() const { return line_; }

 private:
  bool accept(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  void read_field(std::string& field, std::size_t column) {
    if (!accept("\"")) {
      const std::size_t end = std::min(text_.find_first_of(",\n", at_), text_.size());
      field.assign(text_.substr(at_, end - at_));
      at_ = end;
      return;
    }
    const std::uint64_t opened = next_line_;
    field.clear();
    for (;;) {
      const std::size_t end = text_.find('"', at_);
      if (end == std::string_view::npos) {
        refuse("{}, line {}, column {}: the quote that opens here is never closed", path_, opened, column);
      }
      const std::string_view part = text_.substr(at_, end - at_);
      next_line_ += static_cast<std::uint64_t>(std::count(part.begin(), part.end(), '\n'));
      field += part;
      at_ = end + 1;
      if (!accept("\"")) return;
      field += '"';
    }
  }

  const std::string& path_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 0;
  std::uint64_t next_line_ = 1;
};

/// The position of the labels' column.
std::size_t label_column(const std::string& path, const std::vector<std::string>& names) {
  const auto is_number = [](const std::string& name) {
    return parse_decimal<double>(trimmed(name)).has_value();
  };
  if (std::all_of(names.begin(), names.end(), is_number)) {
    refuse("{}, line 1: numbers, where the names of the columns must stand", path);
  }
  if (names.size() < 2) {
    refuse("{}, line 1: {} alone: an input column and a label column are needed, with commas between", path,
           shortened(trimmed(names[0])));
  }
  std::size_t found = names.size();
  for (std::size_t k = 0; k < names.size(); ++k) {
    const std::string_view name = trimmed(names[k]);
    if (name.empty()) {
      refuse("{}, line 1, column {}: no name: each column must have one (pandas: index=False)", path, k + 1);
    }
    if (name != "y") continue;
    if (found < names.size()) {
      refuse("{}, line 1: columns {} and {} are both named y: one holds the labels", path, found + 1, k + 1);
    }
    found = k;
  }
  return std::min(found, names.size() - 1);
}

}  // namespace

template <Real R>
Table<R> read_csv(const std::string& path) {
  InputFile file(path);
  const auto bytes = file.take(std::numeric_limits<std::uint64_t>::max());
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    refuse("{}: text in UTF-16: save it as UTF-8", path);
  }
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);

  Records records(path, text);
  std::vector<std::string> names;
  if (!records.next(names)) refuse("{}: empty", path);
  const std::size_t label = label_column(path, names);

  Table<R> table;
  table.cols = static_cast<Index>(names.size()) - 1;
  std::vector<std::string> fields;
  while (records.next(fields)) {
    if (fields.size() == 1 && trimmed(fields[0]).empty()) {
      refuse("{}, line {}: empty: each line must hold {} numbers", path, records.line(), names.size());
    }
    if (fields.size() != names.size()) {
      refuse("{}, line {}: {} fields, where line 1 names {} columns", path, records.line(), fields.size(),
             names.size());
    }
    for (std::size_t k = 0; k < fields.size(); ++k) {
      const std::string_view field = trimmed(fields[k]);
      const std::optional<R> value = parse_decimal<R>(field);
      if (!value || !std::isfinite(*value)) {
        const bool digits = field.find_first_of("0123456789") < field.size();
        refuse("{}, line {}, column {} ({}): \"{}\" {}", path, records.line(), k + 1,
               shortened(trimmed(names[k])), shortened(field),
               !value    ? "is not a number"
               : !digits ? "is not allowed: every number must be finite"
                         : fmt::format("is too large for {}", scalar_name<R>()));
      }
      (k == label ? table.y : table.x).push_back(*value);
    }
    ++table.rows;
  }
  if (table.rows == 0) refuse("{}: no line of numbers below the header", path);
  return table;
}

template Table<float> read_csv(const std::string&);
template Table<double> read_csv(const std::string&);

}  // namespace idem::inline IDEM_TARGET
