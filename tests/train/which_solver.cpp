// SPDX-License-Identifier: Apache-2.0
// Which solver fits is known when a program is compiled: so are these.
#include <doctest/doctest.h>

#include <idem/train/which_solver.hpp>

namespace {

using idem::ByCholesky;
using idem::ByConjugateGradient;
using idem::cheapest_solver;
using idem::ResidualRelu;
using idem::solver_cost;
using idem::WhichSolver;

template <idem::Index D>
using Model = ResidualRelu<float, D>;

// 16 KiB hold d = 9 by normal equations, d = 24 by conjugate gradients, and no more.
static_assert(cheapest_solver<Model<9>>(324, 16384) == WhichSolver::cholesky);
static_assert(cheapest_solver<Model<10>>(400, 16384) == WhichSolver::conjugate_gradient);
static_assert(cheapest_solver<Model<20>>(1600, 16384) == WhichSolver::conjugate_gradient);
static_assert(cheapest_solver<Model<24>>(2304, 16384) == WhichSolver::conjugate_gradient);
static_assert(cheapest_solver<Model<25>>(2500, 16384) == WhichSolver::none);

// With memory to spare, the least work: n = 4 d^2.
static_assert(cheapest_solver<Model<11>>(484, 1 << 20) == WhichSolver::cholesky);
static_assert(cheapest_solver<Model<12>>(576, 1 << 20) == WhichSolver::conjugate_gradient);

static_assert(sizeof(idem::CheapestMinimization<Model<8>, 256, 12288>) ==
              solver_cost<Model<8>, ByCholesky>(256).bytes);
static_assert(sizeof(idem::CheapestMinimization<Model<8>, 256, 4096>) ==
              solver_cost<Model<8>, ByConjugateGradient>(256).bytes);

}  // namespace

TEST_CASE("more samples cost more work and no more memory") {
  constexpr auto few = solver_cost<Model<8>, ByCholesky>(256), many = solver_cost<Model<8>, ByCholesky>(512);
  CHECK(few.bytes == many.bytes);
  CHECK(few.multiply_adds < many.multiply_adds);
}
