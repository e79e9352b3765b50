// SPDX-License-Identifier: Apache-2.0
/// \file  The least-squares system of one alternating minimization step, never formed: conjugate gradients, each
///        step of which is a pass over the samples.
#pragma once

#include <idem/solvers/conjugate_gradient.hpp>
#include <idem/solvers/kronecker.hpp>
#include <idem/train/gated_slice.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// What many samples at a time need: nothing, if they come one by one.
template <class Model, Index SliceCount, Index Remembered>
struct MatrixFreeSlices {
  using R = typename Model::Scalar;
  static constexpr Index D = Model::kDim, kWidth = Lanes<R>::kWidth, kPanel = Lanes<R>::kTileVectors;
  static constexpr Index kSlices = ceil_div(Remembered, SliceCount);
  static constexpr Index kSliceVectors = ceil_div(SliceCount, kWidth);
  static constexpr Index kWordStride = GatedSlice<Model, SliceCount>::kWordStride;
  /// Numbers of a panel of transposed samples.
  static constexpr Index kPanelStride = kPanel * kWidth, kPanelSize = kPanelStride * D;

  GatedSlice<Model, SliceCount> slice;
  Index remembered;           ///< slices of which the masks are at hand
  Index transposed;           ///< slices of which the inputs are
  Index begun;                ///< slices of this pass before the one at hand
  bool in_use;                ///< the sum at hand is in the slice's keeping
  R signed_direction[D * D];  ///< columns with v_q = -1 with their signs flipped
  /// FiringBits, then transposed inputs, of slices that are remembered; one more for those that are not.
  R words[(kSlices + 1) * kSliceVectors * kWordStride];
  alignas(64) R inputs[kSlices > 0 ? kSlices* ceil_div(kSliceVectors, kPanel) * kPanelSize : 1];
};

template <class Model, Index Remembered>
struct MatrixFreeSlices<Model, 0, Remembered> {};

}  // namespace detail

/// The first neuron without which the system of a residual network would be determined, though not with it; -1 if there
/// is none that the weights alone betray: of two parallel columns of I + W the second, for they fire on the same
/// samples; of two antiparallel pairs the second pair's, for ReLU(z) - ReLU(-z) is z in both. Columns within 1.8
/// degrees count as parallel.
///
/// Bits    ARITHMETIC.md section 13.8.
/// Memory  D numbers of stack.
/// Cost    D^3 / 2 fused multiply-adds.
template <class Model>
Index dependent_neuron(const Model& model) {
  using R = typename Model::Scalar;
  constexpr Index D = Model::kDim;
  const R* const w = model.weights().data();
  const auto inner = [&](Index a, Index b) {
    R sum{0};
    for (Index k = 0; k < D; ++k) {
      const R left = k == a ? R{1} + w[k * D + a] : w[k * D + a];
      const R right = k == b ? R{1} + w[k * D + b] : w[k * D + b];
      sum = fma(left, right, sum);
    }
    return sum;
  };
  R squares[D];
  for (Index a = 0; a < D; ++a) squares[a] = inner(a, a);
  Index antiparallel = 0;
  for (Index b = 1; b < D; ++b) {
    for (Index a = 0; a < b; ++a) {
      const R s = inner(a, b);
      if (!(s * s > static_cast<R>(0.999) * (squares[a] * squares[b]))) continue;
      if (s > R{0} || ++antiparallel == 2) return b;
    }
  }
  return -1;
}

/// B^T B as a function, and the conjugate gradients on it.
///
///     SliceCount  samples that pass together when gates are hard: 0, or a multiple of 16
///     Remembered  samples of which masks and transposed inputs are remembered between the passes of one step, inputs
///                 also from step to step while they are the same; for those beyond, and for all when gates are soft,
///                 they are computed anew in every pass
///
/// Memory  5 D^2 numbers, one by one; with slices also those of the samples in flight, and what is remembered: 1.1
///         to 2 D numbers a sample, and D words of stack.
template <class Model, Index SliceCount = 0, Index Remembered = 0>
class MatrixFree {
 public:
  using R = typename Model::Scalar;
  static constexpr Index D = Model::kDim;
  static constexpr bool kSlices = SliceCount > 0;
  static_assert(Remembered == 0 || SliceCount > 0, "idem: samples are remembered a slice at a time");

  /// Begins a right-hand side.
  ///
  ///     first  one of a run: its samples also make the preconditioner
  ///     same   inputs are those of the right-hand side before, in the same slices
  void clear(bool first, bool same = false) {
    first_ = first;
    for (std::uint32_t& word : fired_.words) word = 0;
    if constexpr (kSlices) {
      slices_.remembered = 0;
      if (!same) slices_.transposed = 0;
    }
    if (first) {
      for (R& c : memory_.solution) c = R{0};
    }
    begin_sum(memory_.residual);
  }

  /// Forgets what is remembered of samples: the next `multiply` is at other weights.
  void forget() {
    if constexpr (kSlices) slices_.remembered = 0;
  }

  /// One sample of the right-hand side; not to be mixed with slices.
  ///
  /// Bits    ARITHMETIC.md section 13.4.
  void add(const R* x, const GatedSample<R, D>& sample, R residual) {
    add_gated(x, sample.gates, residual, memory_.residual);
    for (Index q = 0; q < D; ++q) {
      if (sample.gates[q] != R{0}) fired_.words[q / 32] |= 1u << (q % 32);
    }
    if (first_) add_outer(x, x, memory_.solution);
  }

  /// At most SliceCount samples of the right-hand side with hard gates; the squares of what is left of their labels
  /// go into `losses`. Returns whether their inputs are finite, or were when they were the same: else nothing is
  /// added.
  [[nodiscard]] bool add_slice(const Model& model, const R* x, const R* y, Index count, MaskHash& hash,
                               LongSum<R>& losses) {
    const bool keep = slices_.begun < Slices::kSlices;
    if (keep) slices_.remembered = slices_.begun + 1;
    R* const words = words_of(slices_.begun);
    if (!forward_slice(model, x, count, words, keep)) {
      if (keep) slices_.remembered = slices_.begun;
      return false;
    }
    slices_.slice.compare(y, count, words, hash, losses);
    slices_.slice.add(x, words, count, memory_.residual);
    note_firing(words, count);
    if (first_) {
      const Product<R, Strides<1, D, D, D>> gram{x, x, memory_.solution, D, memory_.solution};
      product_rows<D, D>(gram, count, 0, row_pieces<R, D, D>());
    }
    ++slices_.begun;
    slices_.in_use = true;
    return true;
  }

  /// At most `steps` conjugate gradient steps. each_chunk(f) calls f(x, count) for all samples in order.
  ///
  /// Errors  rank_deficient, when a neuron fires on no sample; `steps` is then its first unknown.
  ///         not_positive_definite, when inputs do not span all dimensions, or of conjugate_gradient; not_converged is
  ///         the usual end.
  /// Bits    ARITHMETIC.md sections 13.4 and 13.6.
  template <class EachChunk>
  Converged<R> solve(const Model& model, const Gates<R>& opening, R ridge, Index steps, R limit,
                     const EachChunk& each_chunk) {
    finish_sum(model, memory_.residual);
    for (Index q = 0; q < D; ++q) {
      if (!fired_.on(q)) return {Status::rank_deficient, q * D, R{1}};
    }
    if (first_) {
      R* const gram = memory_.image;
      for (Index i = 0; i < D; ++i) {
        for (Index j = i; j < D; ++j) gram[packed_at<D>(i, j)] = memory_.solution[i * D + j] + R{0};
      }
      if (preconditioner_.set(gram, memory_.direction).status != Status::ok) {
        return {Status::not_positive_definite, 0, R{1}};
      }
      first_ = false;
    }
    const auto apply = [&](const R* p, R* w) {
      multiply(model, opening, p, w, each_chunk);
      if (ridge != R{0}) add_scaled(ridge, p, w, D * D);
    };
    const auto precondition = [&](const R* r, R* z) {
      preconditioner_.apply([&](Index q) { return model.negative(q); }, r, z);
    };
    return conjugate_gradient<D, D>(apply, precondition, memory_, steps, limit);
  }

  /// w = B^T B p.
  ///
  /// Bits    ARITHMETIC.md section 13.4.
  /// Cost    n D^2 fused multiply-adds for each of the gates (if not remembered), p, and w.
  template <class EachChunk>
  void multiply(const Model& model, const Gates<R>& opening, const R* p, R* w, const EachChunk& each_chunk) {
    begin_sum(w);
    if constexpr (SliceCount > 0) {
      if (!opening.soft) {
        slices_.in_use = true;
        for (Index i = 0; i < D * D; ++i) slices_.signed_direction[i] = p[i];
        apply_signs<D, D>(slices_.signed_direction, [&](Index q) { return model.negative_from(q); });
        each_chunk([&](const R* x, Index count) {
          for (Index done = 0; done < count; done += SliceCount) {
            multiply_slice(model, x + done * D, count - done < SliceCount ? count - done : SliceCount, w);
          }
        });
        finish_sum(model, w);
        return;
      }
    }
    each_chunk([&](const R* x, Index count) {
      GatedSample<R, D> sample;
      MaskHash unused;
      for (Index s = 0; s < count; ++s) {
        sample.set(model, x + s * D, opening, unused);
        multiply_one(x + s * D, sample, p, w);
      }
    });
    finish_sum(model, w);
  }

  /// Row i, column q of the solution.
  [[nodiscard]] R solution(Index q, Index i) const { return memory_.solution[i * D + q]; }

 private:
  /// The forward pass of a slice, whose transposed inputs are kept or were. Returns whether its samples are finite.
  bool forward_slice(const Model& model, const R* x, Index count, R* words, bool keep) {
    R* panel = inputs_of(slices_.begun);
    if constexpr (Slices::kSlices > 0) {
      if (slices_.begun < slices_.transposed) {
        slices_.slice.template forward_transposed<Slices::kPanelStride>(
            model, [&](Index, Index, Index) { return (panel += Slices::kPanelSize) - Slices::kPanelSize; },
            count, words);
        return true;
      }
    }
    slices_.slice.forward_all(model, x, count, words, [&](Index begin, Index end, const R* inputs) {
      if (!keep) return;
      copy_panel(inputs, sample_vectors<R>(end - begin), panel);
      panel += Slices::kPanelSize;
    });
    if (!slices_.slice.finite(x, count)) return false;
    if (keep) slices_.transposed = slices_.begun + 1;
    return true;
  }

  /// Notes the neurons that fire on `count` samples of a slice.
  void note_firing(const R* words, Index count) {
    using Word = typename Lanes<R>::Word;
    Word fired[D] = {};
    for (Index s = 0; s < count; s += Lanes<R>::kWidth, words += Slices::kWordStride) {
      const Index samples = count - s < Lanes<R>::kWidth ? count - s : Lanes<R>::kWidth;
      const Word here = (Word{2} << (samples - 1)) - 1;
      for (Index q = 0; q < D; ++q) fired[q] |= std::bit_cast<Word>(words[q]) & here;
    }
    for (Index q = 0; q < D; ++q) {
      if (fired[q] != 0) fired_.words[q / 32] |= 1u << (q % 32);
    }
  }

  using Slices = detail::MatrixFreeSlices<Model, SliceCount, Remembered>;
  /// Whether neurons that sleep are passed over, one by one, at the price of strides: where an fma is a call,
  /// nothing else costs.
  static constexpr bool kPassOver = Lanes<R>::kAlone && !kHardwareFma<R>;

  void begin_sum(R* sum) {
    for (Index i = 0; i < D * D; ++i) sum[i] = R{0};
    if constexpr (SliceCount > 0) {
      slices_.slice.clear(sum);
      slices_.begun = 0;
      slices_.in_use = false;
    }
  }

  void finish_sum(const Model& model, R* sum) {
    if constexpr (SliceCount > 0) {
      if (slices_.in_use) {
        slices_.slice.finish(model, sum);
        return;
      }
    }
    for (Index i = 0; i < D * D; ++i) sum[i] = sum[i] + R{0};
  }

  /// A gate that is shut leaves out also what is infinite.
  static R times_gate(R gate, R factor) { return gate != R{0} ? gate * factor : R{0}; }

  /// g[k][q] <- fma(x_k, e_q, g[k][q]).
  static void add_outer(const R* x, const R* e, R* g) {
    for (Index k = 0; k < D; ++k) add_scaled<D>(x[k], e, g + k * D);
  }

  /// g[k][q] <- fma(x_k, c_q t, g[k][q]) where c_q is not zero.
  static void add_gated(const R* x, const R* gates, R t, R* g) {
    if constexpr (kPassOver) {
      for (Index q = 0; q < D; ++q) {
        if (gates[q] == R{0}) continue;
        const R factor = gates[q] * t;
        for (Index k = 0; k < D; ++k) g[k * D + q] = fma(x[k], factor, g[k * D + q]);
      }
    } else {
      R gated[D];
      for (Index q = 0; q < D; ++q) gated[q] = times_gate(gates[q], t);
      add_outer(x, gated, g);
    }
  }

  static void multiply_one(const R* x, const GatedSample<R, D>& sample, const R* p, R* w) {
    R t{0};
    if constexpr (kPassOver) {
      for (Index q = 0; q < D; ++q) {
        if (sample.gates[q] == R{0}) continue;
        R u{0};
        for (Index k = 0; k < D; ++k) u = fma(x[k], p[k * D + q], u);
        t = fma(sample.gates[q], u, t);
      }
    } else {
      R u[D];
      const Product<R, Strides<0, 1, D, 0>> product{x, p, nullptr, 0, u};
      product_rows<1, D>(product, D, 0, 1);
      for (Index q = 0; q < D; ++q) {
        if (sample.gates[q] != R{0}) t = fma(sample.gates[q], u[q], t);
      }
    }
    add_gated(x, sample.gates, t, w);
  }

  [[nodiscard]] R* words_of(Index slice) {
    // What is not remembered goes to the last place.
    const Index at = slice < slices_.remembered ? slice : Slices::kSlices;
    return slices_.words + at * Slices::kSliceVectors * Slices::kWordStride;
  }
  [[nodiscard]] R* inputs_of(Index slice) {
    if (slice >= Slices::kSlices) return nullptr;
    return slices_.inputs +
           slice * detail::ceil_div(Slices::kSliceVectors, Slices::kPanel) * Slices::kPanelSize;
  }

  static void copy_panel(const R* inputs, Index vectors, R* to) {
    using L = Lanes<R>;
    constexpr Index kStride = Slice<R, D, SliceCount>::kStride;
    for (Index k = 0; k < D; ++k) {
      for (Index v = 0; v < vectors; ++v) {
        L::store(to + (k * Slices::kPanel + v) * L::kWidth, L::load(inputs + k * kStride + v * L::kWidth));
      }
    }
  }

  void multiply_slice(const Model& model, const R* x, Index count, R* w) {
    using L = Lanes<R>;
    const bool kept = slices_.begun < slices_.remembered;
    R* const words = words_of(slices_.begun);
    const R* from = inputs_of(slices_.begun);
    const detail::Cut panels(sample_vectors<R>(count), L::kTileVectors);
    if (!kept) {
      slices_.slice.forward_all(model, x, count, words, detail::Nothing{});
    }
    for (Index n = 0; n < panels.count; ++n) {
      const Index begin = panels.begin(n), vectors = panels.begin(n + 1) - begin;
      const R* const bits = words + begin * Slices::kWordStride;
      if (kept) {
        slices_.slice.template multiply<Slices::kPanelStride>(slices_.signed_direction, bits, from,
                                                              begin * L::kWidth, vectors);
        from += Slices::kPanelSize;
      } else {
        constexpr Index kStride = Slice<R, D, SliceCount>::kStride;
        R* const inputs = slices_.slice.slice().inputs;
        const Index end = (begin + vectors) * L::kWidth < count ? (begin + vectors) * L::kWidth : count;
        transpose_columns<D, kStride>(x + begin * L::kWidth * D, end - begin * L::kWidth, inputs);
        slices_.slice.template multiply<kStride>(slices_.signed_direction, bits, inputs, begin * L::kWidth,
                                                 vectors);
      }
    }
    slices_.slice.add(x, words, count, w);
    ++slices_.begun;
  }

  ConjugateGradientMemory<R, D, D> memory_;
  KroneckerPreconditioner<R, D> preconditioner_;
  Mask<D> fired_;  ///< neurons that fire on a sample of the right-hand side
  bool first_;
  [[no_unique_address]] Slices slices_;
};

/// A solver of AlternatingMinimization.
struct ByConjugateGradient {
  template <class Model, Index SliceCount, Index Remembered>
  using System = MatrixFree<Model, SliceCount, Remembered>;
  static constexpr bool kMatrixFree = true;
};

}  // namespace idem::inline IDEM_TARGET
