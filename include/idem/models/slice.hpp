// SPDX-License-Identifier: Apache-2.0
/// \file  Predictions of many samples at once.
#pragma once

#include <idem/models/slice_blocks.hpp>
#include <idem/models/slice_panels.hpp>

namespace idem::inline IDEM_TARGET {

/// Hands f(x, W) of each of `count` samples to take(s, f), in ascending s.
///
///     X      count x D, row-major
///     slice  room for the samples in flight; one for no samples sends them one by one
///
/// Bits    ARITHMETIC.md section 6.
/// Memory  no heap.
template <class Model, Index Count, class Take>
void predict(const Model& model, const typename Model::Scalar* x, Index count,
             Slice<typename Model::Scalar, Model::kDim, Count>& slice, const Take& take) {
  using R = typename Model::Scalar;
  constexpr Index D = Model::kDim;
  Index done = 0;
  if constexpr (Count > 0) {
    while (count - done >= kWorthASlice) {
      const Index part = count - done < Count ? count - done : Count;
      if constexpr (kInBlocks<R, D>) {
        forward_in_blocks<false>(model, x + done * D, part, slice, nullptr, 0, 0, sample_vectors<R>(part));
      } else {
        forward<0>(model, x + done * D, part, slice, nullptr, 0, sample_vectors<R>(part), detail::Nothing{});
      }
      for (Index s = 0; s < part; ++s) take(done + s, slice.outputs[s]);
      done += part;
    }
  }
  Mask<D> mask;
  for (; done < count; ++done) take(done, forward(model, x + done * D, mask));
}

}  // namespace idem::inline IDEM_TARGET
