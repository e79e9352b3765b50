// SPDX-License-Identifier: Apache-2.0
/// \file  Alternating minimization: fix which neurons fire, solve for all weights, repeat.
#pragma once

#include <idem/arith/environment.hpp>
#include <idem/base/footprint.hpp>
#include <idem/data/samples.hpp>
#include <idem/solvers/extreme_eigenvalues.hpp>
#include <idem/train/alternating_options.hpp>
#include <idem/train/epoch.hpp>
#include <idem/train/matrix_free.hpp>
#include <idem/train/normal_equations.hpp>

namespace idem::inline IDEM_TARGET {

/// Trains a residual network by alternating minimization with squared error: with the neurons that fire on each
/// sample held fixed, f is linear in W, and the best W the solution of a least-squares system; that W makes other
/// neurons fire. In the form of a correction,
///
///     D = argmin |B D - (y - f(W))|,   W <- W + D
///
/// an iteration also removes the rounding errors of the one before, so that binary32 ends at 4e-7 and not at 1e-4.
///
/// It needs to see the same samples again and again: stored, or drawn anew (`TeacherSamples`). For a sensor that shows each
/// sample once, `begin`, `feed` and `end` accumulate the system of a window of samples at the weights of its
/// beginning, with a direct solver, and solve it: one iteration a window.
///
///     Model       ResidualRelu<R, D>
///     Solver      ByCholesky: least work up to about D = 11. ByRotations: the most digits. ByConjugateGradient: D^2
///                 numbers instead of D^4 / 2.
///     SliceCount  samples that pass together: 0, or a multiple of 16 (a desktop's). It changes no bit.
///     Remembered  ByConjugateGradient with slices: samples whose masks and transposed inputs are remembered. It
///                 changes no bit.
///
/// Memory  no heap; `footprint<AlternatingMinimization<...>>()` names it.
/// Cost    an iteration: see the systems in normal_equations.hpp and matrix_free.hpp.
/// Bits    ARITHMETIC.md section 13.
/// Source  [JagatapHegde19] arXiv:1806.07863, Algorithm 1.
template <class ModelType, class Solver, Index SliceCount = 0, Index Remembered = 0>
class AlternatingMinimization {
 public:
  using Model = ModelType;
  using R = typename Model::Scalar;
  static constexpr Index kDim = Model::kDim;
  static constexpr Index kUnknowns = kDim * kDim;
  static_assert(SliceCount >= 0 && SliceCount % 16 == 0 && Remembered >= 0,
                "idem: a slice holds a multiple of 16 samples");

  /// Checks the floating-point environment and sets the identity mapping (W = 0, v = +1).
  ///
  /// Errors  environment: nothing is set.
  Status init() {
    if (const Status status = check_environment<R>(); status != Status::ok) return status;
    model_.set_identity();
    begin();
    return Status::ok;
  }

  /// The network. Its weights and signs may be changed between runs, and before the first sample of a window.
  [[nodiscard]] Model& model() { return model_; }
  [[nodiscard]] const Model& model() const { return model_; }
  [[nodiscard]] auto weights() { return model_.weights(); }
  [[nodiscard]] auto weights() const { return model_.weights(); }

  /// Begins a window with hard gates.
  void begin() { begin_pass(Gates<R>{}); }

  /// Adds one sample to the window.
  ///
  /// Errors  not_finite: the sample is refused, the window is as before.
  Status feed(const R* x, R y) requires(!Solver::kMatrixFree) { return add_all(x, &y, 1); }

  /// Adds `count` samples: x is count x D row-major, y has count labels.
  ///
  /// Errors  not_finite: all of them are refused, the window is as before. bad_argument: count < 0.
  Status feed(const R* x, const R* y, Index count) requires(!Solver::kMatrixFree) {
    return count < 0 ? Status::bad_argument : add_all(x, y, count);
  }

  /// Solves the system of the window, adds the solution to the weights and begins the next window.
  ///
  /// Errors  empty_batch. rank_deficient: fewer samples than weights; the window stays open. not_positive_definite,
  ///         rank_deficient: neurons that do not fire, or fire together. diverged: the weights would not be finite. In
  ///         all cases W is as it was.
  Solved end() requires(!Solver::kMatrixFree) {
    if (count_ == 0) return {Status::empty_batch, -1};
    if (count_ < kUnknowns) return {Status::rank_deficient, count_};
    const Solved solved = solve_directly(R{0});
    begin();
    return solved;
  }

  /// Whole iterations over one set until the masks repeat.
  ///
  ///     buffer  room for samples on their way
  ///
  /// Errors  bad_argument: iterations below 0, or a rate outside (0, 1). rank_deficient: fewer samples than weights.
  ///         not_finite: a sample or label is not finite. Before the first
  ///         iteration W is as it was; a status of the solver later leaves the W of the iteration before.
  ///         not_converged, cycle: W is that of the lowest loss met.
  template <SampleSet Set, Index Count>
  AlternatingResult<R> train(Set& set, SampleBuffer<R, kDim, Count>& buffer,
                             const AlternatingOptions<R>& options = {}) {
    const AlternatingResult<R> result = run(set, buffer, options);
    begin();
    return result;
  }

  /// The extreme eigenvalues of B^T B / n at W: squares of the singular values of B / sqrt(n).
  ///
  ///     memory  of `Steps` steps of Lanczos' method, each a pass over the samples; 100 give the least eigenvalue to
  ///             a few percent at D = 20, n = 3 D^2
  ///
  /// Bits    ARITHMETIC.md sections 13.9 and 12.11.
  template <SampleSet Set, Index Count, Index Steps>
  Extremes<R> extremes(Set& set, SampleBuffer<R, kDim, Count>& buffer,
                       LanczosMemory<R, kDim, kDim, Steps>& memory) requires(Solver::kMatrixFree) {
    const R n = static_cast<R>(set.size());
    system_.forget();
    const auto apply = [&](const R* p, R* w) {
      system_.multiply(model_, Gates<R>{}, p, w, [&](const auto& f) {
        (void)each<false>(set, buffer, [&](const R* x, const R*, Index count) {
          f(x, count);
          return Status::ok;
        });
      });
      for (Index i = 0; i < kUnknowns; ++i) w[i] = w[i] / n;
    };
    return extreme_eigenvalues<kDim, kDim, Steps, R>(apply, memory);
  }

  static constexpr Footprint parts() {
    Footprint f;
    f.weights = 2 * sizeof(R) * kUnknowns;
    f.scratch = sizeof(System);
    return f;
  }

 private:
  using System = typename Solver::template System<Model, SliceCount, Remembered>;
  void begin_pass(const Gates<R>& gates, bool first = true, bool same = false) {
    gates_ = gates;
    hash_ = {};
    losses_.clear();
    trace_.clear();
    count_ = 0;
    if constexpr (Solver::kMatrixFree) {
      system_.clear(first, same);
    } else {
      system_.clear();
    }
  }

  void add(const R* x, R y) {
    GatedSample<R, kDim> sample;
    sample.set(model_, x, gates_, hash_);
    const R residual = y - sample.output;
    losses_.add_square(residual);
    if (gates_.soft) {
      R open{0};
      for (const R c : sample.gates) open = fma(c, c, open);
      trace_.add_product(open, sample.square);
    }
    system_.add(x, sample, residual);
    ++count_;
  }

  /// Calls f(x, y, count) for all samples in ascending order: stored samples at once, others a buffer at a time; without
  /// Labels y may be anything.
  template <bool Labels = true, SampleSet Set, Index Count, class F>
  static Status each(Set& set, SampleBuffer<R, kDim, Count>& buffer, const F& f) {
    if constexpr (kStored<Set>) {
      return f(set.inputs(), set.labels(), set.size());
    } else {
      for (Index first = 0; first < set.size();) {
        const Index count = set.size() - first < Count ? set.size() - first : Count;
        if constexpr (!Labels && requires { set.get_inputs(InOrder{}, first, count, buffer.x); }) {
          set.get_inputs(InOrder{}, first, count, buffer.x);
        } else {
          set.get(InOrder{}, first, count, buffer.x, buffer.y);
        }
        if (const Status status = f(buffer.x, buffer.y, count); status != Status::ok) return status;
        first += count;
      }
      return Status::ok;
    }
  }

  template <SampleSet Set, Index Count>
  AlternatingResult<R> run(Set& set, SampleBuffer<R, kDim, Count>& buffer,
                           const AlternatingOptions<R>& options) {
    AlternatingResult<R> result;
    if (options.iterations < 0 || !(options.rate > R{0} && options.rate < R{1}))
      return {Status::bad_argument};
    if (set.size() < kUnknowns) return {Status::rank_deficient};
    if constexpr (Solver::kMatrixFree) {
      // Conjugate gradients would find one of many solutions, and not notice.
      if (const Index neuron = dependent_neuron(model_); neuron >= 0) {
        return {Status::rank_deficient, 0, 0, R{0}, neuron * kDim};
      }
    }
    Gates<R> gates;
    R ridge{0}, width{0};
    if (options.course == Course::homotopy ||
        (options.course == Course::automatic && set.size() < 2 * kUnknowns + 5 * kDim)) {
      result.status = survey(set, buffer, width);
      ++result.passes;
      if (result.status != Status::ok) return result;
      gates.soft = width > R{0} && width - width == R{0};
      ridge = gates.soft ? static_cast<R>(0.1) : R{0};
    }
    R steps{4};
    history_.clear();
    R best_loss = std::numeric_limits<R>::infinity();
    bool again = false, settled = false;
    for (;; ++result.iterations) {
      if (gates.soft) gates.sharpness = static_cast<R>(0.35) / width;
      begin_pass(gates, result.iterations == 0, kStored<Set> && result.iterations > 0);
      result.status = pass(set, buffer);
      ++result.passes;
      if (result.status != Status::ok) return result;
      again = history_.ends_with(hash_.value());
      if (gates.soft && again) {
        // The masks no longer change: from here on with hard gates.
        gates = {};
        ridge = R{0};
        history_.clear();
        best_loss = std::numeric_limits<R>::infinity();
        begin_pass(gates, result.iterations == 0, kStored<Set> && result.iterations > 0);
        result.status = pass(set, buffer);
        ++result.passes;
        if (result.status != Status::ok) return result;
        again = false;
      }
      history_.add(hash_.value());
      result.loss = losses_.value() / static_cast<R>(count_);
      if (!gates.soft && result.loss < best_loss) {
        best_loss = result.loss;
        copy(model_.weights().data(), best_);
      }
      if (result.iterations == options.iterations) {
        result.status = Status::not_converged;
        break;
      }
      if (!gates.soft && !again && history_.cycles()) {
        // A sample may lie so near to a boundary that its mask goes to and fro while W has long been found.
        if (settled) return result;
        result.status = Status::cycle;
        break;
      }
      R change{0}, length{0};
      const Solved solved = solve(set, buffer, ridge, steps, result, change, length);
      if (solved.status != Status::ok) {
        result.status = solved.status;
        result.unknown = solved.index;
        return result;
      }
      settled = Solver::kMatrixFree && change <= options.tolerance * length;
      if (again && (!Solver::kMatrixFree || settled)) {
        ++result.iterations;
        return result;
      }
      if (steps < R{1000}) steps = steps * static_cast<R>(1.15);
      if (gates.soft) {
        width = width * options.rate;
        ridge = ridge * options.rate;
      }
    }
    if (best_loss < std::numeric_limits<R>::infinity()) {
      copy(best_, model_.weights().data());
      result.loss = best_loss;
    }
    return result;
  }

  template <SampleSet Set, Index Count>
  Status pass(Set& set, SampleBuffer<R, kDim, Count>& buffer) {
    return each(set, buffer, [&](const R* x, const R* y, Index count) { return add_all(x, y, count); });
  }

  /// Adds `count` samples to the system, or none of them.
  Status add_all(const R* x, const R* y, Index count) {
    if (first_not_finite(y, count) >= 0) return Status::not_finite;
    // A single slice looks at its inputs by itself, or has done so.
    const bool alone = SliceCount > 0 && System::kSlices && !gates_.soft && count <= SliceCount;
    if (!alone && first_not_finite(x, count * kDim) >= 0) return Status::not_finite;
    if constexpr (SliceCount > 0 && System::kSlices) {
      if (!gates_.soft) {
        for (Index done = 0; done < count; done += SliceCount) {
          const Index part = count - done < SliceCount ? count - done : SliceCount;
          if (!system_.add_slice(model_, x + done * kDim, y + done, part, hash_, losses_)) {
            return Status::not_finite;
          }
          count_ += part;
        }
        return Status::ok;
      }
    }
    for (Index s = 0; s < count; ++s) add(x + s * kDim, y[s]);
    return Status::ok;
  }

  /// The width of the first soft gates: how far, relative to |x|, the sums are from those of the teacher.
  ///
  /// Bits    ARITHMETIC.md section 13.8.
  template <SampleSet Set, Index Count>
  Status survey(Set& set, SampleBuffer<R, kDim, Count>& buffer, R& width) {
    GatedSample<R, kDim> sample;
    losses_.clear();
    trace_.clear();
    const Status status = each(set, buffer, [&](const R* x, const R* y, Index count) {
      if (first_not_finite(x, count * kDim) >= 0 || first_not_finite(y, count) >= 0)
        return Status::not_finite;
      for (Index s = 0; s < count; ++s) {
        sample.set(model_, x + s * kDim, Gates<R>{}, hash_);
        losses_.add_square(y[s] - sample.output);
        trace_.add_product(static_cast<R>(sample.firing), sum_of_squares(x + s * kDim, kDim));
      }
      return Status::ok;
    });
    width = sqrt(losses_.value() / trace_.value());
    return status;
  }

  Solved solve_directly(R ridge_share) {
    R ridge{0};
    if (gates_.soft) ridge = ridge_share * (trace_.value() / static_cast<R>(kUnknowns));
    const Solved solved = system_.solve(model_, ridge);
    if (solved.status != Status::ok) return solved;
    return {update() ? Status::ok : Status::diverged, -1};
  }

  template <SampleSet Set, Index Count>
  Solved solve(Set& set, SampleBuffer<R, kDim, Count>& buffer, R ridge_share, R steps,
               AlternatingResult<R>& result, R& change, R& length) {
    if constexpr (Solver::kMatrixFree) {
      R ridge{0};
      if (gates_.soft) ridge = ridge_share * (trace_.value() / static_cast<R>(kUnknowns));
      const Converged<R> converged =
          system_.solve(model_, gates_, ridge, static_cast<Index>(steps), std::numeric_limits<R>::epsilon(),
                        [&](const auto& f) {
                          ++result.passes;
                          (void)each<false>(set, buffer, [&](const R* x, const R*, Index count) {
                            f(x, count);
                            return Status::ok;
                          });
                        });
      if (converged.status == Status::rank_deficient) return {converged.status, converged.steps};
      if (converged.status == Status::not_positive_definite && converged.steps == 0) {
        return {converged.status, -1};
      }
      measure(change, length);
      return {update() ? Status::ok : Status::diverged, -1};
    } else {
      return solve_directly(ridge_share);
    }
  }

  /// ||D||_F and ||I + W||_F.
  void measure(R& change, R& length) const {
    const R* const w = model_.weights().data();
    change = detail::matrix_norm<kDim, kDim, R>([&](Index i, Index q) { return system_.solution(q, i); });
    length = detail::matrix_norm<kDim, kDim, R>(
        [&](Index i, Index q) { return i == q ? R{1} + w[i * kDim + q] : w[i * kDim + q]; });
  }

  /// W <- W + D if every element is finite. Returns whether.
  bool update() {
    R* const w = model_.weights().data();
    for (Index i = 0; i < kDim; ++i) {
      for (Index q = 0; q < kDim; ++q) {
        const R now = w[i * kDim + q] + system_.solution(q, i);
        if (!(now - now == R{0})) return false;
      }
    }
    for (Index i = 0; i < kDim; ++i) {
      for (Index q = 0; q < kDim; ++q) w[i * kDim + q] = w[i * kDim + q] + system_.solution(q, i);
    }
    return true;
  }

  static void copy(const R* from, R* to) {
    for (Index i = 0; i < kUnknowns; ++i) to[i] = from[i];
  }

  Model model_;
  R best_[kUnknowns];
  System system_;
  Gates<R> gates_;
  MaskHash hash_;
  LongSum<R> losses_;
  LongSum<R> trace_;
  Index count_;
  // With solutions that are not exact, masks that come round twice may do so by chance.
  MaskHistory<Solver::kMatrixFree ? 3 : 2> history_;
};

}  // namespace idem::inline IDEM_TARGET
