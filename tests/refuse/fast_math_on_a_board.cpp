// SPDX-License-Identifier: Apache-2.0
// refuse: idem: fast-math changes results
// flags: -ffast-math
// port: cortex-m4f
#include <idem/base/target.hpp>
