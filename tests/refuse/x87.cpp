// SPDX-License-Identifier: Apache-2.0
// refuse: idem: operations must round to their own type
// flags: -mfpmath=387
// compilers: g++
#include <idem/base/target.hpp>
