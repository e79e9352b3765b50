// SPDX-License-Identifier: Apache-2.0
/// \file  Vectors as wide as the target's registers: the scalar operations, several outputs at a time.
///
/// A vector holds neighbouring outputs, never parts of one chain, so that its width changes no bit.
/// On plain lanes a vector is one scalar and every operation below is that of the language.
///
/// + - * / and the comparisons are the compiler's own operators on these types; a comparison's result
/// selects by `mask ? a : b`. This file adds what the operators lack.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

#include <idem/arith/fma.hpp>
#include <idem/base/types.hpp>

#include IDEM_LANES_HEADER

namespace idem::inline IDEM_TARGET {

namespace detail {
template <class Word, Index Width>
struct WordLanes {
  typedef Word Type __attribute__((vector_size(Width * sizeof(Word))));
};
template <class Word>
struct WordLanes<Word, 1> {
  using Type = Word;
};
}  // namespace detail

template <Real R>
struct Lanes {
  using Vector = typename LaneTypes<R>::Vector;
  static constexpr Index kWidth = static_cast<Index>(sizeof(Vector)) / static_cast<Index>(sizeof(R));

  /// The same registers seen as unsigned integers of the scalar's size.
  using Word = std::conditional_t<sizeof(R) == 4, std::uint32_t, std::uint64_t>;
  using Words = typename detail::WordLanes<Word, kWidth>::Type;
  using SignedWords = typename detail::WordLanes<std::make_signed_t<Word>, kWidth>::Type;

  /// Accumulators of a register tile: this many rows of this many vectors fill the register file
  /// without spilling, and are enough chains to hide the latency of an fma.
  static constexpr Index kTileRows = LaneTypes<R>::kTileRows;
  static constexpr Index kTileVectors = LaneTypes<R>::kTileVectors;
  static constexpr Index kTileSums = kTileRows * kTileVectors;

  /// Whether numbers pass one at a time, and their fma is an instruction: there a load or a branch costs as
  /// much as the fma. Where the fma is a call, nothing else costs.
  static constexpr bool kAlone = kWidth == 1;
  static constexpr bool kAloneInHardware = kAlone && kHardwareFma<R>;

  /// Neighbours that pass together where lanes are one wide: on a small chip, flash is what there is least of.
  static constexpr Index kTogether = kAloneInHardware && !IDEM_SMALL ? 8 : 1;

  /// kWidth numbers from any address, and back.
  IDEM_INLINE static Vector load(const R* from) {
    return *reinterpret_cast<const typename LaneTypes<R>::Unaligned*>(from);
  }
  IDEM_INLINE static void store(R* to, Vector v) {
    *reinterpret_cast<typename LaneTypes<R>::Unaligned*>(to) = v;
  }

  /// The first `count` lanes, 0 < count < kWidth; no other byte is touched. Absent lanes load as +0.
  IDEM_INLINE static Vector load_part(const R* from, Index count) { return lane_load_part(from, count); }
  IDEM_INLINE static void store_part(R* to, Vector v, Index count) { lane_store_part(to, v, count); }

  /// Lanes [first, end); no other byte is touched.
  IDEM_INLINE static void store_between(R* to, Vector v, Index first, Index end) {
    lane_store_between(to, v, first, end);
  }

  IDEM_INLINE static Vector broadcast(R value) { return lane_broadcast(value); }

  /// a b + c in each lane, rounded once.
  IDEM_INLINE static Vector fma(Vector a, Vector b, Vector c) { return lane_fma(a, b, c); }

  /// c - a b in each lane, rounded once: fma(-a, b, c).
  IDEM_INLINE static Vector fnma(Vector a, Vector b, Vector c) { return lane_fnma(a, b, c); }

  /// Bit i: whether lane i is at least zero (of either sign).
  IDEM_INLINE static Word at_least_zero(Vector v) { return lane_at_least_zero(v); }

  /// The word of a comparison, as it is, in a number's place; only its kWidth lowest bits mean anything.
  IDEM_INLINE static void store_word(R* to, Word word) {
    if constexpr (kPatches) {
      lane_store_word(to, word);
    } else {
      *to = std::bit_cast<R>(word);
    }
  }

  /// Whether a register can stand for a patch of a matrix, kPatchRows rows of kPatchColumns columns, and lanes be
  /// left out one by one. load_repeated, load_spread, load_spread_each, store_transposed,
  /// transpose_patches, fma_where and list_bits exist where it can.
  static constexpr bool kPatches = requires { LaneTypes<R>::kPatchRows; };
  static constexpr Index kPatchRows = [] {
    if constexpr (kPatches) {
      return LaneTypes<R>::kPatchRows;
    } else {
      return Index{1};
    }
  }();
  static constexpr Index kPatchColumns = kWidth / kPatchRows;

  /// In each row of the patch kPatchColumns neighbours; in each column kPatchRows neighbours.
  IDEM_INLINE static Vector load_repeated(const R* from) { return lane_load_repeated(from); }
  IDEM_INLINE static Vector load_spread(const R* from) { return lane_load_spread(from); }
  /// load_spread of numbers that were stored one by one a moment ago.
  IDEM_INLINE static Vector load_spread_each(const R* from) { return lane_load_spread_each(from); }

  /// kPatchColumns rows of kPatchRows numbers, `stride` apart.
  IDEM_INLINE static void store_transposed(R* to, Index stride, Vector v) {
    lane_store_transposed(to, stride, v);
  }
  /// The transpose of patches one above the other, 8 rows in all: kPatchColumns rows of 8 numbers, side by side.
  IDEM_INLINE static void transpose_patches(Vector (&v)[8 / kPatchRows]) { lane_transpose_patches(v); }

  /// a b + c, rounded once, in the lanes in which `bits` and `bit` have a bit in common, else c.
  IDEM_INLINE static Vector fma_where(Words bits, Words bit, Vector a, Vector b, Vector c) {
    return lane_fma_where(bits, bit, a, b, c);
  }
  /// v in the lanes in which `bits` and `bit` have a bit in common, else +0.
  IDEM_INLINE static Vector value_where(Words bits, Words bit, Vector v) {
    if constexpr (kPatches) {
      return lane_value_where(bits, bit, v);
    } else {
      return (bits & bit) != 0 ? v : Vector{};
    }
  }
  /// c + a in the lanes whose bits are set in `mask`, else c. No c is -0.
  IDEM_INLINE static Vector add_where(Word mask, Vector c, Vector a) {
    if constexpr (kPatches) {
      return lane_add_where(mask, c, a);
    } else {
      return c + ((lane_words(mask) & lane_bits()) != 0 ? a : Vector{});
    }
  }

  /// The same of a b + c, rounded once, where registers can be patches.
  IDEM_INLINE static Vector fma_where(Word mask, Vector a, Vector b, Vector c) {
    return lane_fma_where(mask, a, b, c);
  }

  /// Writes begin + i for every bit i < kWidth of `mask` that is set, ascending; up to 16 numbers behind are
  /// overwritten.
  IDEM_INLINE static void list_bits(std::uint32_t* to, std::uint32_t begin, Word mask) {
    lane_list_bits(to, begin, mask);
  }

  /// Whether 32-bit integers, as many as floats, are looked up in a table of 32 and multiplied: multiply_high,
  /// leading_zeros and lookup exist where they are.
  static constexpr bool kLookup = requires { LaneTypes<R>::kLookup; };
  IDEM_INLINE static SignedWords multiply_high(SignedWords a, SignedWords b) {
    return lane_multiply_high(a, b);
  }
  /// Of odd numbers.
  IDEM_INLINE static Words leading_zeros(Words v) { return lane_leading_zeros(v); }
  IDEM_INLINE static SignedWords lookup(const std::int32_t (&table)[32], SignedWords k) {
    return lane_lookup(table, k);
  }

  /// Whether such integers also pass through doubles: what follows exists where they do. After spread, the lane at
  /// even[i] or odd[i] is lane i; words between are left as they are, so that doubles at `even` and at `odd + 1`
  /// have a lane in their low halves and in the high ones what was there.
  static constexpr bool kSpread = requires { LaneTypes<R>::kSpread; };
  using Doubles = typename LaneTypes<std::conditional_t<sizeof(R) == 4, double, R>>::Vector;
  IDEM_INLINE static void spread(std::uint32_t* even, std::uint32_t* odd, Words v) {
    lane_spread(even, odd, v);
  }
  IDEM_INLINE static Doubles load_spread_words(const std::uint32_t* from) {
    return std::bit_cast<Doubles>(load(reinterpret_cast<const R*>(from)));
  }
  /// The low halves of doubles, in turn.
  IDEM_INLINE static Words join(Doubles even, Doubles odd) {
    return std::bit_cast<Words>(lane_join(even, odd));
  }
  /// Of each quarter the lower, or the upper, two lanes of a, then of b.
  IDEM_INLINE static Words lower_pairs(Words a, Words b) {
    return std::bit_cast<Words>(lane_unpack_low(std::bit_cast<Doubles>(a), std::bit_cast<Doubles>(b)));
  }
  IDEM_INLINE static Words upper_pairs(Words a, Words b) {
    return std::bit_cast<Words>(lane_unpack_high(std::bit_cast<Doubles>(a), std::bit_cast<Doubles>(b)));
  }
  /// a b + c in each lane, rounded once, downwards.
  IDEM_INLINE static Doubles fma_down(Doubles a, Doubles b, Doubles c) { return lane_fma_down(a, b, c); }
  /// (a ^ b) | c and a ^ (b & c).
  IDEM_INLINE static Words xor_or(Words a, Words b, Words c) { return lane_xor_or(a, b, c); }
  IDEM_INLINE static Words xor_and(Words a, Words b, Words c) { return lane_xor_and(a, b, c); }

  /// The transposes of the 4 x 4 floats in each quarter: number c of quarter q of v[r] becomes number r of quarter q of
  /// v[c].
  IDEM_INLINE static void transpose_quarters(Vector (&v)[4]) {
    // Two neighbouring floats move as one double.
    using Pairs = typename LaneTypes<std::conditional_t<sizeof(R) == 4, double, R>>::Vector;
    const Pairs low01 = (Pairs)lane_unpack_low(v[0], v[1]);
    const Pairs low23 = (Pairs)lane_unpack_low(v[2], v[3]);
    const Pairs high01 = (Pairs)lane_unpack_high(v[0], v[1]);
    const Pairs high23 = (Pairs)lane_unpack_high(v[2], v[3]);
    v[0] = (Vector)lane_unpack_low(low01, low23);
    v[1] = (Vector)lane_unpack_high(low01, low23);
    v[2] = (Vector)lane_unpack_low(high01, high23);
    v[3] = (Vector)lane_unpack_high(high01, high23);
  }

  /// Bit i in lane i; and one word in all lanes.
  IDEM_INLINE static Words lane_bits() {
    Words bits{};
    if constexpr (kWidth == 1) {
      bits = 1;
    } else {
      IDEM_UNROLL for (Index i = 0; i < kWidth; ++i) bits[i] = Word{1} << i;
    }
    return bits;
  }
  IDEM_INLINE static Words lane_words(Word word) {
    return std::bit_cast<Words>(broadcast(std::bit_cast<R>(word)));
  }

  /// The transpose of the kWidth x Columns numbers at `from`, rows `stride` apart: lane i of columns[j] is
  /// number j of row i. Columns is at least kQuarter; where it is no multiple, some pass twice.
  ///
  /// Registers are made of 16-byte quarters. Loading quarter q from row r + q kQuarter leaves, for each
  /// block of kQuarter columns, small transposes inside the quarters: half the shuffles of the usual
  /// network, which is bound by the one port that shuffles.
  static constexpr Index kQuarter = kWidth == 1 ? 1 : static_cast<Index>(16 / sizeof(R));
  template <Index Columns>
  IDEM_INLINE static void load_transposed(const R* from, Index stride, Vector (&columns)[kWidth]) {
    static_assert(Columns >= kQuarter);
    if constexpr (kWidth == 1) {
      columns[0] = *from;
    } else {
      IDEM_UNROLL for (Index n = 0; n < Columns; n += kQuarter) {
        const Index c = n + kQuarter <= Columns ? n : Columns - kQuarter;
        Vector rows[kQuarter];
        IDEM_UNROLL for (Index r = 0; r < kQuarter; ++r) {
          rows[r] = lane_load_quarters(from + r * stride + c, kQuarter * stride);
        }
        if constexpr (kQuarter == 2) {
          columns[c] = lane_unpack_low(rows[0], rows[1]);
          columns[c + 1] = lane_unpack_high(rows[0], rows[1]);
        } else {
          transpose_quarters(rows);
          IDEM_UNROLL for (Index r = 0; r < 4; ++r) columns[c + r] = rows[r];
        }
      }
    }
  }
};

}  // namespace idem::inline IDEM_TARGET
