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
  alignas(64) R sums[D * kStride];    ///< z_j of sample s: row j, column s
  alignas(64) R outputs[Count];       ///< f of sample s
  alignas(64) R residuals[Count];     ///< for whoever trains
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

/// Fills slice.sums and slice.outputs for the samples in vectors [first, last) of `count` samples, a
/// panel of a few vectors at a time, and calls then(begin, end) after each panel, while its sums are
/// still in the first-level cache.
///
///     X   count x D, row-major
///
/// Bits    ARITHMETIC.md section 6, for each sample as if it came alone; lanes that pad the last vector
///         hold zeros.
/// Cost    count D^2 fused multiply-adds.
template <class Model, Index Count, class Then>
void forward(const Model& model, const typename Model::Scalar* x, Index count,
             Slice<typename Model::Scalar, Model::kDim, Count>& slice, Index first, Index last,
             const Then& then) {
  using R = typename Model::Scalar;
  constexpr Index D = Model::kDim;
  constexpr Index kWidth = Lanes<R>::kWidth;
  constexpr Index kStride = Slice<R, D, Count>::kStride;
  // Every panel is transposed into the same place, which stays in the first-level cache.
  R* const inputs = slice.inputs + first * kWidth;
  const detail::Cut panels(last - first, Lanes<R>::kTileVectors);
  for (Index n = 0; n < panels.count; ++n) {
    const Index begin = first + panels.begin(n);
    const Index end = first + panels.begin(n + 1);
    const Index samples = (end * kWidth < count ? end * kWidth : count) - begin * kWidth;
    transpose_columns<D>(x + begin * kWidth * D, D, samples, inputs, kStride);
    const Product<R, Strides<1, D, kStride, kStride>> p{
        model.weights().data(), inputs, Model::kSkip == Skip::identity ? inputs : nullptr, kStride,
        slice.sums + begin * kWidth};
    product_columns<D>(p, D, end - begin);
    relu_sums(slice.sums, D, kStride, [&](Index j) { return model.negative(j); }, slice.outputs, begin,
              end);
    then(begin, end);
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
      forward(model, x + done * D, part, slice, 0, sample_vectors<R>(part), [](Index, Index) {});
      for (Index s = 0; s < part; ++s) take(done + s, slice.outputs[s]);
      done += part;
    }
  }
  Mask<D> mask;
  for (; done < count; ++done) take(done, forward(model, x + done * D, mask));
}

}  // namespace idem::inline IDEM_TARGET
