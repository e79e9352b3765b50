// SPDX-License-Identifier: Apache-2.0
/// \file  The least-squares system of one alternating minimization step, with its own memory: sums of products,
///        solved by Cholesky's factorization; or a triangle, by rotations.
#pragma once

#include <bit>

#include <idem/solvers/cholesky.hpp>
#include <idem/solvers/rotations.hpp>
#include <idem/train/gated_slice.hpp>

namespace idem::inline IDEM_TARGET {

namespace detail {

/// Rows of B that wait until there are so many; nothing, if samples come one by one.
template <class Model, Index SliceCount>
struct WaitingRows {
  using R = typename Model::Scalar;
  static constexpr Index kRows = 32;
  R rows[kRows * Model::kDim * Model::kDim];
  R residuals[kRows];
  Index count;
};
template <class Model>
struct WaitingRows<Model, 0> {};

/// What slices with hard gates need: nothing, if there are none.
template <class Model, Index SliceCount>
struct NormalEquationsSlices {
  using R = typename Model::Scalar;
  static constexpr Index D = Model::kDim;
  GatedSlice<Model, SliceCount> slice;
  R words[ceil_div(SliceCount, Lanes<R>::kWidth) * GatedSlice<Model, SliceCount>::kWordStride];
  R right[D * D];                       ///< by input
  R square[D * D];                      ///< the products of one pair of neurons
  std::uint32_t list[SliceCount + 16];  ///< samples on which both fire
};
template <class Model>
struct NormalEquationsSlices<Model, 0> {};

}  // namespace detail

/// B^T B and B^T r, accumulated sample by sample; row (q, i) of a sample is c_q x_i. One by one, neurons that sleep cost
/// nothing.
///
///     SliceCount  samples that pass together when gates are hard: 0, or a multiple of 16
///
/// Memory  (N^2 + 5 N) / 2 numbers, N = D^2, one by one; with slices also those of the samples in flight.
template <class Model, Index SliceCount = 0>
class NormalEquations {
 public:
  using R = typename Model::Scalar;
  static constexpr Index D = Model::kDim;
  static constexpr Index kUnknowns = D * D;
  /// Whether slices go their own way: with the products of a pair of neurons in registers.
  static constexpr bool kSlices = SliceCount > 0 && kFillPatches<R, D>;

  void clear() {
    for (R& a : matrix_) a = R{0};
    for (R& g : right_) g = R{0};
    if constexpr (SliceCount > 0) waiting_.count = 0;
    if constexpr (kSlices) {
      slices_.slice.clear(slices_.right);
      begun_ = false;
    }
  }

  /// One sample; not to be mixed with slices.
  ///
  /// Bits    ARITHMETIC.md section 13.3.
  /// Cost    on average D^4 / 8 fused multiply-adds, half of the neurons firing.
  void add(const R* x, const GatedSample<R, D>& sample, R residual) {
    const R* const gates = sample.gates;
    if constexpr (SliceCount > 0) {
      R* const row = waiting_.rows + waiting_.count * kUnknowns;
      for (Index q = 0; q < D; ++q) {
        for (Index i = 0; i < D; ++i) row[q * D + i] = gates[q] == R{0} ? R{0} : gates[q] * x[i];
      }
      waiting_.residuals[waiting_.count] = residual;
      if (++waiting_.count == waiting_.kRows) add_waiting();
      return;
    }
    for (Index q = 0; q < D; ++q) {
      if (gates[q] == R{0}) continue;
      for (Index i = 0; i < D; ++i) row_[q * D + i] = gates[q] * x[i];
    }
    for (Index q = 0; q < D; ++q) {
      if (gates[q] == R{0}) continue;
      for (Index i = 0; i < D; ++i) {
        const Index j = q * D + i;
        const R b = row_[j];
        right_[j] = fma(b, residual, right_[j]);
        R* const a = matrix_ + packed_at<kUnknowns>(j, 0);
        add_scaled(b, row_ + j, a + j, D - i);
        for (Index p = q + 1; p < D; ++p) {
          if (gates[p] != R{0}) add_scaled<D>(b, row_ + p * D, a + p * D);
        }
      }
    }
  }

  /// At most SliceCount samples with hard gates; the squares of what is left of their labels go into `losses`. Returns
  /// whether their inputs are finite: else nothing is added.
  ///
  /// The block of a pair of neurons is v_q v_p times the sum of x x^T over the samples on which both fire: symmetric,
  /// so that half of it is enough.
  ///
  /// Bits    as `add`: signs are exact, and products do not depend on the order of their factors.
  [[nodiscard]] bool add_slice(const Model& model, const R* x, const R* y, Index count, MaskHash& hash,
                               LongSum<R>& losses) {
    using L = Lanes<R>;
    using Word = typename L::Word;
    constexpr Index kStride = GatedSlice<Model, SliceCount>::kWordStride;
    slices_.slice.forward_all(model, x, count, slices_.words, detail::Nothing{});
    if (!slices_.slice.finite(x, count)) return false;
    slices_.slice.compare(y, count, slices_.words, hash, losses);
    slices_.slice.add(x, slices_.words, count, slices_.right);
    const Index vectors = sample_vectors<R>(count);
    // Lanes that pad the last vector fire: their inputs are zeros that no one has.
    const Index last = count - (vectors - 1) * L::kWidth;
    for (Index q = 0; q < D; ++q) {
      for (Index p = q; p < D; ++p) {
        Index length = 0;
        for (Index v = 0; v < vectors; ++v) {
          const R* const words = slices_.words + v * kStride;
          Word both =
              std::bit_cast<Word>(words[q]) & std::bit_cast<Word>(words[p]) & ((Word{1} << L::kWidth) - 1);
          if (v == vectors - 1) both &= (Word{2} << (last - 1)) - 1;
          L::list_bits(slices_.list + length, static_cast<std::uint32_t>(v * L::kWidth), both);
          length += std::popcount(both);
        }
        const bool minus = model.negative(q) != model.negative(p);
        if (begun_) move_block<false>(q, p, minus);
        GramPatches<R, D>::add(x, slices_.list, length, !begun_, slices_.square);
        move_block<true>(q, p, minus);
      }
    }
    begun_ = true;
    return true;
  }

  /// Solves (B^T B + ridge I) D = B^T r; what was accumulated is used up.
  ///
  /// Errors  not_positive_definite, with the unknown q D + i.
  /// Bits    ARITHMETIC.md sections 13.5, 12.3 and 12.4.
  Solved solve(const Model& model, R ridge) {
    if constexpr (SliceCount > 0) add_waiting();
    if constexpr (kSlices) {
      if (begun_) {
        slices_.slice.finish(model, slices_.right);
        for (Index q = 0; q < D; ++q) {
          for (Index i = 0; i < D; ++i) right_[q * D + i] = slices_.right[i * D + q];
        }
      }
    }
    for (R& a : matrix_) a = a + R{0};
    for (R& g : right_) g = g + R{0};
    if (ridge != R{0}) {
      for (Index j = 0; j < kUnknowns; ++j) {
        R& a = matrix_[packed_at<kUnknowns>(j, j)];
        a = a + ridge;
      }
    }
    const Solved solved = cholesky<kUnknowns>(matrix_);
    if (solved.status == Status::ok) cholesky_solve<kUnknowns>(static_cast<const R*>(matrix_), right_);
    return solved;
  }

  /// Unknown q D + i of the solution.
  [[nodiscard]] R solution(Index q, Index i) const { return right_[q * D + i]; }

 private:
  /// Rows of B that wait: neurons that sleep add zeros.
  void add_waiting() {
    if (waiting_.count == 0) return;
    add_gram<kUnknowns>(static_cast<const R*>(waiting_.rows), waiting_.count, matrix_);
    const Product<R, Strides<0, 1, kUnknowns, 0>> right{waiting_.residuals, waiting_.rows, right_, 0, right_};
    product_rows<1, kUnknowns>(right, waiting_.count, 0, 1);
    waiting_.count = 0;
  }

  /// The block of a pair of neurons, to or from the matrix, with its sign.
  template <bool ToMatrix>
  void move_block(Index q, Index p, bool minus) {
    const R sign = minus ? R{-1} : R{1};
    for (Index i = 0; i < D; ++i) {
      R* const a = matrix_ + packed_at<kUnknowns>(q * D + i, p * D);
      R* const b = slices_.square + i * D;
      for (Index j = q == p ? i : 0; j < D; ++j) {
        if constexpr (ToMatrix) {
          a[j] = sign * b[j];
        } else {
          b[j] = sign * a[j];
        }
      }
    }
  }

  R matrix_[kPackedSize<kUnknowns>];
  R right_[kUnknowns];
  R row_[kUnknowns];
  bool begun_;  ///< a slice has been added
  [[no_unique_address]] detail::WaitingRows<Model, SliceCount> waiting_;
  [[no_unique_address]] detail::NormalEquationsSlices<Model, kSlices ? SliceCount : 0> slices_;
};

/// The same system as a triangle into which the rows are rotated one by one: twice the digits of the normal
/// equations, for several times the work.
///
/// Memory  (N^2 + 5 N) / 2 numbers, N = D^2.
template <class Model>
class RotatedRows {
 public:
  using R = typename Model::Scalar;
  static constexpr Index D = Model::kDim;
  static constexpr Index kUnknowns = D * D;
  static constexpr bool kSlices = false;

  void clear() { triangle_.clear(); }

  /// Bits    ARITHMETIC.md sections 13.3 and 12.6.
  /// Cost    on average D^4 fused multiply-adds and as many products, half of the neurons firing.
  void add(const R* x, const GatedSample<R, D>& sample, R residual) {
    const R* const gates = sample.gates;
    for (Index q = 0; q < D; ++q) {
      for (Index i = 0; i < D; ++i) row_[q * D + i] = gates[q] == R{0} ? R{0} : gates[q] * x[i];
    }
    triangle_.add(row_, residual);
  }

  /// Errors  rank_deficient, with the unknown q D + i.
  Solved solve(const Model&, R ridge) {
    if (ridge != R{0}) {
      const R root = sqrt(ridge);
      for (Index j = 0; j < kUnknowns; ++j) {
        for (Index i = 0; i < kUnknowns; ++i) row_[i] = i == j ? root : R{0};
        triangle_.add(row_, R{0});
      }
    }
    return triangle_.solve(row_);
  }

  [[nodiscard]] R solution(Index q, Index i) const { return row_[q * D + i]; }

 private:
  RotationsTriangle<R, kUnknowns> triangle_;
  R row_[kUnknowns];
};

/// Solvers of AlternatingMinimization: which system an iteration fills.
struct ByCholesky {
  template <class Model, Index SliceCount, Index>
  using System = NormalEquations<Model, SliceCount>;
  static constexpr bool kMatrixFree = false;
};
struct ByRotations {
  template <class Model, Index, Index>
  using System = RotatedRows<Model>;
  static constexpr bool kMatrixFree = false;
};

}  // namespace idem::inline IDEM_TARGET
