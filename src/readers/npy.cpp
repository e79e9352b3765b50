// SPDX-License-Identifier: Apache-2.0
/// \file  NumPy's .npy files.
///
/// Debian's readers were looked at: libxtensor-dev 0.24.3 knows versions 1 and 2 only, allocates
/// what the header declares, and says of a wrong file only that it is wrong.
#include "readers/npy.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "input_error.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

struct Header {
  std::string_view type;
  std::optional<bool> column_major;
  std::optional<std::vector<Index>> shape;
};

/// The header is a Python dictionary on one line:
/// {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
class HeaderText {
 public:
  explicit HeaderText(std::string_view rest) : rest_(rest) {}

  std::optional<Header> read() {
    Header header;
    if (!accept("{")) return {};
    while (!accept("}")) {
      const std::string_view key = quoted();
      if (!accept(":")) return {};
      if (key == "descr") {
        header.type = quoted();
      } else if (key == "fortran_order") {
        const bool yes = accept("True");
        if (!yes && !accept("False")) return {};
        header.column_major = yes;
      } else if (key != "shape" || !(header.shape = tuple())) {
        return {};
      }
      if (!accept(",") && !rest_.starts_with('}')) return {};
    }
    accept("");
    if (!rest_.empty() || !header.column_major || !header.shape) return {};
    return header;
  }

 private:
  bool accept(std::string_view word) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size()));
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  /// What stands between quotes; empty for anything else (a structured type is a list).
  std::string_view quoted() {
    const char quote = accept("'") ? '\'' : '"';
    if (quote == '"' && !accept("\"")) return {};
    const std::size_t length = std::min(rest_.find(quote), rest_.size());
    const std::string_view text = rest_.substr(0, length);
    rest_.remove_prefix(std::min(length + 1, rest_.size()));
    return text;
  }

  std::optional<std::vector<Index>> tuple() {
    std::vector<Index> shape;
    if (!accept("(")) return {};
    while (!accept(")")) {
      accept("");
      Index extent = 0;
      const auto [stop, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), extent);
      if (error != std::errc() || extent < 0) return {};
      rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
      shape.push_back(extent);
      if (!accept(",") && !rest_.starts_with(')')) return {};
    }
    return shape;
  }

  std::string_view rest_;
};

ElementType element_type(const std::string& path, std::string_view type) {
  const bool known =
      type.size() == 3 && std::string_view("<>|=").find(type[0]) < 4 &&
      (type[1] == 'f' ? type[2] == '4' || type[2] == '8'
                      : (type[1] == 'i' || type[1] == 'u') && std::string_view("1248").find(type[2]) < 4);
  if (!known) {
    refuse(
        "{}: its elements are of type '{}': save floats of 4 or 8 bytes or integers, "
        "as numpy.save(name, a.astype('float32')) does",
        path, type.empty() ? "structured" : type);
  }
  return {type[1], type[2] - '0', type[0] == '>'};
}

/// The dictionary's text, of which only as much is read as the length before it says.
std::string header_text(InputFile& file) {
  const auto start = file.take(8);
  if (std::string_view(reinterpret_cast<const char*>(start.data()), start.size()).substr(0, 6) !=
      "\x93NUMPY") {
    refuse("{}: not a .npy file: it does not begin with \\x93NUMPY", file.path());
  }
  if (start.size() == 8 && (start[6] < 1 || start[6] > 3 || start[7] != 0)) {
    refuse("{}: version {}.{} of the .npy format: versions 1.0, 2.0 and 3.0 are read", file.path(), start[6],
           start[7]);
  }
  const std::size_t width = start.size() == 8 && start[6] == 1 ? 2 : 4;
  const auto length = file.take(width);
  std::uint64_t count = 0;
  for (std::size_t i = length.size(); i-- > 0;) count = count << 8 | length[i];
  const auto text = file.take(count);
  if (length.size() < width || text.size() < count) {
    refuse("{}: truncated: it ends at byte {}, within the header", file.path(), file.offset());
  }
  return {text.begin(), text.end()};
}

}  // namespace

template <Real R>
Array<R> read_npy(const std::string& path, Part part) {
  InputFile file(path);
  const std::string text = header_text(file);
  const std::optional<Header> header = HeaderText(text).read();
  if (!header) {
    refuse("{}: its header, before byte {}, is not the dictionary that numpy.save writes", path,
           file.offset());
  }
  const ElementType type = element_type(path, header->type);
  const std::vector<Index>& shape = *header->shape;
  const std::size_t dimensions = part == Part::inputs ? 2 : 1;
  if (shape.size() != dimensions) {
    refuse("{}: shape {}: {}", path, shape_text(shape),
           part == Part::inputs ? "inputs must be 2-D, a row for each sample"
                                : "labels must be 1-D, a number for each sample");
  }
  return read_elements<R>(file, type, shape, *header->column_major);
}

template Array<float> read_npy(const std::string&, Part);
template Array<double> read_npy(const std::string&, Part);

}  // namespace idem::inline IDEM_TARGET
