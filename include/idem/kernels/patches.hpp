// SPDX-License-Identifier: Apache-2.0
/// \file  Sums of outer products of short vectors, a register for a patch of the matrix: where rows are shorter than
///        two registers or no multiple of one, no lane is idle, or fewer are.
#pragma once

#include <bit>

#include <idem/arith/lanes.hpp>
#include <idem/kernels/relu.hpp>
#include <idem/kernels/tile.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// Row groups and column groups of a D x D matrix; the last may be in part beyond it.
template <Real R, Index D>
inline constexpr Index kPatchRowGroups = ceil_div(D, Lanes<R>::kPatchRows);
template <Real R, Index D>
inline constexpr Index kPatchColumnGroups = ceil_div(D, Lanes<R>::kPatchColumns);

/// Accumulators of patches at a time, beside what feeds them.
inline constexpr Index kPatchSums = 25;

}  // namespace detail

/// Whether D numbers fill patches, and registers badly.
template <Real R, Index D>
inline constexpr bool kFillPatches = Lanes<R>::kPatches&& D % 4 == 0 && D >= 8 && D <= 48 && D % 16 != 0;

/// Whether outer products of D numbers are summed in patches: if they fill them, or if a row would fill less than half a
/// register (of 16 lanes, d = 4 to 7: four patches at most, though with empty lanes; at 9 to 11 nine take longer than rows).
template <Real R, Index D>
inline constexpr bool kInPatches = kFillPatches<R, D> ||
                                   (Lanes<R>::kPatches && D >= 4 && 2 * D < Lanes<R>::kWidth);

/// Whether so few patches that a step is short enough to wait for stores: what was stored in parts is read in those
/// parts, and the step takes the gradient from registers.
template <Real R, Index D>
inline constexpr bool kInFewPatches = kInPatches<R, D>&& D == 8;

/// The sum of x e^T over samples, e_j = t for the neurons that fire and left out for the others.
///
/// Bits    every element is one chain over the samples in ascending order: ARITHMETIC.md sections 7.1 and 13.4.
template <Real R, Index D>
class PatchSums {
  using L = Lanes<R>;
  using Vector = typename L::Vector;
  using Words = typename L::Words;
  static constexpr Index kI = detail::kPatchRowGroups<R, D>, kJ = detail::kPatchColumnGroups<R, D>;
  static constexpr Index kTogether = detail::kPatchSums / kJ < kI ? detail::kPatchSums / kJ : kI;

  static constexpr bool kFew = kInFewPatches<R, D>;
  static constexpr bool kPadded = D % L::kPatchColumns != 0;  // kPatchRows divides kPatchColumns

 public:
  static constexpr Index kRegisters = kI * kJ;

  void clear() {
    for (R& sum : sums_) sum = R{0};
  }

  /// Adds `count` samples.
  ///
  ///     x         count x D, row-major
  ///     words     FiringBits, `stride` numbers for each vector of samples, at least D rounded up to kPatchRows; those of no
  ///               neuron may be anything
  ///     factors   t of each sample
  void add(const R* x, const R* words, Index stride, const R* factors, Index count) {
    add_from<0>(x, words, stride, factors, count);
  }

  /// g[k][j] = the sum.
  void read(R* g) const {
    if constexpr (kFew) {
      Vector rows[kRegisters];
      read(rows);
      IDEM_UNROLL for (Index i = 0; i < kRegisters; ++i) L::store(g + i * L::kWidth, rows[i]);
    } else if constexpr (kPadded) {
      for (Index k = 0; k < D; ++k) {
        const R* const column = sums_ + k / L::kPatchColumns * L::kWidth + k % L::kPatchColumns;
        IDEM_UNROLL for (Index j = 0; j < D; ++j) {
          g[k * D + j] = column[j / L::kPatchRows * kJ * L::kWidth + j % L::kPatchRows * L::kPatchColumns];
        }
      }
    } else {
      IDEM_UNROLL for (Index i = 0; i < kI; ++i) {
        IDEM_UNROLL for (Index k = 0; k < kJ; ++k) {
          L::store_transposed(g + k * L::kPatchColumns * D + i * L::kPatchRows, D,
                              L::load(sums_ + (i * kJ + k) * L::kWidth));
        }
      }
    }
  }

  /// The same in registers, row-major from one to the next; where kInFewPatches.
  IDEM_INLINE void read(Vector (&g)[kRegisters]) const {
    static_assert(kFew);
    IDEM_UNROLL for (Index k = 0; k < kJ; ++k) {
      Vector column[kI];
      IDEM_UNROLL for (Index i = 0; i < kI; ++i) column[i] = L::load(sums_ + (i * kJ + k) * L::kWidth);
      L::transpose_patches(column);
      IDEM_UNROLL for (Index i = 0; i < kI; ++i) g[k * kI + i] = column[i];
    }
  }

 private:
  template <Index First>
  void add_from(const R* x, const R* words, Index stride, const R* factors, Index count) {
    constexpr Index kCount = kI - First < kTogether ? kI - First : kTogether;
    if constexpr (kFew) {
      add_vectors<First, kCount>(x, words, stride, factors, count);
    } else {
      add_rows<First, kCount>(x, words, stride, factors, count);
    }
    if constexpr (First + kCount < kI) add_from<First + kCount>(x, words, stride, factors, count);
  }

  template <Index First, Index Count>
  IDEM_NOINLINE void add_rows(const R* x, const R* words, Index stride, const R* factors, Index count) {
    add_vectors<First, Count>(x, words, stride, factors, count);
  }

  template <Index First, Index Count>
  IDEM_INLINE void add_vectors(const R* x, const R* words, Index stride, const R* factors, Index count) {
    R* const from = sums_ + First * kJ * L::kWidth;
    Vector sums[Count][kJ];
    IDEM_UNROLL for (Index i = 0; i < Count; ++i) {
      IDEM_UNROLL for (Index j = 0; j < kJ; ++j) sums[i][j] = L::load(from + (i * kJ + j) * L::kWidth);
    }
    // Columns beyond D are the next sample's numbers, of which no sum is read. After the last sample there are none: it is
    // copied.
    static_assert(D >= L::kPatchColumns);  // no other sample's columns reach so far
    R last[kJ * L::kPatchColumns] = {};
    if (kPadded && count > 0) {
      IDEM_UNROLL for (Index k = 0; k < D; ++k) last[k] = x[(count - 1) * D + k];
    }
    for (Index begin = 0; begin < count; begin += L::kWidth, words += stride, x += L::kWidth * D) {
      Words bits[Count];
      IDEM_UNROLL for (Index i = 0; i < Count; ++i) {
        const R* const group = words + (First + i) * L::kPatchRows;
        bits[i] = std::bit_cast<Words>(kFew ? L::load_spread_each(group) : L::load_spread(group));
      }
      const Index samples = count - begin < L::kWidth ? count - begin : L::kWidth;
      if (kFew && samples == L::kWidth) {
        IDEM_UNROLL for (Index s = 0; s < L::kWidth; ++s)
            add_sample(x + s * D, bits, s, factors[begin + s], sums);
      } else {
        for (Index s = 0; s < samples; ++s) {
          const R* const row = kPadded && begin + s == count - 1 ? last : x + s * D;
          add_sample(row, bits, s, factors[begin + s], sums);
        }
      }
    }
    IDEM_UNROLL for (Index i = 0; i < Count; ++i) {
      IDEM_UNROLL for (Index j = 0; j < kJ; ++j) L::store(from + (i * kJ + j) * L::kWidth, sums[i][j]);
    }
  }

  /// Adds a sample, whose bit `s` is set in those words of `bits` whose neurons fire.
  template <Index Count>
  IDEM_INLINE static void add_sample(const R* x, const Words (&bits)[Count], Index s, R factor,
                                     Vector (&sums)[Count][kJ]) {
    const Words bit = detail::bit_in_lanes<R>(s);
    const Vector t = L::broadcast(factor);
    Vector columns[kJ];
    IDEM_UNROLL for (Index j = 0; j < kJ; ++j) columns[j] = L::load_repeated(x + j * L::kPatchColumns);
    IDEM_UNROLL for (Index i = 0; i < Count; ++i) {
      IDEM_UNROLL for (Index j = 0; j < kJ; ++j) {
        sums[i][j] = L::fma_where(bits[i], bit, t, columns[j], sums[i][j]);
      }
    }
  }

  alignas(64) R sums_[kRegisters * L::kWidth];  // of rows and columns beyond D too, which mean nothing
};

namespace detail {

/// Adds the products of kPatchRows masked residuals and Patches kPatchColumns inputs of `count` samples to a column of
/// patches of a gradient, or, when `fresh`, puts them there.
template <Index D, Index Stride, Index Patches, Real R>
IDEM_NOINLINE void add_patch_column(const R* x, const R* masked, Index count, bool fresh, R* gradient) {
  using L = Lanes<R>;
  typename L::Vector sums[Patches] = {};
  if (!fresh) {
    R patch[L::kWidth];
    IDEM_UNROLL for (Index j = 0; j < Patches; ++j) {
      const R* const from = gradient + j * L::kPatchColumns * D;
      IDEM_UNROLL for (Index i = 0; i < L::kWidth; ++i) {
        patch[i] = from[i % L::kPatchColumns * D + i / L::kPatchColumns];
      }
      sums[j] = L::load(patch);
    }
  }
  for (Index s = 0; s < count; ++s, x += D, masked += Stride) {
    const auto factor = L::load_spread(masked);
    IDEM_UNROLL for (Index j = 0; j < Patches; ++j) {
      sums[j] = L::fma(factor, L::load_repeated(x + j * L::kPatchColumns), sums[j]);
    }
  }
  IDEM_UNROLL for (Index j = 0; j < Patches; ++j) {
    L::store_transposed(gradient + j * L::kPatchColumns * D, D, sums[j]);
  }
}

}  // namespace detail

/// Whether the last columns of a D x D gradient, too few for a register, are summed in patches: where these are square and
/// the columns fill them. (Of doubles, with two rows, there are twice as many, and a load for each: a step at d = 60 took 2 %
/// longer.)
template <Real R, Index D>
inline constexpr bool kColumnsInPatches =
    Lanes<R>::kPatches&& Lanes<R>::kPatchRows == Lanes<R>::kPatchColumns&& D % Lanes<R>::kPatchRows == 0;

/// Columns [First, D) of G += X^T E, or of G = X^T E when `fresh`, in patches; where kColumnsInPatches. The columns before
/// are neither read nor written.
///
///     First     a multiple of kPatchRows
///     x         count x D, row-major
///     masked    E, rows Stride apart
///     gradient  G, D x D; must not overlap x or E
///
/// Bits    every element is one chain over the samples in ascending order: ARITHMETIC.md section 7.1.
/// Cost    count D (D - First) fused multiply-adds.
template <Index D, Index First, Index Stride, Real R>
void add_columns_in_patches(const R* x, const R* masked, Index count, bool fresh, R* gradient) {
  using L = Lanes<R>;
  static_assert(kColumnsInPatches<R, D> && First % L::kPatchRows == 0);
  constexpr detail::Cut kPieces(D / L::kPatchColumns, detail::kPatchSums);
  for (Index n = 0; n < kPieces.count; ++n) {
    const Index k = kPieces.begin(n) * L::kPatchColumns;
    for (Index j = First; j < D; j += L::kPatchRows) {
      if (n < kPieces.large_count) {
        detail::add_patch_column<D, Stride, kPieces.large>(x + k, masked + j, count, fresh,
                                                           gradient + k * D + j);
      } else if constexpr (kPieces.large_count < kPieces.count) {
        detail::add_patch_column<D, Stride, kPieces.large - 1>(x + k, masked + j, count, fresh,
                                                               gradient + k * D + j);
      }
    }
  }
}

/// The sum of x x^T over the samples of a list; as much of the lower triangle as lies in patches with the upper.
///
/// Bits    every element is one chain over the samples in ascending order: ARITHMETIC.md section 13.3.
template <Real R, Index D>
class GramPatches {
  static_assert(kFillPatches<R, D>);
  using L = Lanes<R>;
  using Vector = typename L::Vector;
  static constexpr Index kI = detail::kPatchRowGroups<R, D>, kJ = detail::kPatchColumnGroups<R, D>;
  static constexpr Index kSide = 5;

 public:
  /// The upper triangle of square += the sum, or = the sum when `fresh`; then its mirror image.
  ///
  ///     x       rows of D numbers
  ///     list    the rows to take, ascending
  ///     square  D x D
  static void add(const R* x, const std::uint32_t* list, Index count, bool fresh, R* square) {
    add_from<0, 0>(x, list, count, fresh, square);
    for (Index i = 1; i < D; ++i) {
      for (Index j = 0; j < i; ++j) square[i * D + j] = square[j * D + i];
    }
  }

 private:
  static constexpr bool used(Index i, Index j) { return i * L::kPatchRows < (j + 1) * L::kPatchColumns; }

  IDEM_INLINE static void move_row(const R* from, R* to) {
    IDEM_UNROLL for (Index c = 0; c < L::kPatchColumns; ++c) to[c] = from[c];
  }

  template <Index I, Index J>
  static void add_from(const R* x, const std::uint32_t* list, Index count, bool fresh, R* square) {
    constexpr Index kRows = kI - I < kSide ? kI - I : kSide, kColumns = kJ - J < kSide ? kJ - J : kSide;
    if constexpr (used(I, J + kColumns - 1)) add_square<I, kRows, J, kColumns>(x, list, count, fresh, square);
    if constexpr (I + kRows < kI) {
      add_from<I + kRows, J>(x, list, count, fresh, square);
    } else if constexpr (J + kColumns < kJ) {
      add_from<0, J + kColumns>(x, list, count, fresh, square);
    }
  }

  template <Index I, Index Rows, Index J, Index Columns>
  IDEM_NOINLINE static void add_square(const R* x, const std::uint32_t* list, Index count, bool fresh,
                                       R* square) {
    Vector sums[Rows][Columns] = {};
    R patch[L::kWidth];
    const auto place = [&](Index i, Index j, Index r) {
      return square + ((I + i) * L::kPatchRows + r) * D + (J + j) * L::kPatchColumns;
    };
    if (!fresh) {
      IDEM_UNROLL for (Index i = 0; i < Rows; ++i) {
        IDEM_UNROLL for (Index j = 0; j < Columns; ++j) {
          if (!used(I + i, J + j)) continue;
          for (Index r = 0; r < L::kPatchRows; ++r) move_row(place(i, j, r), patch + r * L::kPatchColumns);
          sums[i][j] = L::load(patch);
        }
      }
    }
    for (Index n = 0; n < count; ++n) {
      const R* const row = x + static_cast<Index>(list[n]) * D;
      Vector columns[Columns];
      IDEM_UNROLL for (Index j = 0; j < Columns; ++j) {
        columns[j] = L::load_repeated(row + (J + j) * L::kPatchColumns);
      }
      IDEM_UNROLL for (Index i = 0; i < Rows; ++i) {
        const Vector factor = L::load_spread(row + (I + i) * L::kPatchRows);
        IDEM_UNROLL for (Index j = 0; j < Columns; ++j) {
          if (used(I + i, J + j)) sums[i][j] = L::fma(factor, columns[j], sums[i][j]);
        }
      }
    }
    IDEM_UNROLL for (Index i = 0; i < Rows; ++i) {
      IDEM_UNROLL for (Index j = 0; j < Columns; ++j) {
        if (!used(I + i, J + j)) continue;
        L::store(patch, sums[i][j]);
        for (Index r = 0; r < L::kPatchRows; ++r) move_row(patch + r * L::kPatchColumns, place(i, j, r));
      }
    }
  }
};

}  // namespace idem::inline IDEM_TARGET
