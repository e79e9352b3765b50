// SPDX-License-Identifier: Apache-2.0
/// \file  Start-up of every Cortex-M, from ARMv6-M to ARMv8.1-M.
#include "bare.hpp"

extern "C" {
extern std::uint32_t data_begin[], data_end[];
extern const std::uint32_t data_image[];

// -DBOARD_FPU_OFF is for the test that sees what happens then.
#if defined(__ARM_FP) && !defined(BOARD_FPU_OFF)
#define ENABLE_FPU                                                                                        \
  "ldr r0, =0xe000ed88\n" /* CPACR: full access to coprocessors 10 and 11, which are also those of MVE */ \
  "ldr r1, [r0]\n"                                                                                        \
  "orr r1, #0xf00000\n"                                                                                   \
  "str r1, [r0]\n"                                                                                        \
  "dsb\n"                                                                                                 \
  "isb\n"
#else
#define ENABLE_FPU ""
#endif
#if defined(__ARM_ARCH_8M_MAIN__) || defined(__ARM_ARCH_8_1M_MAIN__) || \
    (defined(__ARM_ARCH) && __ARM_ARCH >= 8 && __ARM_ARCH_ISA_THUMB >= 2)
#define LIMIT_STACK         \
  "ldr r0, =stack_bottom\n" \
  "msr msplim, r0\n"
#else
#define LIMIT_STACK ""
#endif

// Assembler throughout: a compiler may begin any function of its own by saving floating-point registers.
[[gnu::naked, gnu::used]] void reset() {
  asm volatile(
      ".syntax unified\n"
      "ldr r0, =stack_top\n"
      "mov sp, r0\n" LIMIT_STACK ENABLE_FPU
      "ldr r0, =stack_bottom\n"
      "ldr r1, =0xdeadbeef\n"
      "ldr r2, =stack_top\n"
      "1:\n"
      "str r1, [r0]\n"
      "adds r0, #4\n"
      "cmp r0, r2\n"
      "bne 1b\n"
      "bl cortex_m_start\n"
      ".ltorg\n");
}

[[noreturn, gnu::noinline, gnu::used]] void cortex_m_start() {
  const volatile std::uint32_t* from = data_image;
  for (std::uint32_t* word = data_begin; word != data_end; ++word) {
    *static_cast<volatile std::uint32_t*>(word) = *from++;
  }
  board::run_program();
}

// The stack may be what failed: it is given up before anything is called.
[[gnu::naked, gnu::used]] void any_fault() {
  asm volatile(
      ".syntax unified\n"
      "mrs r0, msp\n"
      "ldr r1, =stack_top\n"
      "mov sp, r1\n"
      "bl cortex_m_fault\n"
      ".ltorg\n");
}

[[noreturn, gnu::used]] void cortex_m_fault(std::uintptr_t stack) {
  const auto bottom = reinterpret_cast<std::uintptr_t>(stack_bottom);
  std::uint32_t why = 0;
#if !defined(__ARM_ARCH_6M__)
  constexpr std::uint32_t kNoCoprocessor = 1u << 19, kStackLimit = 1u << 20, kUnaligned = 1u << 24;
  why = *reinterpret_cast<const volatile std::uint32_t*>(0xe000ed28);  // CFSR
  if ((why & kNoCoprocessor) != 0) {
    board::fault("the floating-point unit is switched off", reinterpret_cast<const std::uint32_t*>(stack)[6]);
  }
  if ((why & kUnaligned) != 0) {
    board::fault("an unaligned access", reinterpret_cast<const std::uint32_t*>(stack)[6]);
  }
  if ((why & kStackLimit) != 0) board::fault("stack overflow", stack);
#endif
  if (stack < bottom) board::fault("stack overflow", stack);
  (void)why;
  board::fault("an access or instruction that the processor refuses",
               reinterpret_cast<const std::uint32_t*>(stack)[6]);
}

// SysTick counts down 24 bits; each time it passes zero, here.
static volatile std::uint32_t wraps;
[[gnu::used]] void sys_tick() {
  wraps = wraps + 1;
}
}

namespace {

struct Vectors {
  std::uint32_t* stack;
  void (*handlers[15])();
};

[[gnu::section(".vectors"), gnu::used]] const Vectors vectors = {
    stack_top,
    {reset, any_fault, any_fault, any_fault, any_fault, any_fault, any_fault, any_fault, any_fault, any_fault,
     any_fault, any_fault, any_fault, any_fault, sys_tick}};

struct SysTick {
  std::uint32_t control, reload, value;
};

volatile SysTick& systick() {
  return *reinterpret_cast<volatile SysTick*>(0xe000e010);
}

}  // namespace

namespace board {

std::uintptr_t semihosting(std::uintptr_t operation, std::uintptr_t argument) {
  register std::uintptr_t r0 asm("r0") = operation;
  register std::uintptr_t r1 asm("r1") = argument;
  asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

std::uint64_t instructions() {
  constexpr std::uint32_t kReload = 0xffffff, kEnabled = 1, kRunWithInterrupt = 7;
  if ((systick().control & kEnabled) == 0) {  // where there is one clock only, its bit always reads as set
    systick().reload = kReload;
    systick().value = 0;
    systick().control = kRunWithInterrupt;
  }
  std::uint32_t high = wraps, low = systick().value;
  while (high != wraps) {
    high = wraps;
    low = systick().value;
  }
  const std::uint64_t ticks = std::uint64_t{high} * (kReload + 1u) + (kReload - low);
  return ticks * (BOARD_TICK_PS / 500) / 128;  // an instruction takes 2^6 ns
}

}  // namespace board
