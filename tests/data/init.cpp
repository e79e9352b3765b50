// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <idem/data/init.hpp>
#include <idem/solvers/spectral_norm.hpp>

#include "../inputs.hpp"
#include "../random_twins.hpp"
#include "../shapes.hpp"

namespace {

using idem::Index;
using idem::Purpose;
using idem::Real;
using idem::Status;
using idem::Stream;
using inputs::Guarded;
using shapes::View;

constexpr Stream kStreams[] = {
    {1, Purpose::teacher, 0}, {0xfedcba9876543210u, Purpose::init, 77}, {0, Purpose::spectrum, 0xffffffffu}};

template <Real R, Index D>
void check_bits() {
  CAPTURE(sizeof(R));
  CAPTURE(D);
  static idem::SpectrumScratch<R, D> scratch;
  Guarded<R> w(D * D);
  std::vector<R> twin(inputs::size(D * D));
  for (const Stream& stream : kStreams) {
    idem::set_gaussian(stream, View<R, D, D>{w.data()});
    twins::set_gaussian(stream, twin.data(), D);
    REQUIRE(inputs::same_bits(w.data(), twin.data(), D * D));
    for (const auto& [low, high] :
         {std::pair(R{0.5}, R{0.625}), std::pair(R{0}, R{2}), std::pair(R{1}, R{1}), std::pair(R{0}, R{0})}) {
      REQUIRE(idem::set_spectrum(stream, low, high, View<R, D, D>{w.data()}, scratch) == Status::ok);
      twins::set_spectrum(stream, low, high, twin.data(), D);
      REQUIRE(inputs::same_bits(w.data(), twin.data(), D * D));
    }
    REQUIRE(w.intact());
  }
}

/// The largest departure of W W^T from s^2 I.
template <Real R, Index D>
double departure_from_orthogonal(const R* w, double s) {
  double worst = 0;
  for (Index i = 0; i < D; ++i) {
    for (Index j = 0; j < D; ++j) {
      double dot = 0;
      for (Index k = 0; k < D; ++k) {
        dot = idem::fma(static_cast<double>(w[i * D + k]), static_cast<double>(w[j * D + k]), dot);
      }
      const double off = dot - (i == j ? s * s : 0.0);
      worst = off > worst ? off : -off > worst ? -off : worst;
    }
  }
  return worst;
}

template <Real R, Index D>
void check_spectrum(R low, R high) {
  CAPTURE(sizeof(R));
  CAPTURE(D);
  static idem::SpectrumScratch<R, D> scratch;
  static idem::SpectralScratch<R, D, D> power;
  static R w[D * D], other[D * D];
  View<R, D, D> view{w};
  constexpr R kSlack = R{16} * std::numeric_limits<R>::epsilon();
  const R root = idem::sqrt(static_cast<R>(D));
  for (const Stream& stream : kStreams) {
    REQUIRE(idem::set_spectrum(stream, low, high, view, scratch) == Status::ok);
    const R norm = idem::spectral_norm(view, 50, power);
    CHECK(norm <= high * (1 + kSlack));
    CHECK(norm >= low * (1 - kSlack));
    const R frobenius = idem::frobenius_norm(view);
    CHECK(frobenius >= low * root * (1 - kSlack));
    CHECK(frobenius <= high * root * (1 + kSlack));
    // All singular values equal: a multiple of an orthogonal matrix.
    REQUIRE(idem::set_spectrum(stream, high, high, view, scratch) == Status::ok);
    CHECK(departure_from_orthogonal<R, D>(w, static_cast<double>(high)) < static_cast<double>(kSlack));
    // Another seed, replica or purpose is another matrix, but there are only two of 1 x 1; the same
    // is the same.
    const Stream others[] = {{stream.seed + 1, stream.purpose, stream.replica},
                             {stream.seed, Purpose::noise, stream.replica},
                             {stream.seed, stream.purpose, stream.replica + 1}};
    for (const Stream& different : others) {
      if (D == 1) break;
      REQUIRE(idem::set_spectrum(different, high, high, View<R, D, D>{other}, scratch) == Status::ok);
      CHECK(idem::distance(view, View<R, D, D>{other}) > R{0});
    }
    REQUIRE(idem::set_spectrum(stream, high, high, View<R, D, D>{other}, scratch) == Status::ok);
    CHECK(inputs::same_bits(w, other, D * D));
  }
}

}  // namespace

TEST_CASE("first weights are those of the plain loops") {
  shapes::for_scalars([]<Real R>() {
    check_bits<R, 1>();
    check_bits<R, 2>();
    check_bits<R, 3>();
    check_bits<R, 8>();
    check_bits<R, 20>();
    check_bits<R, 33>();
    check_bits<R, 70>();
  });
}

TEST_CASE("a spectrum start has its singular values in the interval it was given") {
  check_spectrum<double, 1>(0.54, 0.6);
  check_spectrum<double, 2>(0.54, 0.6);
  check_spectrum<double, 20>(0.39, 0.6);
  check_spectrum<double, 65>(0.54, 0.6);
  check_spectrum<float, 20>(0.39f, 0.6f);
}

TEST_CASE("the norms of the paper's teacher and student are met at d = 100") {
  static idem::SpectrumScratch<double, 100> scratch;
  static double w[100 * 100];
  const View<double, 100, 100> view{w};
  REQUIRE(idem::set_spectrum(kStreams[0], 0.54, 0.6, view, scratch) == Status::ok);
  CHECK(idem::frobenius_norm(view) > 5.65);
  CHECK(idem::frobenius_norm(view) < 5.75);
  REQUIRE(idem::set_spectrum(kStreams[1], 0.39, 0.6, view, scratch) == Status::ok);
  CHECK(idem::frobenius_norm(view) > 4.8);
  CHECK(idem::frobenius_norm(view) < 5.15);
}

TEST_CASE("singular vectors lean to no side: the mean of many first elements is small") {
  // An element of a Haar orthogonal matrix of 8 rows has variance 1/8: the mean of 400 has 0.018.
  static idem::SpectrumScratch<double, 8> scratch;
  double mean[3] = {};
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    double w[64];
    const Stream stream{seed, Purpose::teacher};
    REQUIRE(idem::set_spectrum(stream, 1.0, 1.0, View<double, 8, 8>{w}, scratch) == Status::ok);
    mean[0] += w[0] / 400;
    mean[1] += w[63] / 400;
    mean[2] += w[7] / 400;
  }
  for (const double m : mean) {
    CHECK(m < 0.072);
    CHECK(m > -0.072);
  }
}

TEST_CASE("an interval that is none is refused, and the weights are untouched") {
  shapes::for_scalars([]<Real R>() {
    using Limits = std::numeric_limits<R>;
    static idem::SpectrumScratch<R, 3> scratch;
    Guarded<R> w(9);
    for (Index i = 0; i < 9; ++i) w.data()[i] = R{7};
    const std::pair<R, R> bad[] = {{R{0.75}, R{0.5}},
                                   {R{-1}, R{1}},
                                   {R{-2}, R{-1}},
                                   {-Limits::denorm_min(), R{1}},
                                   {R{0}, Limits::infinity()},
                                   {R{0}, Limits::max()},
                                   {Limits::infinity(), Limits::infinity()},
                                   {Limits::quiet_NaN(), R{1}},
                                   {R{0}, Limits::quiet_NaN()},
                                   {-Limits::infinity(), R{1}}};
    for (const auto& [low, high] : bad) {
      CHECK(idem::set_spectrum(kStreams[0], low, high, View<R, 3, 3>{w.data()}, scratch) ==
            Status::bad_argument);
    }
    for (Index i = 0; i < 9; ++i) CHECK(w.data()[i] == R{7});
    CHECK(w.intact());
    // At the bound, whatever the lengths of the vectors that the reflections divide by.
    const R most = Limits::max() * static_cast<R>(0x1p-30);
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
      const idem::Stream stream{seed, idem::Purpose::init};
      REQUIRE(idem::set_spectrum(stream, most, most, View<R, 3, 3>{w.data()}, scratch) == Status::ok);
      REQUIRE(idem::first_not_finite(w.data(), 9) == -1);
    }
    const R more = most * R{2};
    CHECK(idem::set_spectrum(kStreams[0], R{0}, more, View<R, 3, 3>{w.data()}, scratch) ==
          Status::bad_argument);
  });
}

TEST_CASE("a Gaussian start has the variance of N(0, 1) / d") {
  static double w[100 * 100];
  idem::set_gaussian(kStreams[1], View<double, 100, 100>{w});
  // The sum of squares of 10,000 normals over d^2 is 1, give or take 1.4 %.
  const double square = idem::sum_of_squares(w, 100 * 100);
  CHECK(square > 0.95);
  CHECK(square < 1.05);
}
