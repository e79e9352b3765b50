// SPDX-License-Identifier: Apache-2.0
// refuse: idem: fast-math changes results
// flags: -ffinite-math-only
#include <idem/base/target.hpp>
