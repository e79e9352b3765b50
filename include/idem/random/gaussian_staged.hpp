// SPDX-License-Identifier: Apache-2.0
/// \file  Many numbers from N(0, 1) where lanes are spread as doubles: gaussian_fixed in fewer instructions.
#pragma once

#include <bit>
#include <cstdint>

#include <idem/arith/lanes.hpp>
#include <idem/random/gaussian_table.hpp>
#include <idem/random/stream.hpp>

namespace idem::inline IDEM_TARGET {
namespace detail {

/// Four vectors of words half-way to normal numbers. Their first half looks up coefficients, in lanes of 32
/// bits; their second takes Horner's steps, in doubles. Stores with masks bring them from one to the other,
/// where shuffles would take the ports of the arithmetic. They must have left the store buffer when they are
/// read: three turns later.
///
/// A double whose low half is C and whose high half is that of 1.5 2^50 (one less for C < 0) is 1.5 2^50 + C
/// / 4, and neighbours there are 1/4 apart: an fma that adds it and rounds downwards is a step of Horner's
/// rule in units of 1/4, floor and all. The 1.5 2^50 of one step is, after the product with t 2^-32, an
/// integer in the next; then both are subtracted. The last step adds 1.5 2^52 + C[0], so that units are 1:
/// the 1/4 of before is its shift.
///
/// Even and odd lanes go apart. Lanes of two vectors, v and v + 1 with v even, come together again in turn,
/// which is half of the transpose from a word to a vector to their order in memory.
template <class L>
struct GaussianStages {
  using Words = typename L::Words;
  using Doubles = typename L::Doubles;
  static constexpr int kX = 7;  ///< where x = t + 3 2^30 stands, as 2^20 + x 2^-32; at i < 7 coefficient i
  static constexpr Index kWidth = L::kWidth;

  // Doubles of odd lanes are read across lines. Where the end of a page is among them everything takes 8 %
  // longer: it is among the even ones. The table is copied, lest it lies in its page where numbers lie that
  // were just stored.
  alignas(4096) std::uint32_t odd[4][9 * kWidth];
  std::uint32_t words[2][3 * kWidth];  ///< even lanes of a pair in turn, a gap, odd lanes in turn
  std::int32_t table[7][32];
  std::uint32_t even[4][8 * kWidth];

  static constexpr std::uint32_t high_half(int i) {
    if (i == kX) return 0x41300000;
    const std::uint32_t high = i == 0 ? 0x43380000 : 0x43180000;
    return kGaussianTable[i][0] < 0 ? high - 1 : high;
  }

  /// Every second word is a high half, for ever.
  IDEM_INLINE void init() {
    for (int v = 0; v < 4; ++v) {
      IDEM_UNROLL for (int i = 0; i < 8; ++i) {
        store(even[v] + i * kWidth, L::lane_words(high_half(i)));
        store(odd[v] + i * kWidth + 1, L::lane_words(high_half(i)));
      }
    }
    for (auto& pair : words) {
      store(pair, Words{});
      store(pair + 2 * kWidth, Words{});
    }
    for (int i = 0; i < 7; ++i) {
      for (Index k = 0; k < 32; k += kWidth) {
        L::store(reinterpret_cast<float*>(table[i] + k),
                 L::load(reinterpret_cast<const float*>(kGaussianTable[i] + k)));
      }
    }
  }

  IDEM_INLINE void begin(int v, Words w) {
    const Words sign = (Words)((typename L::SignedWords)w >> 31);
    const Words twice = L::xor_or(w + w, sign, L::lane_words(1));
    const Words k = L::leading_zeros(twice);
    L::spread(words[v / 2] + v % 2, words[v / 2] + 2 * kWidth - 1 + v % 2, w);
    put(v, kX, twice << k);
    IDEM_UNROLL for (int i = 0; i < 7; ++i) {
      put(v, i, (Words)L::lookup(table[i], (typename L::SignedWords)k));
    }
  }

  /// The even lanes of v and v + 1 in turn for v even, else the odd lanes of v - 1 and v.
  [[nodiscard]] IDEM_INLINE typename L::Vector end(int v) const {
    const Words z = v % 2 == 0 ? L::join(fixed(even[v]), fixed(even[v + 1]))
                               : L::join(fixed(odd[v - 1] + 1), fixed(odd[v] + 1));
    const auto below = __builtin_convertvector((typename L::SignedWords)z, typename L::Vector);
    const Words scaled = std::bit_cast<Words>(below) - (28u << 23);
    const auto* const signs = reinterpret_cast<const float*>(words[v / 2] + v % 2 * 2 * kWidth);
    const Words sign = std::bit_cast<Words>(L::load(signs));
    return std::bit_cast<typename L::Vector>(L::xor_and(scaled, sign, L::lane_words(0x80000000)));
  }

 private:
  IDEM_INLINE static void store(std::uint32_t* to, Words w) {
    L::store(reinterpret_cast<float*>(to), std::bit_cast<typename L::Vector>(w));
  }
  IDEM_INLINE void put(int v, int i, Words w) { L::spread(even[v] + i * kWidth, odd[v] + i * kWidth, w); }

  /// The numbers of gaussian_fixed below zero, in the low halves.
  IDEM_INLINE static Doubles fixed(const std::uint32_t* from) {
    const auto number = [&](int i) { return L::load_spread_words(from + i * kWidth); };
    const auto broadcast = [](double value) { return Lanes<double>::broadcast(value); };
    const Doubles x = number(kX), t = x - (0x1p20 + 0.75);
    // 1.5 2^50 (t + 1), exactly.
    const Doubles offset = Lanes<double>::fma(x, broadcast(0x1.8p50), broadcast(0x1.8p50 * (0.25 - 0x1p20)));
    Doubles r = number(6);
    IDEM_UNROLL for (int i = 5; i > 0; i -= 2) {
      r = L::fma_down(t, r, number(i)) - offset;
      r = L::fma_down(t, r, number(i - 1));
    }
    return r;
  }
};

/// No binade's coefficient has another sign than that of binade 0.
constexpr bool gaussian_table_keeps_signs() {
  for (const auto& coefficients : kGaussianTable) {
    for (const std::int32_t c : coefficients) {
      if ((c < 0) != (coefficients[0] < 0)) return false;
    }
  }
  return true;
}
static_assert(gaussian_table_keeps_signs());

/// out[i] = number i of the blocks that next_blocks(low, high, block) names, a tile of kWidth blocks after
/// another in the order of blocks_of_lanes.
template <class L, Real R, class NextBlocks>
IDEM_NOINLINE void gaussian_fill_staged(Words key, const NextBlocks& blocks, R* out, Index count) {
  constexpr Index kWidth = L::kWidth, kTile = 4 * kWidth;
  GaussianStages<L> stages;
  stages.init();
  NextBlocks next_blocks = blocks;  // where no store is seen to reach it
  typename L::Words drawn[4]{};
  R rest[kTile];
  // A turn draws a tile, begins the one before and ends the one before that.
  for (Index done = -2 * kTile; done < count; done += kTile) {
    R* const to = 0 <= done && done + kTile <= count ? out + done : rest;
    const auto step = [&](int v) {
      store_values<L>(stages.end(v), to + v * kWidth);
      if (v % 2 == 1) {
        stages.begin(v - 1, drawn[v - 1]);
        stages.begin(v, drawn[v]);
      }
    };
    typename L::Words low, high, block, last{};
    next_blocks(low, high, block);
    threefry(low, high, block, last, key, step);
    // The other half of the transpose.
    drawn[0] = L::lower_pairs(low, block);
    drawn[1] = L::lower_pairs(high, last);
    drawn[2] = L::upper_pairs(low, block);
    drawn[3] = L::upper_pairs(high, last);
  }
  const Index whole = count - count % kTile;
  for (Index i = whole; i < count; ++i) out[i] = rest[i - whole];
}

/// Tile after tile of the blocks of one sample.
template <class L>
struct BlocksOfSample {
  using Words = typename L::Words;
  Words index_low, index_high, next = blocks_of_lanes<L>();
  IDEM_INLINE explicit BlocksOfSample(std::uint64_t index)
      : index_low(L::lane_words(static_cast<std::uint32_t>(index))),
        index_high(L::lane_words(static_cast<std::uint32_t>(index >> 32))) {}
  IDEM_INLINE void operator()(Words& low, Words& high, Words& block) {
    low = index_low;
    high = index_high;
    block = next;
    next += static_cast<std::uint32_t>(L::kWidth);
  }
};

/// Tile after tile of the blocks of samples index_of(0), index_of(1), ..., `blocks` of each, at least kWidth:
/// a tile has blocks of two samples at most. None behind index_of(rows - 1) is asked for.
template <class L, class IndexOf>
struct BlocksOfSamples {
  using Words = typename L::Words;
  IndexOf index_of;
  Index row = 0, rows;
  std::uint32_t blocks, first = 0;
  Words low[2], high[2];  ///< of this sample and of the next

  IDEM_INLINE BlocksOfSamples(const IndexOf& of, Index count, Index each)
      : index_of(of), rows(count), blocks(static_cast<std::uint32_t>(each)) {
    set(0);
    set(1);
  }
  IDEM_INLINE void operator()(Words& a, Words& b, Words& block) {
    const Words all = blocks_of_lanes<L>() + first;
    const auto next = all >= blocks;
    a = next ? low[1] : low[0];
    b = next ? high[1] : high[0];
    block = next ? all - blocks : all;
    first += static_cast<std::uint32_t>(L::kWidth);
    if (first >= blocks) {
      first -= blocks;
      ++row;
      low[0] = low[1];
      high[0] = high[1];
      set(1);
    }
  }

 private:
  IDEM_INLINE void set(Index i) {
    const auto index = static_cast<std::uint64_t>(index_of(row + i < rows ? row + i : rows - 1));
    low[i] = L::lane_words(static_cast<std::uint32_t>(index));
    high[i] = L::lane_words(static_cast<std::uint32_t>(index >> 32));
  }
};

}  // namespace detail
}  // namespace idem::inline IDEM_TARGET
