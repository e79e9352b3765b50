// SPDX-License-Identifier: Apache-2.0
/// \file  The whole library: every header, lowest floor first.
#pragma once

#include <idem/base/contract.hpp>
#include <idem/base/digest.hpp>
#include <idem/base/footprint.hpp>
#include <idem/base/status.hpp>
#include <idem/base/target.hpp>
#include <idem/base/types.hpp>

#include <idem/arith/elementary.hpp>
#include <idem/arith/elementary_parts.hpp>
#include <idem/arith/elementary_tables.hpp>
#include <idem/arith/environment.hpp>
#include <idem/arith/exp.hpp>
#include <idem/arith/fma.hpp>
#include <idem/arith/lanes.hpp>
#include <idem/arith/log.hpp>
#include <idem/arith/self_test.hpp>
#include <idem/arith/soft_float.hpp>
#include <idem/arith/soft_fma.hpp>
#include <idem/arith/soft_sqrt.hpp>
#include <idem/arith/softplus.hpp>
#include <idem/arith/sqrt.hpp>
#include <idem/arith/trigonometry.hpp>

#include <idem/random/gaussian.hpp>
#include <idem/random/gaussian_staged.hpp>
#include <idem/random/gaussian_table.hpp>
#include <idem/random/permutation.hpp>
#include <idem/random/stream.hpp>
#include <idem/random/threefry.hpp>
#include <idem/random/uniform.hpp>

#include <idem/kernels/matrix_vector.hpp>
#include <idem/kernels/patches.hpp>
#include <idem/kernels/product.hpp>
#include <idem/kernels/relu.hpp>
#include <idem/kernels/sums.hpp>
#include <idem/kernels/tile.hpp>
#include <idem/kernels/transpose.hpp>

#include <idem/solvers/cholesky.hpp>
#include <idem/solvers/conjugate_gradient.hpp>
#include <idem/solvers/extreme_eigenvalues.hpp>
#include <idem/solvers/kronecker.hpp>
#include <idem/solvers/ldlt.hpp>
#include <idem/solvers/packed.hpp>
#include <idem/solvers/packed_rows.hpp>
#include <idem/solvers/refinement.hpp>
#include <idem/solvers/reflections.hpp>
#include <idem/solvers/rotations.hpp>
#include <idem/solvers/spectral_norm.hpp>

#include <idem/models/slice.hpp>
#include <idem/models/slice_blocks.hpp>
#include <idem/models/slice_memory.hpp>
#include <idem/models/slice_panels.hpp>
#include <idem/models/two_layer_relu.hpp>

#include <idem/data/init.hpp>
#include <idem/data/samples.hpp>

#include <idem/train/alternating_minimization.hpp>
#include <idem/train/alternating_options.hpp>
#include <idem/train/epoch.hpp>
#include <idem/train/executor.hpp>
#include <idem/train/gated_slice.hpp>
#include <idem/train/gates.hpp>
#include <idem/train/gradient.hpp>
#include <idem/train/gradient_blocks.hpp>
#include <idem/train/gradient_descent.hpp>
#include <idem/train/loss.hpp>
#include <idem/train/matrix_free.hpp>
#include <idem/train/normal_equations.hpp>
#include <idem/train/schedule.hpp>
#include <idem/train/sgd.hpp>
#include <idem/train/trace.hpp>
#include <idem/train/update.hpp>
#include <idem/train/which_solver.hpp>
