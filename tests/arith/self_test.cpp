// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cfenv>
#include <cmath>

#include <idem/arith/self_test.hpp>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace {

using idem::Machine;
using idem::Real;
using idem::Status;

/// Machines with one ailment each, as C libraries, compilers' run-time libraries and processors have them.
template <class R>
struct RoundsProduct : Machine<R> {
  static R multiply_add(R a, R b, R c) {
    volatile R product = a * b;
    return product + c;
  }
};
struct RoundsTwice : Machine<float> {
  static float multiply_add(float a, float b, float c) {
    return static_cast<float>(static_cast<double>(a) * static_cast<double>(b) + static_cast<double>(c));
  }
};
template <class R>
struct AddsOneUlpOff : Machine<R> {
  // A last bit lost where the signs differ and the exponents are far apart: no guard digit.
  static R add(R a, R b) {
    const R sum = a + b;
    return (a < R{0}) != (b < R{0}) && std::fabs(a) > 100 * std::fabs(b) ? std::nextafter(sum, R{0}) : sum;
  }
};
template <class R>
struct MultipliesOff : Machine<R> {
  static R multiply(R a, R b) {
    const R product = a * b;
    return std::fabs(product) > R{100} ? std::nextafter(product, R{0}) : product;
  }
};
template <class R>
struct DividesByReciprocal : Machine<R> {
  static R divide(R a, R b) {
    volatile R reciprocal = R{1} / b;
    return a * reciprocal;
  }
};
template <class R>
struct ComparesAsIntegers : Machine<R> {
  static bool less(R a, R b) { return std::bit_cast<idem::BitsOf<R>>(a) < std::bit_cast<idem::BitsOf<R>>(b); }
};
struct ConvertsCutOff : Machine<float> {
  static float from_integer(std::int32_t i) {
    const float near = static_cast<float>(i);
    return std::fabs(static_cast<double>(near)) > std::fabs(static_cast<double>(i))
               ? std::nextafter(near, 0.0f)
               : near;
  }
};
template <class R>
struct RoundsToInteger : Machine<R> {
  static std::int32_t to_integer(R x) { return static_cast<std::int32_t>(std::nearbyint(x)); }
};
template <class R>
struct RootOff : Machine<R> {
  static R square_root(R x) {
    const R root = idem::sqrt(x);
    return root * root > x ? std::nextafter(root, R{0}) : root;
  }
};
template <class R>
struct Flushes : Machine<R> {
  static R multiply(R a, R b) {
    const R product = a * b;
    return std::fabs(product) < std::numeric_limits<R>::min() ? R{0} : product;
  }
};

}  // namespace

TEST_CASE("a healthy machine passes the self-test") {
  CHECK(idem::self_test<float>() == Status::ok);
  CHECK(idem::self_test<double>() == Status::ok);
  CHECK(idem::self_test() == Status::ok);
}

TEST_CASE_TEMPLATE("the self-test names the ailment", R, float, double) {
  CHECK(idem::self_test<R, RoundsProduct<R>>() == Status::wrong_fma);
  CHECK(idem::self_test<R, AddsOneUlpOff<R>>() == Status::wrong_addition);
  CHECK(idem::self_test<R, MultipliesOff<R>>() == Status::wrong_multiplication);
  CHECK(idem::self_test<R, DividesByReciprocal<R>>() == Status::wrong_division);
  CHECK(idem::self_test<R, ComparesAsIntegers<R>>() == Status::wrong_comparison);
  CHECK(idem::self_test<R, RoundsToInteger<R>>() == Status::wrong_conversion);
  CHECK(idem::self_test<R, RootOff<R>>() == Status::wrong_square_root);
  CHECK(idem::self_test<R, Flushes<R>>() == Status::flushed_subnormals);
}

TEST_CASE("the self-test finds what C libraries do to a float's multiply-add, and cut-off conversions") {
  CHECK(idem::self_test<float, RoundsTwice>() == Status::wrong_fma);
  CHECK(idem::self_test<float, ConvertsCutOff>() == Status::wrong_conversion);
}

TEST_CASE("the self-test finds the rounding mode") {
  for (const int mode : {FE_TOWARDZERO, FE_UPWARD, FE_DOWNWARD}) {
    REQUIRE(std::fesetround(mode) == 0);
    const Status of_float = idem::self_test<float>(), of_double = idem::self_test<double>();
    std::fesetround(FE_TONEAREST);
    CHECK(of_float == Status::wrong_rounding);
    CHECK(of_double == Status::wrong_rounding);
  }
}

#if defined(__SSE2__)
TEST_CASE("the self-test finds flushed results and operands") {
  const unsigned healthy = _mm_getcsr();
  for (const unsigned mode : {0x8000u, 0x0040u, 0x8040u}) {
    _mm_setcsr(healthy | mode);
    const Status of_float = idem::self_test<float>(), of_double = idem::self_test<double>();
    _mm_setcsr(healthy);
    CAPTURE(mode);
    CHECK(of_float == Status::flushed_subnormals);
    CHECK(of_double == Status::flushed_subnormals);
  }
}
#endif
