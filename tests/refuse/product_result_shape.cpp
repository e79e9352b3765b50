// SPDX-License-Identifier: Apache-2.0
// refuse: idem: C must be rows of A x columns of B
#include <idem/kernels/product.hpp>

void f(const idem::Mat<double, 2, 3>& a, const idem::Mat<double, 3, 4>& b, idem::Mat<double, 2, 4>& c,
       idem::Mat<double, 4, 2>& wrong) {
  idem::product(a, b, c);
  idem::product(a, b, wrong);  // refused
  (void)wrong;
}
