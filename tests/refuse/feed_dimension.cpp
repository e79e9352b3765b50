// SPDX-License-Identifier: Apache-2.0
// refuse: idem: the model's dimension and the input's differ
#include <idem/train/sgd.hpp>

void f(idem::Sgd<idem::ResidualRelu<float, 8>>& sgd, const idem::Vec<float, 8>& x,
       const idem::Vec<float, 9>& wrong) {
  (void)sgd.feed(x, 1.0f);
  (void)sgd.feed(wrong, 1.0f);  // refused
  (void)wrong;
}
