// SPDX-License-Identifier: Apache-2.0
/// \file  The backward pass of many samples at once.
#pragma once

#include <idem/kernels/patches.hpp>
#include <idem/models/slice.hpp>
#include <idem/train/executor.hpp>
#include <idem/train/gradient_blocks.hpp>
#include <idem/train/update.hpp>

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
  if (!fresh) {
    for (Index k = 0; k < D; ++k) {
      for (Index j = 0; j < Columns; ++j) scratch[j * kStride + k] = columns[k * D + j];
    }
  }
  const Product<R, Strides<1, Masked::kStride, D, kStride>> p{masked.rows + kFirst, x,
                                                              fresh ? nullptr : scratch, kStride, scratch};
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
  constexpr bool kLastInPatches = kColumnsInPatches<R, D>;
  // Columns in whole vectors; all, where there is none.
  constexpr Index kWhole = D < kWidth ? D : D - D % kWidth;
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
        if constexpr (kLastInPatches) {
          add_columns_in_patches<D, kWhole, Masked::kStride>(x, masked.rows, count, fresh, gradient);
        } else {
          detail::add_last_columns<D, D - kWhole>(x, masked, count, fresh, gradient, scratch);
        }
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
  static constexpr bool kPatches = kInPatches<R, D>, kBlocks = kInBlocks<R, D>;
  using Blocks = detail::GradientBlocks<R, D, SliceCount>;
  using Masked = MaskedResiduals<R, D, kPatches || kBlocks ? 0 : SliceCount>;
  /// In patches: FiringBits, a row for each vector of samples. In blocks: a row for each vector of neurons.
  static constexpr Index kWordStride = detail::ceil_div(D, L::kWidth) * L::kWidth;

 public:
  /// Whether residuals are kept as they are until the next samples come.
  static constexpr bool kKeepsResiduals = kPatches || kBlocks;
  /// These, a sample each.
  [[nodiscard]] const R* residuals() const { return other_.residuals; }

  /// The forward pass of samples in vectors [first, last), their residuals by `loss`, and which neurons they go to.
  template <class Model, class Loss>
  void forward_part(const Model& model, const R* x, const R* y, Index count, Slice<R, D, SliceCount>& slice,
                    Index first, Index last, const Loss& loss) {
    const Finisher<Loss> then{*this, loss, slice.outputs, y};
    if constexpr (kBlocks) {
      forward_in_blocks<true>(model, x, count, slice, other_.words, SliceCount, first, last);
      const Index end = last * L::kWidth < count ? last * L::kWidth : count;
      for (Index s = first * L::kWidth; s < end; s += L::kWidth) {
        then.finish(s, end - s < L::kWidth ? end : s + L::kWidth);
      }
    } else if constexpr (kInFewPatches<R, D>) {
      detail::forward_vectors<kWordStride / L::kWidth>(
          model, x, count, slice, other_.words, first, last,
          [&](Index begin, Index samples, typename L::Vector f) { then.finish(begin, samples, f); });
    } else if constexpr (kPatches) {
      forward<kWordStride / L::kWidth>(model, x, count, slice, other_.words, first, last, then);
    } else {
      forward<Masked::kStride>(model, x, count, slice, masked_.rows, first, last, then);
    }
  }

  /// Adds the gradient of `count` samples whose residuals are set; begins the sum when `fresh`. In blocks that waits: if
  /// nothing comes after them but the step, their sums need not pass memory before it.
  ///
  ///     x         count x D, row-major
  ///     gradient  D x D: no one else's until `step`, which leaves nothing of use in it
  ///     inputs    a slice's, as the forward pass left them; of no more use, or in blocks until `settle` or `step`
  template <Executor E>
  void add(const R* x, Index count, bool fresh, R* gradient, R* inputs, E& executor) {
    if constexpr (kBlocks) {
      other_.waiting = count;
      other_.fresh = fresh;
    } else if constexpr (kPatches) {
      // Of so few neurons that to share the work out would cost more than it.
      if (fresh) other_.sums.clear();
      other_.sums.add(x, other_.words, kWordStride, other_.residuals, count);
    } else {
      add_gradient<D>(x, masked_, count, fresh, gradient, inputs, executor);
    }
  }

  /// Adds what waits, before other samples come.
  template <Executor E>
  void settle(R* gradient, const R* inputs, E& executor) {
    if constexpr (kBlocks) {
      if (other_.waiting == 0) return;
      const Blocks blocks{inputs, other_.words, other_.residuals, other_.waiting};
      const int parts = executor.size();
      executor.run([&](int part) {
        detail::KeepSums<R, D> keep{gradient};
        blocks.rows(share(Blocks::kPieces, part, parts), share(Blocks::kPieces, part + 1, parts),
                    other_.fresh, gradient, keep);
      });
      other_.waiting = 0;
    }
  }

  /// Forgets what waits.
  void clear() {
    if constexpr (kBlocks) other_.waiting = 0;
  }

  /// The same for a sample that came alone.
  void add_alone(const R* x, const Mask<D>& mask, R residual, bool fresh, R* gradient, R* inputs) {
    Serial alone;
    settle(gradient, inputs, alone);
    if constexpr (kBlocks) {
      for (Index k = 0; k < D; ++k) inputs[k * L::kWidth] = x[k];
      for (Index j = 0; j < kWordStride; ++j) {
        L::store_word(other_.words + j / L::kWidth * SliceCount + j % L::kWidth, Word{j < D && mask.on(j)});
      }
      other_.residuals[0] = residual;
    } else if constexpr (kPatches) {
      for (Index j = 0; j < kWordStride; ++j) L::store_word(other_.words + j, Word{j < D && mask.on(j)});
      other_.residuals[0] = residual;
    } else {
      for (Index j = 0; j < Masked::kStride; ++j) masked_.rows[j] = j < D && mask.on(j) ? residual : R{0};
    }
    add(x, 1, fresh, gradient, inputs, alone);
  }

  /// The sum is complete: it gets the signs of its neurons, and the weights take the step, as update_weights.
  template <class Model, Executor E>
  bool step(R c, Model& model, R* gradient, const R* inputs, E& executor) {
    R* const weights = model.weights().data();
    if constexpr (kBlocks) {
      if (other_.waiting > 0) {
        const Blocks blocks{inputs, other_.words, other_.residuals, other_.waiting};
        return detail::step_or_restore<D, Layout::by_input>(
            gradient, weights, executor, [&](int part, int parts) {
              detail::StepWeights<Model> sink{model, -c, gradient};
              blocks.rows(share(Blocks::kPieces, part, parts), share(Blocks::kPieces, part + 1, parts),
                          other_.fresh, gradient, sink);
              return sink.finite.value();
            });
      }
    }
    if constexpr (kInFewPatches<R, D>) {
      if (model.negative_from(0) == 0) {
        typename L::Vector sums[PatchSums<R, D>::kRegisters];
        other_.sums.read(sums);
        return update_weights<D>(c, sums, weights);
      }
    }
    if constexpr (kPatches) other_.sums.read(gradient);
    apply_signs<D, D>(gradient, [&](Index j) { return model.negative_from(j); });
    return update_weights<D, Layout::by_input>(c, gradient, weights, executor);
  }

 private:
  /// The residuals of a vector of samples, and which neurons they go to.
  template <class Loss>
  struct Finisher {
    IDEM_NOINLINE void finish(Index begin, Index end) const {
      finish(begin, end - begin, L::load(outputs + begin));
    }
    IDEM_INLINE void finish(Index begin, Index samples, typename L::Vector f) const {
      R residuals[L::kWidth] = {};
      compute_residuals(loss, f, outputs + begin, y + begin, samples, residuals);
      sum.set_residuals(begin, residuals, samples);
    }
    GradientSum& sum;
    const Loss& loss;
    const R* outputs;
    const R* y;
  };

  template <class Loss>
  IDEM_INLINE static void compute_residuals(const Loss& loss, typename L::Vector outputs, const R* f,
                                            const R* y, Index samples, R* to) {
    if (samples < L::kWidth) {
      for (Index i = 0; i < samples; ++i) to[i] = loss.residual(f[i], y[i]);
    } else if constexpr (requires(typename L::Vector v) { loss.residual(v, v); }) {
      L::store(to, loss.residual(outputs, L::load(y)));
    } else {
      for (Index i = 0; i < L::kWidth; ++i) to[i] = loss.residual(f[i], y[i]);  // the compiler knows how many
    }
  }

  /// The residuals of `samples` <= kWidth samples from `first` on, a multiple of kWidth, and zeros up to a whole vector;
  /// the neurons are packed.
  IDEM_INLINE void set_residuals(Index first, const R* residuals, Index samples) {
    if constexpr (kBlocks || kPatches) {
      L::store(other_.residuals + first, L::load(residuals));
    } else {
      FiringBits<R>::unpack(masked_.rows + first * Masked::kStride, Masked::kStride, D, residuals, samples);
    }
  }

  struct Patches {
    PatchSums<R, D> sums;
    alignas(64) R words[SliceCount / L::kWidth * kWordStride];
    R residuals[SliceCount];
  };
  struct Waiting {
    alignas(64) R words[SliceCount / L::kWidth * kWordStride];
    R residuals[SliceCount];
    Index waiting;  // samples whose gradient is not in the sum
    bool fresh;     // whether it begins with them
  };
  struct None {};
  [[no_unique_address]] Masked masked_;
  [[no_unique_address]] std::conditional_t<kPatches, Patches, std::conditional_t<kBlocks, Waiting, None>>
      other_;
};

}  // namespace idem::inline IDEM_TARGET
