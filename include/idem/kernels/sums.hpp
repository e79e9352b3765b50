// SPDX-License-Identifier: Apache-2.0
/// \file  Long sums and norms: two levels of chains, so that a million terms cost no digits.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <idem/arith/lanes.hpp>
#include <idem/arith/sqrt.hpp>
#include <idem/base/digest.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// What the bits of a finite magnitude stay below.
template <Real R>
inline constexpr BitsOf<R> kInfinityBits = std::bit_cast<BitsOf<R>>(std::numeric_limits<R>::infinity());

/// Terms in a block of a long sum. (One float chain over 1500 x 1500 terms loses three digits; blocks
/// of 64 keep the error of both levels small and are free on every target.)
inline constexpr Index kSumBlock = 64;

/// A long sum that takes its terms one at a time; `LongSum<R> s{}` or `clear` begins it.
///
/// Bits    ARITHMETIC.md section 3.4.
template <Real R>
class LongSum {
 public:
  constexpr void clear() {
    total_ = block_ = R{0};
    in_block_ = 0;
  }

  /// Adds a term.
  constexpr void add(R term) {
    begin_term();
    block_ = block_ + term;
  }
  /// Adds the square of a number.
  constexpr void add_square(R x) {
    begin_term();
    block_ = fma(x, x, block_);
  }
  /// Adds the product of two numbers.
  constexpr void add_product(R x, R y) {
    begin_term();
    block_ = fma(x, y, block_);
  }
  /// Adds `count` terms, at most Most; add(sum, i) adds term i to a sum. Whole blocks go side by side, up to eight, to hide
  /// the latency of their chains.
  template <Index Most, class Add>
  constexpr void add_terms(Index count, const Add& add) {
    Index done = 0;
    if (in_block_ % kSumBlock == 0) {
      if constexpr (Most >= 8 * kSumBlock) {
        // Counted, so that GCC 12 knows how many are left where it knows the count: else it warns at -O3 of terms beyond
        // the last, in blocks that are never reached.
        const Index times = count / (8 * kSumBlock);
        for (Index n = 0; n < times; ++n) add_blocks<8>(n * 8 * kSumBlock, add);
        done = times * 8 * kSumBlock;
      }
      if constexpr (Most >= 4 * kSumBlock) {
        for (; count - done >= 4 * kSumBlock; done += 4 * kSumBlock) add_blocks<4>(done, add);
      }
      if constexpr (Most >= 2 * kSumBlock) {
        for (; count - done >= 2 * kSumBlock; done += 2 * kSumBlock) add_blocks<2>(done, add);
      }
    }
    while (count - done >= kTogether) {
      if (in_block_ == kSumBlock) end_block();
      if (in_block_ > kSumBlock - kTogether) {
        add(*this, done++);
        continue;
      }
      // From a count that the compiler knows: whether the block is full is then no question.
      LongSum part{};
      part.block_ = block_;
      IDEM_UNROLL for (Index i = 0; i < kTogether; ++i) add(part, done + i);
      block_ = part.block_;
      in_block_ += kTogether;
      done += kTogether;
    }
    for (; done < count; ++done) add(*this, done);
  }
  /// The sum so far.
  [[nodiscard]] constexpr R value() const { return total_ + block_; }

 private:
  static constexpr Index kTogether = 16;

  constexpr void end_block() {
    total_ = total_ + block_;
    block_ = R{0};
    in_block_ = 0;
  }
  constexpr void begin_term() {
    if (in_block_ == kSumBlock) end_block();
    ++in_block_;
  }

  template <Index Blocks, class Add>
  constexpr void add_blocks(Index begin, const Add& add) {
    LongSum blocks[Blocks] = {};
    for (Index i = 0; i < kSumBlock; ++i) {
      IDEM_UNROLL for (Index b = 0; b < Blocks; ++b) add(blocks[b], begin + b * kSumBlock + i);
    }
    for (const LongSum& block : blocks) {
      begin_term();
      block_ = block.block_;
      in_block_ = kSumBlock;
    }
  }

  R total_;
  R block_;
  std::int32_t in_block_;
};

/// sum of x_i over `count` numbers.
///
/// Bits    a long sum in blocks of 64: ARITHMETIC.md section 3.4.
template <Real R>
constexpr R sum(const R* x, Index count) {
  LongSum<R> total{};
  for (Index i = 0; i < count; ++i) total.add(x[i]);
  return total.value();
}

/// sum of x_i^2 over `count` numbers.
///
/// Bits    a long sum in blocks of 64: ARITHMETIC.md section 3.4.
template <Real R>
constexpr R sum_of_squares(const R* x, Index count) {
  LongSum<R> total{};
  for (Index i = 0; i < count; ++i) total.add_square(x[i]);
  return total.value();
}

/// ||x||_2 of `count` numbers.
///
/// Bits    ARITHMETIC.md section 3.5. Squares may overflow or vanish: x is not scaled.
template <Real R>
constexpr R norm(const R* x, Index count) {
  return sqrt(sum_of_squares(x, count));
}

namespace detail {

/// sqrt of the sum of term(row, column)^2, one chain a row; rows side by side hide the latency.
template <Index Rows, Index Cols, Real R, class Term>
constexpr R matrix_norm(const Term& term) {
  constexpr Index kTogether = 8;
  R total = R{0};
  for (Index i = 0; i < Rows; i += kTogether) {
    const Index count = Rows - i < kTogether ? Rows - i : kTogether;
    R sums[kTogether] = {};
    for (Index j = 0; j < Cols; ++j) {
      for (Index t = 0; t < count; ++t) {
        const R x = term(i + t, j);
        sums[t] = fma(x, x, sums[t]);
      }
    }
    for (Index t = 0; t < count; ++t) total = total + sums[t];
  }
  return sqrt(total);
}

}  // namespace detail

/// ||A||_F.
///
/// Bits    one chain a row, then one over the rows: ARITHMETIC.md section 3.5.
template <Dense A>
constexpr ScalarOf<A> frobenius_norm(const A& a) {
  using R = ScalarOf<A>;
  return detail::matrix_norm<kRows<A>, kCols<A>, R>(
      [&](Index i, Index j) { return a.data()[i * kCols<A> + j]; });
}

/// ||A - B||_F.
///
/// Bits    each difference is rounded, then as frobenius_norm: ARITHMETIC.md section 3.5.
template <Dense A, Dense B>
constexpr ScalarOf<A> distance(const A& a, const B& b) {
  static_assert(kRows<A> == kRows<B> && kCols<A> == kCols<B>, "idem: a distance needs equal shapes");
  using R = ScalarOf<A>;
  return detail::matrix_norm<kRows<A>, kCols<A>, R>([&](Index i, Index j) {
    const Index at = i * kCols<A> + j;
    return a.data()[at] - b.data()[at];
  });
}

/// <A, B> of two matrices Rows x Cols, row-major.
///
/// Bits    one chain a column, then one over the columns: ARITHMETIC.md section 12.1. Lanes hold columns.
/// Cost    Rows Cols fused multiply-adds.
template <Index Rows, Index Cols, Real R>
IDEM_NOINLINE R inner_product(const R* a, const R* b) {
  using L = Lanes<R>;
  constexpr Index kTogether = 4;
  R total{0};
  for (Index j = 0; j < Cols; j += kTogether * L::kWidth) {
    typename L::Vector sums[kTogether] = {};
    const Index left = Cols - j;
    for (Index k = 0; k < Rows; ++k) {
      const R* const x = a + k * Cols + j;
      const R* const y = b + k * Cols + j;
      IDEM_UNROLL for (Index v = 0; v < kTogether; ++v) {
        const Index from = v * L::kWidth;
        if (from + L::kWidth <= left) {
          sums[v] = L::fma(L::load(x + from), L::load(y + from), sums[v]);
        } else if (from < left) {
          sums[v] = L::fma(L::load_part(x + from, left - from), L::load_part(y + from, left - from), sums[v]);
        }
      }
    }
    R columns[kTogether * L::kWidth];
    IDEM_UNROLL for (Index v = 0; v < kTogether; ++v) L::store(columns + v * L::kWidth, sums[v]);
    for (Index c = 0; c < kTogether * L::kWidth && c < left; ++c) total = total + columns[c];
  }
  return total;
}

/// The largest magnitude among the numbers it sees, as a bit pattern: the patterns of magnitudes rise with
/// them, from zero to infinity to NaN.
template <Real R>
class LargestMagnitude {
  using L = Lanes<R>;
  using Word = typename L::Word;
  using Signed = typename L::SignedWords;  // compared in one instruction on every lanes

 public:
  IDEM_INLINE void see(typename L::Vector v) {
    const Signed m = std::bit_cast<Signed>(std::bit_cast<typename L::Words>(v) & (~Word{0} >> 1));
    most_ = m > most_ ? m : most_;
  }
  IDEM_INLINE void join(const LargestMagnitude& other) { most_ = other.most_ > most_ ? other.most_ : most_; }
  [[nodiscard]] Word bits() const {
    R lanes[L::kWidth];
    L::store(lanes, std::bit_cast<typename L::Vector>(most_));
    Word largest = 0;
    for (const R lane : lanes) {
      const Word m = std::bit_cast<Word>(lane);
      largest = m > largest ? m : largest;
    }
    return largest;
  }

 private:
  Signed most_{};
};

/// The same for `count` numbers.
template <Real R>
IDEM_NOINLINE BitsOf<R> largest_magnitude(const R* x, Index count) {
  using L = Lanes<R>;
  constexpr Index kChains = L::kAlone ? L::kTogether : 4;
  LargestMagnitude<R> chains[kChains];
  // Counted down: GCC 12 warns of an overflow, that cannot be, where an index is counted up at -O3.
  Index left = count;
  for (; left >= kChains * L::kWidth; left -= kChains * L::kWidth) {
    IDEM_UNROLL for (Index v = 0; v < kChains; ++v) chains[v].see(L::load(x + v * L::kWidth));
    x += kChains * L::kWidth;
  }
  for (; left >= L::kWidth; left -= L::kWidth, x += L::kWidth) chains[0].see(L::load(x));
  if (left > 0) chains[0].see(L::load_part(x, left));
  for (Index v = 1; v < kChains; ++v) chains[0].join(chains[v]);
  return chains[0].bits();
}

/// Whether all numbers it sees are finite.
template <Real R>
class AllFinite {
  using L = Lanes<R>;
  using Vector = typename L::Vector;

 public:
  IDEM_INLINE void see(Vector v) {
    if constexpr (kHardwareFma<R>) {
      seen_ = L::fma(v, Vector{}, seen_);  // a product with zero is zero, or else NaN, which stays
    } else {
      seen_.see(v);
    }
  }
  /// Whether all are, here and there.
  IDEM_INLINE void join(const AllFinite& other) {
    if constexpr (kHardwareFma<R>) {
      seen_ = seen_ + other.seen_;
    } else {
      seen_.join(other.seen_);
    }
  }
  [[nodiscard]] IDEM_INLINE bool value() const {
    if constexpr (kHardwareFma<R>) {
      return L::at_least_zero(seen_) == (1u << L::kWidth) - 1;
    } else {
      return seen_.bits() < kInfinityBits<R>;
    }
  }

 private:
  std::conditional_t<kHardwareFma<R>, Vector, LargestMagnitude<R>> seen_{};
};

/// The index of the first of `count` numbers that is NaN or infinite, or -1 when all are finite.
template <Real R>
Index first_not_finite(const R* x, Index count) {
  using L = Lanes<R>;
  if constexpr (kHardwareFma<R>) {
    // Alone, one chain: registers are few, and to load and to step take as long as an fma.
    constexpr Index kTogether = L::kAlone ? L::kTogether : 4, kChains = L::kAlone ? 1 : kTogether;
    AllFinite<R> chains[kChains];
    const R* from = x;
    Index left = count;  // counted down, as above
    for (; left >= kTogether * L::kWidth; left -= kTogether * L::kWidth, from += kTogether * L::kWidth) {
      IDEM_UNROLL for (Index v = 0; v < kTogether; ++v) chains[v % kChains].see(
          L::load(from + v * L::kWidth));
    }
    for (; left >= L::kWidth; left -= L::kWidth, from += L::kWidth) chains[0].see(L::load(from));
    if (left > 0) chains[0].see(L::load_part(from, left));
    IDEM_UNROLL for (Index v = 1; v < kChains; ++v) chains[0].join(chains[v]);
    if (chains[0].value()) return -1;
  } else {
    if (largest_magnitude(x, count) < kInfinityBits<R>) return -1;
  }
  Index i = 0;
  while (x[i] - x[i] == R{0}) ++i;
  return i;
}

/// Whether all of `count` numbers at x, and as many at y, are finite. Few of them in one chain: to call, and to
/// join several, takes longer.
template <Real R>
IDEM_INLINE bool all_finite(const R* x, const R* y, Index count) {
  using L = Lanes<R>;
  if (count > 4 * L::kWidth) return first_not_finite(x, count) < 0 && first_not_finite(y, count) < 0;
  AllFinite<R> both;
  Index i = 0;
  for (; i + L::kWidth <= count; i += L::kWidth) {
    both.see(L::load(x + i));
    both.see(L::load(y + i));
  }
  if (i < count) {
    both.see(L::load_part(x + i, count - i));
    both.see(L::load_part(y + i, count - i));
  }
  return both.value();
}

}  // namespace idem::inline IDEM_TARGET
