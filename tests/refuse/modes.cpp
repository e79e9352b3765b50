// SPDX-License-Identifier: Apache-2.0
// when: run
// machine: x86_64
#include <immintrin.h>

#include <cfenv>
#include <cstdio>

#include <idem/arith/environment.hpp>

// What another library may have done before us: each mode must be seen, and its end too.

static int missed = 0;

static void expect(bool refused, const char* when) {
  const idem::Status wanted = refused ? idem::Status::environment : idem::Status::ok;
  if (idem::check_environment() != wanted || idem::check_environment<float>() != wanted ||
      idem::check_environment<double>() != wanted) {
    std::printf("%s: not %s\n", when, refused ? "refused" : "accepted");
    ++missed;
  }
}

int main() {
  constexpr unsigned kFlushResults = 0x8000, kFlushOperands = 0x0040;
  const unsigned usual = _mm_getcsr();
  expect(false, "as the program starts");
  _mm_setcsr(usual | kFlushResults);
  expect(true, "subnormal results flushed to zero");
  _mm_setcsr(usual | kFlushOperands);
  expect(true, "subnormal operands taken for zero");
  _mm_setcsr(usual | kFlushResults | kFlushOperands);
  expect(true, "both");
  _mm_setcsr(usual);
  expect(false, "restored");
  std::fesetround(FE_UPWARD);
  expect(true, "rounding up");
  std::fesetround(FE_DOWNWARD);
  expect(true, "rounding down");
  std::fesetround(FE_TOWARDZERO);
  expect(true, "rounding toward zero");
  std::fesetround(FE_TONEAREST);
  expect(false, "restored again");
  return missed;
}
