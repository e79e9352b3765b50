// SPDX-License-Identifier: Apache-2.0
// refuse: idem: operations must round to their own type
// flags: -m32 -march=pentium -mno-sse
#include <idem/base/target.hpp>
