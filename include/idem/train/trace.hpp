// SPDX-License-Identifier: Apache-2.0
/// \file  What a run tells about itself, written into memory of the caller.
#pragma once

#include <cstdint>

#include <idem/kernels/sums.hpp>
#include <idem/solvers/spectral_norm.hpp>

namespace idem::inline IDEM_TARGET {

/// One line of a trace.
template <Real R>
struct TracePoint {
  std::uint64_t step;  ///< steps taken
  R loss;              ///< the loss that the caller measured
  R distance;          ///< ||W - W*||_F
  R spectral;          ///< ||W - W*||_2 from below, or -1 when it was not asked for
};

/// A trace in memory of the caller. When it is full, further points are counted and not kept.
template <Real R>
class Trace {
 public:
  constexpr Trace(TracePoint<R>* points, Index capacity) : points_(points), capacity_(capacity) {}

  void add(const TracePoint<R>& point) {
    if (count_ < capacity_) points_[count_] = point;
    ++count_;
  }

  /// Points kept, and points that came after the memory was full.
  [[nodiscard]] Index size() const { return count_ < capacity_ ? count_ : capacity_; }
  [[nodiscard]] Index lost() const { return count_ - size(); }
  [[nodiscard]] const TracePoint<R>& operator[](Index i) const { return points_[i]; }

 private:
  TracePoint<R>* points_;
  Index capacity_;
  Index count_ = 0;
};

/// Working memory for ||W - W*||_2.
template <Real R, Index D>
struct DistanceScratch {
  R difference[D * D];
  SpectralScratch<R, D, D> power;
};

/// ||W - W*||_2 from below by 100 rounds of power iteration.
///
/// Bits    the differences rounded, then ARITHMETIC.md section 8.
template <Dense W, Dense Teacher>
ScalarOf<W> spectral_distance(const W& w, const Teacher& teacher,
                              DistanceScratch<ScalarOf<W>, kRows<W>>& scratch) {
  using R = ScalarOf<W>;
  constexpr Index D = kRows<W>;
  static_assert(kCols<W> == D && kRows<Teacher> == D && kCols<Teacher> == D,
                "idem: a distance needs equal shapes");
  for (Index i = 0; i < D * D; ++i) scratch.difference[i] = w.data()[i] - teacher.data()[i];
  return spectral_norm(ConstMatView<R, D, D>(scratch.difference), 100, scratch.power);
}

}  // namespace idem::inline IDEM_TARGET
