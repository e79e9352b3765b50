// SPDX-License-Identifier: Apache-2.0
/// \file  Starts a trainer with each floating-point mode that changes results: it must refuse.
#include <idem/train/sgd.hpp>

#include "board.hpp"

#if (defined(__arm__) && defined(__ARM_FP)) || defined(__aarch64__)
namespace {
#if defined(__arm__)
using Register = std::uint32_t;
Register mode() {
  Register value;
  asm volatile("vmrs %0, fpscr" : "=r"(value));
  return value;
}
void set_mode(Register value) {
  asm volatile("vmsr fpscr, %0" : : "r"(value) : "memory");
}
#else
using Register = std::uint64_t;
Register mode() {
  Register value;
  asm volatile("mrs %0, fpcr" : "=r"(value));
  return value;
}
void set_mode(Register value) {
  asm volatile("msr fpcr, %0" : : "r"(value) : "memory");
}
#endif
constexpr Register kModes[] = {1u << 24, 1u << 22, 2u << 22, 3u << 22};
constexpr const char* kNames[] = {"flush to zero", "rounding up", "rounding down", "rounding toward zero"};
#elif defined(__riscv_flen)
namespace {
using Register = std::uint32_t;
Register mode() {
  Register value;
  asm volatile("frrm %0" : "=r"(value));
  return value;
}
void set_mode(Register value) {
  asm volatile("fsrm %0" : : "r"(value) : "memory");
}
constexpr Register kModes[] = {1, 2, 3};
constexpr const char* kNames[] = {"rounding toward zero", "rounding down", "rounding up"};
#else
#include <cfenv>
namespace {
using Register = int;
Register mode() {
  return std::fegetround();
}
void set_mode(Register value) {
  std::fesetround(value);
}
constexpr Register kModes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
constexpr const char* kNames[] = {"rounding up", "rounding down", "rounding toward zero"};
#endif

idem::Sgd<idem::ResidualRelu<float, 4>> sgd;
int missed = 0;

void expect(idem::Status wanted, const char* when) {
  if (sgd.init() == wanted) return;
  ++missed;
  board::print(when);
  board::print(": not noticed\n");
}

}  // namespace

int main() {
  const Register usual = mode();
  expect(idem::Status::ok, "at the start");
  for (std::size_t i = 0; i < sizeof kModes / sizeof kModes[0]; ++i) {
    set_mode(kModes[i]);
    expect(idem::Status::environment, kNames[i]);
    set_mode(usual);
    expect(idem::Status::ok, "restored");
  }
  return missed;
}
