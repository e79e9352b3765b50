// SPDX-License-Identifier: Apache-2.0
/// \file  Two-layer ReLU networks with fixed output signs: residual, and without the identity.
#pragma once

#include <bit>
#include <cstdint>

#include <idem/base/types.hpp>
#include <idem/kernels/relu.hpp>
#include <idem/kernels/tile.hpp>

namespace idem::inline IDEM_TARGET {

/// Where the sum of a neuron starts: at its own input (the identity mapping) or at zero.
enum class Skip : std::uint8_t { none, identity };

/// f(x, W) = sum_j v_j ReLU(<e_j + w_j, x>), or without e_j.
///
///     x   D numbers
///     W   D x D, row-major, W[k][j]: input k, neuron j; w_j is column j. What is stored is W, not
///         I + W, so that nothing is rounded near the identity.
///     v   D signs, all +1 until set
///
/// An object in static storage starts as the identity mapping (W = 0, v = +1) and costs no flash; an
/// automatic one holds no values until `set_identity`.
///
/// Source  [LiYuan17] arXiv:1705.09886, equation (1); signs as in [JagatapHegde19].
template <Real R, Index D, Skip S>
class TwoLayerRelu {
 public:
  using Scalar = R;
  static constexpr Index kDim = D;
  static constexpr Skip kSkip = S;
  static_assert(D >= 1, "idem: a model needs at least one input");

  [[nodiscard]] MatView<R, D, D> weights() { return MatView<R, D, D>(weights_); }
  [[nodiscard]] ConstMatView<R, D, D> weights() const { return ConstMatView<R, D, D>(weights_); }

  /// W = 0 and v = +1.
  void set_identity() {
    for (R& w : weights_) w = R{0};
    for (std::uint32_t& word : negative_) word = 0;
  }

  /// Whether v_j = -1.
  [[nodiscard]] bool negative(Index j) const { return (negative_[j / 32] >> (j % 32)) & 1u; }

  /// The same for neurons j, j + 1, ... to the end of their word, in bits 0, 1, ...
  [[nodiscard]] std::uint32_t negative_from(Index j) const { return negative_[j / 32] >> (j % 32); }

  /// The same for 32 neurons from j on at least; bits beyond the last neuron say nothing.
  [[nodiscard]] std::uint64_t negative_32_from(Index j) const {
    constexpr Index kLast = (D - 1) / 32;
    const std::uint64_t next = negative_[j / 32 < kLast ? j / 32 + 1 : kLast];
    return (next << 32 | negative_[j / 32]) >> (j % 32);
  }

  /// v_j = -1 or +1.
  void set_negative(Index j, bool minus) {
    const std::uint32_t bit = 1u << (j % 32);
    negative_[j / 32] = minus ? negative_[j / 32] | bit : negative_[j / 32] & ~bit;
  }

 private:
  R weights_[D * D];
  std::uint32_t negative_[(D + 31) / 32];
};

template <Real R, Index D>
using ResidualRelu = TwoLayerRelu<R, D, Skip::identity>;

/// The comparator of [LiYuan17] section 5.2: the same network without the identity mapping.
template <Real R, Index D>
using VanillaRelu = TwoLayerRelu<R, D, Skip::none>;

/// The neurons that fire on a sample, a bit each.
template <Index D>
struct Mask {
  std::uint32_t words[(D + 31) / 32];
  [[nodiscard]] bool on(Index j) const { return (words[j / 32] & (1u << (j % 32))) != 0; }
};

namespace detail {

/// Neurons whose sums are held at once while one sample passes through: 512 or 1024 bytes of stack.
inline constexpr Index kNeuronChunk = 128;

/// Adds Count neurons from `begin` on to the output f.
template <Index Count, class Model>
typename Model::Scalar forward_chunk(const Model& model, Index begin, const typename Model::Scalar* x,
                                     typename Model::Scalar f, Mask<Model::kDim>& mask) {
  using R = typename Model::Scalar;
  using L = Lanes<R>;
  constexpr Index D = Model::kDim;
  R z[Count];
  const R* start = Model::kSkip == Skip::identity ? x + begin : nullptr;
  const Product<R, Strides<0, 1, D, 0>> p{x, model.weights().data() + begin, start, 0, z};
  product_rows<1, Count>(p, D, 0, 1);
  // Neurons that sleep change nothing, since the sum is never -0: only the others are looked at, one bit after the other,
  // with no branch that a processor would have to guess.
  for (Index first = 0; first < Count; first += 32) {
    const Index last = Count - first < 32 ? Count : first + 32;
    std::uint32_t on = 0;
    for (Index j = first; j < last; j += L::kWidth) {
      const auto sums = last - j >= L::kWidth ? L::load(z + j) : L::load_part(z + j, last - j);
      const auto fires = static_cast<std::uint32_t>(L::at_least_zero(sums));
      on |= (last - j >= L::kWidth ? fires : fires & ((1u << (last - j)) - 1)) << (j - first);
    }
    const std::uint32_t minus = model.negative_from(begin + first);
    mask.words[(begin + first) / 32] = on;
    for (; on != 0; on &= on - 1) {
      const int bit = std::countr_zero(on);
      f = (minus >> bit) & 1u ? f - z[first + bit] : f + z[first + bit];
    }
  }
  return f;
}

/// Takes the sums of some samples, neurons in ascending order: adds up the outputs, and notes who fires.
template <class Model>
struct ScalarOutputs {
  using R = typename Model::Scalar;
  const Model& model;
  R* f;                      // of each sample
  Mask<Model::kDim>* masks;  // of each sample

  template <Index Rows, Index Vectors, bool Part, class S>
  IDEM_INLINE void take(const Product<R, S>&, const R (&z)[Rows][Vectors], Index i, Index j, Index) {
    const std::uint32_t minus = model.negative_from(j);
    IDEM_UNROLL for (Index r = 0; r < Rows; ++r) {
      R sum = f[i + r];
      std::uint32_t on = 0;
      IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) {
        // The zero of a neuron that sleeps changes nothing: the sum is never -0.
        if (z[r][v] >= R{0}) {
          sum = (minus >> v) & 1u ? sum - z[r][v] : sum + z[r][v];
          on |= 1u << v;
        }
      }
      f[i + r] = sum;
      masks[i + r].words[j / 32] |= on << (j % 32);
    }
  }
};

/// The forward pass of Rows samples where lanes are one wide: sums go from registers into the outputs.
template <Index Rows, Index Together, class Model>
IDEM_INLINE void forward_alone(const Model& model, const typename Model::Scalar* x, typename Model::Scalar* f,
                               Mask<Model::kDim>* masks) {
  using R = typename Model::Scalar;
  constexpr Index D = Model::kDim;
  static_assert(32 % Together == 0);  // what passes together lies in one word of a mask
  const Product<R, Strides<D, 1, D, 0>> p{x, model.weights().data(),
                                          Model::kSkip == Skip::identity ? x : nullptr, D, nullptr};
  for (Index r = 0; r < Rows; ++r) {
    f[r] = R{0};
    for (std::uint32_t& word : masks[r].words) word = 0;
  }
  ScalarOutputs<Model> outputs{model, f, masks};
  Index j = 0;
  for (; j + Together <= D; j += Together) tile<Rows, Together, false>(p, D, 0, j, 0, outputs);
  if constexpr (D % Together != 0) tile<Rows, D % Together, false>(p, D, 0, j, 0, outputs);
}

}  // namespace detail

/// f(x, W), and which neurons fire.
///
/// Bits    ARITHMETIC.md section 6.
/// Memory  no heap; at most 128 scalars of stack.
/// Cost    D^2 fused multiply-adds, D additions.
template <class Model>
typename Model::Scalar forward(const Model& model, const typename Model::Scalar* x, Mask<Model::kDim>& mask) {
  if constexpr (Lanes<typename Model::Scalar>::kAlone) {
    typename Model::Scalar f;
    detail::forward_alone<1, Lanes<typename Model::Scalar>::kTogether>(model, x, &f, &mask);
    return f;
  } else {
    constexpr Index kWhole = Model::kDim / detail::kNeuronChunk * detail::kNeuronChunk;
    constexpr Index kRest = Model::kDim - kWhole;
    typename Model::Scalar f{0};
    if constexpr (kWhole > 0) {
      for (Index begin = 0; begin < kWhole; begin += detail::kNeuronChunk) {
        f = detail::forward_chunk<detail::kNeuronChunk>(model, begin, x, f, mask);
      }
    }
    if constexpr (kRest > 0) f = detail::forward_chunk<kRest>(model, kWhole, x, f, mask);
    return f;
  }
}

/// f(x, W).
///
/// Bits    ARITHMETIC.md section 6.
template <class Model, Dense X>
typename Model::Scalar predict(const Model& model, const X& x) {
  static_assert(kRows<X> * kCols<X> == Model::kDim, "idem: the model's dimension and the input's differ");
  Mask<Model::kDim> mask;
  return forward(model, x.data(), mask);
}

}  // namespace idem::inline IDEM_TARGET
