// SPDX-License-Identifier: Apache-2.0
/// \file  What the compiler says it is building for: the one place that names an instruction set.
///
/// It picks the lanes (arith/lanes.hpp), says where a hardware fma and square root are proven, and
/// refuses the settings under which no promise about bits can be kept. Everything in the library
/// stands in `inline namespace IDEM_TARGET`, so that objects built for two lanes can live in one program:
/// the linker never merges a function built for one with its namesake built for the other. (Two -march of
/// the same lanes, AVX2 for a Haswell and for a newer one, are one target: build both for the older.)
#pragma once

#if __cplusplus < 202002L
#error "idem: needs C++20; build with -std=c++20"
#endif

#include <limits>

// ---- settings that cannot keep the contract (ARITHMETIC.md section 1) ---------------------------

#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__) ||             \
    defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) || defined(__NO_SIGNED_ZEROS__) || \
    defined(_M_FP_FAST) || defined(__ARM_FP_FAST)
#error "idem: fast-math changes results; build without -ffast-math, -Ofast and their parts"
#endif
#if defined(__clang__) && (defined(__x86_64__) || defined(__powerpc__) || defined(__s390x__))
// Clang has macros for the whole of fast-math only. Its parts (-freciprocal-math, -fassociative-math, ...) end
// here, for the library and whatever is included after it; -fno-signed-zeros is seen by check_environment. For
// Arm and RISC-V Clang 14 knows no such pragma: there these flags are the caller's to leave out.
#pragma float_control(precise, on)
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

// ---- where one instruction multiplies and adds with one rounding: c <- a b + c ------------------
// GCC says where its builtin is that instruction (on MIPS it may round twice). Clang's builtin is
// a call into libm wherever that may set errno, and libm gets it wrong: there the instruction is
// named.

#if !defined(__clang__)
#if defined(__FP_FAST_FMAF) && !defined(__mips__)
#define IDEM_FMA_FLOAT(a, b, c) (c = __builtin_fmaf(a, b, c))
#endif
#if defined(__FP_FAST_FMA) && !defined(__mips__)
#define IDEM_FMA_DOUBLE(a, b, c) (c = __builtin_fma(a, b, c))
#endif
#elif defined(__NO_MATH_ERRNO__) || defined(__GLIBC__)
#if defined(__FMA__) || defined(__aarch64__) || defined(__s390x__) || defined(__powerpc64__) || \
    (defined(__riscv_flen) && __riscv_flen >= 32) || (defined(__ARM_FEATURE_FMA) && (__ARM_FP & 4))
#define IDEM_FMA_FLOAT(a, b, c) (c = __builtin_fmaf(a, b, c))
#endif
#if defined(__FMA__) || defined(__aarch64__) || defined(__s390x__) || defined(__powerpc64__) || \
    (defined(__riscv_flen) && __riscv_flen >= 64) || (defined(__ARM_FEATURE_FMA) && (__ARM_FP & 8))
#define IDEM_FMA_DOUBLE(a, b, c) (c = __builtin_fma(a, b, c))
#endif
#elif defined(__FMA__)
#define IDEM_FMA_FLOAT(a, b, c) asm("vfmadd231ss {%2, %1, %0|%0, %1, %2}" : "+x"(c) : "x"(a), "x"(b))
#define IDEM_FMA_DOUBLE(a, b, c) asm("vfmadd231sd {%2, %1, %0|%0, %1, %2}" : "+x"(c) : "x"(a), "x"(b))
#elif defined(__aarch64__)
#define IDEM_FMA_FLOAT(a, b, c) asm("fmadd %s0, %s1, %s2, %s0" : "+w"(c) : "w"(a), "w"(b))
#define IDEM_FMA_DOUBLE(a, b, c) asm("fmadd %d0, %d1, %d2, %d0" : "+w"(c) : "w"(a), "w"(b))
#elif defined(__ARM_FEATURE_FMA)
#if __ARM_FP & 4
#define IDEM_FMA_FLOAT(a, b, c) asm("vfma.f32 %0, %1, %2" : "+t"(c) : "t"(a), "t"(b))
#endif
#if __ARM_FP & 8
#define IDEM_FMA_DOUBLE(a, b, c) asm("vfma.f64 %P0, %P1, %P2" : "+w"(c) : "w"(a), "w"(b))
#endif
#elif defined(__riscv_flen)
#define IDEM_FMA_FLOAT(a, b, c) asm("fmadd.s %0, %1, %2, %0" : "+f"(c) : "f"(a), "f"(b))
#if __riscv_flen >= 64
#define IDEM_FMA_DOUBLE(a, b, c) asm("fmadd.d %0, %1, %2, %0" : "+f"(c) : "f"(a), "f"(b))
#endif
#endif

#if defined(IDEM_FMA_FLOAT)
#define IDEM_HARDWARE_FMA_FLOAT 1
#else
#define IDEM_HARDWARE_FMA_FLOAT 0
#endif
#if defined(IDEM_FMA_DOUBLE)
#define IDEM_HARDWARE_FMA_DOUBLE 1
#else
#define IDEM_HARDWARE_FMA_DOUBLE 0
#endif

// ---- where double arithmetic is done by the processor (a float fma can then be built from it) ---

#if defined(__x86_64__) || defined(__SSE2__) || defined(__aarch64__) || defined(__s390x__) || \
    defined(__powerpc64__) || (defined(__powerpc__) && !defined(_SOFT_FLOAT)) ||              \
    (defined(__ARM_FP) && (__ARM_FP & 8)) || (defined(__riscv_flen) && __riscv_flen >= 64) || \
    (defined(__mips_hard_float) && !defined(__mips_single_float))
#define IDEM_HARDWARE_DOUBLE 1
#else
#define IDEM_HARDWARE_DOUBLE 0
#endif

// ---- the square root instruction: x <- sqrt(x) --------------------------------------------------
// Always named: a builtin may bring a call into libm along, for errno, or be nothing but that call.

#if defined(__AVX__)
#define IDEM_SQRT_FLOAT(x) asm("vsqrtss %0, %0, %0" : "+x"(x))
#define IDEM_SQRT_DOUBLE(x) asm("vsqrtsd %0, %0, %0" : "+x"(x))
#elif defined(__SSE2__)
#define IDEM_SQRT_FLOAT(x) asm("sqrtss %0, %0" : "+x"(x))
#define IDEM_SQRT_DOUBLE(x) asm("sqrtsd %0, %0" : "+x"(x))
#elif defined(__aarch64__)
#define IDEM_SQRT_FLOAT(x) asm("fsqrt %s0, %s0" : "+w"(x))
#define IDEM_SQRT_DOUBLE(x) asm("fsqrt %d0, %d0" : "+w"(x))
#elif defined(__s390x__)
#define IDEM_SQRT_FLOAT(x) asm("sqebr %0, %0" : "+f"(x))
#define IDEM_SQRT_DOUBLE(x) asm("sqdbr %0, %0" : "+f"(x))
#elif defined(_ARCH_PPCSQ) && !defined(_SOFT_FLOAT)
#define IDEM_SQRT_FLOAT(x) asm("fsqrts %0, %0" : "+f"(x))
#define IDEM_SQRT_DOUBLE(x) asm("fsqrt %0, %0" : "+d"(x))
#elif defined(__ARM_FP)
#if __ARM_FP & 4
#define IDEM_SQRT_FLOAT(x) asm("vsqrt.f32 %0, %0" : "+t"(x))
#endif
#if __ARM_FP & 8
#define IDEM_SQRT_DOUBLE(x) asm("vsqrt.f64 %P0, %P0" : "+w"(x))
#endif
#elif defined(__riscv_fsqrt) && defined(__riscv_flen)
#define IDEM_SQRT_FLOAT(x) asm("fsqrt.s %0, %0" : "+f"(x))
#if __riscv_flen >= 64
#define IDEM_SQRT_DOUBLE(x) asm("fsqrt.d %0, %0" : "+f"(x))
#endif
#endif

// ---- whether the product of two 32-bit words is one instruction ---------------------------------

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
#define IDEM_LANES avx512
#elif defined(__AVX2__) && defined(__FMA__)
#define IDEM_LANES_HEADER <idem/arith/lanes/avx2.hpp>
#define IDEM_LANES avx2
#elif defined(__SSE2__) && !defined(__FMA__)
#define IDEM_LANES_HEADER <idem/arith/lanes/sse2.hpp>
#if defined(__AVX__)
#define IDEM_LANES sse2_vex
#else
#define IDEM_LANES sse2
#endif
#elif defined(__aarch64__) && defined(__ARM_NEON)
#define IDEM_LANES_HEADER <idem/arith/lanes/neon.hpp>
#define IDEM_LANES neon
#else
#define IDEM_LANES_PLAIN 1
#endif

#if defined(IDEM_LANES_PLAIN)
#define IDEM_LANES_HEADER <idem/arith/lanes/plain.hpp>
#if IDEM_HARDWARE_FMA_DOUBLE
#define IDEM_LANES plain_fma
#elif IDEM_HARDWARE_FMA_FLOAT
#define IDEM_LANES plain_fmaf
#else
#define IDEM_LANES plain
#endif
#endif

/// Whether the compiler was asked for small code: plain lanes then unroll nothing.
#if defined(__OPTIMIZE_SIZE__) && defined(IDEM_LANES_PLAIN)
#define IDEM_SMALL 1
#else
#define IDEM_SMALL 0
#endif

// The compiler is part of the name too: two compilers may lay out a closure differently, so that a
// template over one must not be shared between them. So is the size.
#define IDEM_SUFFIXED_OF(lanes, suffix) lanes##suffix
#define IDEM_SUFFIXED(lanes, suffix) IDEM_SUFFIXED_OF(lanes, suffix)
#if defined(__clang__) && IDEM_SMALL
#define IDEM_TARGET IDEM_SUFFIXED(IDEM_LANES, _small_clang)
#elif defined(__clang__)
#define IDEM_TARGET IDEM_SUFFIXED(IDEM_LANES, _clang)
#elif IDEM_SMALL
#define IDEM_TARGET IDEM_SUFFIXED(IDEM_LANES, _small)
#else
#define IDEM_TARGET IDEM_LANES
#endif

/// For the small functions from which kernels are made: a call would cost more than the work.
#define IDEM_INLINE [[gnu::always_inline]] inline

/// For the large functions that many callers share: one copy of each is compiled.
#define IDEM_NOINLINE [[gnu::noinline]]

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
inline constexpr const char* kTargetName = IDEM_TEXT(IDEM_LANES);
#undef IDEM_TEXT
#undef IDEM_TEXT_OF

}  // namespace idem::inline IDEM_TARGET
