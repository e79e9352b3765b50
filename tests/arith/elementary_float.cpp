// SPDX-License-Identifier: Apache-2.0
/// \file  In float, the errors of the elementary functions are at most those their headers state.
///
/// The reference is the C library in double, good to 2^-28 of a float's last place.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <thread>
#include <vector>

#include <idem/arith/elementary.hpp>

#include "correctly_rounded.hpp"

namespace {

/// In units of the last place of the exact value; very many for a result of another kind.
double error_in_ulp(float result, double exact) {
  constexpr double kWrong = 1e9;
  constexpr double kOverflow = 0x1.ffffffp127;  // from here on the nearest float is infinity
  if (exact != exact || result != result) return exact != exact && result != result ? 0 : kWrong;
  if (std::signbit(exact) != std::signbit(result)) return kWrong;
  if (std::abs(exact) >= kOverflow || std::isinf(result)) {
    return std::abs(exact) >= kOverflow && std::isinf(result) ? 0 : kWrong;
  }
  // 2^(23 - exponent of exact), by its bits: this is asked for every float there is.
  const auto biased = static_cast<int>((std::bit_cast<std::uint64_t>(exact) >> 52) & 0x7ff);
  const int exponent = std::max(biased - 1023, -126);
  const auto scale = std::bit_cast<double>(static_cast<std::uint64_t>(1023 + 23 - exponent) << 52);
  return std::abs((static_cast<double>(result) - exact) * scale);
}

/// The greatest error over every float, or over one in a thousand: thousands in every binade.
template <class Function, class Reference>
double greatest_error(Function function, Reference reference) {
  const std::uint64_t stride = correctly_rounded::all() ? 1 : 1009;
  const std::uint64_t parts = std::max(1u, std::thread::hardware_concurrency());
  std::vector<double> greatest(parts);
  std::vector<std::thread> threads;
  for (std::uint64_t part = 0; part < parts; ++part) {
    threads.emplace_back([&, part] {
      for (std::uint64_t bits = part * stride; bits < std::uint64_t{1} << 32; bits += parts * stride) {
        const auto x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
        const double error = error_in_ulp(function(x), reference(static_cast<double>(x)));
        greatest[part] = std::max(greatest[part], error);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return *std::max_element(greatest.begin(), greatest.end());
}

double within_reach(double x, double value) {
  constexpr auto kEnd = static_cast<double>(idem::kGreatestAngle<float>);
  return std::abs(x) <= kEnd ? value : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

TEST_CASE("exp of a float errs by at most 0.95 ulp") {
  CHECK(greatest_error([](float x) { return idem::exp(x); }, [](double x) { return std::exp(x); }) <= 0.95);
}

TEST_CASE("log of a float errs by at most 0.95 ulp") {
  CHECK(greatest_error(
            [](float x) { return idem::log(x); },
            [](double x) { return x < 0 ? std::numeric_limits<double>::quiet_NaN() : std::log(x); }) <= 0.95);
}

TEST_CASE("log1p of a float errs by at most 0.95 ulp") {
  CHECK(greatest_error([](float x) { return idem::log1p(x); }, [](double x) { return std::log1p(x); }) <=
        0.95);
}

TEST_CASE("sin of a float errs by at most 0.80 ulp") {
  CHECK(greatest_error([](float x) { return idem::sin(x); },
                       [](double x) { return within_reach(x, std::sin(x)); }) <= 0.80);
}

TEST_CASE("cos of a float errs by at most 0.80 ulp") {
  CHECK(greatest_error([](float x) { return idem::cos(x); },
                       [](double x) { return within_reach(x, std::cos(x)); }) <= 0.80);
}

TEST_CASE("sin and cos of floats nearest to quarter turns lose no digit") {
  // The nearest of all up to 2^20: the continued fraction of 2^e / (pi/2), for each exponent.
  for (const float nearest : {0x1.f9cbe2p+7f, 0x1.2d97c8p+2f, 0x1.9a48dep+15f}) {
    for (float x = nearest; x <= idem::kGreatestAngle<float>; x *= 2) {
      const auto exact = static_cast<double>(x);
      CHECK(error_in_ulp(idem::sin(x), std::sin(exact)) <= 0.80);
      CHECK(error_in_ulp(idem::cos(x), std::cos(exact)) <= 0.80);
    }
  }
}

TEST_CASE("softplus of a float errs by at most 1.75 ulp") {
  CHECK(greatest_error([](float x) { return idem::softplus(x); },
                       [](double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }) <=
        1.75);
}

TEST_CASE("logistic of a float errs by at most 2.10 ulp") {
  CHECK(greatest_error([](float x) { return idem::logistic(x); },
                       [](double x) { return 1 / (1 + std::exp(-x)); }) <= 2.10);
}

TEST_CASE("atan2 of floats errs by at most 0.80 ulp in every octant and at every scale") {
  const auto error = [](float y, float x) {
    return error_in_ulp(idem::atan2(y, x), std::atan2(static_cast<double>(y), static_cast<double>(x)));
  };
  correctly_rounded::Draw draw(5);
  double greatest = 0;
  const int count = correctly_rounded::all() ? 100000000 : 500000;
  for (int i = 0; i < count; ++i) {
    const float x = draw.any<float>();
    greatest = std::max(greatest, error(draw.any<float>(), x));
    greatest = std::max(greatest, error(draw.near(x), x));
    greatest = std::max(greatest, error(draw.of_exponent<float>(0), draw.of_exponent<float>(1)));
    greatest = std::max(greatest, error(draw.special<float>(), draw.special<float>()));
  }
  CHECK(greatest <= 0.80);
}
