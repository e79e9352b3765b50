// SPDX-License-Identifier: Apache-2.0
/// \file  The register tile under every product: out = start + left right, one chain per element.
#pragma once

#include <idem/arith/lanes.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// How the operands of a product lie in memory: distances between the elements that k, i and j step
/// through. Known when the program is compiled, so that they cost no register and no instruction.
///
/// Padded says that rows of `right` can be read to the end of a whole vector.
///
/// Vectors that stand side by side in a row lie a vector's width apart, unless RightVector (for `right`) or StartVector
/// (for `start` and `out`) says otherwise. Rows of `start` lie Start apart, if that is known when the program is compiled.
template <Index LeftRow, Index LeftDepth, Index Right, Index Out, bool Padded = false, Index RightVector = 0,
          Index StartVector = 0, Index Start = 0>
struct Strides {
  static constexpr Index kLeftRow = LeftRow;
  static constexpr Index kLeftDepth = LeftDepth;
  static constexpr Index kRight = Right;
  static constexpr Index kOut = Out;
  static constexpr bool kPadded = Padded;
  static constexpr Index kStart = Start;
  template <Real R>
  static constexpr Index kRightVector = RightVector == 0 ? Lanes<R>::kWidth : RightVector;
  template <Real R>
  static constexpr Index kStartVector = StartVector == 0 ? Lanes<R>::kWidth : StartVector;
};

/// The operands of a product:
///
///     out[i][j] = start[i][j] + sum over k of left(i, k) right[k][j]
///
/// where left(i, k) = left[i kLeftRow + k kLeftDepth], so that a matrix and its transpose are the same
/// thing, and rows of right, start and out lie kRight, start_stride and kOut apart. No start (null) means +0.
/// `out` may be `start`; it must not overlap left or right.
template <Real R, class StridesType>
struct Product {
  const R* left;
  const R* right;
  const R* start;
  Index start_stride;
  R* out;
};

namespace detail {

constexpr Index ceil_div(Index a, Index b) {
  return (a + b - 1) / b;
}

/// How `total` is cut into the fewest pieces of at most `most`: sizes differ by at most one, so that
/// no piece is a sliver. The first `large_count` pieces have size `large`, the others `large - 1`.
struct Cut {
  constexpr Cut(Index total, Index most)
      : count(ceil_div(total, most)),
        large(count == 0 ? 0 : ceil_div(total, count)),
        large_count(total - count * (large - 1)) {}
  [[nodiscard]] constexpr Index begin(Index piece) const {
    return piece < large_count ? piece * large : piece * (large - 1) + large_count;
  }
  Index count;  // a total of 0 is cut into none
  Index large;
  Index large_count;
};

/// Writes a tile to `out`.
struct Store {
  template <Index Rows, Index Vectors, bool Part, Real R, class S>
  IDEM_INLINE void take(const Product<R, S>& p, const typename Lanes<R>::Vector (&sums)[Rows][Vectors],
                        Index i, Index j, Index part) const {
    using L = Lanes<R>;
    IDEM_UNROLL for (Index r = 0; r < Rows; ++r) {
      R* to = p.out + (i + r) * S::kOut + j;
      IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) {
        R* const vector = to + v * S::template kStartVector<R>;
        if (Part && v == Vectors - 1) {
          L::store_part(vector, sums[r][v], part);
        } else {
          L::store(vector, sums[r][v]);
        }
      }
    }
  }
};

/// What a sink has to do beside the products of a tile, a part of it in each step; nothing, unless it says so.
template <Index Vectors, class Sink>
IDEM_INLINE auto work_beside(Sink& sink) {
  if constexpr (requires { sink.template beside<Vectors>(); }) {
    return sink.template beside<Vectors>();
  } else {
    return [] {};
  }
}

/// Adds the products of one k to the sums of a tile, and steps to the next.
template <bool Part, class S, Index Rows, Index Vectors, Real R>
IDEM_INLINE void add_products(const R*& left, const R*& right, Index part,
                              typename Lanes<R>::Vector (&sums)[Rows][Vectors]) {
  using L = Lanes<R>;
  using Vector = typename L::Vector;
  Vector factors[Vectors];
  IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) {
    const R* const from = right + v * S::template kRightVector<R>;
    factors[v] = Part && !S::kPadded && v == Vectors - 1 ? L::load_part(from, part) : L::load(from);
  }
  IDEM_UNROLL for (Index r = 0; r < Rows; ++r) {
    // The analyser takes p.start, which may be null, for p.left, which may not: predictions start at x.
    // NOLINTNEXTLINE(clang-analyzer-core.NullDereference)
    const Vector factor = L::broadcast(left[r * S::kLeftRow]);
    IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) sums[r][v] = L::fma(factor, factors[v], sums[r][v]);
  }
  left += S::kLeftDepth;
  right += S::kRight;
}

/// Rows x Vectors elements of the product from row `i`, column `j`, handed to sink.take; in the last
/// vector only `part` lanes exist when `Part`.
template <Index Rows, Index Vectors, bool Part, Real R, class S, class Sink>
IDEM_INLINE void tile(const Product<R, S>& p, Index depth, Index i, Index j, Index part, Sink& sink) {
  using L = Lanes<R>;
  using Vector = typename L::Vector;
  constexpr Index kLast = Vectors - 1;
  Vector sums[Rows][Vectors];
  if (p.start == nullptr) {
    IDEM_UNROLL for (Index r = 0; r < Rows; ++r) {
      IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) sums[r][v] = L::broadcast(R{0});
    }
  } else {
    IDEM_UNROLL for (Index r = 0; r < Rows; ++r) {
      const R* from = p.start + (i + r) * (S::kStart > 0 ? S::kStart : p.start_stride) + j;
      IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) {
        const R* const vector = from + v * S::template kStartVector<R>;
        sums[r][v] = Part && v == kLast ? L::load_part(vector, part) : L::load(vector);
      }
    }
  }
  const R* left = p.left + i * S::kLeftRow;
  const R* right = p.right + j / L::kWidth * S::template kRightVector<R> + j % L::kWidth;
  Index k = 0;
  if constexpr (L::kTogether > 1) {
    // To count and to step cost as much as an fma.
    static_assert(!requires { sink.template beside<Vectors>(); });
    for (; k + 4 <= depth; k += 4) {
      IDEM_UNROLL for (Index n = 0; n < 4; ++n) add_products<Part, S>(left, right, part, sums);
    }
  }
  auto work = work_beside<Vectors>(sink);
  for (; k < depth; ++k) {
    add_products<Part, S>(left, right, part, sums);
    work();
  }
  sink.template take<Rows, Vectors, Part>(p, sums, i, j, part);
}

/// The tiles of row pieces [first, last) in one panel of `Vectors` vectors from column `j`.
template <Index Rows, Index TileRows, Index Vectors, bool Part, Real R, class S, class Sink>
void panel(const Product<R, S>& p, Index depth, Index first, Index last, Index j, Index part, Sink& sink) {
  constexpr Cut kCut(Rows, TileRows);
  constexpr bool kTwoSizes = kCut.large_count < kCut.count;
  for (Index piece = first; piece < last; ++piece) {
    if constexpr (kTwoSizes) {
      if (piece >= kCut.large_count) {
        tile<kCut.large - 1, Vectors, Part>(p, depth, kCut.begin(piece), j, part, sink);
        continue;
      }
    }
    tile<kCut.large, Vectors, Part>(p, depth, kCut.begin(piece), j, part, sink);
  }
}

/// How many vectors a tile of a product with this many rows takes, and how many rows with this many
/// vectors. Few rows take more vectors, to hide the latency of an fma (4 cycles, 2 a cycle).
template <Real R, Index Rows>
inline constexpr Index kPanelVectors = Rows >= Lanes<R>::kTileRows      ? Lanes<R>::kTileVectors
                                       : Lanes<R>::kTileSums / Rows < 8 ? Lanes<R>::kTileSums / Rows
                                                                        : 8;
template <Real R, Index Vectors>
inline constexpr Index kPanelRows = Lanes<R>::kTileSums / (Vectors < 1 ? 1 : Vectors);

template <Index Rows, Index Vectors, Real R, class S, class Sink>
IDEM_NOINLINE void whole_panel(const Product<R, S>& p, Index depth, Sink& sink) {
  constexpr Index kTileRows = kPanelRows<R, Vectors>;
  panel<Rows, kTileRows, Vectors, false>(p, depth, 0, Cut(Rows, kTileRows).count, 0, 0, sink);
}

/// The whole depth of the product is walked in blocks whose slice of `right` stays in the first-level
/// cache; between blocks the chains rest in `out`.
inline constexpr Index kDepthBlock = 256;

template <Real R, class S, class F>
IDEM_INLINE void for_depth_blocks(const Product<R, S>& p, Index depth, F&& body) {
  static_assert(S::kStart == 0 || S::kStart == S::kOut);
  const Cut cut(depth, kDepthBlock);
  Product<R, S> block = p;
  if (cut.count == 0) body(block, 0);
  for (Index n = 0; n < cut.count; ++n) {
    const Index size = cut.begin(n + 1) - cut.begin(n);
    body(block, size);
    block.left += size * S::kLeftDepth;
    block.right += size * S::kRight;
    block.start = p.out;
    block.start_stride = S::kOut;
  }
}

}  // namespace detail

/// How many pieces the rows of a product with `Cols` columns are cut into: what threads share out.
template <Real R, Index Rows, Index Cols>
constexpr Index row_pieces() {
  constexpr detail::Cut kPanels(detail::ceil_div(Cols, Lanes<R>::kWidth), detail::kPanelVectors<R, Rows>);
  return detail::Cut(Rows, detail::kPanelRows<R, kPanels.large>).count;
}

/// Row pieces [first, last) of a product of compile-time shape Rows x Cols.
///
/// Bits    every element is one chain of fma in ascending k: ARITHMETIC.md section 3.
/// Memory  no heap; the registers of one tile.
template <Index Rows, Index Cols, Real R, class S>
IDEM_NOINLINE void product_rows(const Product<R, S>& p, Index depth, Index first, Index last) {
  using L = Lanes<R>;
  constexpr Index kVectors = detail::ceil_div(Cols, L::kWidth);
  constexpr Index kPart = Cols % L::kWidth;
  constexpr detail::Cut kPanels(kVectors, detail::kPanelVectors<R, Rows>);
  constexpr Index kLarge = kPanels.large;
  constexpr Index kTileRows = detail::kPanelRows<R, kLarge>;
  constexpr bool kTwoSizes = kPanels.large > 1 && kPanels.large_count < kPanels.count;
  constexpr Index kSmall = kTwoSizes ? kPanels.large - 1 : kPanels.large;
  constexpr Index kWhole = kPart == 0 ? kPanels.count : kPanels.count - 1;
  const detail::Store store;
  detail::for_depth_blocks(p, depth, [&](const Product<R, S>& block, Index block_depth) {
    for (Index n = 0; n < kWhole; ++n) {
      const Index j = kPanels.begin(n) * L::kWidth;
      if (kTwoSizes && n >= kPanels.large_count) {
        detail::panel<Rows, kTileRows, kSmall, false>(block, block_depth, first, last, j, 0, store);
      } else {
        detail::panel<Rows, kTileRows, kPanels.large, false>(block, block_depth, first, last, j, 0, store);
      }
    }
    if constexpr (kPart != 0) {
      detail::panel<Rows, kTileRows, kSmall, true>(block, block_depth, first, last,
                                                   kPanels.begin(kWhole) * L::kWidth, kPart, store);
    }
  });
}

/// All rows, in ascending order, of a product whose columns are `vectors` whole vectors, at most a tile's,
/// handed to sink.take a tile at a time: nothing is written to `out`.
///
/// Bits    as product_rows: columns that pad a row to whole vectors change no other.
template <Index Rows, Real R, class S, class Sink>
IDEM_INLINE void product_panel(const Product<R, S>& p, Index depth, Index vectors, Sink& sink) {
  using L = Lanes<R>;
  static_assert(L::kTileVectors <= 4);
  if constexpr (L::kTileVectors >= 4) {
    if (vectors == 4) return detail::whole_panel<Rows, 4>(p, depth, sink);
  }
  if constexpr (L::kTileVectors >= 3) {
    if (vectors == 3) return detail::whole_panel<Rows, 3>(p, depth, sink);
  }
  if constexpr (L::kTileVectors >= 2) {
    if (vectors == 2) return detail::whole_panel<Rows, 2>(p, depth, sink);
  }
  detail::whole_panel<Rows, 1>(p, depth, sink);
}

}  // namespace idem::inline IDEM_TARGET
