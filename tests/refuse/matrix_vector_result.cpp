// SPDX-License-Identifier: Apache-2.0
// refuse: idem: A x has as many elements as rows in A
#include <idem/kernels/matrix_vector.hpp>

void f(const idem::Mat<float, 2, 3>& a, const idem::Vec<float, 3>& x, idem::Vec<float, 2>& y,
       idem::Vec<float, 3>& wrong) {
  idem::matrix_vector(a, x, y);
  idem::matrix_vector(a, x, wrong);  // refused
  (void)wrong;
}
