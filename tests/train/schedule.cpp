// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>

#include <idem/train/schedule.hpp>

#include "../inputs.hpp"
#include "../shapes.hpp"

namespace {

using idem::Real;
using idem::Schedule;
using inputs::rounded;

}  // namespace

TEST_CASE("a constant schedule is constant") {
  shapes::for_scalars([]<Real R>() {
    constexpr Schedule<R> kConstant{rounded<R>(0.05)};
    R eta = R{-1};
    for (const std::uint64_t step : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
      eta = kConstant.next(eta, step);
      CHECK(inputs::same_bits(eta, rounded<R>(0.05)));
      CHECK(inputs::same_bits(kConstant.at(step), rounded<R>(0.05)));
    }
  });
}

TEST_CASE("a decaying schedule takes one product before every step that is a positive multiple") {
  shapes::for_scalars([]<Real R>() {
    for (const std::uint64_t every : {1u, 2u, 7u, 100u}) {
      CAPTURE(every);
      const Schedule<R> schedule{rounded<R>(0.1), rounded<R>(0.7), every};
      R eta = rounded<R>(0.1), next = R{0};
      for (std::uint64_t step = 0; step < 300; ++step) {
        if (step > 0 && step % every == 0) eta = eta * rounded<R>(0.7);
        next = schedule.next(next, step);
        REQUIRE(inputs::same_bits(next, eta));
        REQUIRE(inputs::same_bits(schedule.at(step), eta));
      }
    }
  });
}

TEST_CASE("a schedule is known when the program is compiled") {
  constexpr Schedule<float> kHalving{1.0f, 0.5f, 10};
  static_assert(kHalving.at(0) == 1.0f && kHalving.at(9) == 1.0f && kHalving.at(10) == 0.5f);
  static_assert(kHalving.at(39) == 0.125f && kHalving.next(0.25f, 30) == 0.125f);
}

TEST_CASE("the step of Lemma 2.5 is (1 + alpha) log(T) / (delta T)") {
  shapes::for_scalars([]<Real R>() {
    for (const std::uint64_t steps : {2u, 3u, 10u, 1000u, 1000000u, 4000000000u}) {
      for (const double alpha : {0.01, 0.5, 1.0, 3.0}) {
        for (const double delta : {1e-3, 0.03, 1.0}) {
          const R eta = idem::lemma_2_5_step(rounded<R>(alpha), rounded<R>(delta), steps);
          const auto t = static_cast<double>(steps);
          const double truth = (1 + alpha) * std::log(t) / (delta * t);
          const double error = static_cast<double>(eta) / truth - 1;
          CHECK(std::abs(error) < 6 * static_cast<double>(std::numeric_limits<R>::epsilon()));
        }
      }
    }
    // Every operation rounded, in the order stated.
    const R alpha = rounded<R>(0.3), delta = rounded<R>(0.7), t = R{1000};
    const R sum = R{1} + alpha;
    const R above = sum * idem::log(t);
    const R below = delta * t;
    CHECK(inputs::same_bits(idem::lemma_2_5_step(alpha, delta, 1000), above / below));
  });
}
