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
  R inputs[D * Count];  ///< the samples transposed: row k, column s
  R sums[D * Count];    ///< z_j of sample s: row j, column s
  R outputs[Count];     ///< f of sample s
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

/// Fills slice.sums and slice.outputs for the samples in vectors [first, last) of `count` samples.
///
///     X   count x D, row-major
///
/// Bits    ARITHMETIC.md section 6, for each sample as if it came alone; lanes that pad the last vector
///         hold zeros.
/// Cost    count D^2 fused multiply-adds.
template <class Model, Index Count>
void forward(const Model& model, const typename Model::Scalar* x, Index count,
             Slice<typename Model::Scalar, Model::kDim, Count>& slice, Index first, Index last) {
  using R = typename Model::Scalar;
  constexpr Index D = Model::kDim;
  constexpr Index kWidth = Lanes<R>::kWidth;
  const Index end = last * kWidth < count ? last * kWidth : count;
  transpose_columns<D>(x + first * kWidth * D, D, end - first * kWidth, slice.inputs + first * kWidth,
                       Count);
  const R* start = Model::kSkip == Skip::identity ? slice.inputs : nullptr;
  const Product<R> p{model.weights().data(), 1, D, slice.inputs, Count, start, Count, slice.sums, Count};
  product_columns<D>(p, D, first, last);
  relu_sums(slice.sums, D, Count, [&](Index j) { return model.negative(j); }, slice.outputs, first, last);
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
      forward(model, x + done * D, part, slice, 0, sample_vectors<R>(part));
      for (Index s = 0; s < part; ++s) take(done + s, slice.outputs[s]);
      done += part;
    }
  }
  Mask<D> mask;
  for (; done < count; ++done) take(done, forward(model, x + done * D, mask));
}

}  // namespace idem::inline IDEM_TARGET
