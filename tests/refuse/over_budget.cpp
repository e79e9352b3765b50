// SPDX-License-Identifier: Apache-2.0
// refuse: idem: the footprint exceeds the budget
#include <idem/train/sgd.hpp>

using Trainer = idem::Sgd<idem::ResidualRelu<float, 8>>;
static_assert(idem::fits_budget<Trainer, 1024>);
static_assert(idem::fits_budget<Trainer, 512>);  // refused
