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

/// What tells one sample's firing neurons from the sleeping ones, for a vector of samples: word j holds,
/// in bit i, whether neuron j fires on sample i, and in the top bit whether v_j = -1.
template <Real R>
struct FiringBits {
  using L = Lanes<R>;
  using Word = typename L::Word;
  static constexpr Word kMinus = ~(~Word{0} >> 1);
  static_assert(L::kWidth < 8 * static_cast<Index>(sizeof(Word)));

  /// The word of a neuron with sums z.
  IDEM_INLINE static R pack(typename L::Vector z, bool minus) {
    return std::bit_cast<R>(static_cast<Word>(L::at_least_zero(z) | (minus ? kMinus : Word{0})));
  }

  /// Adds the masks of the first `samples` samples, over the words of a vector of samples, to a hash: words of 32
  /// neurons.
  template <class Hash>
  static void add_masks(const R* words, Index neurons, Index samples, Hash& hash) {
    using Bits = typename L::Words;
    for (Index s = 0; s < samples; ++s) {
      const Bits bit = L::lane_words(Word{1} << s);
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
  }

  /// rows[s][j] = neuron j fires on sample s ? v_j residuals[s] : +0, over the words, which stand in row 0.
  ///
  ///     rows        `samples` <= kWidth rows of `neurons`, filled with +0 up to whole vectors, `stride` apart
  ///
  /// Bits    a selection, and a sign: ARITHMETIC.md sections 3.6 and 7.
  static void unpack(R* rows, Index stride, Index neurons, const R* residuals, Index samples) {
    using Bits = typename L::Words;
    for (Index j = 0; j < neurons; j += L::kWidth) {
      const Index left = neurons - j;
      const auto words =
          std::bit_cast<Bits>(left >= L::kWidth ? L::load(rows + j) : L::load_part(rows + j, left));
      const Bits minus = words & kMinus;
      IDEM_UNROLL for (Index s = 0; s < L::kWidth; ++s) {
        if (s == samples) break;
        const auto r = std::bit_cast<Bits>(L::broadcast(residuals[s]));
        const auto value = std::bit_cast<typename L::Vector>(r ^ minus);
        L::store(rows + s * stride + j, (words & (Word{1} << s)) != 0 ? value : typename L::Vector{});
      }
    }
  }
};

}  // namespace idem::inline IDEM_TARGET
