// SPDX-License-Identifier: Apache-2.0
/// \file  Many samples through a model at once, neuron by neuron with the samples in the lanes.
#pragma once

#include <bit>

#include <idem/kernels/relu.hpp>
#include <idem/kernels/transpose.hpp>
#include <idem/models/two_layer_relu.hpp>

namespace idem::inline IDEM_TARGET {

/// Whether samples and residuals lie in blocks of a vector's width, which are read from one end to the other. With many
/// weights rows of D numbers take a page each, and to translate the addresses takes longer than to multiply: at d = 1500
/// a step in blocks takes less than half the time, at d = 784 and 512 it is 13 % faster; with fewer weights it was not
/// tried.
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
  alignas(64) R inputs[D * kStride];  ///< samples on their way, transposed: row k, column s
  alignas(64) R outputs[Count];       ///< f of sample s
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

namespace detail {

/// Nothing to do beside a product, or after it.
struct Nothing {};

/// Numbers that move in each step of a tile: those of as many samples as the panel's, shared among the tiles of D neurons.
template <Real R, Index D, Index Vectors>
inline constexpr Index kMovesTogether = ceil_div(Vectors* Lanes<R>::kWidth,
                                                 Cut(D, kPanelRows<R, Vectors>).count);

/// A step has room for so many beside its products: with AVX-512 a step of training at d = 32 takes 5 % less time when 12
/// numbers move, at d = 20 5 % more when 16 do, and 4 % more when 11 do and the rest is shuffled.
inline constexpr Index kMostMoves = 12;

/// Whether samples move, each number through one general register: panels that others follow have kTileVectors or one
/// less.
template <Real R, Index D>
inline constexpr bool kMoving =
    Lanes<R>::kTileVectors > 1 && Lanes<R>::kWidth > 1 && sizeof(R) <= sizeof(Index) &&
    kMovesTogether<R, D, Lanes<R>::kTileVectors> <=
        kMostMoves&& kMovesTogether<R, D, Lanes<R>::kTileVectors - (Lanes<R>::kTileVectors > 1)> <=
        kMostMoves;

/// Moves the samples of the panel that follows to their columns, some numbers in each step of a tile. They pass through
/// general registers, which leaves the ports that multiply and shuffle alone: with AVX-512 on a core with two such ports
/// a transposition by shuffles takes 6 % of a step at d = 64, batch 128.
template <Real R, Index D, Index Stride>
struct Moves {
  /// Together samples of one tile: Together numbers of `from`, D apart, become neighbours.
  template <Index Together>
  struct OfTile {
    IDEM_INLINE void operator()() {
      IDEM_UNROLL for (Index s = 0; s < Together; ++s) {
        auto bits = std::bit_cast<typename Lanes<R>::Word>(from[s * D]);
        asm("" : "+r"(bits));  // neighbours would be made a vector of, by shuffles
        to[s] = std::bit_cast<R>(bits);
      }
      ++from;
      to += Stride;
    }
    const R* from;
    R* to;
  };

  /// The next tile's; after the last sample the last ones once more.
  template <Index Vectors>
  IDEM_INLINE auto beside() {
    constexpr Index kTogether = kMovesTogether<R, D, Vectors>;
    const Index first = done < samples - kTogether ? done : samples - kTogether;
    done += kTogether;
    return OfTile<kTogether>{from + first * D, to + first};
  }

  const R* from;  // samples x D, row-major
  R* to;          // D rows, Stride apart
  Index samples;  // >= kMostMoves
  Index done = 0;
};

/// Calls then.finish(begin, end) for each vector of samples in [begin, end), where `then` has that function.
template <Real R, class Then>
struct Finish {
  IDEM_INLINE void next() {
    if constexpr (requires { then.finish(begin, end); }) {
      if (begin >= end) return;
      const Index first = begin;
      begin = end - first < Lanes<R>::kWidth ? end : first + Lanes<R>::kWidth;
      then.finish(first, begin);
    }
  }
  IDEM_INLINE void rest() {
    if constexpr (requires { then.finish(begin, end); }) {
      while (begin < end) next();
    }
  }
  const Then& then;
  Index begin = 0;
  Index end = 0;
};

/// Takes the sums z of a panel of samples, neurons in ascending order: adds up the outputs, and packs the
/// neurons that fire into rows kWidth Stride apart, one for each vector of samples; Stride 0: into none. After each tile
/// it finishes a vector of the samples before, whose stores then go by while this panel is multiplied.
template <class Model, Index Stride, class Beside, class Then,
          Index MostVectors = Lanes<typename Model::Scalar>::kTileVectors>
struct Outputs : Beside {
  using R = typename Model::Scalar;
  using L = Lanes<R>;
  const Model& model;
  R* rows;
  R* first_sums;
  Finish<R, Then>& before;
  typename L::Vector f[MostVectors];

  template <Index Rows, Index Vectors, bool Part, class S>
  IDEM_INLINE void take(const Product<R, S>&, const typename L::Vector (&z)[Rows][Vectors], Index i, Index,
                        Index) {
    if (i == 0) {
      IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) L::store(first_sums + v * L::kWidth, z[0][v]);
    }
    // In registers: the compiler cannot know that the stores to `rows` leave f alone.
    typename L::Vector sums[Vectors];
    IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) sums[v] = f[v];
    IDEM_UNROLL for (Index r = 0; r < Rows; ++r) {
      const bool minus = model.negative(i + r);
      IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) {
        const auto fires = add_rectified<R>(sums[v], z[r][v], minus);
        if constexpr (Stride > 0) L::store_word(rows + v * L::kWidth * Stride + i + r, fires);
      }
    }
    IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) f[v] = sums[v];
    before.next();
  }
};

/// `forward` of samples whose panels come in columns: columns(n, begin, end) points to those of panel n, rows Stride
/// apart; columns.moves(n, begin, end), where there is such a function, brings them there beside the panel before.
template <Index PackedStride, Index Stride, class Model, Index Count, class Columns, class Then>
void forward_columns(const Model& model, Columns&& columns, Index count,
                     Slice<typename Model::Scalar, Model::kDim, Count>& slice, typename Model::Scalar* packed,
                     Index first, Index last, const Then& then) {
  using R = typename Model::Scalar;
  using L = Lanes<R>;
  constexpr Index D = Model::kDim;
  const Cut panels(last - first, L::kTileVectors);
  const auto begin_of = [&](Index n) { return (first + panels.begin(n)) * L::kWidth; };
  const auto end_of = [&](Index n) { return begin_of(n + 1) < count ? begin_of(n + 1) : count; };
  Finish<R, Then> finish{then};
  for (Index n = 0; n < panels.count; ++n) {
    const Index begin = begin_of(n), end = end_of(n), vectors = (begin_of(n + 1) - begin) / L::kWidth;
    const R* const inputs = columns(n, begin, end);
    const Product<R, Strides<1, D, Stride, Stride, false, 0, 0, Stride>> p{
        model.weights().data(), inputs, Model::kSkip == Skip::identity ? inputs : nullptr, Stride, nullptr};
    const auto multiply = [&]<class Beside>(const Beside& beside) {
      Outputs<Model, PackedStride, Beside, Then> outputs{
          beside, model, packed + begin * PackedStride, slice.first_sums + begin, finish, {}};
      product_panel<D>(p, D, vectors, outputs);
      for (Index v = 0; v < vectors; ++v) L::store(slice.outputs + begin + v * L::kWidth, outputs.f[v]);
    };
    bool moving = false;
    if constexpr (requires { columns.moves(n, begin, end); } && kMoving<R, D>) {
      moving = n + 1 < panels.count && end_of(n + 1) - begin_of(n + 1) >= kMostMoves;
      if (moving) multiply(columns.moves(n + 1, begin_of(n + 1), end_of(n + 1)));
    }
    if (!moving) multiply(Nothing{});
    finish.rest();
    if constexpr (requires { then(begin, end, inputs); }) {
      then(begin, end, inputs);
    } else {
      finish.begin = begin;
      finish.end = end;
    }
  }
  finish.rest();
}

/// Brings the panels of row-major samples into columns, in two places by turns, both of which stay in the first-level
/// cache.
template <Real R, Index D, Index Stride>
struct TransposedPanels {
  using L = Lanes<R>;
  const R* operator()(Index n, Index begin, Index end) {
    if (n != moved) transpose_columns<D>(x + begin * D, D, end - begin, place(n), Stride);
    return place(n);
  }
  /// Moves the samples of panel n while the panel before it is multiplied.
  Moves<R, D, Stride> moves(Index n, Index begin, Index end) {
    moved = n;
    if (const Index left = (end - begin) % L::kWidth; left != 0) {
      R* to = place(n) + (end - begin - left);
      for (Index k = 0; k < D; ++k, to += Stride) L::store(to, typename L::Vector{});
    }
    return {x + begin * D, place(n), end - begin};
  }
  [[nodiscard]] R* place(Index n) const { return n % 2 == 0 ? even : odd; }

  const R* x;
  R* even;
  R* odd;
  Index moved = -1;
};

/// Whether the sums of all neurons for one vector of samples hide the latency of an fma (4 cycles, 2 a cycle),
/// and fit in the registers of a tile together with the inputs.
template <Real R, Index D>
inline constexpr bool kInRegisters = D >= 8 && D <= Lanes<R>::kWidth && 2 * D <= Lanes<R>::kTileSums;

/// `forward` where kInRegisters, a vector at a time: at d = 8, batch 16, to call and to cut took as long as to
/// multiply. Calls then(begin, samples, inputs, f) after each vector, whose outputs f need not come back from memory.
template <Index PackedStride, class Model, Index Count, class Then>
IDEM_INLINE void forward_vectors(const Model& model, const typename Model::Scalar* x, Index count,
                                 Slice<typename Model::Scalar, Model::kDim, Count>& slice,
                                 typename Model::Scalar* packed, Index first, Index last, const Then& then) {
  using R = typename Model::Scalar;
  using L = Lanes<R>;
  constexpr Index D = Model::kDim, kStride = Slice<R, D, Count>::kStride;
  R* const columns = slice.inputs + first * L::kWidth;
  const Nothing none;
  Finish<R, Nothing> finish{none};
  for (Index v = first; v < last; ++v) {
    const Index begin = v * L::kWidth, samples = count - begin < L::kWidth ? count - begin : L::kWidth;
    transpose_square<D>(x + begin * D, D, samples, columns, kStride);
    const Product<R, Strides<1, D, kStride, kStride, false, 0, 0, kStride>> p{
        model.weights().data(), columns, Model::kSkip == Skip::identity ? columns : nullptr, kStride,
        nullptr};
    Outputs<Model, PackedStride, Nothing, Nothing, 1> outputs{
        none, model, packed + begin * PackedStride, slice.first_sums + begin, finish, {}};
    tile<D, 1, false>(p, D, 0, 0, 0, outputs);
    L::store(slice.outputs + begin, outputs.f[0]);
    then(begin, samples, static_cast<const R*>(columns), outputs.f[0]);
  }
}

}  // namespace detail

/// Fills slice.outputs and slice.first_sums for the samples in vectors [first, last) of `count` samples, a panel of a
/// few vectors at a time. `then` is either of
///
///     then(begin, end, inputs)     after each panel; `inputs` are its samples, transposed, rows Slice::kStride apart
///     then.finish(begin, end)      for each vector of samples, once their outputs are there
///
///     X       count x D, row-major
///     packed  rows PackedStride apart, one a sample: the first of each vector's samples gets their FiringBits. Stride
///             0: there are none
///
/// Bits    ARITHMETIC.md section 6, for each sample as if it came alone; lanes that pad the last vector
///         hold zeros.
/// Cost    count D^2 fused multiply-adds.
template <Index PackedStride, class Model, Index Count, class Then>
void forward(const Model& model, const typename Model::Scalar* x, Index count,
             Slice<typename Model::Scalar, Model::kDim, Count>& slice, typename Model::Scalar* packed,
             Index first, Index last, const Then& then) {
  using R = typename Model::Scalar;
  constexpr Index D = Model::kDim, kStride = Slice<R, D, Count>::kStride;
  if constexpr (detail::kInRegisters<R, D>) {
    detail::forward_vectors<PackedStride>(model, x, count, slice, packed, first, last,
                                          [&](Index begin, Index samples, const R* inputs, auto) {
                                            if constexpr (requires { then(begin, begin, inputs); }) {
                                              then(begin, begin + samples, inputs);
                                            } else {
                                              then.finish(begin, begin + samples);
                                            }
                                          });
  } else {
    // The first panel is the largest, and there is room for it and another, if there is another.
    R* const even = slice.inputs + first * Lanes<R>::kWidth;
    const Index largest = detail::Cut(last - first, Lanes<R>::kTileVectors).large;
    detail::TransposedPanels<R, D, kStride> panels{x, even, even + largest * Lanes<R>::kWidth};
    detail::forward_columns<PackedStride, kStride>(model, panels, count, slice, packed, first, last, then);
  }
}

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
  if (L::kTileVectors >= 3 && vectors == 3) {
    block_panel<3, Rest>(p, depth, neurons, weights, inputs, sink);
  } else if (L::kTileVectors >= 2 && vectors == 2) {
    block_panel<2, Rest>(p, depth, neurons, weights, inputs, sink);
  } else {
    block_panel<1, Rest>(p, depth, neurons, weights, inputs, sink);
  }
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
    transpose_columns<D>(x + begin * D, D, samples, slice.inputs + begin * D, kWidth);
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
        forward<0>(model, x + done * D, part, slice, nullptr, 0, sample_vectors<R>(part),
                   [](Index, Index, const R*) {});
      }
      for (Index s = 0; s < part; ++s) take(done + s, slice.outputs[s]);
      done += part;
    }
  }
  Mask<D> mask;
  for (; done < count; ++done) take(done, forward(model, x + done * D, mask));
}

}  // namespace idem::inline IDEM_TARGET
