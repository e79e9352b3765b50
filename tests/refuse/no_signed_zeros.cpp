// SPDX-License-Identifier: Apache-2.0
// refuse: idem: fast-math changes results
// flags: -fno-signed-zeros
// compilers: g++
#include <idem/base/target.hpp>
