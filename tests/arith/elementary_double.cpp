// SPDX-License-Identifier: Apache-2.0
/// \file  In double, the errors of the elementary functions are at most those their headers state.
#include <doctest/doctest.h>
#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>

#include <idem/arith/elementary.hpp>

#include "correctly_rounded.hpp"

namespace {

using correctly_rounded::Draw;

/// Two numbers of MPFR, precise and wide enough to be called exact.
struct Exact {
  Exact() {
    mpfr_set_emin(mpfr_get_emin_min());
    mpfr_set_emax(mpfr_get_emax_max());
    mpfr_init2(value, 140);
    mpfr_init2(other, 140);
  }
  ~Exact() {
    mpfr_clear(value);
    mpfr_clear(other);
  }
  Exact(const Exact&) = delete;
  Exact& operator=(const Exact&) = delete;

  /// Of `result`, in units of the last place of `value`, which is lost; very many for a result of
  /// another kind.
  double error_in_ulp(double result) {
    constexpr double kWrong = 1e9;
    const bool nan = mpfr_nan_p(value) != 0;
    if (nan || result != result) return nan && result != result ? 0 : kWrong;
    if ((mpfr_signbit(value) != 0) != std::signbit(result)) return kWrong;
    const double nearest = mpfr_get_d(value, MPFR_RNDN);
    if (std::isinf(nearest) || std::isinf(result) || mpfr_zero_p(value)) {
      return nearest == result ? 0 : kWrong;
    }
    const long last_place = std::max<long>(mpfr_get_exp(value) - 53, -1074);
    mpfr_sub_d(value, value, result, MPFR_RNDN);
    mpfr_mul_2si(value, value, -last_place, MPFR_RNDN);
    return std::abs(mpfr_get_d(value, MPFR_RNDN));
  }

  mpfr_t value, other;
};

struct Range {
  double low, high;
};

/// The greatest error of `function`, where `reference` replaces the argument in an Exact's value by
/// the result: over any bits, ordinary numbers, round numbers, corners, and the ranges where the
/// function is at its worst.
template <class Function, class Reference>
double greatest_error(Function function, Reference reference, std::initializer_list<Range> ranges) {
  Exact exact;
  Draw draw(9);
  double greatest = 0;
  const auto visit = [&](double x) {
    mpfr_set_d(exact.value, x, MPFR_RNDN);
    reference(exact);
    greatest = std::max(greatest, exact.error_in_ulp(function(x)));
  };
  const int count = correctly_rounded::all() ? 400000 : 6000;
  for (int i = 0; i < count; ++i) {
    visit(draw.any<double>());
    visit(draw.of_exponent<double>(draw.from(-30, 10)));
    visit(draw.of_few_bits<double>(draw.from(-1074, 1023), 3));
    visit(draw.special<double>());
    for (const Range& range : ranges) {
      const double fraction = static_cast<double>(draw.word() >> 11) * 0x1p-53;
      visit(range.low + (range.high - range.low) * fraction);
    }
  }
  return greatest;
}

void sin_within_reach(Exact& e) {
  if (std::abs(mpfr_get_d(e.value, MPFR_RNDN)) > idem::kGreatestAngle<double>) mpfr_set_nan(e.value);
  mpfr_sin(e.value, e.value, MPFR_RNDN);
}
void cos_within_reach(Exact& e) {
  if (std::abs(mpfr_get_d(e.value, MPFR_RNDN)) > idem::kGreatestAngle<double>) mpfr_set_nan(e.value);
  mpfr_cos(e.value, e.value, MPFR_RNDN);
}

/// max(x, 0) + log(1 + e^-|x|): e^x itself may exceed what MPFR has.
void softplus(Exact& e) {
  mpfr_abs(e.other, e.value, MPFR_RNDN);
  mpfr_neg(e.other, e.other, MPFR_RNDN);
  mpfr_exp(e.other, e.other, MPFR_RNDN);
  mpfr_log1p(e.other, e.other, MPFR_RNDN);
  if (mpfr_cmp_ui(e.value, 0) < 0) mpfr_set_zero(e.value, 1);
  mpfr_add(e.value, e.value, e.other, MPFR_RNDN);
}

void logistic(Exact& e) {
  mpfr_neg(e.value, e.value, MPFR_RNDN);
  mpfr_exp(e.value, e.value, MPFR_RNDN);
  mpfr_add_ui(e.value, e.value, 1, MPFR_RNDN);
  mpfr_ui_div(e.value, 1, e.value, MPFR_RNDN);
}

}  // namespace

TEST_CASE("exp of a double errs by at most 0.95 ulp") {
  CHECK(greatest_error([](double x) { return idem::exp(x); },
                       [](Exact& e) { mpfr_exp(e.value, e.value, MPFR_RNDN); },
                       {{-746, 710}, {-746, -708}, {-6, 6}, {-1, 1}}) <= 0.95);
}

TEST_CASE("log of a double errs by at most 0.95 ulp") {
  CHECK(greatest_error([](double x) { return idem::log(x); },
                       [](Exact& e) { mpfr_log(e.value, e.value, MPFR_RNDN); },
                       {{0.5, 2}, {0.7, 0.8}, {1.4, 1.55}}) <= 0.95);
}

TEST_CASE("log1p of a double errs by at most 0.95 ulp") {
  CHECK(greatest_error([](double x) { return idem::log1p(x); },
                       [](Exact& e) { mpfr_log1p(e.value, e.value, MPFR_RNDN); },
                       {{-1, 1}, {-0.4, -0.2}, {0.3, 0.6}, {1, 60}}) <= 0.95);
}

TEST_CASE("sin of a double errs by at most 0.80 ulp") {
  CHECK(greatest_error([](double x) { return idem::sin(x); }, sin_within_reach,
                       {{-8, 8}, {-1e6, 1e6}, {-0x1p48, 0x1p48}}) <= 0.80);
}

TEST_CASE("cos of a double errs by at most 0.80 ulp") {
  CHECK(greatest_error([](double x) { return idem::cos(x); }, cos_within_reach,
                       {{-8, 8}, {-1e6, 1e6}, {-0x1p48, 0x1p48}}) <= 0.80);
}

TEST_CASE("sin and cos of doubles nearest to quarter turns lose no digit") {
  Exact exact;
  double greatest = 0;
  const auto visit = [&](double x) {
    mpfr_set_d(exact.value, x, MPFR_RNDN);
    mpfr_sin(exact.value, exact.value, MPFR_RNDN);
    greatest = std::max(greatest, exact.error_in_ulp(idem::sin(x)));
    mpfr_set_d(exact.value, x, MPFR_RNDN);
    mpfr_cos(exact.value, exact.value, MPFR_RNDN);
    greatest = std::max(greatest, exact.error_in_ulp(idem::cos(x)));
  };
  Draw draw(10);
  for (int i = 0; i < 5000; ++i) {
    const auto turns = static_cast<double>(draw.word() >> draw.from(17, 63));
    visit(draw.near(turns * 0x1.921fb54442d18p0, 1));
  }
  // The nearest of all up to 2^48: the continued fraction of 2^e / (pi/2), for each exponent.
  for (double x = 0x1.6c6cbc45dc8dep+5; x <= 0x1p48; x *= 2) visit(x);
  for (double x = 0x1.b951f1572eba5p+23; x <= 0x1p48; x *= 2) visit(x);
  CHECK(greatest <= 0.80);
}

TEST_CASE("softplus of a double errs by at most 1.75 ulp") {
  CHECK(greatest_error([](double x) { return idem::softplus(x); }, softplus,
                       {{-746, 0}, {-40, 40}, {-3, 3}}) <= 1.75);
}

TEST_CASE("logistic of a double errs by at most 2.10 ulp") {
  CHECK(greatest_error([](double x) { return idem::logistic(x); }, logistic,
                       {{-746, 0}, {-40, 40}, {-6, -1}}) <= 2.10);
}

TEST_CASE("atan2 of doubles errs by at most 0.80 ulp in every octant and at every scale") {
  Exact exact;
  double greatest = 0;
  const auto visit = [&](double y, double x) {
    mpfr_set_d(exact.value, y, MPFR_RNDN);
    mpfr_set_d(exact.other, x, MPFR_RNDN);
    mpfr_atan2(exact.value, exact.value, exact.other, MPFR_RNDN);
    greatest = std::max(greatest, exact.error_in_ulp(idem::atan2(y, x)));
  };
  Draw draw(11);
  const int count = correctly_rounded::all() ? 1000000 : 15000;
  for (int i = 0; i < count; ++i) {
    const auto x = draw.any<double>();
    visit(draw.any<double>(), x);
    visit(draw.near(x), x);
    visit(draw.of_exponent<double>(0), draw.of_exponent<double>(1));
    visit(draw.special<double>(), draw.special<double>());
  }
  CHECK(greatest <= 0.80);
}
