// SPDX-License-Identifier: Apache-2.0
// refuse: idem: AltiVec without VSX flushes subnormals; build with -mno-altivec
// flags: -mcpu=970 -maltivec
// compilers: g++
// port: powerpc
#include <idem/base/target.hpp>
