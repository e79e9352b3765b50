// SPDX-License-Identifier: Apache-2.0
// refuse: idem: A x needs as many elements in x as columns in A
#include <idem/kernels/matrix_vector.hpp>

void f(const idem::Mat<float, 2, 3>& a, const idem::Vec<float, 3>& x, const idem::Vec<float, 2>& wrong,
       idem::Vec<float, 2>& y) {
  idem::matrix_vector(a, x, y);
  idem::matrix_vector(a, wrong, y);  // refused
  (void)wrong;
}
