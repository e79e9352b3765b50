// SPDX-License-Identifier: Apache-2.0
/// \file  A step at every dimension from 4 to 128, to see that none falls behind its neighbours.
#pragma once

#include <functional>
#include <vector>

#include <idem/base/target.hpp>
#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

inline constexpr Index kFirstShape = 4, kLastShape = 128;
inline constexpr Index kShapeBatch = 128;

/// Dimensions that are compiled together.
inline constexpr Index kShapesTogether = 25;

/// A step of gradient descent at this dimension, batch kShapeBatch, float; false: it failed.
struct Shape {
  Index d;
  std::function<bool()> step;
};

/// Adds kShapesTogether dimensions from First on.
template <Index First>
void add_shapes(std::vector<Shape>& shapes);

}  // namespace idem::inline IDEM_TARGET
