// SPDX-License-Identifier: Apache-2.0
/// \file  Mini-batch stochastic gradient descent; gradient descent is the same with one batch.
#pragma once

#include <bit>
#include <cstdint>

#include <idem/arith/environment.hpp>
#include <idem/base/footprint.hpp>
#include <idem/base/status.hpp>
#include <idem/kernels/matrix_vector.hpp>
#include <idem/kernels/sums.hpp>
#include <idem/models/slice.hpp>
#include <idem/train/executor.hpp>
#include <idem/train/gradient.hpp>
#include <idem/train/loss.hpp>
#include <idem/train/update.hpp>

namespace idem::inline IDEM_TARGET {

/// The slice of a trainer that is not told one. Alone, a sample reads all weights and half the gradient for itself: with
/// AVX-512, 16 together take 2.2 to 3.2 times less time at d = 32, 3.6 times less at d = 100 (float), for 24 / D more
/// memory. Below, memory counts for more; and where the fma is in software, the sleeping neurons do.
template <Real R, Index D>
inline constexpr Index kUsualSlice = !Lanes<R>::kAlone && kHardwareFma<R> && D >= 32 ? 16 : 0;

/// Samples that came alone to a trainer with slices, until as many are there as fill all lanes; none where lanes are one
/// wide.
template <Real R, Index D, bool Wait>
struct WaitingSamples {
  static constexpr Index kMost = 16;
  R x[kMost * D];
  R y[kMost];
  Index count;
};

template <Real R, Index D>
struct WaitingSamples<R, D, false> {
  static constexpr Index kMost = 0, count = 0;
};

/// Trains a model on batches: W <- W - eta grad L, L the mean loss over the batch; with the default loss
/// L = (1/n) sum of (f(x, W) - y)^2.
///
///     Model       ResidualRelu<R, D> or VanillaRelu<R, D>
///     Loss        SquaredError or LogisticLoss
///     SliceCount  samples that pass through the model at once: 0 for one by one (the least memory, a
///                 device's way) or a multiple of 16 (a desktop's). It changes speed and memory, no bit.
///                 With slices and lanes, samples that come alone or in small numbers wait for one another.
///                 Unless told: kUsualSlice
///
/// A batch is open from the first sample fed to `end_batch`; samples may be fed one at a time, many at a
/// time, or mixed: the same bits. The object owns all its state; put it in static storage.
///
///     static Sgd<ResidualRelu<float, 8>> sgd;
///     if (sgd.init() != Status::ok) ...
///     sgd.feed(x, y);                      // as often as the batch is long
///     if (sgd.end_batch(0.05f) != Status::ok) ...
///
/// Bits    ARITHMETIC.md section 7.
/// Memory  no heap; `footprint<Sgd<...>>()` names it by part; 2 KiB of stack at most, but for slices and more than
///         512 KiB of weights: there residuals of 160 samples for a tile's neurons on every thread (AVX-512: 30 KiB). With
///         these the gradient of the last samples is formed by `end_batch`, with the executor that it is given.
/// Cost    2 D^2 fused multiply-adds a sample, of which the sleeping neurons' are left out where samples
///         pass one by one.
/// Source  [LiYuan17] arXiv:1705.09886, equation (2).
template <class ModelType, Index SliceCount = kUsualSlice<typename ModelType::Scalar, ModelType::kDim>,
          class LossType = SquaredError<typename ModelType::Scalar>>
class Sgd {
 public:
  using Model = ModelType;
  using Loss = LossType;
  using R = typename Model::Scalar;
  static constexpr Index kDim = Model::kDim;
  static constexpr Index kSlice = SliceCount;

  /// Checks the floating-point environment, sets the identity mapping (W = 0, v = +1) and opens a batch.
  ///
  /// Errors  environment: nothing is set.
  Status init() {
    if (const Status status = check_environment<R>(); status != Status::ok) return status;
    model_.set_identity();
    abort_batch();
    loss_ = R{0};
    return Status::ok;
  }

  /// The network. Between batches its weights and signs may be changed; while a batch is open they
  /// must not be.
  [[nodiscard]] Model& model() { return model_; }
  [[nodiscard]] const Model& model() const { return model_; }
  [[nodiscard]] auto weights() { return model_.weights(); }
  [[nodiscard]] auto weights() const { return model_.weights(); }

  /// The parameters of the loss, where it has any: to be set between batches.
  [[nodiscard]] Loss& loss_function() { return loss_function_; }

  /// Adds one sample to the batch.
  ///
  /// Errors  not_finite: the sample is refused, the batch is as before.
  template <Dense X>
  Status feed(const X& x, R y) {
    static_assert(kRows<X> * kCols<X> == kDim, "idem: the model's dimension and the input's differ");
    return feed(x.data(), y);
  }

  /// The same for kDim numbers at x.
  Status feed(const R* x, R y) {
    if (first_not_finite(x, kDim) >= 0 || !(y - y == R{0})) return Status::not_finite;
    Serial alone;
    take(x, y, alone);
    return Status::ok;
  }

  /// Adds `count` samples: x is count x D row-major, y has count labels; neither may overlap the trainer.
  ///
  /// Errors  not_finite: all of them are refused, the batch is as before. bad_argument: count < 0.
  template <Executor E = Serial>
  Status feed(const R* x, const R* y, Index count, E&& executor = {}) {
    if (count < 0) return Status::bad_argument;
    // A small batch that comes whole need not wait.
    const bool at_once = !kWait || count >= Waiting::kMost || this->count() == 0;
    // The forward pass of a single slice shows it too, before anything is added.
    const bool shown = SliceCount > 0 && at_once && count >= kWorthASlice && count <= SliceCount;
    if (!shown && !inputs_finite(x, y, count)) return Status::not_finite;
    if constexpr (SliceCount > 0) {
      if (at_once) pass_waiting(executor);
      while (at_once && count >= kWorthASlice) {
        const Index part = count < SliceCount ? count : SliceCount;
        forward_slice(x, y, part, executor);
        if (shown && !all_finite(slice_.first_sums, y, part) && !inputs_finite(x, y, part)) {
          return Status::not_finite;
        }
        add_slice(x, y, part, executor);
        x += part * kDim;
        y += part;
        count -= part;
      }
    }
    if constexpr (kBlock > 1) {
      for (; count >= kBlock; count -= kBlock, x += kBlock * kDim, y += kBlock) feed_block<kBlock>(x, y);
    }
    for (; count > 0; --count, x += kDim, ++y) take(x, *y, executor);
    return Status::ok;
  }

  /// Samples in the open batch.
  [[nodiscard]] Index count() const { return count_ + waiting_.count; }

  /// Forgets the open batch. The weights stay.
  void abort_batch() {
    count_ = 0;
    if constexpr (kWait) waiting_.count = 0;
    losses_.clear();
    if constexpr (SliceCount > 0) sum_.clear();
  }

  /// Takes the step of size eta and opens the next batch.
  ///
  /// Errors  empty_batch, not_finite (eta): nothing changes. diverged: the weights stay as they were,
  ///         the batch is forgotten.
  template <Executor E = Serial>
  Status end_batch(R eta, E&& executor = {}) {
    if (count() == 0) return Status::empty_batch;
    if (!(eta - eta == R{0})) return Status::not_finite;
    pass_waiting(executor);
    const R n = static_cast<R>(count_);
    loss_ = losses_.value() / n;
    const R c = (eta * R{2}) / n;
    // With a slice the gradient lies as the weights do, and a step is one pass over both; without, row j belongs
    // to neuron j, so that a sleeping neuron costs nothing.
    bool finite;
    if constexpr (SliceCount > 0) {
      finite = sum_.step(c, model_, gradient_, slice_.inputs, executor);
    } else {
      finite = update_weights<kDim, Layout::by_neuron>(c, gradient_, model_.weights().data(), executor);
    }
    abort_batch();
    return finite ? Status::ok : Status::diverged;
  }

  /// The loss of the batch that ended last, at the weights it began with.
  [[nodiscard]] R loss() const { return loss_; }

  static constexpr Footprint parts() {
    Footprint f;
    f.weights = sizeof(R) * kDim * kDim;
    f.gradient = sizeof(R) * kDim * kDim;
    if constexpr (SliceCount > 0) {
      constexpr std::size_t kInputs = sizeof(Slice<R, kDim, SliceCount>::inputs);
      f.samples = kInputs + (kWait ? sizeof(Waiting) : 0);
      f.scratch = sizeof(Slice<R, kDim, SliceCount>) - kInputs + sizeof(Sum);
    }
    return f;
  }

 private:
  static bool inputs_finite(const R* x, const R* y, Index count) {
    return first_not_finite(y, count) < 0 && first_not_finite(x, count * kDim) < 0;
  }

  struct None {};
  using Sum = std::conditional_t<(SliceCount > 0), GradientSum<R, kDim, SliceCount>, None>;
  static constexpr bool kWait = SliceCount > 0 && !Lanes<R>::kAlone;
  using Waiting = WaitingSamples<R, kDim, kWait>;

  /// Samples that pass together on a processor without lanes, so that a weight or a gradient is loaded once
  /// for several of them. Their masks are on the stack.
  static constexpr Index kBlock = SliceCount == 0 && Lanes<R>::kTogether > 1 && kDim <= 256 ? 8 : 1;

  template <Index Count>
  void feed_block(const R* x, const R* y) {
    constexpr Index kRows = 4;
    Mask<kDim> masks[Count];
    R residuals[2][Count];  // as they are, and for the neurons with v_j = -1
    for (Index s = 0; s < Count; s += kRows) {
      detail::forward_alone<kRows, 4>(model_, x + s * kDim, residuals[0] + s, masks + s);
    }
    for (Index s = 0; s < Count; ++s) {
      const R f = residuals[0][s];
      loss_function_.add(losses_, f, y[s]);
      residuals[0][s] = loss_function_.residual(f, y[s]);
      residuals[1][s] = -residuals[0][s];
    }
    constexpr Index kTogether = kDim % 16 == 0 ? 16 : 8, kRest = kDim % kTogether;
    for (Index j = 0; j < kDim; ++j) {
      const R* const factors = residuals[model_.negative(j)];
      Index k = 0;
      for (; k + kTogether <= kDim; k += kTogether) {
        add_samples<kTogether, Count>(x + k, factors, masks, j, gradient_ + j * kDim + k);
      }
      if constexpr (kRest != 0) add_samples<kRest, Count>(x + k, factors, masks, j, gradient_ + j * kDim + k);
    }
    count_ += Count;
  }

  /// Adds those of Samples samples on which neuron j fires to Count elements of row j of the gradient; x and g
  /// point to the first of these elements.
  template <Index Count, Index Samples>
  IDEM_INLINE void add_samples(const R* x, const R* factors, const Mask<kDim>* masks, Index j, R* g) {
    R sums[Count];
    if (count_ == 0) {
      IDEM_UNROLL for (Index v = 0; v < Count; ++v) sums[v] = R{0};
    } else {
      IDEM_UNROLL for (Index v = 0; v < Count; ++v) sums[v] = g[v];
    }
    IDEM_UNROLL for (Index s = 0; s < Samples; ++s) {
      if (masks[s].on(j)) {
        const R factor = factors[s];
        IDEM_UNROLL for (Index v = 0; v < Count; ++v) sums[v] = fma(factor, x[s * kDim + v], sums[v]);
      }
    }
    IDEM_UNROLL for (Index v = 0; v < Count; ++v) g[v] = sums[v];
  }

  void feed_one(const R* x, R y) {
    Mask<kDim> mask;
    const R f = forward(model_, x, mask);
    const R r = loss_function_.residual(f, y);
    loss_function_.add(losses_, f, y);
    if constexpr (SliceCount > 0) {
      sum_.add_alone(x, mask, r, count_ == 0, gradient_, slice_.inputs);
    } else {
      if (count_ == 0) clear_gradient();
      const auto add = [&](Index j) {
        add_scaled<kDim>(model_.negative(j) ? -r : r, x, gradient_ + j * kDim);
      };
      if constexpr (Lanes<R>::kAlone) {
        for (Index j = 0; j < kDim; ++j) {
          if (mask.on(j)) add(j);
        }
      } else {
        // From bit to bit: which neurons fire is nothing that a processor could guess.
        for (Index first = 0; first < kDim; first += 32) {
          for (std::uint32_t on = mask.words[first / 32]; on != 0; on &= on - 1)
            add(first + std::countr_zero(on));
        }
      }
    }
    ++count_;
  }

  /// A sample that came alone.
  template <Executor E>
  void take(const R* x, R y, [[maybe_unused]] E& executor) {
    if constexpr (kWait) {
      R* const to = waiting_.x + waiting_.count * kDim;
      for (Index k = 0; k < kDim; ++k) to[k] = x[k];
      waiting_.y[waiting_.count] = y;
      if (++waiting_.count == Waiting::kMost) pass_waiting(executor);
    } else {
      feed_one(x, y);
    }
  }

  template <Executor E>
  void pass_waiting([[maybe_unused]] E& executor) {
    if constexpr (kWait) {
      const Index count = waiting_.count;
      waiting_.count = 0;
      if (count >= kWorthASlice) {
        forward_slice(waiting_.x, waiting_.y, count, executor);
        add_slice(waiting_.x, waiting_.y, count, executor);
      } else {
        for (Index s = 0; s < count; ++s) feed_one(waiting_.x + s * kDim, waiting_.y[s]);
      }
    }
  }

  template <Executor E>
  void forward_slice(const R* x, const R* y, Index count, E& executor) {
    sum_.settle(gradient_, slice_.inputs, executor);
    const int parts = executor.size();
    const Index vectors = sample_vectors<R>(count);
    executor.run([&](int part) {
      const Index first = share(vectors, part, parts);
      const Index last = share(vectors, part + 1, parts);
      sum_.forward_part(model_, x, y, count, slice_, first, last, loss_function_);
    });
  }

  template <Executor E>
  void add_slice(const R* x, const R* y, Index count, E& executor) {
    sum_.add(x, count, count_ == 0, gradient_, slice_.inputs, executor);
    // Behind, because no one waits for it: ports are given to the oldest (d = 8, batch 16: 7 % of the step).
    // Residuals that are kept save a difference; those of 16 samples alone would come later than the outputs.
    const auto add_loss = [&](LongSum<R>& sum, Index s) {
      if constexpr (SliceCount > 16 && Sum::kKeepsResiduals &&
                    requires { loss_function_.add_residual(sum, R{}); }) {
        loss_function_.add_residual(sum, sum_.residuals()[s]);
      } else {
        loss_function_.add(sum, slice_.outputs[s], y[s]);
      }
    };
    losses_.template add_terms<SliceCount>(count, add_loss);
    count_ += count;
  }

  void clear_gradient() {
    for (R& g : gradient_) g = R{0};
  }

  Model model_;
  /// Read and written in vectors where samples pass in slices: none of them shall lie across two lines of the cache.
  alignas(SliceCount > 0 ? sizeof(typename Lanes<R>::Vector) : alignof(R)) R gradient_[kDim * kDim];
  [[no_unique_address]] Slice<R, kDim, SliceCount> slice_;
  [[no_unique_address]] Sum sum_;
  [[no_unique_address]] Waiting waiting_;
  [[no_unique_address]] Loss loss_function_;
  LongSum<R> losses_;
  Index count_;
  R loss_;
};

}  // namespace idem::inline IDEM_TARGET
