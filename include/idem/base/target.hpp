// SPDX-License-Identifier: Apache-2.0
/// \file  What the compiler says it is building for: the one place that names an instruction set.
///
/// It picks the lanes (arith/lanes.hpp), says where a hardware fma and square root are proven, and refuses
/// the settings under which no promise about bits can be kept. Everything in the library stands in
/// `inline namespace IDEM_TARGET`, so that objects built for two instruction sets can live in one
/// program: the linker never merges a function built for one with its namesake built for the other.
#pragma once

#include <limits>

// ---- settings that cannot keep the contract (ARITHMETIC.md section 1) ---------------------------

#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__) || \
    defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) ||                     \
    defined(__NO_SIGNED_ZEROS__) || defined(_M_FP_FAST) || defined(__ARM_FP_FAST)
#error "idem: fast-math changes results; build without -ffast-math, -Ofast and their parts"
#endif
#if defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ != 0
#error "idem: operations must round to their own type; on 32-bit x86 build with -msse2 -mfpmath=sse"
#endif
#if defined(__ARM_NEON) && !defined(__aarch64__) && defined(__clang__)
#error "idem: 32-bit NEON flushes subnormals and Clang uses it unasked; build with -mfpu=vfpv4-d16"
#endif
#if defined(__ARM_FEATURE_MVE) && (__ARM_FEATURE_MVE & 2)
#error "idem: MVE float flushes subnormals; build with -mcpu=cortex-m55+nomve.fp"
#endif
#if defined(__ALTIVEC__) && !defined(__VSX__)
#error "idem: AltiVec without VSX flushes subnormals; build with -mno-altivec"
#endif

static_assert(sizeof(float) == 4 && sizeof(double) == 8, "idem needs binary32 and binary64");
static_assert(0.1 != static_cast<double>(0.1f),
              "idem: constants must keep their type; build without -fsingle-precision-constant");
static_assert(std::numeric_limits<float>::is_iec559 && std::numeric_limits<double>::is_iec559);

// ---- where `__builtin_fma` is one instruction that rounds once -----------------------------------
// GCC says so itself. Clang does not; there the processor's macros do, and on bare metal the builtin
// is an instruction only under -fno-math-errno (else a call into a C library, which gets it wrong).

#if defined(__clang__)
#if defined(__linux__) || defined(__NO_MATH_ERRNO__) || defined(__APPLE__)
#if defined(__FMA__) || defined(__aarch64__) || defined(__s390x__) || defined(__powerpc64__) || \
    (defined(__riscv_flen) && __riscv_flen >= 64)
#define IDEM_HARDWARE_FMA_FLOAT 1
#define IDEM_HARDWARE_FMA_DOUBLE 1
#elif defined(__ARM_FEATURE_FMA)
#define IDEM_HARDWARE_FMA_FLOAT (__ARM_FP & 4 ? 1 : 0)
#define IDEM_HARDWARE_FMA_DOUBLE (__ARM_FP & 8 ? 1 : 0)
#elif defined(__riscv_flen) && __riscv_flen >= 32
#define IDEM_HARDWARE_FMA_FLOAT 1
#endif
#endif
#else
#if defined(__FP_FAST_FMAF) && !defined(__mips__)
#define IDEM_HARDWARE_FMA_FLOAT 1
#endif
#if defined(__FP_FAST_FMA) && !defined(__mips__)
#define IDEM_HARDWARE_FMA_DOUBLE 1
#endif
#endif

#ifndef IDEM_HARDWARE_FMA_FLOAT
#define IDEM_HARDWARE_FMA_FLOAT 0
#endif
#ifndef IDEM_HARDWARE_FMA_DOUBLE
#define IDEM_HARDWARE_FMA_DOUBLE 0
#endif

// ---- where double arithmetic is done by the processor (a float fma can then be built from it) -----

#if defined(__x86_64__) || defined(__SSE2__) || defined(__aarch64__) || defined(__s390x__) || \
    defined(__powerpc64__) || (defined(__powerpc__) && !defined(_SOFT_FLOAT)) ||             \
    (defined(__ARM_FP) && (__ARM_FP & 8)) || (defined(__riscv_flen) && __riscv_flen >= 64) || \
    (defined(__mips_hard_float) && !defined(__mips_single_float))
#define IDEM_HARDWARE_DOUBLE 1
#else
#define IDEM_HARDWARE_DOUBLE 0
#endif

// ---- the square root instruction, named outright: a builtin may turn into a call into libm ---------
// IDEM_SQRT_FLOAT(root, x) is absent where the processor has none; integers take its place.

#if defined(__x86_64__) || defined(__SSE2__)
#if defined(__AVX__)
#define IDEM_SQRT_FLOAT(root, x) asm("vsqrtss %1, %1, %0" : "=x"(root) : "x"(x))
#define IDEM_SQRT_DOUBLE(root, x) asm("vsqrtsd %1, %1, %0" : "=x"(root) : "x"(x))
#else
#define IDEM_SQRT_FLOAT(root, x) asm("sqrtss %1, %0" : "=x"(root) : "x"(x))
#define IDEM_SQRT_DOUBLE(root, x) asm("sqrtsd %1, %0" : "=x"(root) : "x"(x))
#endif
#elif defined(__aarch64__)
#define IDEM_SQRT_FLOAT(root, x) asm("fsqrt %s0, %s1" : "=w"(root) : "w"(x))
#define IDEM_SQRT_DOUBLE(root, x) asm("fsqrt %d0, %d1" : "=w"(root) : "w"(x))
#endif

// ---- whether the product of two 32-bit words is one instruction -----------------------------------

#if defined(__ARM_ARCH_6M__) || defined(__ARM_ARCH_8M_BASE__)
#define IDEM_WIDE_MULTIPLY 0
#else
#define IDEM_WIDE_MULTIPLY 1
#endif

// ---- the lanes ----------------------------------------------------------------------------------
// IDEM_PLAIN_LANES, defined by the user, asks for scalar code; the bits are the same.

#if defined(IDEM_PLAIN_LANES)
#define IDEM_LANES_PLAIN 1
#elif defined(__AVX512F__) && defined(__AVX512VL__) && defined(__AVX512DQ__) && defined(__AVX512BW__)
#define IDEM_LANES_HEADER <idem/arith/lanes/avx512.hpp>
#define IDEM_TARGET avx512
#elif defined(__AVX2__) && defined(__FMA__)
#define IDEM_LANES_HEADER <idem/arith/lanes/avx2.hpp>
#define IDEM_TARGET avx2
#elif defined(__SSE2__) && !defined(__FMA__)
#define IDEM_LANES_HEADER <idem/arith/lanes/sse2.hpp>
#if defined(__AVX__)
#define IDEM_TARGET sse2_vex
#else
#define IDEM_TARGET sse2
#endif
#elif defined(__aarch64__) && defined(__ARM_NEON)
#define IDEM_LANES_HEADER <idem/arith/lanes/neon.hpp>
#define IDEM_TARGET neon
#else
#define IDEM_LANES_PLAIN 1
#endif

#if defined(IDEM_LANES_PLAIN)
#define IDEM_LANES_HEADER <idem/arith/lanes/plain.hpp>
#if IDEM_HARDWARE_FMA_DOUBLE
#define IDEM_TARGET plain_fma
#elif IDEM_HARDWARE_FMA_FLOAT
#define IDEM_TARGET plain_fmaf
#else
#define IDEM_TARGET plain
#endif
#endif

/// For the small functions from which kernels are made: a call would cost more than the work.
#define IDEM_INLINE [[gnu::always_inline]] inline

/// Before a loop over the registers of a tile: unrolled whole, or the tile would live in memory.
#if defined(__clang__)
#define IDEM_UNROLL _Pragma("clang loop unroll(full)")
#else
#define IDEM_UNROLL _Pragma("GCC unroll 32")
#endif

namespace idem::inline IDEM_TARGET {

#define IDEM_TEXT_OF(x) #x
#define IDEM_TEXT(x) IDEM_TEXT_OF(x)
/// The name of the lanes in use: "avx512", "avx2", "sse2", "neon", "plain_fma", ...
inline constexpr const char* kTargetName = IDEM_TEXT(IDEM_TARGET);
#undef IDEM_TEXT
#undef IDEM_TEXT_OF

}  // namespace idem::inline IDEM_TARGET
