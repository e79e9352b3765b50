// SPDX-License-Identifier: Apache-2.0
/// \file  The backward pass of many samples at once.
#pragma once

#include <idem/kernels/patches.hpp>
#include <idem/models/slice.hpp>
#include <idem/train/executor.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// The last columns of a gradient, fewer than a vector, as rows of the transposed product: vectors then run along
/// the inputs, and are as full there as everywhere.
///
///     scratch  D numbers in whole vectors for each of the columns
template <Index D, Index Columns, class Masked, Real R>
void add_last_columns(const R* x, const Masked& masked, Index count, bool fresh, R* gradient, R* scratch) {
  constexpr Index kFirst = D - Columns, kStride = ceil_div(D, Lanes<R>::kWidth) * Lanes<R>::kWidth;
  R* const columns = gradient + kFirst;
  for (Index k = 0; k < D; ++k) {
    for (Index j = 0; j < Columns; ++j) scratch[j * kStride + k] = fresh ? R{0} : columns[k * D + j];
  }
  const Product<R, Strides<1, Masked::kStride, D, kStride>> p{masked.rows + kFirst, x, scratch, kStride,
                                                              scratch};
  product_rows<Columns, D>(p, count, 0, row_pieces<R, Columns, D>());
  for (Index k = 0; k < D; ++k) {
    for (Index j = 0; j < Columns; ++j) columns[k * D + j] = scratch[j * kStride + k];
  }
}

}  // namespace detail

/// G += X^T E, or G = X^T E when `fresh`: the gradient of `count` samples whose masked residuals are in place.
///
///     X        count x D, row-major
///     masked   E, a row for each sample
///     G        D x D, row k for input k
///     scratch  a slice's inputs, of no more use once the forward pass is done
///
/// Bits    g[k][j] <- fma(x_k, e_j, g[k][j]) over the samples in ascending order: ARITHMETIC.md section 7.1.
/// Cost    count D^2 fused multiply-adds.
//
// By itself, because a function may hold only one lambda of a signature: GCC 13 numbers them otherwise than GCC 12,
// and objects of both would take one for the other.
template <Index D, Real R, Index SliceCount, Executor E>
void add_gradient(const R* x, const MaskedResiduals<R, D, SliceCount>& masked, Index count, bool fresh,
                  R* gradient, R* scratch, E& executor) {
  using Masked = MaskedResiduals<R, D, SliceCount>;
  constexpr Index kWidth = Lanes<R>::kWidth;
  // Columns in whole vectors; all, where a part of a vector costs no more than the way round.
  constexpr Index kLast = D % kWidth, kWayRound = kLast * detail::ceil_div(D, kWidth);
  constexpr Index kWhole = D < kWidth || kWayRound >= D ? D : D - kLast;
  static_assert(kWhole == D || (D - kWhole) * detail::ceil_div(D, kWidth) * kWidth <=
                                   static_cast<Index>(sizeof(Slice<R, D, SliceCount>::inputs) / sizeof(R)));
  const Product<R, Strides<1, D, Masked::kStride, D, true>> p{x, masked.rows, fresh ? nullptr : gradient, D,
                                                              gradient};
  const int parts = executor.size();
  constexpr Index kPieces = row_pieces<R, D, kWhole>();
  executor.run([&](int part) {
    product_rows<D, kWhole>(p, count, share(kPieces, part, parts), share(kPieces, part + 1, parts));
    if constexpr (kWhole < D) {
      if (part == parts - 1) {
        detail::add_last_columns<D, D - kWhole>(x, masked, count, fresh, gradient, scratch);
      }
    }
  });
}

/// The gradient of a batch that passes in slices: which neurons fire and a residual for each sample of the slice, and
/// the sum so far where it is not kept as the weights lie.
template <Real R, Index D, Index SliceCount>
class GradientSum {
  using L = Lanes<R>;
  using Word = typename L::Word;
  static constexpr bool kPatches = kInPatches<R, D>;
  using Masked = MaskedResiduals<R, D, kPatches ? 0 : SliceCount>;
  /// In patches: FiringBits, a row for each vector of samples.
  static constexpr Index kWordStride = detail::ceil_div(D, L::kWidth) * L::kWidth;

 public:
  /// Where `forward` packs the neurons that fire, and a sample's share of the distance between two vectors.
  [[nodiscard]] R* packed() {
    if constexpr (kPatches) {
      return patches_.words;
    } else {
      return masked_.rows;
    }
  }
  static constexpr Index kPackedStride = kPatches ? kWordStride / L::kWidth : Masked::kStride;

  /// The residuals of at most kWidth samples from `first` on, a multiple of kWidth; the neurons are packed.
  IDEM_INLINE void set_residuals(Index first, const R* residuals, Index samples) {
    if constexpr (kPatches) {
      for (Index i = 0; i < samples; ++i) patches_.residuals[first + i] = residuals[i];
    } else {
      FiringBits<R>::unpack(masked_.rows + first * Masked::kStride, Masked::kStride, D, residuals, samples);
    }
  }

  /// The neurons that fire on a sample that came alone, and its residual.
  void set_alone(const Mask<D>& mask, R residual) {
    for (Index j = 0; j < kPackedStride * (kPatches ? L::kWidth : 1); ++j) {
      const bool on = j < D && mask.on(j);
      if constexpr (kPatches) {
        L::store_word(patches_.words + j, Word{on});
      } else {
        masked_.rows[j] = on ? residual : R{0};
      }
    }
    if constexpr (kPatches) patches_.residuals[0] = residual;
  }

  /// Adds the gradient of `count` samples whose residuals are set; begins the sum when `fresh`.
  ///
  ///     x         count x D, row-major
  ///     gradient  D x D: has the sum after `finish`, and until then no one else's numbers
  ///     scratch   as of add_gradient
  template <Executor E>
  void add(const R* x, Index count, bool fresh, R* gradient, R* scratch, E& executor) {
    if constexpr (kPatches) {
      // Of so few neurons that to share the work out would cost more than it.
      if (fresh) patches_.sums.clear();
      patches_.sums.add(x, patches_.words, kWordStride, patches_.residuals, count);
    } else {
      add_gradient<D>(x, masked_, count, fresh, gradient, scratch, executor);
    }
  }

  /// The sum is complete: it gets the signs of its neurons.
  template <class Model>
  void finish(const Model& model, R* gradient) const {
    if constexpr (kPatches) patches_.sums.read(gradient);
    apply_signs<D, D>(gradient, [&](Index j) { return model.negative_from(j); });
  }

 private:
  struct Patches {
    PatchSums<R, D> sums;
    alignas(64) R words[SliceCount / L::kWidth * kWordStride];
    R residuals[SliceCount];
  };
  struct None {};
  [[no_unique_address]] Masked masked_;
  [[no_unique_address]] std::conditional_t<kPatches, Patches, None> patches_;
};

}  // namespace idem::inline IDEM_TARGET
