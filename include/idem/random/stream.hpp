// SPDX-License-Identifier: Apache-2.0
/// \file  Streams of random words in which every sample has an address.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <idem/arith/lanes.hpp>
#include <idem/base/types.hpp>
#include <idem/random/threefry.hpp>

namespace idem::inline IDEM_TARGET {

/// What a stream is drawn for: streams of one seed and different purposes are independent. The
/// numbers are part of the contract: a new purpose takes the next one, none is reused, none is 0.
enum class Purpose : std::uint32_t {
  inputs = 1,       ///< the x of training samples
  teacher = 2,      ///< the weights that are to be learned
  init = 3,         ///< the weights that learning starts from
  noise = 4,        ///< disturbances of labels
  shuffle = 5,      ///< the order of samples in an epoch (permutation.hpp)
  signs = 6,        ///< signs of neurons
  test_inputs = 7,  ///< the x of samples that no training sees
  spectrum = 8,     ///< prescribed singular values
  probe = 9,        ///< start vectors of iterations, and points at which something is measured
};

/// An endless supply of random words, addressed by sample and component. It holds no position: the
/// same address gives the same word on any thread, in any order, as often as one asks.
struct Stream {
  std::uint64_t seed;
  Purpose purpose;
  std::uint32_t replica = 0;  ///< tells apart streams of one seed and purpose: trials, epochs

  /// Bits    ARITHMETIC.md section 5.2.
  [[nodiscard]] constexpr Words key() const {
    return {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
            static_cast<std::uint32_t>(purpose), replica};
  }

  /// Components 4 block to 4 block + 3 of sample `index`.
  [[nodiscard]] constexpr Words words(std::uint64_t index, std::uint32_t block) const {
    return threefry4x32(
        {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32), block, 0}, key());
  }

  /// Component `component` of sample `index`: 0 <= component < 2^34.
  [[nodiscard]] constexpr std::uint32_t word(std::uint64_t index, Index component) const {
    return words(index, static_cast<std::uint32_t>(component / 4))[static_cast<std::size_t>(component % 4)];
  }
};

namespace detail {

/// Blocks drawn side by side, a full vector of the widest lanes; 1 on plain lanes, which are also
/// where the stack is small.
#if defined(IDEM_LANES_PLAIN)
inline constexpr Index kTileBlocks = 1;
#else
inline constexpr Index kTileBlocks = 16;
#endif
inline constexpr Index kTileWords = 4 * kTileBlocks;

/// The words of kTileBlocks blocks, one block after another; block i has the counter counter_of(i).
///
/// A constant count and an array of its own: GCC 12 and Clang 14 vectorise the loop from -O2 on.
template <class CounterOf>
IDEM_INLINE constexpr void draw_tile(const Words& key, const CounterOf& counter_of, std::uint32_t* words) {
  for (Index i = 0; i < kTileBlocks; ++i) {
    const Words w = threefry4x32(counter_of(i), key);
    words[4 * i] = w[0];
    words[4 * i + 1] = w[1];
    words[4 * i + 2] = w[2];
    words[4 * i + 3] = w[3];
  }
}

/// Whether a lane of integers is drawn for each block: then values are computed where their words are drawn.
inline constexpr bool kDrawsInLanes = Lanes<float>::kLookup;

/// The values of kWidth blocks, lane i for the block with counter (low, high, block, 0); after it vector c holds, in
/// quarter q, those of lane 4 q + c.
template <class Value, class L>
IDEM_INLINE void draw_lanes(const Words& key, typename L::Words low, typename L::Words high,
                            typename L::Words block, typename L::Vector (&values)[4]) {
  typename L::Words last{};
  threefry(low, high, block, last, key);
  values[0] = Value::template in_lanes<L>(low);
  values[1] = Value::template in_lanes<L>(high);
  values[2] = Value::template in_lanes<L>(block);
  values[3] = Value::template in_lanes<L>(last);
  L::transpose_quarters(values);
}

/// Lane 4 q + c of the blocks of a tile, so that after draw_lanes they stand in their order: block kWidth / 4 c + q.
template <class L>
IDEM_INLINE typename L::Words blocks_of_lanes() {
  typename L::Words blocks{};
  IDEM_UNROLL for (Index i = 0; i < L::kWidth; ++i) {
    blocks[i] = static_cast<std::uint32_t>(L::kWidth / 4 * (i % 4) + i / 4);
  }
  return blocks;
}

/// Values in the scalar that is asked for.
template <class L, Real R>
IDEM_INLINE void store_values(const typename L::Vector& values, R* out) {
  if constexpr (sizeof(R) == sizeof(float)) {
    L::store(out, values);
  } else {
    float numbers[L::kWidth];
    L::store(numbers, values);
    for (Index i = 0; i < L::kWidth; ++i) out[i] = static_cast<R>(numbers[i]);
  }
}

/// As `fill`, where kDrawsInLanes.
template <class Value, class L, Real R>
IDEM_NOINLINE void fill_in_lanes(const Stream& stream, std::uint64_t index, R* out, Index count) {
  constexpr Index kTile = 4 * L::kWidth;
  const Words key = stream.key();
  const auto low = L::lane_words(static_cast<std::uint32_t>(index));
  const auto high = L::lane_words(static_cast<std::uint32_t>(index >> 32));
  auto block = blocks_of_lanes<L>();
  for (; count > 0; count -= kTile, out += kTile, block += static_cast<std::uint32_t>(L::kWidth)) {
    typename L::Vector values[4];
    draw_lanes<Value, L>(key, low, high, block, values);
    if (count >= kTile) {
      IDEM_UNROLL for (Index v = 0; v < 4; ++v) store_values<L>(values[v], out + v * L::kWidth);
    } else {
      R last[kTile];
      IDEM_UNROLL for (Index v = 0; v < 4; ++v) store_values<L>(values[v], last + v * L::kWidth);
      for (Index i = 0; i < count; ++i) out[i] = last[i];
    }
  }
}

/// As fill_rows for kWidth rows, where kDrawsInLanes.
template <class Value, class L, Real R, class IndexOf>
IDEM_NOINLINE void fill_rows_in_lanes(const Stream& stream, const IndexOf& index_of, R* out, Index row,
                                      Index cols) {
  const Words key = stream.key();
  typename L::Words low{}, high{};
  IDEM_UNROLL for (Index i = 0; i < L::kWidth; ++i) {
    const auto index = static_cast<std::uint64_t>(index_of(row + i));
    low[i] = static_cast<std::uint32_t>(index);
    high[i] = static_cast<std::uint32_t>(index >> 32);
  }
  for (Index c = 0; c < cols; c += 4) {
    typename L::Vector values[4];
    draw_lanes<Value, L>(key, low, high, L::lane_words(static_cast<std::uint32_t>(c / 4)), values);
    R numbers[4][L::kWidth];
    IDEM_UNROLL for (Index v = 0; v < 4; ++v) store_values<L>(values[v], numbers[v]);
    const Index width = cols - c < 4 ? cols - c : 4;
    IDEM_UNROLL for (Index i = 0; i < L::kWidth; ++i) {
      const R* const from = numbers[i % 4] + i / 4 * 4;
      R* const to = out + i * cols + c;
      if (width == 4) {
        IDEM_UNROLL for (Index j = 0; j < 4; ++j) to[j] = from[j];
      } else {
        for (Index j = 0; j < width; ++j) to[j] = from[j];
      }
    }
  }
}

/// out[c] = Value::of(stream.word(index, c)), c < count.
template <class Value, Real R>
constexpr void fill(const Stream& stream, std::uint64_t index, R* out, Index count) {
  if constexpr (kDrawsInLanes) {
    if (!std::is_constant_evaluated() && count > 8) {
      fill_in_lanes<Value, Lanes<float>>(stream, index, out, count);
      return;
    }
  }
  Index c = 0;
  if constexpr (kTileBlocks > 1 && !kDrawsInLanes) {
    const Words key = stream.key();
    const auto low = static_cast<std::uint32_t>(index);
    const auto high = static_cast<std::uint32_t>(index >> 32);
    for (; count - c > 8; c += kTileWords) {  // two blocks are drawn sooner one by one
      const auto block = static_cast<std::uint32_t>(c / 4);
      std::uint32_t words[kTileWords];
      draw_tile(
          key,
          [&](Index i) {
            return Words{low, high, block + static_cast<std::uint32_t>(i), 0};
          },
          words);
      if (count - c >= kTileWords) {
        for (Index i = 0; i < kTileWords; ++i) out[c + i] = static_cast<R>(Value::of(words[i]));
      } else {
        for (Index i = 0; i < count - c; ++i) out[c + i] = static_cast<R>(Value::of(words[i]));
      }
    }
  }
  for (; c < count; c += 4) {
    const Words w = stream.words(index, static_cast<std::uint32_t>(c / 4));
    for (Index i = 0; i < 4 && c + i < count; ++i) {
      out[c + i] = static_cast<R>(Value::of(w[static_cast<std::size_t>(i)]));
    }
  }
}

/// out[r cols + c] = Value::of(stream.word(index_of(r), c)), r < rows, c < cols. Rows may be short,
/// so the blocks that stand side by side are those of kTileBlocks rows.
template <class Value, Real R, class IndexOf>
constexpr void fill_rows(const Stream& stream, const IndexOf& index_of, R* out, Index rows, Index cols) {
  Index row = 0;
  if constexpr (kDrawsInLanes) {
    constexpr Index kWidth = Lanes<float>::kWidth;
    if (!std::is_constant_evaluated()) {
      for (; rows - row >= kWidth; row += kWidth, out += kWidth * cols) {
        fill_rows_in_lanes<Value, Lanes<float>>(stream, index_of, out, row, cols);
      }
    }
  }
  if constexpr (kTileBlocks > 1 && !kDrawsInLanes) {
    const Words key = stream.key();
    for (; rows - row >= kTileBlocks; row += kTileBlocks) {
      std::uint32_t low[kTileBlocks];
      std::uint32_t high[kTileBlocks];
      for (Index i = 0; i < kTileBlocks; ++i) {
        const auto index = static_cast<std::uint64_t>(index_of(row + i));
        low[i] = static_cast<std::uint32_t>(index);
        high[i] = static_cast<std::uint32_t>(index >> 32);
      }
      for (Index c = 0; c < cols; c += 4) {
        const auto block = static_cast<std::uint32_t>(c / 4);
        std::uint32_t words[kTileWords];
        draw_tile(
            key,
            [&](Index i) {
              return Words{low[i], high[i], block, 0};
            },
            words);
        float values[kTileWords];
        for (Index i = 0; i < kTileWords; ++i) values[i] = Value::of(words[i]);
        const Index width = cols - c < 4 ? cols - c : 4;
        for (Index i = 0; i < kTileBlocks; ++i) {
          R* to = out + i * cols + c;
          if (width == 4) {
            for (Index j = 0; j < 4; ++j) to[j] = static_cast<R>(values[4 * i + j]);
          } else {
            for (Index j = 0; j < width; ++j) to[j] = static_cast<R>(values[4 * i + j]);
          }
        }
      }
      out += kTileBlocks * cols;
    }
  }
  for (; row < rows; ++row, out += cols) {
    fill<Value>(stream, static_cast<std::uint64_t>(index_of(row)), out, cols);
  }
}

}  // namespace detail
}  // namespace idem::inline IDEM_TARGET
