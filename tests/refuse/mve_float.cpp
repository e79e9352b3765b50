// SPDX-License-Identifier: Apache-2.0
// refuse: idem: MVE float flushes subnormals; build with -mcpu=cortex-m55\+nomve.fp
// flags: -mcpu=cortex-m55
// port: cortex-m55
#include <idem/base/target.hpp>
