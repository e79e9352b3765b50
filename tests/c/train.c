// SPDX-License-Identifier: Apache-2.0
/// \file  Trains through idem.h, and sees every refusal; prints the digest for comparison with C++.
#include <idem/idem.h>

#include <stdio.h>
#include <string.h>

IDEM_RESRELU(f32, 8)
IDEM_RESRELU(f64, 8)

static int failed = 0;

static void check(int good, int line, const char* what) {
  if (good) return;
  printf("tests/c/train.c:%d: %s\n", line, what);
  failed = 1;
}
#define CHECK(condition) check((condition) != 0, __LINE__, #condition)

static idem_f32_8 teacher, one, other;
static idem_f64_8 teacher_of_doubles, of_doubles;

/// Memory with room for a state at any offset.
static union {
  double aligned;
  unsigned char bytes[2 * sizeof(idem_f32_8)];
} memory;

/// Sample by sample, and the same from arrays: the same digest.
static void train_both_ways(void) {
  float x[16][8], y[16], loss = -1, loss_of_other = -2;
  int step, i;
  CHECK(idem_f32_8_init(&one) == IDEM_OK);
  CHECK(idem_f32_8_init(&other) == IDEM_OK);
  CHECK(idem_f32_8_init_teacher(&teacher, 1, 0.54f, 0.6f) == IDEM_OK);
  for (step = 0; step < 2000; ++step) {
    for (i = 0; i < 16; ++i) {
      idem_f32_draw_inputs(1, (uint64_t)(16 * step + i), x[i], 8);
      CHECK(idem_f32_8_predict(&teacher, x[i], &y[i]) == IDEM_OK);
      CHECK(idem_f32_8_count(&one) == i);
      CHECK(idem_f32_8_feed(&one, x[i], y[i]) == IDEM_OK);
    }
    CHECK(idem_f32_8_end_batch(&one, 0.05f) == IDEM_OK);
    CHECK(idem_f32_8_step(&other, x[0], y, 16, 0.05f) == IDEM_OK);
  }
  CHECK(idem_f32_8_digest(&one) == idem_f32_8_digest(&other));
  CHECK(idem_f32_8_loss(&one, &loss) == IDEM_OK);
  CHECK(idem_f32_8_loss(&other, &loss_of_other) == IDEM_OK);
  CHECK(loss == loss_of_other && loss >= 0);
  printf("f32 %08lx%08lx\n", (unsigned long)(idem_f32_8_digest(&one) >> 32),
         (unsigned long)(idem_f32_8_digest(&one) & 0xffffffffu));
}

static void train_doubles(void) {
  double x[8], y;
  int i;
  CHECK(idem_f64_8_init(&of_doubles) == IDEM_OK);
  CHECK(idem_f64_8_init_teacher(&teacher_of_doubles, 1, 0.54, 0.6) == IDEM_OK);
  for (i = 0; i < 3200; ++i) {
    idem_f64_draw_inputs(1, (uint64_t)i, x, 8);
    CHECK(idem_f64_8_predict(&teacher_of_doubles, x, &y) == IDEM_OK);
    CHECK(idem_f64_8_feed(&of_doubles, x, y) == IDEM_OK);
    if (idem_f64_8_count(&of_doubles) == 16) CHECK(idem_f64_8_end_batch(&of_doubles, 0.05) == IDEM_OK);
  }
  printf("f64 %08lx%08lx\n", (unsigned long)(idem_f64_8_digest(&of_doubles) >> 32),
         (unsigned long)(idem_f64_8_digest(&of_doubles) & 0xffffffffu));
}

/// What is refused changes nothing.
static void refuse(void) {
  const uint64_t before = idem_f32_8_digest(&one);
  const float zero = 0, infinity = 1 / zero;
  float x[8] = {1, 2, 3, 4, 5, 6, 7, 8}, w[64];
  signed char v[8] = {1, -1, 1, -1, 1, -1, 1, 0};
  CHECK(idem_f32_8_end_batch(&one, 0.05f) == IDEM_EMPTY_BATCH);
  CHECK(idem_f32_8_feed(&one, x, infinity) == IDEM_NOT_FINITE);
  x[7] = infinity;
  CHECK(idem_f32_8_feed(&one, x, 1) == IDEM_NOT_FINITE);
  CHECK(idem_f32_8_step(&one, x, x, 1, 0.05f) == IDEM_NOT_FINITE);
  CHECK(idem_f32_8_step(&one, x, x, -1, 0.05f) == IDEM_BAD_ARGUMENT);
  CHECK(idem_f32_8_step(&one, x, x, 0, 0.05f) == IDEM_EMPTY_BATCH);
  CHECK(idem_f32_8_count(&one) == 0);
  x[7] = 8;
  CHECK(idem_f32_8_get_weights(&one, w) == IDEM_OK);
  CHECK(idem_f32_8_set_signs(&one, v) == IDEM_BAD_ARGUMENT);
  CHECK(idem_f32_8_feed(&one, x, 1) == IDEM_OK);
  v[7] = -1;
  CHECK(idem_f32_8_set_signs(&one, v) == IDEM_OPEN_BATCH);
  CHECK(idem_f32_8_set_weights(&one, w) == IDEM_OPEN_BATCH);
  CHECK(idem_f32_8_step(&one, x, x, 1, 0.05f) == IDEM_OPEN_BATCH);
  CHECK(idem_f32_8_count(&one) == 1);
  CHECK(idem_f32_8_end_batch(&one, infinity) == IDEM_NOT_FINITE);
  CHECK(idem_f32_8_end_batch(&one, 3e38f) == IDEM_DIVERGED);
  CHECK(idem_f32_8_count(&one) == 0);
  w[5] = infinity;
  CHECK(idem_f32_8_set_weights(&one, w) == IDEM_NOT_FINITE);
  CHECK(idem_f32_8_digest(&one) == before);
}

/// A state pointer that cannot be one is told by every function.
static void point_nowhere(idem_f32_8* state) {
  float x[64] = {0}, f = 0;
  signed char v[8] = {1, 1, 1, 1, 1, 1, 1, 1};
  CHECK(idem_f32_8_init(state) == IDEM_BAD_STATE);
  CHECK(idem_f32_8_feed(state, x, 1) == IDEM_BAD_STATE);
  CHECK(idem_f32_8_count(state) == -1);
  CHECK(idem_f32_8_end_batch(state, 1) == IDEM_BAD_STATE);
  CHECK(idem_f32_8_abort_batch(state) == IDEM_BAD_STATE);
  CHECK(idem_f32_8_step(state, x, x, 1, 1) == IDEM_BAD_STATE);
  CHECK(idem_f32_8_predict(state, x, &f) == IDEM_BAD_STATE);
  CHECK(idem_f32_8_loss(state, &f) == IDEM_BAD_STATE);
  CHECK(idem_f32_8_get_weights(state, x) == IDEM_BAD_STATE);
  CHECK(idem_f32_8_set_weights(state, x) == IDEM_BAD_STATE);
  CHECK(idem_f32_8_set_signs(state, v) == IDEM_BAD_STATE);
  CHECK(idem_f32_8_distance(state, x, &f) == IDEM_BAD_STATE);
  CHECK(idem_f32_8_digest(state) == 0);
  CHECK(idem_f32_8_init_teacher(state, 1, 0, 1) == IDEM_BAD_STATE);
}

/// Weights come and go as they are, and signs do what the formula says.
static void weights_and_signs(void) {
  float w[64], back[64], x[8] = {0}, f = 0, distance = -1;
  signed char v[8] = {1, 1, 1, -1, 1, 1, 1, 1};
  int i;
  for (i = 0; i < 64; ++i) w[i] = 0;
  w[2 * 8 + 3] = 0.5f;  // from input 2 to neuron 3
  CHECK(idem_f32_8_init(&other) == IDEM_OK);
  CHECK(idem_f32_8_set_weights(&other, w) == IDEM_OK);
  CHECK(idem_f32_8_get_weights(&other, back) == IDEM_OK);
  CHECK(memcmp(w, back, sizeof w) == 0);
  x[2] = 4;
  CHECK(idem_f32_8_predict(&other, x, &f) == IDEM_OK && f == 4.0f + 2.0f);
  CHECK(idem_f32_8_set_signs(&other, v) == IDEM_OK);
  CHECK(idem_f32_8_predict(&other, x, &f) == IDEM_OK && f == 4.0f - 2.0f);
  w[2 * 8 + 3] = 0;
  CHECK(idem_f32_8_distance(&other, w, &distance) == IDEM_OK && distance == 0.5f);
}

int main(void) {
  int status;
  CHECK(IDEM_SIZE(f32, 8) == sizeof(idem_f32_8) && sizeof(idem_f32_8) <= 600);
  CHECK(IDEM_ALIGN(f32, 8) >= sizeof(float) && IDEM_SIZE(f32, 8) % IDEM_ALIGN(f32, 8) == 0);
  CHECK(idem_self_test() == IDEM_OK);
  train_both_ways();
  train_doubles();
  refuse();
  point_nowhere(NULL);
  point_nowhere((idem_f32_8*)(void*)(memory.bytes + 1));
  point_nowhere((idem_f32_8*)(void*)(memory.bytes + 2));
  weights_and_signs();
  for (status = IDEM_OK; status <= IDEM_WRONG_SQUARE_ROOT; ++status) {
    CHECK(strcmp(idem_status_text(status), "unknown status") != 0);
  }
  CHECK(strcmp(idem_status_text(-1), "unknown status") == 0);
  CHECK(strcmp(idem_status_text(1 << 20), "unknown status") == 0);
  return failed;
}
