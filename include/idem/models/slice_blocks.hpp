// SPDX-License-Identifier: Apache-2.0
/// \file  Many samples through many weights, a block that stays in the caches at a time.
#pragma once

#include <idem/kernels/relu.hpp>
#include <idem/kernels/transpose.hpp>
#include <idem/models/slice_memory.hpp>
#include <idem/models/two_layer_relu.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// Takes the sums z of a panel of samples for the neurons from `neuron` on: as Outputs, but the outputs so far rest in
/// memory, and the words of a vector of neurons begin `stride` after those of the vector before.
template <class Model, bool Packed>
struct BlockOutputs {
  using R = typename Model::Scalar;
  using L = Lanes<R>;
  const Model& model;
  R* f;
  R* first_sums;
  R* words;
  Index stride;
  Index neuron;

  template <Index Rows, Index Vectors, bool Part, class S>
  IDEM_INLINE void take(const Product<R, S>&, const typename L::Vector (&z)[Rows][Vectors], Index i, Index,
                        Index) const {
    if (neuron + i == 0) {
      IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) L::store(first_sums + v * L::kWidth, z[0][v]);
    }
    typename L::Vector sums[Vectors];
    IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) sums[v] = L::load(f + v * L::kWidth);
    IDEM_UNROLL for (Index r = 0; r < Rows; ++r) {
      const Index j = neuron + i + r;
      const bool minus = model.negative(j);
      IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) {
        const auto fires = add_rectified<R>(sums[v], z[r][v], minus);
        if constexpr (Packed) {
          L::store_word(words + j / L::kWidth * stride + j % L::kWidth + v * L::kWidth, fires);
        }
      }
    }
    IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) L::store(f + v * L::kWidth, sums[v]);
  }
};

/// A matrix that is wanted soon, brought to the second-level cache a line at a time while other work goes on: all at
/// once, its lines would hold up those of that work.
template <Real R, int Level>
class Ahead {
 public:
  /// rows x cols numbers, rows `stride` apart, in `times` times.
  Ahead(const R* at, Index rows, Index cols, Index stride, Index times)
      : at_(at),
        lines_(ceil_div(cols + kLine - 1, kLine)),  // a row may begin in the middle of one
        skip_(stride - lines_ * kLine),
        rows_(rows),
        left_(lines_),
        pace_(ceil_div(rows * lines_, times)) {}

  IDEM_INLINE void next() {
    for (Index i = 0; i < pace_ && rows_ > 0; ++i) {
      __builtin_prefetch(at_, 0, 4 - Level);
      at_ += kLine;
      if (--left_ == 0) {
        at_ += skip_;
        left_ = lines_;
        --rows_;
      }
    }
  }

 private:
  static constexpr Index kLine = 64 / static_cast<Index>(sizeof(R));
  const R* at_;
  Index lines_, skip_, rows_, left_, pace_;
};

/// So many products follow each other before more is brought near.
inline constexpr Index kTogetherInDepth = 8;

/// A block of weights is added to the sums of Rows neurons for Vectors vectors of samples.
template <Index Rows, Index Vectors, Real R, class S, class Sink>
IDEM_INLINE void block_tile(const Product<R, S>& p, Index depth, Index i, Index next, Ahead<R, 2>& weights,
                            Ahead<R, 1>& inputs, const Sink& sink) {
  using L = Lanes<R>;
  typename L::Vector sums[Rows][Vectors];
  const R* const start = p.start + i * p.start_stride;
  IDEM_UNROLL for (Index r = 0; r < Rows; ++r) {
    IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) sums[r][v] =
        L::load(start + r * p.start_stride + v * S::template kStartVector<R>);
  }
  const R *left = p.left + i * S::kLeftRow, *right = p.right;
  const R* soon = p.start + next * p.start_stride;
  Index k = 0;
  for (; k + kTogetherInDepth <= depth; k += kTogetherInDepth) {
    IDEM_UNROLL for (Index v = 0; v < Vectors; ++v)
        __builtin_prefetch(soon + v * S::template kStartVector<R>, 1);
    if (k < (Rows - 1) * kTogetherInDepth) soon += p.start_stride;
    weights.next();
    inputs.next();
    for (Index n = 0; n < kTogetherInDepth; ++n) add_products<false, S>(left, right, 0, sums);
  }
  for (; k < depth; ++k) add_products<false, S>(left, right, 0, sums);
  sink.template take<Rows, Vectors, false>(p, sums, i, 0, 0);
}

template <Index Vectors, Index Rest, Real R, class S, class Sink>
IDEM_NOINLINE void block_panel(const Product<R, S>& p, Index depth, Index neurons, Ahead<R, 2>& weights,
                               Ahead<R, 1> inputs, const Sink& sink) {
  constexpr Index kRows = Lanes<R>::kTileRows;
  Index i = 0;
  for (; i + kRows <= neurons; i += kRows) {
    block_tile<kRows, Vectors>(p, depth, i, i + kRows < neurons ? i + kRows : 0, weights, inputs, sink);
  }
  if constexpr (Rest > 0) {
    if (i < neurons) block_tile<Rest, Vectors>(p, depth, i, 0, weights, inputs, sink);
  }
}

/// A block of weights is added to the sums of a panel, `vectors` vectors of samples.
template <Index Rest, Real R, class S, class Sink>
IDEM_INLINE void block_panel(const Product<R, S>& p, Index depth, Index neurons, Index vectors,
                             Ahead<R, 2>& weights, const Ahead<R, 1>& inputs, const Sink& sink) {
  using L = Lanes<R>;
  static_assert(L::kTileVectors <= 3);
  if constexpr (L::kTileVectors >= 3) {
    if (vectors == 3) return block_panel<3, Rest>(p, depth, neurons, weights, inputs, sink);
  }
  if constexpr (L::kTileVectors >= 2) {
    if (vectors == 2) return block_panel<2, Rest>(p, depth, neurons, weights, inputs, sink);
  }
  block_panel<1, Rest>(p, depth, neurons, weights, inputs, sink);
}

}  // namespace detail

/// `forward` where kInBlocks: fills slice.inputs, for vector v of samples the D rows of one vector each that begin at
/// v D kWidth, slice.outputs and slice.first_sums.
///
///     words   null, or the place of FiringBits: of neuron j for vector v of samples at
///             j / kWidth stride + v kWidth + j % kWidth
///
/// Memory  no heap; the slice's.
template <bool Packed, class Model, Index Count>
IDEM_NOINLINE void forward_in_blocks(const Model& model, const typename Model::Scalar* x, Index count,
                                     Slice<typename Model::Scalar, Model::kDim, Count>& slice,
                                     typename Model::Scalar* words, Index stride, Index first, Index last) {
  using R = typename Model::Scalar;
  using L = Lanes<R>;
  using Block = detail::BlockSums<R, Model::kDim, Count>;
  constexpr Index D = Model::kDim, kWidth = L::kWidth, kRows = L::kTileRows, kNeurons = Block::kNeurons;
  using S = Strides<1, D, kWidth, kWidth, true, D * kWidth, Block::kStride>;
  if (first == last) return;  // a part of which there is no more: the weights need not be read for it
  for (Index v = first; v < last; ++v) {
    const Index begin = v * kWidth, samples = count - begin < kWidth ? count - begin : kWidth;
    transpose_columns<D, kWidth>(x + begin * D, samples, slice.inputs + begin * D);
    L::store(slice.outputs + begin, typename L::Vector{});
  }
  const R* const weights = model.weights().data();
  constexpr detail::Cut kDepths(D, Block::kDepth);
  static_assert(kNeurons % kRows == 0);
  const detail::Cut panels(last - first, L::kTileVectors);
  const auto panel_begin = [&](Index panel) { return first + panels.begin(panel); };
  for (Index neuron = 0; neuron < D; neuron += kNeurons) {
    const Index neurons = D - neuron < kNeurons ? D - neuron : kNeurons;
    for (Index v = first; v < last; ++v) {
      R* const sums = slice.block.sums + v * Block::kStride;
      const R* const starts = slice.inputs + (v * D + neuron) * kWidth;
      for (Index j = 0; j < neurons * kWidth; j += kWidth) {
        L::store(sums + j, Model::kSkip == Skip::identity ? L::load(starts + j) : L::broadcast(R{0}));
      }
    }
    for (Index n = 0; n < kDepths.count; ++n) {
      const Index k = kDepths.begin(n), depth = kDepths.begin(n + 1) - k;
      const bool complete = n + 1 == kDepths.count;
      const Index next_n = complete ? 0 : n + 1, next_k = kDepths.begin(next_n);
      const Index next_depth = kDepths.begin(next_n + 1) - next_k;
      const Index next_neuron = complete ? neuron + kNeurons : neuron, left = D - next_neuron;
      const Index times = detail::ceil_div(neurons, kRows) * (depth / detail::kTogetherInDepth);
      detail::Ahead<R, 2> next_weights(weights + next_k * D + (left > 0 ? next_neuron : 0),
                                       left > 0 ? next_depth : 0, left < kNeurons ? left : kNeurons, D,
                                       times * panels.count);
      for (Index m = 0; m < panels.count; ++m) {
        const Index begin = panel_begin(m), vectors = panel_begin(m + 1) - begin;
        const bool other = m + 1 < panels.count;
        const Index next_m = other ? m + 1 : 0, next = panel_begin(next_m);
        const detail::Ahead<R, 1> next_inputs(slice.inputs + (next * D + (other ? k : next_k)) * kWidth,
                                              panel_begin(next_m + 1) - next,
                                              (other ? depth : next_depth) * kWidth, D * kWidth, times);
        R* const sums = slice.block.sums + begin * Block::kStride;
        const Product<R, S> p{weights + k * D + neuron, slice.inputs + (begin * D + k) * kWidth, sums, kWidth,
                              sums};
        if (!complete) {
          const detail::Store store;
          detail::block_panel<D % kRows>(p, depth, neurons, vectors, next_weights, next_inputs, store);
        } else {
          const detail::BlockOutputs<Model, Packed> outputs{model,
                                                            slice.outputs + begin * kWidth,
                                                            slice.first_sums + begin * kWidth,
                                                            Packed ? words + begin * kWidth : nullptr,
                                                            stride,
                                                            neuron};
          detail::block_panel<D % kRows>(p, depth, neurons, vectors, next_weights, next_inputs, outputs);
        }
      }
    }
  }
}

}  // namespace idem::inline IDEM_TARGET
