// SPDX-License-Identifier: Apache-2.0
// refuse: constraint
#include <idem/models/two_layer_relu.hpp>

idem::ResidualRelu<float, 4> good;
idem::ResidualRelu<int, 4> wrong;  // refused
