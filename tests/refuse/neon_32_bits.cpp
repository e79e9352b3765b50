// SPDX-License-Identifier: Apache-2.0
// refuse: idem: 32-bit NEON flushes subnormals .* build with -mfpu=vfpv4-d16
// flags: -mfpu=neon-vfpv4
// compilers: clang++
// port: armv7-vfpv4
#include <idem/base/target.hpp>
