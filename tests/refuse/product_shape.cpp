// SPDX-License-Identifier: Apache-2.0
// refuse: idem: A B needs as many columns in A as rows in B
#include <idem/kernels/product.hpp>

void f(const idem::Mat<float, 2, 3>& a, const idem::Mat<float, 3, 4>& b, const idem::Mat<float, 2, 4>& wrong,
       idem::Mat<float, 2, 4>& c) {
  idem::product(a, b, c);
  idem::product(a, wrong, c);  // refused
  (void)wrong;
}
