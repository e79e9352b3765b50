// SPDX-License-Identifier: Apache-2.0
/// \file  Start-up of 32-bit RISC-V in machine mode.
#include "bare.hpp"

extern "C" {
extern std::uint32_t guard_page[];

// -DBOARD_FPU_OFF is for the test that sees what happens then.
#if defined(__riscv_flen) && !defined(BOARD_FPU_OFF)
#define ENABLE_FPU                             \
  "li t0, 0x2000\n" /* mstatus.FS = initial */ \
  "csrs mstatus, t0\n"
#else
#define ENABLE_FPU ""
#endif

// Assembler throughout: a compiler may begin any function of its own by saving floating-point registers.
// PMP entry 0, locked so that machine mode obeys it too, takes all access from the page below the stack.
[[gnu::naked, gnu::used, gnu::section(".reset")]] void reset() {
  asm volatile(
      ".option push\n"
      ".option arch, +zicsr\n"
      ".option norelax\n"
      "la sp, stack_top\n"
      "la t0, any_fault\n"
      "csrw mtvec, t0\n" ENABLE_FPU
      "la t0, guard_page\n"
      "srli t0, t0, 2\n"
      "ori t0, t0, 0x1ff\n"  // 4 KiB, naturally aligned
      "csrw pmpaddr0, t0\n"
      "li t0, 0x98\n"
      "csrw pmpcfg0, t0\n"
      "la t0, stack_bottom\n"
      "li t1, 0xdeadbeef\n"
      "1:\n"
      "sw t1, 0(t0)\n"
      "addi t0, t0, 4\n"
      "bne t0, sp, 1b\n"
      "j riscv_start\n"
      ".option pop\n");
}

[[noreturn, gnu::noinline, gnu::used]] void riscv_start() {
  board::run_program();
}

// The stack may be what failed: it is given up before anything is called.
[[gnu::naked, gnu::used, gnu::aligned(4)]] void any_fault() {
  asm volatile(
      ".option push\n"
      ".option arch, +zicsr\n"
      "la sp, stack_top\n"
      "csrr a0, mcause\n"
      "csrr a1, mtval\n"
      "csrr a2, mepc\n"
      "csrr a3, mstatus\n"
      "j riscv_fault\n"
      ".option pop\n");
}

[[noreturn, gnu::used]] void riscv_fault(std::uint32_t cause, std::uint32_t value, std::uint32_t at,
                                         std::uint32_t status) {
  constexpr std::uint32_t kIllegalInstruction = 2, kLoadMisaligned = 4, kLoadAccess = 5, kStoreMisaligned = 6,
                          kStoreAccess = 7, kFpuState = 0x6000;
  const auto guard = reinterpret_cast<std::uintptr_t>(guard_page);
  if ((cause == kLoadAccess || cause == kStoreAccess) && value - guard < 4096) {
    board::fault("stack overflow", at);
  }
  if (cause == kIllegalInstruction && (status & kFpuState) == 0) {
    board::fault("the floating-point unit is switched off, absent, or the instruction is unknown", at);
  }
  if (cause == kLoadMisaligned || cause == kStoreMisaligned) board::fault("an unaligned access", at);
  board::fault("an access or instruction that the processor refuses", at);
}
}

namespace board {

std::uintptr_t semihosting(std::uintptr_t operation, std::uintptr_t argument) {
  register std::uintptr_t a0 asm("a0") = operation;
  register std::uintptr_t a1 asm("a1") = argument;
  // The three are recognised together: uncompressed, and in one page. (Aligned before compression ends: behind it the
  // assembler leaves less room than the linker of a compressed program asks for.)
  asm volatile(
      ".balign 16\n"
      ".option push\n"
      ".option norvc\n"
      "slli x0, x0, 0x1f\n"
      "ebreak\n"
      "srai x0, x0, 7\n"
      ".option pop\n"
      : "+r"(a0)
      : "r"(a1)
      : "memory");
  return a0;
}

std::uint64_t instructions() {
  std::uint32_t high, low, again;
  do {
    asm volatile(
        ".option push\n"
        ".option arch, +zicsr\n"
        "csrr %0, minstreth\n"
        "csrr %1, minstret\n"
        "csrr %2, minstreth\n"
        ".option pop\n"
        : "=r"(high), "=r"(low), "=r"(again));
  } while (high != again);
  return (std::uint64_t{high} << 32) | low;
}

}  // namespace board
