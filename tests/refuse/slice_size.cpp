// SPDX-License-Identifier: Apache-2.0
// refuse: idem: a slice holds a multiple of 16 samples
#include <idem/train/sgd.hpp>

using Model = idem::ResidualRelu<float, 8>;
static_assert(sizeof(idem::Sgd<Model, 32>) > 0);
static_assert(sizeof(idem::Sgd<Model, 8>) > 0);  // refused
