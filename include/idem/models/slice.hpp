// SPDX-License-Identifier: Apache-2.0
/// \file  Many samples through a model at once, neuron by neuron with the samples in the lanes.
#pragma once

#include <idem/kernels/relu.hpp>
#include <idem/kernels/transpose.hpp>
#include <idem/models/two_layer_relu.hpp>

namespace idem::inline IDEM_TARGET {

/// The samples in flight: working memory of a forward pass over up to `Count` samples.
///
/// Count is a multiple of 16, the widest lanes there are, so that the layout is the same on all.
template <Real R, Index D, Index Count>
struct Slice {
  static_assert(Count > 0 && Count % 16 == 0, "idem: a slice holds a multiple of 16 samples");
  /// Rows lie an odd number of 64-byte lines apart, so that a column meets every set of a cache.
  static constexpr Index kStride = Count % 32 == 0 ? Count + 16 : Count;
  alignas(64) R inputs[D * kStride];  ///< samples on their way, transposed: row k, column s
  alignas(64) R outputs[Count];       ///< f of sample s
};

/// No slice: samples pass one by one.
template <Real R, Index D>
struct Slice<R, D, 0> {};

/// Fewer samples than this pass sooner one by one than through a slice.
inline constexpr Index kWorthASlice = 4;

/// Vectors that hold `count` samples.
template <Real R>
constexpr Index sample_vectors(Index count) {
  return detail::ceil_div(count, Lanes<R>::kWidth);
}

/// What a slice leaves for the backward pass: residual s where neuron j fires on sample s, else +0.
template <Real R, Index D, Index Count>
struct MaskedResiduals {
  /// Whole vectors on every lanes; from four sixteens on an odd number of them, as in a slice.
  static constexpr Index kSixteens = detail::ceil_div(D, 16);
  static constexpr Index kStride = 16 * (kSixteens < 4 ? kSixteens : kSixteens | 1);
  alignas(64) R rows[Count * kStride];  ///< sample s, neuron j
};

template <Real R, Index D>
struct MaskedResiduals<R, D, 0> {
  static constexpr Index kStride = 0;
};

namespace detail {

/// Takes the sums z of a panel of samples, neurons in ascending order: adds up the outputs, and packs the
/// neurons that fire into rows `kWidth stride` apart, one for each vector of samples.
template <class Model, bool Packed>
struct Outputs {
  using R = typename Model::Scalar;
  using L = Lanes<R>;
  const Model& model;
  R* rows;
  Index stride;
  typename L::Vector f[L::kTileVectors];

  template <Index Rows, Index Vectors, bool Part, class S>
  IDEM_INLINE void take(const Product<R, S>&, const typename L::Vector (&z)[Rows][Vectors], Index i, Index,
                        Index) {
    // In registers: the compiler cannot know that the stores to `rows` leave f alone.
    typename L::Vector sums[Vectors];
    IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) sums[v] = f[v];
    IDEM_UNROLL for (Index r = 0; r < Rows; ++r) {
      const bool minus = model.negative(i + r);
      IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) {
        const auto fires = add_rectified<R>(sums[v], z[r][v], minus);
        if constexpr (Packed) L::store_word(rows + v * L::kWidth * stride + i + r, fires);
      }
    }
    IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) f[v] = sums[v];
  }
};

}  // namespace detail

/// Fills slice.outputs for the samples in vectors [first, last) of `count` samples, a panel of a few
/// vectors at a time, and calls then(begin, end) after each panel.
///
///     X       count x D, row-major
///     packed  null, or rows `stride` apart, one a sample: the first of each vector's samples gets their
///             FiringBits
///
/// Bits    ARITHMETIC.md section 6, for each sample as if it came alone; lanes that pad the last vector
///         hold zeros.
/// Cost    count D^2 fused multiply-adds.
template <bool Packed, class Model, Index Count, class Then>
void forward(const Model& model, const typename Model::Scalar* x, Index count,
             Slice<typename Model::Scalar, Model::kDim, Count>& slice, typename Model::Scalar* packed,
             Index stride, Index first, Index last, const Then& then) {
  using R = typename Model::Scalar;
  using L = Lanes<R>;
  constexpr Index D = Model::kDim;
  constexpr Index kStride = Slice<R, D, Count>::kStride;
  // Every panel is transposed into the same place, which stays in the first-level cache.
  R* const inputs = slice.inputs + first * L::kWidth;
  const Product<R, Strides<1, D, kStride, kStride>> p{
      model.weights().data(), inputs, Model::kSkip == Skip::identity ? inputs : nullptr, kStride, nullptr};
  const detail::Cut panels(last - first, L::kTileVectors);
  for (Index n = 0; n < panels.count; ++n) {
    const Index begin = (first + panels.begin(n)) * L::kWidth;
    const Index vectors = panels.begin(n + 1) - panels.begin(n);
    const Index end = begin + vectors * L::kWidth;
    transpose_columns<D>(x + begin * D, D, (end < count ? end : count) - begin, inputs, kStride);
    detail::Outputs<Model, Packed> outputs{model, packed + begin * stride, stride, {}};
    product_panel<D>(p, D, vectors, outputs);
    for (Index v = 0; v < vectors; ++v) L::store(slice.outputs + begin + v * L::kWidth, outputs.f[v]);
    then(begin, end < count ? end : count);
  }
}

/// Hands f(x, W) of each of `count` samples to take(s, f), in ascending s.
///
///     X      count x D, row-major
///     slice  room for the samples in flight; one for no samples sends them one by one
///
/// Bits    ARITHMETIC.md section 6.
template <class Model, Index Count, class Take>
void predict(const Model& model, const typename Model::Scalar* x, Index count,
             Slice<typename Model::Scalar, Model::kDim, Count>& slice, const Take& take) {
  using R = typename Model::Scalar;
  constexpr Index D = Model::kDim;
  Index done = 0;
  if constexpr (Count > 0) {
    while (count - done >= kWorthASlice) {
      const Index part = count - done < Count ? count - done : Count;
      forward<false>(model, x + done * D, part, slice, nullptr, 0, 0, sample_vectors<R>(part),
                     [](Index, Index) {});
      for (Index s = 0; s < part; ++s) take(done + s, slice.outputs[s]);
      done += part;
    }
  }
  Mask<D> mask;
  for (; done < count; ++done) take(done, forward(model, x + done * D, mask));
}

}  // namespace idem::inline IDEM_TARGET
