// SPDX-License-Identifier: Apache-2.0
/// \file  Symmetric positive definite systems by preconditioned conjugate gradients, the matrix being a function.
#pragma once

#include <idem/base/status.hpp>
#include <idem/kernels/matrix_vector.hpp>
#include <idem/kernels/sums.hpp>

namespace idem::inline IDEM_TARGET {

/// Working memory of `conjugate_gradient`: unknowns seen as a matrix Rows x Cols, row-major.
template <Real R, Index Rows, Index Cols = 1>
struct ConjugateGradientMemory {
  R solution[Rows * Cols];
  R residual[Rows * Cols];   ///< at the beginning the right-hand side
  R direction[Rows * Cols];  ///< searched along
  R image[Rows * Cols];      ///< the matrix times the direction, then the residual preconditioned
};

/// How conjugate gradients ended.
template <Real R>
struct Converged {
  Status status = Status::ok;
  Index steps = 0;
  R residual = R{0};  ///< what is left of sqrt(<r, M^-1 r>), relative to the beginning
};

/// Solves A x = g from x = 0: memory.residual holds g and is overwritten, memory.solution becomes x.
///
///     apply         apply(p, w) writes w = A p
///     precondition  precondition(r, z) writes z = M^-1 r; both symmetric positive definite
///     steps         at most
///     limit         the relative residual to end at; 0 for as many steps as allowed
///
/// The residual is carried along as g - A x, d x d numbers, and never as samples' residuals: on normal equations in
/// binary32 that form does not diverge when it goes on after it has converged.
///
/// Errors  not_converged: the steps came first; x is what they reached. not_positive_definite: a direction without
///         curvature, x is then what the steps before reached; or <r, M^-1 r> negative or not a number, x then includes
///         the step that made it so.
/// Bits    ARITHMETIC.md section 12.9.
/// Memory  four times the unknowns, the caller's.
/// Cost    one application of A and of M^-1 a step, and 5 Rows Cols fused multiply-adds.
/// Source  M. R. Hestenes, E. Stiefel (1952), J. Res. NBS 49(6), section 10.
template <Index Rows, Index Cols, Real R, class Apply, class Precondition>
Converged<R> conjugate_gradient(const Apply& apply, const Precondition& precondition,
                                ConjugateGradientMemory<R, Rows, Cols>& memory, Index steps, R limit) {
  constexpr Index kCount = Rows * Cols;
  R* const x = memory.solution;
  R* const r = memory.residual;
  R* const p = memory.direction;
  R* const w = memory.image;
  for (Index i = 0; i < kCount; ++i) x[i] = R{0};
  precondition(static_cast<const R*>(r), p);
  R rho = inner_product<Rows, Cols>(r, p);
  const R first = rho, last = limit * limit * first;
  Converged<R> result;
  while (rho > last) {
    if (result.steps == steps) {
      result.status = Status::not_converged;
      break;
    }
    apply(static_cast<const R*>(p), w);
    const R curvature = inner_product<Rows, Cols>(p, w);
    if (!(curvature > R{0})) {
      result.status = Status::not_positive_definite;
      break;
    }
    const R along = rho / curvature;
    add_scaled(along, p, x, kCount);
    add_scaled(-along, w, r, kCount);
    precondition(static_cast<const R*>(r), w);
    const R now = inner_product<Rows, Cols>(r, w);
    const R conjugate = now / rho;
    rho = now;
    add_multiple(w, conjugate, p, kCount);
    ++result.steps;
  }
  // A negative product: M^-1 is not what it should be. NaN ends the loop too.
  if (result.status == Status::ok && !(rho >= R{0} && rho <= last)) {
    result.status = Status::not_positive_definite;
  }
  result.residual = rho > R{0} ? sqrt(rho / first) : R{0};
  return result;
}

}  // namespace idem::inline IDEM_TARGET
