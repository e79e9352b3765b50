// SPDX-License-Identifier: Apache-2.0
/// \file  Training inputs for tests and examples in C.
#include <idem/random/gaussian.hpp>

#include <idem/idem.h>

extern "C" {

void idem_f32_draw_inputs(uint64_t seed, uint64_t index, idem_f32* x, size_t count) {
  idem::gaussian_fill(idem::Stream{seed, idem::Purpose::inputs}, index, x, static_cast<idem::Index>(count));
}

void idem_f64_draw_inputs(uint64_t seed, uint64_t index, idem_f64* x, size_t count) {
  idem::gaussian_fill(idem::Stream{seed, idem::Purpose::inputs}, index, x, static_cast<idem::Index>(count));
}
}
