// SPDX-License-Identifier: Apache-2.0
// refuse: idem: A\^T B needs as many rows in A as in B
#include <idem/kernels/product.hpp>

void f(const idem::Mat<float, 3, 2>& a, const idem::Mat<float, 3, 4>& b, const idem::Mat<float, 2, 4>& wrong,
       idem::Mat<float, 2, 4>& c) {
  idem::product_transposed(a, b, c);
  idem::product_transposed(a, wrong, c);  // refused
  (void)wrong;
}
