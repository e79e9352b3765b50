// SPDX-License-Identifier: Apache-2.0
// refuse: idem: fast-math changes results
// flags: -Ofast
// port: rv32imac
// compilers: g++
#include <idem/base/target.hpp>
