// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstdio>
#include <idem/arith/fma.hpp>

#include "correctly_rounded.hpp"
#if defined(__SSE2__) && !defined(__FMA__)
#include <idem/arith/lanes/sse2_fma.hpp>
#endif

namespace {

using namespace correctly_rounded;
using idem::canonical_bits;

template <class R>
struct Triple {
  R a, b, c;
};

// ---- known answers ------------------------------------------------------------------------------

template <class R>
struct Known {
  Bits<R> a, b, c, result;
  constexpr Triple<R> triple() const {
    return {std::bit_cast<R>(a), std::bit_cast<R>(b), std::bit_cast<R>(c)};
  }
};

constexpr Known<float> kFloats[] = {
    // Two roundings, or a subnormal rounded at the wrong place, give another answer.
    {0x3f7288d0, 0x34f91a50, 0xbe7916c0, 0xbe7916a3},
    {0x97000800, 0x1cfff001, 0x00010002, 0x00010001},
    {0x007fffff, 0x33800001, 0x007fffff, 0x007fffff},
    {0xd58ceec0, 0x34670000, 0x980645fc, 0xca7e56df},
    // Just below the least normal number: a tie that carries into it, and a hair less.
    {0x3f7fffff, 0x00800000, 0x80000000, 0x00800000},
    {0x3f7fffff, 0x00800000, 0x80000001, 0x007ffffe},
    // Half the least subnormal number ties to zero and keeps its sign; a hair more does not.
    {0x00000001, 0x3f000000, 0x00000000, 0x00000000},
    {0x80000001, 0x3f000000, 0x00000000, 0x80000000},
    {0x00000001, 0x3f000001, 0x00000000, 0x00000001},
    {0x00000001, 0x3f400000, 0x80000000, 0x00000001},
    // A product far below everything still breaks a tie, but moves nothing else.
    {0x00000001, 0x00000001, 0x3f800000, 0x3f800000},
    {0x80000001, 0x00000001, 0x00000001, 0x00000001},
    // The largest number and half its last place: a tie goes to infinity, a hair less does not.
    {0x7f7fffff, 0x3f800000, 0x73000000, 0x7f800000},
    {0x7f7fffff, 0x3f800000, 0x72ffffff, 0x7f7fffff},
    // A product beyond the range brought back by c; an infinite c that no product can move.
    {0x7f7fffff, 0x40000000, 0xff7fffff, 0x7f7fffff},
    {0x7f7fffff, 0x7f7fffff, 0xff800000, 0xff800000},
    // Zeros: exact cancellation is +0, sums of zeros keep a common sign.
    {0x3f800000, 0x3f800000, 0xbf800000, 0x00000000},
    {0xbf800000, 0x3f800000, 0x3f800000, 0x00000000},
    {0x00000000, 0x80000000, 0x80000000, 0x80000000},
    {0x00000000, 0x80000000, 0x00000000, 0x00000000},
    {0x80000000, 0x80000000, 0x80000000, 0x00000000},
    {0x00000000, 0x42280000, 0x00000001, 0x00000001},
    // Infinities and what has no answer.
    {0x7f800000, 0xc0000000, 0x3f800000, 0xff800000},
    {0x7f800000, 0x00000000, 0x3f800000, 0x7fc00000},
    {0x80000000, 0xff800000, 0x7fc00000, 0x7fc00000},
    {0x7f800000, 0x3f800000, 0xff800000, 0x7fc00000},
    {0x7f800000, 0x3f800000, 0x7f800000, 0x7f800000},
    {0xffc12345, 0x3f800000, 0x3f800000, 0x7fc00000},
    {0x3f800000, 0x3f800000, 0x7f800001, 0x7fc00000},
};

constexpr Known<double> kDoubles[] = {
    {0x01a56e1fc2f8f359, 0x81a56e1fc2f8f359, 0x0000000000000000, 0x8000000000000000},
    {0x3ff0000000000001, 0x3ff0000000000001, 0xbff0000000000002, 0x3970000000000000},
    {0x3fefffffffffffff, 0x0010000000000000, 0x8000000000000000, 0x0010000000000000},
    {0x3fefffffffffffff, 0x0010000000000000, 0x8000000000000001, 0x000ffffffffffffe},
    {0x0000000000000001, 0x3fe0000000000000, 0x0000000000000000, 0x0000000000000000},
    {0x8000000000000001, 0x3fe0000000000000, 0x0000000000000000, 0x8000000000000000},
    {0x0000000000000001, 0x3fe0000000000001, 0x0000000000000000, 0x0000000000000001},
    {0x0000000000000001, 0x0000000000000001, 0x3ff0000000000000, 0x3ff0000000000000},
    {0x7fefffffffffffff, 0x3ff0000000000000, 0x7c90000000000000, 0x7ff0000000000000},
    {0x7fefffffffffffff, 0x3ff0000000000000, 0x7c8fffffffffffff, 0x7fefffffffffffff},
    {0x7fefffffffffffff, 0x4000000000000000, 0xffefffffffffffff, 0x7fefffffffffffff},
    {0x7fefffffffffffff, 0x7fefffffffffffff, 0xfff0000000000000, 0xfff0000000000000},
    {0x3ff0000000000000, 0x3ff0000000000000, 0xbff0000000000000, 0x0000000000000000},
    {0x0000000000000000, 0x8000000000000000, 0x8000000000000000, 0x8000000000000000},
    {0x0000000000000000, 0x8000000000000000, 0x0000000000000000, 0x0000000000000000},
    {0x0000000000000000, 0x4045000000000000, 0x8000000000000001, 0x8000000000000001},
    {0x7ff0000000000000, 0xc000000000000000, 0x3ff0000000000000, 0xfff0000000000000},
    {0x7ff0000000000000, 0x0000000000000000, 0x3ff0000000000000, 0x7ff8000000000000},
    {0x7ff0000000000000, 0x3ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000},
    {0xfff8000012345678, 0x3ff0000000000000, 0x3ff0000000000000, 0x7ff8000000000000},
    {0x3ff0000000000000, 0x3ff0000000000000, 0x7ff0000000000001, 0x7ff8000000000000},
};

template <class R, std::size_t N>
constexpr bool compiler_agrees(const Known<R> (&table)[N]) {
  for (const auto& known : table) {
    const auto [a, b, c] = known.triple();
    if (std::bit_cast<Bits<R>>(idem::soft_fma(a, b, c)) != known.result) return false;
    if (std::bit_cast<Bits<R>>(idem::fma(a, b, c)) != known.result) return false;
  }
  return true;
}
static_assert(compiler_agrees(kFloats));
static_assert(compiler_agrees(kDoubles));

// ---- structured triples -------------------------------------------------------------------------

enum class Kind { any, cancelling, halfway, subnormal, underflowing, far_apart, special };
constexpr Kind kKinds[] = {Kind::any,          Kind::cancelling, Kind::halfway, Kind::subnormal,
                           Kind::underflowing, Kind::far_apart,  Kind::special};
constexpr const char* kNames[] = {"any bits",
                                  "near cancellation",
                                  "halfway between two numbers",
                                  "subnormal results",
                                  "an underflowing product beside a normal number",
                                  "exponents far apart",
                                  "special values"};

/// Two normal numbers of at most so many bits, whose product has this exponent or one more.
template <class R>
Triple<R> draw_factors(Draw& draw, int exponent, int bits_of_a, int bits_of_b) {
  constexpr int kMost = kBias<R>, kLeast = 1 - kBias<R>;
  const int low = exponent < 0 ? kLeast : exponent - kMost;
  const int high = exponent < 0 ? exponent - kLeast : kMost;
  const int e = draw.word() & 1 ? exponent / 2 : draw.from(low, high);
  const R a = draw.of_few_bits<R>(e, bits_of_a), b = draw.of_few_bits<R>(exponent - e, bits_of_b);
  return {a, b, R{0}};
}

template <class R>
Triple<R> draw_triple(Kind kind, Draw& draw) {
  constexpr int P = kPrecision<R>;
  constexpr int kMost = kBias<R>, kLeast = 1 - kBias<R>, kTiny = kLeast - P;
  switch (kind) {
    case Kind::any:
      return {draw.any<R>(), draw.any<R>(), draw.any<R>()};
    case Kind::cancelling: {
      const int e = draw.from(kLeast, kMost - 2);
      const int bits = draw.word() & 1 ? P : draw.from(1, P);
      Triple<R> t = draw_factors<R>(draw, e, P, bits);
      t.c = draw.near<R>(-(t.a * t.b), draw.from(0, 3));
      return t;
    }
    case Kind::halfway: {
      // The exact sum is the middle between two neighbours, give or take a last bit of a factor, or
      // a third number far smaller than all.
      const int bits = draw.from(1, P);
      if (draw.word() & 1) {  // the product has one bit too many
        const int e = draw.from(kLeast, kMost - 1);
        Triple<R> t = draw_factors<R>(draw, e, bits, P + 1 - bits);
        t.a = draw.near<R>(t.a, draw.from(0, 1));
        if (draw.word() & 1) t.c = draw.of_exponent<R>(e - draw.from(P, 3 * P));
        return t;
      }
      const int e = draw.from(kLeast, kMost - P);  // it has one bit below the last of c
      Triple<R> t = draw_factors<R>(draw, e, bits, draw.from(1, 3));
      t.a = draw.near<R>(t.a, draw.from(0, 1));
      t.b = draw.near<R>(t.b, draw.from(0, 1));
      t.c = draw.of_few_bits<R>(e + draw.from(P - 12, P), draw.from(1, P));
      return t;
    }
    case Kind::subnormal: {
      const int e = draw.from(kLeast, kMost);
      return {draw.of_exponent<R>(e), draw.of_exponent<R>(draw.from(kTiny, kLeast + 1) - e),
              draw.of_few_bits<R>(draw.from(kLeast - 1, kLeast + 1), draw.from(1, P))};
    }
    case Kind::underflowing: {
      const int e = draw.from(kLeast - 1, 0);
      return {draw.of_exponent<R>(e), draw.of_exponent<R>(draw.from(2 * kTiny, kTiny + 2) - e),
              draw.of_few_bits<R>(kLeast + draw.from(-1, 3 * P), draw.from(1, P))};
    }
    case Kind::far_apart:
      return {draw.of_exponent<R>(draw.from(kLeast - 1, kMost)),
              draw.of_few_bits<R>(draw.from(kLeast - 1, kMost), draw.from(1, P)),
              draw.of_exponent<R>(draw.word() & 1 ? kLeast + draw.from(-1, P) : kMost - draw.from(0, P))};
    case Kind::special:
      return {draw.special<R>(), draw.word() & 1 ? draw.special<R>() : draw.any<R>(),
              draw.word() & 1 ? draw.special<R>() : draw.any<R>()};
  }
  return {};
}

/// Compares `count` triples of each kind with MPFR, or where there is one with the processor,
/// itself compared now and then; says which triple failed first. `block` computes kBlock results at
/// a time.
constexpr int kBlock = 4;
template <class R, class Block>
void check_all_kinds(Block block) {
  const int count = (all() ? 20 : 1) * (IDEM_HARDWARE_FMA_DOUBLE ? 400'000 : 100'000);
  Oracle<R> oracle;
  for (const Kind kind : kKinds) {
    Draw draw(static_cast<std::uint64_t>(kind));
    int wrong = 0;
    char first[240] = "";
    for (int i = 0; i < count; i += kBlock) {
      R a[kBlock], b[kBlock], c[kBlock], results[kBlock];
      for (int k = 0; k < kBlock; ++k) {
        const auto triple = draw_triple<R>(kind, draw);
        a[k] = triple.a, b[k] = triple.b, c[k] = triple.c;
      }
      block(a, b, c, results);
      for (int k = 0; k < kBlock; ++k) {
        R expected;
#if IDEM_HARDWARE_FMA_DOUBLE
        if (i % 32 != 0) {
          expected = c[k];
          if constexpr (sizeof(R) == 4) {
            IDEM_FMA_FLOAT(a[k], b[k], expected);
          } else {
            IDEM_FMA_DOUBLE(a[k], b[k], expected);
          }
        } else
#endif
          expected = oracle.fma(a[k], b[k], c[k]);
        if (canonical_bits(results[k]) == canonical_bits(expected)) continue;
        if (wrong++ == 0) {
          const auto wide = [](R value) { return static_cast<double>(value); };
          std::snprintf(first, sizeof first, "%s: fma(%a, %a, %a) is %a, not %a",
                        kNames[static_cast<int>(kind)], wide(a[k]), wide(b[k]), wide(c[k]), wide(expected),
                        wide(results[k]));
        }
      }
    }
    INFO(first);
    CHECK_EQ(wrong, 0);
  }
}

template <class R, class F>
void check_all_kinds_singly(F f) {
  check_all_kinds<R>([f](const R* a, const R* b, const R* c, R* results) {
    for (int k = 0; k < kBlock; ++k) results[k] = f(a[k], b[k], c[k]);
  });
}

}  // namespace

TEST_CASE("fma gives the known answers that other libraries miss, at run time as at compile time") {
  for (const auto& known : kFloats) {
    volatile float a = known.triple().a, b = known.triple().b, c = known.triple().c;
    CAPTURE(known.result);
    CHECK_EQ(canonical_bits(idem::fma(a, b, c)), known.result);
    CHECK_EQ(std::bit_cast<std::uint32_t>(idem::soft_fma(a, b, c)), known.result);
    CHECK_EQ(canonical_bits(idem::soft_fma_by_double(a, b, c)), known.result);
  }
  for (const auto& known : kDoubles) {
    volatile double a = known.triple().a, b = known.triple().b, c = known.triple().c;
    CAPTURE(known.result);
    CHECK_EQ(canonical_bits(idem::fma(a, b, c)), known.result);
    CHECK_EQ(std::bit_cast<std::uint64_t>(idem::soft_fma(a, b, c)), known.result);
  }
}

TEST_CASE("fma of floats rounds once, for every kind of triple") {
  check_all_kinds_singly<float>([](float a, float b, float c) { return idem::fma(a, b, c); });
}

TEST_CASE("fma of doubles rounds once, for every kind of triple") {
  check_all_kinds_singly<double>([](double a, double b, double c) { return idem::fma(a, b, c); });
}

TEST_CASE("fma of floats in integers rounds once, for every kind of triple") {
  check_all_kinds_singly<float>([](float a, float b, float c) { return idem::soft_fma(a, b, c); });
}

TEST_CASE("fma of doubles in integers rounds once, for every kind of triple") {
  check_all_kinds_singly<double>([](double a, double b, double c) { return idem::soft_fma(a, b, c); });
}

TEST_CASE("fma of floats by way of double rounds once, for every kind of triple") {
  check_all_kinds_singly<float>([](float a, float b, float c) { return idem::soft_fma_by_double(a, b, c); });
}

#if defined(__SSE2__) && !defined(__FMA__)
TEST_CASE("fma in SSE2 registers rounds once in each lane, for every kind of triple") {
  check_all_kinds<float>([](const float* a, const float* b, const float* c, float* results) {
    _mm_storeu_ps(results, idem::fma_sse2(_mm_loadu_ps(a), _mm_loadu_ps(b), _mm_loadu_ps(c)));
  });
  check_all_kinds<double>([](const double* a, const double* b, const double* c, double* results) {
    for (int k = 0; k < kBlock; k += 2) {
      _mm_storeu_pd(results + k,
                    idem::fma_sse2(_mm_loadu_pd(a + k), _mm_loadu_pd(b + k), _mm_loadu_pd(c + k)));
    }
  });
}

TEST_CASE("fma in SSE2 registers keeps its lanes apart at the edges of its fast path") {
  // One lane ordinary, the other just inside or outside the range of the error-free form.
  constexpr double kFactors[] = {0.0,
                                 -0.0,
                                 0x1p-481,
                                 0x1.fffffffffffffp-481,
                                 0x1p-480,
                                 0x1p-479,
                                 0x1p479,
                                 0x1.fffffffffffffp479,
                                 0x1p480,
                                 0x1p-1074,
                                 1.0,
                                 0x1p1023,
                                 std::numeric_limits<double>::infinity()};
  constexpr double kTerms[] = {0.0,       -0.0,
                               0x1p-1074, -0x1p-1022,
                               1.0,       0x1p1022,
                               -0x1p1023, 0x1.fffffffffffffp1023,
                               0x1p1023,  -std::numeric_limits<double>::infinity()};
  int wrong = 0;
  for (const double a : kFactors) {
    for (const double b : kFactors) {
      for (const double c : kTerms) {
        for (const double factor : {1.0, -0x1.123456789abcdp0}) {
          const double x = a * factor;
          double results[2];
          _mm_storeu_pd(results,
                        idem::fma_sse2(__m128d{x, 0x1.8p0}, __m128d{b, 0x1.4p0}, __m128d{c, 0x1p-60}));
          wrong += canonical_bits(results[0]) != canonical_bits(idem::soft_fma(x, b, c));
          wrong += results[1] != idem::soft_fma(0x1.8p0, 0x1.4p0, 0x1p-60);
          _mm_storeu_pd(results,
                        idem::fma_sse2(__m128d{0x1.8p0, x}, __m128d{0x1.4p0, b}, __m128d{0x1p-60, c}));
          wrong += canonical_bits(results[1]) != canonical_bits(idem::soft_fma(x, b, c));
        }
      }
    }
  }
  CHECK_EQ(wrong, 0);
}
#endif
