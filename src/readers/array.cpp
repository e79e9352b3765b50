// SPDX-License-Identifier: Apache-2.0
/// \file  An array of numbers in a binary file: its shape checked, its elements converted.
#include "readers/array.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "decimal.hpp"
#include "input_error.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

std::uint64_t word(const unsigned char* bytes, ElementType type) {
  std::uint64_t w = 0;
  for (int i = 0; i < type.bytes; ++i) {
    w = w << 8 | bytes[type.big_endian ? i : type.bytes - 1 - i];
  }
  return w;
}

/// One rounding at most: each source goes to R directly.
template <Real R>
R number(const unsigned char* bytes, ElementType type) {
  const std::uint64_t w = word(bytes, type);
  if (type.kind == 'f' && type.bytes == 4) {
    return static_cast<R>(std::bit_cast<float>(static_cast<std::uint32_t>(w)));
  }
  if (type.kind == 'f') return static_cast<R>(std::bit_cast<double>(w));
  if (type.kind == 'u') return static_cast<R>(w);
  const int unused = 64 - 8 * type.bytes;
  return static_cast<R>(static_cast<std::int64_t>(w << unused) >> unused);
}

std::string index_text(std::span<const Index> shape, Index at) {
  std::string text;
  for (std::size_t k = shape.size(); k-- > 0;) {
    text = fmt::format("{}{}{}", at % shape[k], text.empty() ? "" : ", ", text);
    at /= shape[k];
  }
  return text;
}

/// The number of bytes, or the largest 64-bit number where that is too small to hold it.
std::uint64_t byte_count(std::span<const Index> shape, int bytes) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t count = static_cast<std::uint64_t>(bytes);
  for (const Index extent : shape) {
    const auto n = static_cast<std::uint64_t>(extent);
    if (count > kMost / n) return kMost;
    count *= n;
  }
  return count;
}

}  // namespace

std::string shape_text(std::span<const Index> shape) {
  return fmt::format("({}{})", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

template <Real R>
Array<R> read_elements(InputFile& file, ElementType type, std::vector<Index> shape, bool column_major) {
  for (const Index extent : shape) {
    if (extent == 0) {
      refuse("{}: shape {} holds no numbers: at least one sample is needed", file.path(), shape_text(shape));
    }
  }
  const std::uint64_t needed = byte_count(shape, type.bytes);
  const std::vector<unsigned char> bytes = file.take(needed);
  if (bytes.size() < needed) {
    refuse("{}: truncated: shape {} needs {} bytes after the header, {} are there", file.path(),
           shape_text(shape), needed, bytes.size());
  }
  file.expect_end("last element");

  const Index count = static_cast<Index>(bytes.size()) / type.bytes;
  const Index rows = shape[0];
  const Index cols = count / rows;
  Array<R> array{std::vector<R>(static_cast<std::size_t>(count)), std::move(shape)};
  for (Index at = 0; at < count; ++at) {
    const Index from = column_major ? at % cols * rows + at / cols : at;
    const unsigned char* const element = bytes.data() + from * type.bytes;
    const R value = number<R>(element, type);
    if (!std::isfinite(value)) {
      const double there = number<double>(element, type);
      refuse("{}: element [{}] is {}: {}", file.path(), index_text(array.shape, at), there,
             std::isfinite(there) ? fmt::format("too large for {}", scalar_name<R>())
                                  : "every number must be finite");
    }
    array.values[static_cast<std::size_t>(at)] = value;
  }
  return array;
}

template Array<float> read_elements(InputFile&, ElementType, std::vector<Index>, bool);
template Array<double> read_elements(InputFile&, ElementType, std::vector<Index>, bool);

}  // namespace idem::inline IDEM_TARGET
