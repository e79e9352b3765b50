// SPDX-License-Identifier: Apache-2.0
/// \file  The backward pass of many samples through many weights, a block that stays in the caches at a time.
#pragma once

#include <bit>

#include <idem/kernels/relu.hpp>
#include <idem/kernels/sums.hpp>
#include <idem/kernels/tile.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// Keeps the sums of a tile.
template <Real R, Index D>
struct KeepSums {
  R* gradient;
  [[nodiscard]] const R* wanted() const { return gradient; }

  template <Index Rows, Index Vectors, bool Part>
  IDEM_INLINE void take(const typename Lanes<R>::Vector (&sums)[Rows][Vectors], Index i, Index j) {
    const Store store;
    const Product<R, Strides<0, 0, 0, D>> p{nullptr, nullptr, nullptr, 0, gradient};
    store.take<Rows, Vectors, Part>(p, sums, i, j, D % Lanes<R>::kWidth);
  }
};

/// Takes the step with the sums of a tile: they get the signs of their neurons, and the old weights are left in their
/// place. ARITHMETIC.md section 7.2.
template <class Model>
struct StepWeights {
  using R = typename Model::Scalar;
  using L = Lanes<R>;
  static constexpr Index D = Model::kDim;
  Model& model;
  R minus_c;
  R* gradient;
  AllFinite<R> finite{};
  [[nodiscard]] const R* wanted() const { return model.weights().data(); }

  template <Index Rows, Index Vectors, bool Part>
  IDEM_INLINE void take(const typename L::Vector (&sums)[Rows][Vectors], Index i, Index j) {
    using Bits = typename L::Words;
    using Word = typename L::Word;
    constexpr Index kPart = D % L::kWidth;
    const auto factor = L::broadcast(minus_c);
    R *g = gradient + i * D + j, *w = model.weights().data() + i * D + j;
    AllFinite<R> seen = finite;  // in a register: the compiler cannot know that the stores leave it alone
    Bits flips[Vectors];
    IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) {
      const Bits minus = L::lane_words(model.negative_from(j + v * L::kWidth)) & L::lane_bits();
      flips[v] = minus != 0 ? L::lane_words(~(~Word{0} >> 1)) : Bits{};
    }
    IDEM_UNROLL for (Index r = 0; r < Rows; ++r, g += D, w += D) {
      IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) {
        const auto sum = std::bit_cast<typename L::Vector>(std::bit_cast<Bits>(sums[r][v]) ^ flips[v]);
        R *const to_g = g + v * L::kWidth, *const to_w = w + v * L::kWidth;
        if (Part && v == Vectors - 1) {
          const auto old = L::load_part(to_w, kPart);
          const auto now = L::fma(factor, sum + typename L::Vector{}, old);
          L::store_part(to_g, old, kPart);
          L::store_part(to_w, now, kPart);
          seen.see(now);
        } else {
          const auto old = L::load(to_w), now = L::fma(factor, sum + typename L::Vector{}, old);
          L::store(to_g, old);
          L::store(to_w, now);
          seen.see(now);
        }
      }
    }
    finite = seen;
  }
};

/// The gradient of `count` samples where kInBlocks: inputs as forward_in_blocks leaves them, its words, SliceCount for
/// each vector of neurons, and residuals.
///
/// Bits    g[k][j] <- fma(x_k, e_j, g[k][j]) over the samples in ascending order: ARITHMETIC.md section 7.1.
/// Memory  the masked residuals of 160 samples for a panel of neurons on the stack: 30 KiB with AVX-512.
template <Real R, Index D, Index SliceCount>
struct GradientBlocks {
  using L = Lanes<R>;
  static constexpr Index kWidth = L::kWidth, kRows = L::kTileRows, kVectors = L::kTileVectors;
  static constexpr Index kPieces = ceil_div(D, kRows), kPart = D % kWidth;
  /// So many row pieces meet all neurons one after the other while their inputs stay in the second-level cache: 640 KiB
  /// (400 and 1000 are as good).
  static constexpr Index kPieceBytes = SliceCount * kRows * static_cast<Index>(sizeof(R)),
                         kPiecesTogether = 640 * 1024 / kPieceBytes < 1 ? 1 : 640 * 1024 / kPieceBytes;
  /// Residuals of 160 samples for a panel of neurons stay in the first-level cache (AVX-512: 30 KiB). At d = 1500 the
  /// backward pass takes 1.14 times its multiply-adds at the peak, with 320 samples 1.77.
  static constexpr Index kSampleVectors = 160 / kWidth;

  const R* inputs;
  const R* words;
  const R* residuals;
  Index count;

  /// The gradient's row pieces [first, last), handed to `sink` when they are complete and until then resting in
  /// `gradient`, where they begin unless `fresh`.
  template <class Sink>
  void rows(Index first, Index last, bool fresh, R* gradient, Sink& sink) const {
    constexpr Cut kPanels(ceil_div(D, kWidth), kVectors);
    constexpr Index kLarge = kPanels.large, kSmall = kLarge > 1 ? kLarge - 1 : 1;
    constexpr bool kTwoSizes = kPanels.large_count < kPanels.count;
    constexpr Index kLast = kTwoSizes ? kSmall : kLarge;
    const Cut blocks(last - first, kPiecesTogether);
    for (Index b = 0; b < blocks.count; ++b) {
      const Index begin = first + blocks.begin(b), end = first + blocks.begin(b + 1);
      for (Index n = 0; n + 1 < kPanels.count; ++n) {
        if (kTwoSizes && n >= kPanels.large_count) {
          panel<kSmall, false>(begin, end, kPanels.begin(n), fresh, gradient, sink);
        } else {
          panel<kLarge, false>(begin, end, kPanels.begin(n), fresh, gradient, sink);
        }
      }
      panel<kLast, D % kWidth != 0>(begin, end, kPanels.begin(kPanels.count - 1), fresh, gradient, sink);
    }
  }

 private:
  template <Index Vectors, bool Part, class Sink>
  IDEM_NOINLINE void panel(Index first, Index last, Index vector, bool fresh, R* gradient, Sink& sink) const {
    alignas(64) R masked[kSampleVectors * kWidth * kVectors * kWidth];
    const Cut parts(ceil_div(count, kWidth), kSampleVectors);
    KeepSums<R, D> keep{gradient};
    for (Index n = 0; n < parts.count; ++n) {
      const Index begin = parts.begin(n), end = parts.begin(n + 1);
      unpack<Vectors, Part>(vector, begin, end, masked);
      const R* const start = fresh && n == 0 ? nullptr : gradient;
      if (n + 1 < parts.count) {
        tiles<Vectors, Part>(first, last, begin, end, masked, start, vector * kWidth, keep);
      } else {
        tiles<Vectors, Part>(first, last, begin, end, masked, start, vector * kWidth, sink);
      }
    }
  }

  template <Index Vectors, bool Part>
  IDEM_INLINE void unpack(Index vector, Index begin, Index end, R* masked) const {
    for (Index v = begin; v < end; ++v, masked += kWidth * Vectors * kWidth) {
      const Index left = count - v * kWidth, samples = left < kWidth ? left : kWidth;
      IDEM_UNROLL for (Index i = 0; i < Vectors; ++i) {
        const R* const from = words + (vector + i) * SliceCount + v * kWidth;
        const auto bits = Part && i == Vectors - 1 ? L::load_part(from, kPart) : L::load(from);
        FiringBits<R>::unpack(bits, masked + i * kWidth, Vectors * kWidth, residuals + v * kWidth, samples);
      }
    }
  }

  template <Index Vectors, bool Part, class Sink>
  IDEM_INLINE void tiles(Index first, Index last, Index begin, Index end, const R* masked, const R* start,
                         Index j, Sink& sink) const {
    for (Index piece = first; piece < last; ++piece) {
      // Not the rows behind the last: they may be another thread's.
      const Index row = piece * kRows, next = piece + 1 < last ? row + kRows : row;
      if (D % kRows != 0 && piece == kPieces - 1) {
        tile<D % kRows == 0 ? kRows : D % kRows, Vectors, Part>(row, begin, end, masked, start, j, next,
                                                                sink);
      } else {
        tile<kRows, Vectors, Part>(row, begin, end, masked, start, j, next, sink);
      }
    }
  }

  template <Index Rows, Index Vectors, bool Part, class Sink>
  IDEM_INLINE void tile(Index row, Index begin, Index end, const R* masked, const R* start, Index j,
                        Index next, Sink& sink) const {
    using S = Strides<kWidth, 1, Vectors * kWidth, D, true>;
    typename L::Vector sums[Rows][Vectors];
    IDEM_UNROLL for (Index r = 0; r < Rows; ++r) {
      IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) {
        if (start == nullptr) {
          sums[r][v] = L::broadcast(R{0});
        } else {
          const R* const from = start + (row + r) * D + j + v * kWidth;
          sums[r][v] = Part && v == Vectors - 1 ? L::load_part(from, kPart) : L::load(from);
        }
      }
    }
    const R *right = masked, *wanted = sink.wanted() + next * D + j;
    for (Index v = begin; v < end; ++v) {
      const R* left = inputs + (v * D + row) * kWidth;
      const Index rest = count - v * kWidth, samples = rest < kWidth ? rest : kWidth;
      const R* const soon = v + 1 < end ? left + D * kWidth : inputs + (begin * D + next) * kWidth;
      IDEM_UNROLL for (Index r = 0; r < Rows; ++r) __builtin_prefetch(soon + r * kWidth);
      IDEM_UNROLL for (Index i = 0; i < Vectors; ++i) __builtin_prefetch(wanted + i * kWidth, 1);
      __builtin_prefetch(wanted + ((Part ? (Vectors - 1) * kWidth + kPart : Vectors * kWidth) - 1), 1);
      if (v - begin < Rows - 1) wanted += D;
      for (Index s = 0; s < samples; ++s) add_products<false, S>(left, right, 0, sums);
    }
    sink.template take<Rows, Vectors, Part>(sums, row, j);
  }
};

}  // namespace detail

}  // namespace idem::inline IDEM_TARGET
