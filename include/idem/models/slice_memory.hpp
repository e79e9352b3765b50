// SPDX-License-Identifier: Apache-2.0
/// \file  The working memory of many samples that pass through a model at once.
#pragma once

#include <idem/kernels/relu.hpp>
#include <idem/kernels/tile.hpp>

namespace idem::inline IDEM_TARGET {

/// Whether weights pass in blocks that stay in the caches, and samples lie in blocks of a vector's width, which are read
/// from one end to the other. With many weights rows of D numbers take a page each, and to translate the addresses takes
/// longer than to multiply; with 512 KiB of weights or less blocks were not tried.
template <Real R, Index D>
inline constexpr bool kInBlocks = Lanes<R>::kWidth > 1 && D* D* static_cast<Index>(sizeof(R)) > 512 * 1024;

namespace detail {

/// The sums of kNeurons neurons of the samples in flight, where they rest while one block of weights after the other, of
/// kDepth inputs, is added to them.
///
/// A panel of kDepth inputs and the one that comes next stay in the first-level cache (AVX-512: 42 KiB), a block of
/// weights and the next in the second (336 KiB), as the sums do. At d = 1500 and 300 samples the forward pass takes
/// 1.13 times its multiply-adds at the peak: with 192 neurons 1.17, with 64 inputs 1.19; all inputs at once, 1.44.
template <Real R, Index D, Index Count, bool = kInBlocks<R, D>>
struct BlockSums {
  static constexpr Index kDepth = Cut(D, 112).large;
  static constexpr Index kNeurons = 1536 / static_cast<Index>(sizeof(R));
  static constexpr Index kStride = kNeurons * Lanes<R>::kWidth;  ///< from a vector of samples to the next
  alignas(64) R sums[kNeurons * Count];  ///< for each vector of samples, a row of one vector for each neuron
};
template <Real R, Index D, Index Count>
struct BlockSums<R, D, Count, false> {};

}  // namespace detail

/// The samples in flight: working memory of a forward pass over up to `Count` samples.
///
/// Count is a multiple of 16, the widest lanes there are, so that the layout is the same on all.
template <Real R, Index D, Index Count>
struct Slice {
  static_assert(Count > 0 && Count % 16 == 0, "idem: a slice holds a multiple of 16 samples");
  /// Rows lie an odd number of 64-byte lines apart, so that a column meets every set of a cache.
  static constexpr Index kStride = Count % 32 == 0 ? Count + 16 : Count;
  alignas(
      64) R inputs[D * kStride];  ///< samples on their way, transposed: two panels by turns; in blocks all
  alignas(64) R outputs[Count];   ///< f of sample s
  /// The sum of sample s for neuron 0. If it is finite all of the sample's numbers are, whatever the weights: a term
  /// with infinity or NaN is one of them, and what is added to it remains so.
  alignas(64) R first_sums[Count];
  [[no_unique_address]] detail::BlockSums<R, D, Count> block;  ///< where kInBlocks
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

}  // namespace idem::inline IDEM_TARGET
