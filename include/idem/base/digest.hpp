// SPDX-License-Identifier: Apache-2.0
/// \file  The 64-bit digest by which two machines compare what they hold.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// The unsigned integer as wide as a scalar.
template <Real R>
using BitsOf = std::conditional_t<sizeof(R) == 4, std::uint32_t, std::uint64_t>;

/// The bit pattern of a number, every NaN as the one quiet NaN, -0 and +0 kept apart.
template <Real R>
constexpr BitsOf<R> canonical_bits(R value) {
  if (value != value)
    return sizeof(R) == 4 ? BitsOf<R>{0x7fc00000u} : static_cast<BitsOf<R>>(0x7ff8000000000000u);
  return std::bit_cast<BitsOf<R>>(value);
}

/// FNV-1a, 64 bits, over bytes least significant first, whatever the machine's byte order.
///
/// Source  Fowler, Noll, Vo; offset basis and prime as in draft-eastlake-fnv-17, section 5.
/// Bits    ARITHMETIC.md section 10.
class Digest {
 public:
  /// Adds the low `bytes` bytes of a word.
  constexpr void add_word(std::uint64_t word, int bytes) {
    for (int i = 0; i < bytes; ++i) {
      state_ = (state_ ^ (word & 0xffu)) * 0x100000001b3u;
      word >>= 8;
    }
  }

  /// Adds numbers in ascending index.
  template <Real R>
  constexpr void add(const R* values, Index count) {
    for (Index i = 0; i < count; ++i) add_word(canonical_bits(values[i]), sizeof(R));
  }

  [[nodiscard]] constexpr std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325u;
};

/// The digest of a matrix or vector, row-major.
template <Dense M>
constexpr std::uint64_t digest(const M& m) {
  Digest d;
  d.add(m.data(), kRows<M> * kCols<M>);
  return d.value();
}

}  // namespace idem::inline IDEM_TARGET
