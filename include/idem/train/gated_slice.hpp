// SPDX-License-Identifier: Apache-2.0
/// \file  Many samples at a time through the masks of a network and back: what systems with hard gates share.
#pragma once

#include <idem/kernels/patches.hpp>
#include <idem/train/gates.hpp>
#include <idem/train/gradient.hpp>

namespace idem::inline IDEM_TARGET {

/// Samples in flight: which neurons fire on each, a factor for each, and the sum of x e^T over them, e_j = v_j times the
/// factor where neuron j fires, else left out.
template <class Model, Index SliceCount>
class GatedSlice {
 public:
  using R = typename Model::Scalar;
  static constexpr Index D = Model::kDim;
  using L = Lanes<R>;
  /// FiringBits of a vector of samples: a word for each neuron, in whole vectors.
  static constexpr Index kWordStride = detail::ceil_div(D, L::kWidth) * L::kWidth;

  /// Which neurons fire on at most SliceCount samples, and their outputs.
  ///
  ///     words  kWordStride numbers for each vector of samples: FiringBits
  ///     panel  panel(begin, end, inputs) after each panel of samples; inputs are theirs, transposed, rows
  ///            Slice::kStride apart
  template <class Panel>
  void forward_all(const Model& model, const R* x, Index count, R* words, const Panel& panel) {
    forward<kWordStride / L::kWidth>(model, x, count, slice_, words, 0, sample_vectors<R>(count), panel);
  }

  /// The same of samples that are transposed already: inputs(n, begin, end) points to those of panel n, rows Stride
  /// apart.
  template <Index Stride, class Inputs>
  void forward_transposed(const Model& model, const Inputs& inputs, Index count, R* words) {
    detail::forward_columns<kWordStride / L::kWidth, Stride>(
        model, inputs, count, slice_, words, 0, sample_vectors<R>(count), [](Index, Index, const R*) {});
  }

  /// Whether no number of the `count` samples that passed is NaN or infinite; x are their inputs.
  bool finite(const R* x, Index count) const {
    return first_not_finite(slice_.first_sums, count) < 0 || first_not_finite(x, count * D) < 0;
  }

  /// What is left of the labels becomes the factors; its squares go into `losses`, the masks into `hash`.
  void compare(const R* y, Index count, const R* words, MaskHash& hash, LongSum<R>& losses) {
    for (Index s = 0; s < count; s += L::kWidth) {
      const Index samples = count - s < L::kWidth ? count - s : L::kWidth;
      FiringBits<R>::add_masks(words + s / L::kWidth * kWordStride, D, samples, hash);
    }
    for (Index s = 0; s < count; ++s) factors_[s] = y[s] - slice_.outputs[s];
    const auto add_loss = [&](LongSum<R>& sum, Index s) { sum.add_square(factors_[s]); };
    losses.template add_terms<SliceCount>(count, add_loss);
  }

  /// The factors become t = sum over firing neurons of v_q <x, p_q>, for the samples of one panel.
  ///
  ///     p       D x D, the columns of neurons with v_q = -1 with their signs flipped
  ///     inputs  transposed, rows Stride apart
  template <Index Stride>
  void multiply(const R* p, const R* words, const R* inputs, Index begin, Index vectors) {
    const Product<R, Strides<1, D, Stride, Stride>> product{p, inputs, nullptr, 0, nullptr};
    GatedOutputs outputs{words, {}};
    product_panel<D>(product, D, vectors, outputs);
    for (Index v = 0; v < vectors; ++v) L::store(factors_ + begin + v * L::kWidth, outputs.t[v]);
  }

  /// Begins a sum.
  void clear(R* sum) {
    if constexpr (kInPatches<R, D>) {
      patches_.clear();
    } else {
      for (Index i = 0; i < D * D; ++i) sum[i] = R{0};
    }
  }

  /// Adds the samples whose words and factors are in place.
  void add(const R* x, const R* words, Index count, R* sum) {
    if constexpr (kInPatches<R, D>) {
      patches_.add(x, words, kWordStride, factors_, count);
    } else {
      for (Index s = 0; s < count; s += L::kWidth) {
        R* const rows = masked_.rows + s * Masked::kStride;
        const R* const bits = words + s / L::kWidth * kWordStride;
        for (Index q = 0; q < D; ++q) rows[q] = bits[q];
        FiringBits<R>::unpack(rows, Masked::kStride, D, factors_ + s,
                              count - s < L::kWidth ? count - s : L::kWidth);
      }
      Serial alone;
      add_gradient<D>(x, masked_, count, false, sum, slice_.inputs, alone);
    }
  }

  /// The sum is complete: D x D by input, of either zero +0.
  void finish(const Model& model, R* sum) {
    if constexpr (kInPatches<R, D>) patches_.read(sum);
    apply_signs<D, D>(sum, [&](Index q) { return model.negative_from(q); });
    for (Index i = 0; i < D * D; ++i) sum[i] = sum[i] + R{0};
  }

  [[nodiscard]] Slice<R, D, SliceCount>& slice() { return slice_; }

 private:
  using Masked = MaskedResiduals<R, D, kInPatches<R, D> ? 0 : SliceCount>;
  struct None {};

  /// Adds up the sums u of a panel of samples, neurons in ascending order, where their bits are set.
  struct GatedOutputs {
    const R* words;
    typename L::Vector t[L::kTileVectors];

    template <Index Rows, Index Vectors, bool Part, class S>
    IDEM_INLINE void take(const Product<R, S>&, const typename L::Vector (&u)[Rows][Vectors], Index i, Index,
                          Index) {
      typename L::Vector sums[Vectors];
      IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) sums[v] = t[v];
      IDEM_UNROLL for (Index r = 0; r < Rows; ++r) {
        IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) {
          const auto word = std::bit_cast<typename L::Word>(words[v * kWordStride + i + r]);
          sums[v] = L::add_where(word, sums[v], u[r][v]);
        }
      }
      IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) t[v] = sums[v];
    }
  };

  Slice<R, D, SliceCount> slice_;
  [[no_unique_address]] Masked masked_;
  [[no_unique_address]] std::conditional_t<kInPatches<R, D>, PatchSums<R, D>, None> patches_;
  R factors_[SliceCount];
};

}  // namespace idem::inline IDEM_TARGET
