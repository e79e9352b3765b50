// SPDX-License-Identifier: Apache-2.0
// refuse: idem: fast-math changes results
// flags: -freciprocal-math
// compilers: g++
#include <idem/base/target.hpp>
