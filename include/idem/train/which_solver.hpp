// SPDX-License-Identifier: Apache-2.0
/// \file  Which solver of alternating minimization fits into how many bytes, and what it costs, before the program
///        runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <idem/train/alternating_minimization.hpp>

namespace idem::inline IDEM_TARGET {

/// What an iteration of alternating minimization over n samples takes, half of the neurons firing on each.
struct SolverCost {
  std::size_t bytes = 0;            ///< of RAM: the trainer's, weights included
  std::uint64_t multiply_adds = 0;  ///< of an iteration
};

enum class WhichSolver : std::uint8_t { cholesky, rotations, conjugate_gradient, none };

/// The cost with a solver, samples one by one: bytes are exact, work to a few percent.
///
///     ByCholesky           n (D^2 + D^2 (D^2 + 2 D) / 8) + N^3 / 6 + N^2, N = D^2
///     ByRotations          n (D^2 + N^2), each with a product beside it counted as another half
///     ByConjugateGradient  n D^2 (3/2 + 10 steps of 5/2), D^3 a step: a training has about 7 iterations and 73
///                          passes
///
/// Source  the counts of sections 13.3 and 13.4 of ARITHMETIC.md with D / 2 neurons on.
template <class Model, class Solver>
constexpr SolverCost solver_cost(Index n) {
  constexpr auto D = static_cast<std::uint64_t>(Model::kDim), N = D * D;
  const auto samples = static_cast<std::uint64_t>(n);
  SolverCost cost;
  cost.bytes = sizeof(AlternatingMinimization<Model, Solver>);
  if constexpr (Solver::kMatrixFree) {
    constexpr std::uint64_t kSteps = 10;
    cost.multiply_adds = samples * (3 * N + kSteps * 5 * N) / 2 + kSteps * (N * D + 5 * N);
  } else if constexpr (std::is_same_v<Solver, ByCholesky>) {
    cost.multiply_adds = samples * (N + N * (N + 2 * D) / 8) + N * N * N / 6 + N * N;
  } else {
    cost.multiply_adds = samples * (N + 3 * N * N / 2) + N * N / 2;
  }
  return cost;
}

/// The solver with the least work among those that take at most `budget` bytes; none, if all take more.
///
///     static_assert(cheapest_solver<ResidualRelu<float, 20>>(1600, 16384) == WhichSolver::conjugate_gradient);
template <class Model>
constexpr WhichSolver cheapest_solver(Index n, std::size_t budget) {
  WhichSolver best = WhichSolver::none;
  std::uint64_t least = ~std::uint64_t{0};
  const auto consider = [&](WhichSolver which, const SolverCost& cost) {
    if (cost.bytes <= budget && cost.multiply_adds < least) {
      best = which;
      least = cost.multiply_adds;
    }
  };
  consider(WhichSolver::cholesky, solver_cost<Model, ByCholesky>(n));
  consider(WhichSolver::rotations, solver_cost<Model, ByRotations>(n));
  consider(WhichSolver::conjugate_gradient, solver_cost<Model, ByConjugateGradient>(n));
  return best;
}

namespace detail {
template <WhichSolver Which>
struct SolverOf;
template <>
struct SolverOf<WhichSolver::cholesky> {
  using Type = ByCholesky;
};
template <>
struct SolverOf<WhichSolver::rotations> {
  using Type = ByRotations;
};
template <>
struct SolverOf<WhichSolver::conjugate_gradient> {
  using Type = ByConjugateGradient;
};
}  // namespace detail

/// The trainer with that solver; does not compile if none fits.
///
///     static CheapestMinimization<ResidualRelu<float, 8>, 256, 12288> trainer;
template <class Model, Index n, std::size_t Budget>
using CheapestMinimization =
    AlternatingMinimization<Model, typename detail::SolverOf<cheapest_solver<Model>(n, Budget)>::Type>;

}  // namespace idem::inline IDEM_TARGET
