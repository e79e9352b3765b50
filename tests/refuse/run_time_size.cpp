// SPDX-License-Identifier: Apache-2.0
// refuse: constraint|no matching function
#include <idem/kernels/matrix_vector.hpp>

void f(const idem::Mat<float, 2, 3>& a, const idem::Vec<float, 3>& x, idem::Vec<float, 2>& y,
       const Eigen::VectorXf& sized_at_run_time) {
  idem::matrix_vector(a, x, y);
  idem::matrix_vector(a, sized_at_run_time, y);  // refused
  (void)sized_at_run_time;
}
