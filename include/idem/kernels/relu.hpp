// SPDX-License-Identifier: Apache-2.0
/// \file  The rectifier, and which neurons fire, a bit each.
#pragma once

#include <bit>
#include <cstdint>

#include <idem/arith/lanes.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// z > 0 ? z : +0, so that NaN and -0 give +0. In lanes or alone.
template <class V>
IDEM_INLINE V relu(V z) {
  return z > V{} ? z : V{};
}

/// sum + relu(z), or sum - relu(z) when `minus`, for a sum that is nowhere -0; returns which z >= 0, of either zero.
template <Real R>
IDEM_INLINE typename Lanes<R>::Word add_rectified(typename Lanes<R>::Vector& sum, typename Lanes<R>::Vector z,
                                                  bool minus) {
  using L = Lanes<R>;
  const typename L::Word fires = L::at_least_zero(z);
  if constexpr (kHardwareFma<R> && !L::kAlone) {
    // Rounded as the sum or the difference is, without a branch.
    static constexpr R kSigns[] = {R{1}, R{-1}};
    const auto sign = L::broadcast(kSigns[minus]);
    if constexpr (L::kPatches) {
      sum = L::fma_where(fires, z, sign, sum);
    } else {
      sum = L::fma(relu(z), sign, sum);
    }
  } else {
    const auto a = relu(z);
    sum = minus ? sum - a : sum + a;
  }
  return fires;
}

namespace detail {

/// Bit s of a word, in memory: a broadcast from there leaves the shuffle port alone, one from a general register does
/// not.
template <class Word>
struct BitTable {
  constexpr BitTable() {
    for (Index s = 0; s < 16; ++s) words[s] = Word{1} << s;
  }
  Word words[16];
};
template <class Word>
inline constexpr BitTable<Word> kBitTable;

/// Bit s of each lane's word.
template <Real R>
IDEM_INLINE typename Lanes<R>::Words bit_in_lanes(Index s) {
  const auto* words = kBitTable<typename Lanes<R>::Word>.words;
  asm("" : "+r"(words));  // where s is known too, no compiler shall make a constant of it
  return Lanes<R>::lane_words(words[s]);
}

}  // namespace detail

/// What tells one sample's firing neurons from the sleeping ones, for a vector of samples: word j holds,
/// in bit i, whether neuron j fires on sample i.
template <Real R>
struct FiringBits {
  using L = Lanes<R>;
  using Word = typename L::Word;
  static_assert(L::kWidth <= 8 * static_cast<Index>(sizeof(Word)));

  /// Adds the masks of the first `samples` samples, over the words of a vector of samples, to a hash: words of 32
  /// neurons.
  template <class Hash>
  static void add_masks(const R* words, Index neurons, Index samples, Hash& to) {
    using Bits = typename L::Words;
    Hash hash = to;  // in a register: its chain is the longest
    for (Index s = 0; s < samples; ++s) {
      const Bits bit = detail::bit_in_lanes<R>(s);
      for (Index j = 0; j < neurons; j += 32) {
        std::uint32_t mask = 0;
        IDEM_UNROLL for (Index i = 0; i < 32; i += L::kWidth) {
          const Index left = neurons - j - i;
          if (left <= 0) break;
          const R* const from = words + j + i;
          const auto here = std::bit_cast<Bits>(left >= L::kWidth ? L::load(from) : L::load_part(from, left));
          const typename L::Vector on = (here & bit) != 0 ? typename L::Vector{} : L::broadcast(R{-1});
          const auto all = static_cast<std::uint32_t>(L::at_least_zero(on));
          mask |= (left >= L::kWidth ? all : all & ((1u << left) - 1)) << i;
        }
        hash.add(mask);
      }
    }
    to = hash;
  }

  /// rows[s][j] = neuron j fires on sample s ? residuals[s] : +0, over the words, which stand in row 0.
  ///
  ///     rows        `samples` <= kWidth rows of `neurons`, filled with +0 up to whole vectors, `stride` apart
  ///
  /// Bits    a selection: ARITHMETIC.md sections 3.6 and 7.
  static void unpack(R* rows, Index stride, Index neurons, const R* residuals, Index samples) {
    for (Index j = 0; j < neurons; j += L::kWidth) {
      const Index left = neurons - j;
      unpack(left >= L::kWidth ? L::load(rows + j) : L::load_part(rows + j, left), rows + j, stride,
             residuals, samples);
    }
  }

  /// The same for the words of a vector of neurons.
  IDEM_INLINE static void unpack(typename L::Vector words, R* rows, Index stride, const R* residuals,
                                 Index samples) {
    const auto bits = std::bit_cast<typename L::Words>(words);
    IDEM_UNROLL for (Index s = 0; s < L::kWidth; ++s) {
      if (s == samples) break;
      L::store(rows + s * stride,
               L::value_where(bits, detail::bit_in_lanes<R>(s), L::broadcast(residuals[s])));
    }
  }
};

/// The columns of a Rows x Cols matrix whose neurons have v_j = -1 change their sign.
///
///     negative   negative(j): the signs of neurons j, j + 1, ... in bits 0, 1, ..., to the end of a word of 32
///
/// Bits    ARITHMETIC.md section 7: a chain of terms with flipped signs is the chain with its sign flipped, but for
///         that of a zero.
template <Index Rows, Index Cols, Real R, class Negative>
void apply_signs(R* a, const Negative& negative) {
  using L = Lanes<R>;
  using Word = typename L::Word;
  using Bits = typename L::Words;
  std::uint32_t any = 0;
  for (Index j = 0; j < Cols; j += 32) any |= negative(j);
  if (any == 0) return;
  for (R* row = a; row != a + Rows * Cols; row += Cols) {
    for (Index j = 0; j < Cols; j += L::kWidth) {
      const Index left = Cols - j;
      const Bits minus = L::lane_words(negative(j)) & L::lane_bits();
      const Bits flip = minus != 0 ? L::lane_words(~(~Word{0} >> 1)) : Bits{};
      const auto old =
          std::bit_cast<Bits>(left >= L::kWidth ? L::load(row + j) : L::load_part(row + j, left));
      const auto now = std::bit_cast<typename L::Vector>(old ^ flip);
      if (left >= L::kWidth) {
        L::store(row + j, now);
      } else {
        L::store_part(row + j, now, left);
      }
    }
  }
}

}  // namespace idem::inline IDEM_TARGET
