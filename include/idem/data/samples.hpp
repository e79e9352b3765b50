// SPDX-License-Identifier: Apache-2.0
/// \file  Where samples come from: a teacher, drawn when asked; or memory of the caller.
#pragma once

#include <concepts>

#include <idem/base/status.hpp>
#include <idem/models/slice.hpp>
#include <idem/random/gaussian.hpp>

namespace idem::inline IDEM_TARGET {

/// A set of samples with an address each: `get(order, first, count, x, y)` writes the samples at
/// positions [first, first + count) of an order; order(p) is the index of the sample at position p. A set whose labels
/// cost work may also have `get_inputs(order, first, count, x)`.
template <class T>
concept SampleSet = requires(T& set, typename T::Scalar* out, Index (*order)(Index)) {
  { T::kDim } -> std::convertible_to<Index>;
  { set.size() } -> std::convertible_to<Index>;
  set.get(order, Index{}, Index{}, out, out);
};

/// Whether all samples lie in memory one behind another: inputs() and labels() point to them. During a training they stay
/// where and as they are.
template <class Set>
inline constexpr bool kStored = requires(const Set& set) {
  { set.inputs() } -> std::convertible_to<const typename Set::Scalar*>;
  { set.labels() } -> std::convertible_to<const typename Set::Scalar*>;
};

/// Samples as they lie.
struct InOrder {
  constexpr Index operator()(Index position) const { return position; }
};

/// `count` samples in memory of the caller: x is count x D row-major, y has count labels.
template <Real R, Index D>
class StoredSamples {
 public:
  using Scalar = R;
  static constexpr Index kDim = D;

  constexpr StoredSamples(const R* x, const R* y, Index count) : x_(x), y_(y), count_(count) {}

  [[nodiscard]] Index size() const { return count_; }
  [[nodiscard]] const R* inputs() const { return x_; }
  [[nodiscard]] const R* labels() const { return y_; }

  template <class Order>
  void get(const Order& order, Index first, Index count, R* x, R* y) const {
    for (Index p = 0; p < count; ++p) {
      const Index i = static_cast<Index>(order(first + p));
      for (Index k = 0; k < D; ++k) x[p * D + k] = x_[i * D + k];
      y[p] = y_[i];
    }
  }

 private:
  const R* x_;
  const R* y_;
  Index count_;
};

/// Gaussian inputs labelled by a teacher. Nothing is stored: sample i is drawn anew whenever it is asked
/// for, so that a set of any size, or of fresh samples without end, takes no memory.
///
/// Bits    ARITHMETIC.md section 9: sample i is the same however and wherever it is asked for.
template <class Model, Index SliceCount = 0>
class TeacherSamples {
 public:
  using Scalar = typename Model::Scalar;
  static constexpr Index kDim = Model::kDim;

  /// Samples 0 to count - 1 of `inputs`, labelled by `teacher`, which must outlive this.
  void set(const Stream& inputs, const Model& teacher, Index count) {
    inputs_ = inputs;
    teacher_ = &teacher;
    count_ = count;
  }

  [[nodiscard]] Index size() const { return count_; }

  template <class Order>
  void get_inputs(const Order& order, Index first, Index count, Scalar* x) const {
    gaussian_rows(
        inputs_, [&](Index p) { return order(first + p); }, x, count, kDim);
  }
  template <class Order>
  void get(const Order& order, Index first, Index count, Scalar* x, Scalar* y) {
    get_inputs(order, first, count, x);
    predict(*teacher_, x, count, slice_, [y](Index s, Scalar f) { y[s] = f; });
  }

 private:
  Stream inputs_;
  const Model* teacher_;
  Index count_;
  [[no_unique_address]] Slice<Scalar, kDim, SliceCount> slice_;
};

}  // namespace idem::inline IDEM_TARGET
