// SPDX-License-Identifier: Apache-2.0
/// \file  What alternating minimization is asked for, and what it answers.
#pragma once

#include <cstdint>

#include <idem/base/status.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// The way from the first weights to the last.
enum class Course : std::uint8_t {
  automatic,  ///< homotopy for less than 2 D^2 + 5 D samples, where it finds the teacher more often; else plain
  plain,      ///< [JagatapHegde19], Algorithm 1
  homotopy,  ///< soft gates and a ridge, that become harder and smaller together, then plain
};

template <Real R>
struct AlternatingOptions {
  Course course = Course::automatic;
  Index iterations = 200;                 ///< at most
  R rate = static_cast<R>(0.8);           ///< of the homotopy, in (0, 1): 0.9 finds more, in more iterations
  R tolerance = static_cast<R>(0x1p-18);  ///< matrix-free: ||D|| / ||I + W|| to end at
};

/// What came of a run.
template <Real R>
struct AlternatingResult {
  Status status = Status::ok;
  Index iterations = 0;  ///< systems solved
  Index passes = 0;      ///< over the samples, those for masks and those of conjugate gradients
  R loss = R{
      0};  ///< of the weights that the last iteration began with; after `cycle` and `not_converged` of the result
  Index unknown = -1;  ///< q D + i: where a solver failed
};

}  // namespace idem::inline IDEM_TARGET
