// SPDX-License-Identifier: Apache-2.0
/// \file  A device that learns from its sensor, in C: sample by sample, in 600 bytes.
#include <idem/idem.h>

#include "board.h"
#include "sensor.h"

IDEM_RESRELU(f32, 8)

enum { SAMPLES = 32000, BATCH = 16 };

static idem_f32_8 net;
_Static_assert(sizeof net <= 600, "the network exceeds the RAM set aside for it");

static idem_status learn(void) {
  float x[SENSOR_READINGS], y;
  idem_status status = idem_self_test();  // is this the arithmetic that was paid for?
  if (status == IDEM_OK) status = sensor_start();
  if (status == IDEM_OK) status = idem_f32_8_init(&net);
  for (int i = 0; i < SAMPLES && status == IDEM_OK; ++i) {
    status = sensor_read(x, &y);
    if (status == IDEM_OK) status = idem_f32_8_feed(&net, x, y);
    if (status == IDEM_OK && idem_f32_8_count(&net) == BATCH) status = idem_f32_8_end_batch(&net, 0.05f);
  }
  return status;
}

static float distance_to_secret(void) {
  float secret[SENSOR_READINGS * SENSOR_READINGS], distance = -1;
  if (sensor_secret(secret) == IDEM_OK) (void)idem_f32_8_distance(&net, secret, &distance);
  return distance;
}

int main(void) {
  const idem_status status = learn();
  board_say("learning is", idem_status_text(status));
  board_say_millionths("distance in millionths:", distance_to_secret());
  board_say_hexadecimal("digest:", idem_f32_8_digest(&net));
  board_say_stack();
  return status != IDEM_OK;
}
