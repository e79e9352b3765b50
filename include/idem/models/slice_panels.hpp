// SPDX-License-Identifier: Apache-2.0
/// \file  Many samples through a model at once, neuron by neuron with the samples in the lanes.
#pragma once

#include <bit>
#include <cstdint>

#include <idem/kernels/relu.hpp>
#include <idem/kernels/transpose.hpp>
#include <idem/models/slice_memory.hpp>
#include <idem/models/two_layer_relu.hpp>

namespace idem::inline IDEM_TARGET {

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
    // In registers: the compiler cannot know that the stores to `rows` leave all else alone.
    typename L::Vector sums[Vectors];
    IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) sums[v] = f[v];
    [[maybe_unused]] R* const words = Stride > 0 ? rows + i : rows;
    static_assert(Rows <= 32);
    const std::uint64_t minus = model.negative_32_from(i);
    IDEM_UNROLL for (Index r = 0; r < Rows; ++r) {
      IDEM_UNROLL for (Index v = 0; v < Vectors; ++v) {
        const auto fires = add_rectified<R>(sums[v], z[r][v], (minus >> r & 1u) != 0);
        if constexpr (Stride > 0) L::store_word(words + v * L::kWidth * Stride + r, fires);
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
  const auto begin_of = [&](Index n) {
    const Index begin = (first + panels.begin(n)) * L::kWidth;
    return begin < count ? begin : count;
  };
  Finish<R, Then> finish{then};
  for (Index n = 0; n < panels.count; ++n) {
    const Index begin = begin_of(n), end = begin_of(n + 1), vectors = panels.begin(n + 1) - panels.begin(n);
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
      moving = n + 1 < panels.count && begin_of(n + 2) - end >= kMostMoves;
      if (moving) multiply(columns.moves(n + 1, end, begin_of(n + 2)));
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
    if (n != moved) transpose_columns<D, Stride>(x + begin * D, end - begin, place(n));
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

/// Whether the sums of all neurons for one vector of samples fit in the registers of a tile together with the inputs. Fewer
/// than 8 do not hide the latency of an fma (4 cycles, 2 a cycle), but from 4 on to wait takes less than to call and to cut.
template <Real R, Index D>
inline constexpr bool kInRegisters = D >= 4 && D <= Lanes<R>::kWidth && 2 * D <= Lanes<R>::kTileSums;

/// `forward` where kInRegisters, a vector at a time: at d = 8, batch 16, to call and to cut took as long as to
/// multiply. Calls then(begin, samples, f) after each vector, whose outputs f need not come back from memory.
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
    then(begin, samples, outputs.f[0]);
  }
}

}  // namespace detail

/// Fills slice.outputs and slice.first_sums for the samples in vectors [first, last) of `count` samples, a panel of a
/// few vectors at a time. Of `then` is called, if it is there,
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
  // Who takes panels gets panels.
  if constexpr (detail::kInRegisters<R, D> && !requires { then(first, last, x); }) {
    detail::forward_vectors<PackedStride>(model, x, count, slice, packed, first, last,
                                          [&](Index begin, Index samples, auto) {
                                            if constexpr (requires { then.finish(begin, begin); }) {
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

}  // namespace idem::inline IDEM_TARGET
