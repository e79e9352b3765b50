// SPDX-License-Identifier: Apache-2.0
/// \file  Whole passes over a set of samples: training on it, and the loss over it.
#pragma once

#include <idem/data/samples.hpp>
#include <idem/train/sgd.hpp>

namespace idem::inline IDEM_TARGET {

/// Room for up to Count samples on their way from a set to a trainer. Its size changes speed and memory,
/// no bit.
template <Real R, Index D, Index Count>
struct SampleBuffer {
  static_assert(Count > 0, "idem: a buffer holds at least one sample");
  R x[D * Count];
  R y[Count];
};

/// Trains on one batch: the samples at positions [first, first + batch) of an order of the set.
///
/// Errors  those of Sgd::feed and Sgd::end_batch: the weights stay as they were before the batch.
///         bad_argument: the batch reaches beyond the set. open_batch: samples were fed before; they stay.
template <class Trainer, SampleSet Set, class Order, Index Count, Executor E = Serial>
Status train_batch(Trainer& trainer, Set& set, const Order& order, Index first, Index batch,
                   typename Trainer::R eta, SampleBuffer<typename Trainer::R, Trainer::kDim, Count>& buffer,
                   E&& executor = {}) {
  if (first < 0 || batch < 1 || batch > set.size() - first) return Status::bad_argument;
  if (trainer.count() != 0) return Status::open_batch;
  for (Index done = 0; done < batch;) {
    const Index count = batch - done < Count ? batch - done : Count;
    set.get(order, first + done, count, buffer.x, buffer.y);
    if (const Status status = trainer.feed(buffer.x, buffer.y, count, executor); status != Status::ok) {
      trainer.abort_batch();
      return status;
    }
    done += count;
  }
  return trainer.end_batch(eta, executor);
}

/// Trains on every batch of one epoch; a short last batch uses its own number of samples. With the batch
/// as long as the set this is a step of gradient descent.
///
/// Errors  those of train_batch: the epoch ends there, the weights are those before the batch.
template <class Trainer, SampleSet Set, class Order, Index Count, Executor E = Serial>
Status train_epoch(Trainer& trainer, Set& set, const Order& order, Index batch, typename Trainer::R eta,
                   SampleBuffer<typename Trainer::R, Trainer::kDim, Count>& buffer, E&& executor = {}) {
  if (batch < 1 || batch > set.size()) return Status::bad_argument;
  for (Index first = 0; first < set.size();) {
    const Index count = set.size() - first < batch ? set.size() - first : batch;
    const Status status = train_batch(trainer, set, order, first, count, eta, buffer, executor);
    if (status != Status::ok) return status;
    first += count;  // not by the batch: a set may be as long as can be counted
  }
  return Status::ok;
}

/// The mean squared error over a set: (1/n) sum of (f(x, W) - y)^2.
///
/// Bits    a long sum over the samples in ascending index, divided by their number: ARITHMETIC.md
///         section 7. Neither the buffer nor the slice changes a bit.
/// Memory  the caller's buffer and slice; a slice for no samples sends them one by one.
template <class Model, SampleSet Set, Index Count, Index SliceCount>
typename Model::Scalar mean_loss(const Model& model, Set& set,
                                 SampleBuffer<typename Model::Scalar, Model::kDim, Count>& buffer,
                                 Slice<typename Model::Scalar, Model::kDim, SliceCount>& slice) {
  using R = typename Model::Scalar;
  LongSum<R> squares{};
  for (Index first = 0; first < set.size();) {
    const Index count = set.size() - first < Count ? set.size() - first : Count;
    set.get(InOrder{}, first, count, buffer.x, buffer.y);
    predict(model, buffer.x, count, slice, [&](Index s, R f) { squares.add_square(f - buffer.y[s]); });
    first += count;
  }
  return squares.value() / static_cast<R>(set.size());
}

}  // namespace idem::inline IDEM_TARGET
