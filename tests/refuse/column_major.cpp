// SPDX-License-Identifier: Apache-2.0
// refuse: constraint|no matching function
#include <idem/kernels/matrix_vector.hpp>

void f(const idem::Mat<float, 2, 3>& a, const Eigen::Matrix<float, 2, 3>& column_major,
       const idem::Vec<float, 3>& x, idem::Vec<float, 2>& y) {
  idem::matrix_vector(a, x, y);
  idem::matrix_vector(column_major, x, y);  // refused
  (void)column_major;
}
