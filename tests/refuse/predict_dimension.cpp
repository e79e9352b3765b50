// SPDX-License-Identifier: Apache-2.0
// refuse: idem: the model's dimension and the input's differ
#include <idem/models/two_layer_relu.hpp>

float f(const idem::ResidualRelu<float, 8>& model, const idem::Vec<float, 8>& x,
        const idem::Vec<float, 7>& wrong) {
  float y = idem::predict(model, x);
  y = idem::predict(model, wrong);  // refused
  (void)wrong;
  return y;
}
