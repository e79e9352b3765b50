// SPDX-License-Identifier: Apache-2.0
// refuse: nodiscard|unused-result
#include <idem/train/sgd.hpp>

void f(idem::Sgd<idem::ResidualRelu<float, 8>>& sgd) {
  if (sgd.init() != idem::Status::ok) return;
  sgd.end_batch(0.05f);  // refused
}
