// SPDX-License-Identifier: Apache-2.0
/// \file  The sensor draws its readings, and lets its network say what they mean.
#include "sensor.h"

IDEM_RESRELU(f32, 8)

static idem_f32_8 meaning;
static uint64_t next;

idem_status sensor_start(void) {
  next = 0;
  return idem_f32_8_init_teacher(&meaning, 1, 0.54f, 0.6f);
}

idem_status sensor_read(float* x, float* y) {
  idem_f32_draw_inputs(1, next++, x, SENSOR_READINGS);
  return idem_f32_8_predict(&meaning, x, y);
}

idem_status sensor_secret(float* weights) {
  return idem_f32_8_get_weights(&meaning, weights);
}
