// SPDX-License-Identifier: Apache-2.0
// refuse: idem: constants must keep their type
// flags: -fsingle-precision-constant
// compilers: g++
#include <idem/base/target.hpp>
