// SPDX-License-Identifier: Apache-2.0
// refuse: idem: fast-math changes results
// flags: -fassociative-math -fno-signed-zeros -fno-trapping-math
// compilers: g++
#include <idem/base/target.hpp>
