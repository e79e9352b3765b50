// SPDX-License-Identifier: Apache-2.0
// refuse: idem: a model needs at least one input
#include <idem/models/two_layer_relu.hpp>

idem::ResidualRelu<float, 1> good;
idem::ResidualRelu<float, 0> wrong;  // refused
