// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <utility>

#include <idem/kernels/sums.hpp>

#include "../inputs.hpp"
#include "../shapes.hpp"
#include "../solver_twins.hpp"
#include "../twins.hpp"

namespace {

using idem::Index;
using idem::Real;
using inputs::Draw;
using inputs::Edge;
using inputs::Kind;
using shapes::View;

template <Index M, Index N, Real R>
void check_matrix_norms(Kind kind, Draw& draw) {
  CAPTURE(inputs::name(kind));
  CAPTURE(sizeof(R));
  CAPTURE(M);
  CAPTURE(N);
  const Edge<R> a(kind, draw, M * N), b(kind, draw, M * N);
  const View<const R, M, N> left{a.data()}, right{b.data()};
  CHECK(inputs::same_bits(idem::frobenius_norm(left), twins::frobenius_norm(a.data(), M, N)));
  CHECK(inputs::same_bits(idem::distance(left, right), twins::distance(a.data(), b.data(), M, N)));
  CHECK(inputs::same_bits(idem::distance(left, left), twins::distance(a.data(), a.data(), M, N)));
}

template <Index M, Index N, Real R>
void check_inner_product(Draw& draw) {
  CAPTURE(sizeof(R));
  CAPTURE(M);
  CAPTURE(N);
  for (const Kind kind : inputs::kKinds) {
    CAPTURE(inputs::name(kind));
    const Edge<R> a(kind, draw, M * N), b(kind, draw, M * N);
    CHECK(inputs::same_bits(idem::inner_product<M, N>(a.data(), b.data()),
                            twins::inner_product(a.data(), b.data(), M, N)));
    CHECK(inputs::same_bits(idem::inner_product<M, N>(a.data(), a.data()),
                            twins::inner_product(a.data(), a.data(), M, N)));
  }
}

}  // namespace

TEST_CASE("long sums and norms of vectors are two levels of chains, in blocks of 64") {
  Draw draw(1);
  shapes::for_scalars([&]<Real R>() {
    for (const Kind kind : inputs::kKinds) {
      CAPTURE(inputs::name(kind));
      for (Index count = 0; count <= 300; ++count) {
        CAPTURE(count);
        const Edge<R> x(kind, draw, count);
        REQUIRE(inputs::same_bits(idem::sum(x.data(), count), twins::sum(x.data(), count)));
        REQUIRE(
            inputs::same_bits(idem::sum_of_squares(x.data(), count), twins::sum_of_squares(x.data(), count)));
        REQUIRE(inputs::same_bits(idem::norm(x.data(), count), twins::norm(x.data(), count)));
      }
      const Edge<R> x(kind, draw, 10007);
      REQUIRE(inputs::same_bits(idem::sum(x.data(), x.count()), twins::sum(x.data(), x.count())));
      REQUIRE(inputs::same_bits(idem::norm(x.data(), x.count()), twins::norm(x.data(), x.count())));
    }
  });
}

TEST_CASE("a long sum begins a block with +0, so that a sum of -0 is +0") {
  shapes::for_scalars([]<Real R>() {
    const std::vector<R> zeros(130, -R{0});
    for (const Index count : {0, 1, 63, 64, 65, 128, 129, 130}) {
      CHECK(inputs::same_bits(idem::sum(zeros.data(), count), R{0}));
    }
  });
}

TEST_CASE("a long sum can be asked for its value at any time and cleared for the next") {
  shapes::for_scalars([]<Real R>() {
    Draw draw(2);
    const Edge<R> x(Kind::mixed, draw, 200);
    idem::LongSum<R> terms{}, squares{};
    for (int round = 0; round < 2; ++round) {
      for (Index i = 0; i < x.count(); ++i) {
        REQUIRE(inputs::same_bits(terms.value(), twins::sum(x.data(), i)));
        REQUIRE(inputs::same_bits(squares.value(), twins::sum_of_squares(x.data(), i)));
        terms.add(x.data()[i]);
        squares.add_square(x.data()[i]);
      }
      terms.clear();
      squares.clear();
    }
  });
}

TEST_CASE("sums are known when the program is compiled, to the same bits") {
  constexpr auto kSum = [] {
    std::array<float, 70> x{};
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.1f * static_cast<float>(i);
    return idem::norm(x.data(), 70);
  }();
  std::vector<float> x;
  for (int i = 0; i < 70; ++i) x.push_back(0.1f * static_cast<float>(i));
  CHECK(inputs::same_bits(kSum, idem::norm(x.data(), 70)));
}

TEST_CASE("blocks keep the digits that one chain would lose") {
  const std::vector<float> x(1500 * 1500, 1.1f);
  const double truth = 1500.0 * 1500.0 * double{1.1f};
  float chain = 0.0f;
  for (const float term : x) chain += term;
  const auto error = [&](float sum) {
    const double ratio = double{sum} / truth;
    return ratio < 1 ? 1 - ratio : ratio - 1;
  };
  CHECK(error(chain) > 1e-3);
  CHECK(error(idem::sum(x.data(), 1500 * 1500)) < 1e-5);
}

TEST_CASE("norms of matrices have one chain a row and one over the rows") {
  Draw draw(3);
  shapes::for_scalars([&]<Real R>() {
    for (const Kind kind : inputs::kKinds) {
      check_matrix_norms<1, 1, R>(kind, draw);
      check_matrix_norms<1, 300, R>(kind, draw);
      check_matrix_norms<300, 1, R>(kind, draw);
      check_matrix_norms<7, 65, R>(kind, draw);
      check_matrix_norms<8, 64, R>(kind, draw);
      check_matrix_norms<9, 63, R>(kind, draw);
      check_matrix_norms<23, 130, R>(kind, draw);
      check_matrix_norms<300, 100, R>(kind, draw);
    }
  });
}

TEST_CASE("inner products have one chain a column and one over the columns") {
  Draw draw(5);
  shapes::for_scalars([&]<Real R>() {
    // Every tail of the widest lanes, alone and behind vectors.
    shapes::for_each<shapes::kTails>([&]<Index N>() { check_inner_product<3, N, R>(draw); });
    check_inner_product<300, 1, R>(draw);
    check_inner_product<1, 300, R>(draw);
    check_inner_product<64, 64, R>(draw);
    check_inner_product<65, 47, R>(draw);
    check_inner_product<2, 129, R>(draw);
  });
}

TEST_CASE("an inner product of zeros begins with +0, so that it is +0 whatever their signs") {
  shapes::for_scalars([]<Real R>() {
    const std::vector<R> plus(40), minus(40, -R{0});
    const R product = idem::inner_product<1, 40>(plus.data(), minus.data());
    CHECK(inputs::same_bits(product, R{0}));
  });
}

TEST_CASE("the first number that is not finite is found wherever it stands") {
  shapes::for_scalars([]<Real R>() {
    using Limits = std::numeric_limits<R>;
    Draw draw(4);
    for (const Index count : {1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 100, 130, 300}) {
      CAPTURE(count);
      Edge<R> x(Kind::mixed, draw, count);
      for (Index i = 0; i < count; ++i) {
        if (draw.below(3) == 0) x.data()[i] = draw.coin() ? Limits::max() : Limits::lowest();
      }
      REQUIRE(idem::first_not_finite(x.data(), count) == -1);
      for (Index at = 0; at < count; ++at) {
        for (const R bad : {Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN(),
                            -Limits::quiet_NaN(), Limits::signaling_NaN()}) {
          const R good = std::exchange(x.data()[at], bad);
          REQUIRE(idem::first_not_finite(x.data(), count) == at);
          // A second one behind it, which would cancel it in a sum.
          const Index behind = at + 1 + draw.below(count);
          if (behind < count) {
            const R other = std::exchange(x.data()[behind], -bad);
            REQUIRE(idem::first_not_finite(x.data(), count) == at);
            x.data()[behind] = other;
          }
          x.data()[at] = good;
        }
      }
    }
    const R none = Limits::quiet_NaN();
    CHECK(idem::first_not_finite(&none, 0) == -1);
  });
}

TEST_CASE("one number that is not finite is seen in either of two arrays, wherever it stands") {
  shapes::for_scalars([]<Real R>() {
    using Limits = std::numeric_limits<R>;
    Draw draw(5);
    for (Index count = 0; count <= 70; ++count) {
      CAPTURE(count);
      Edge<R> x(Kind::mixed, draw, count), y(Kind::mixed, draw, count);
      for (R* const array : {x.data(), y.data()}) {
        for (Index i = 0; i < count; ++i) {
          if (draw.below(3) == 0) array[i] = draw.coin() ? Limits::max() : Limits::lowest();
        }
      }
      REQUIRE(idem::all_finite(x.data(), y.data(), count));
      for (R* const array : {x.data(), y.data()}) {
        for (Index at = 0; at < count; ++at) {
          for (const R bad : {Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN()}) {
            const R good = std::exchange(array[at], bad);
            REQUIRE_FALSE(idem::all_finite(x.data(), y.data(), count));
            array[at] = good;
          }
        }
      }
    }
  });
}

TEST_CASE("terms of a long sum that are added many at a time are the terms in their order") {
  Draw draw(9);
  const auto check = [&]<Real R, Index kMost>(R, std::integral_constant<Index, kMost>) {
    for (const Kind kind : inputs::kKinds) {
      CAPTURE(inputs::name(kind));
      const Edge<R> x(kind, draw, 128 + kMost);
      for (const Index before : {0, 1, 40, 48, 49, 63, 64, 65, 128}) {
        CAPTURE(before);
        for (const Index count : {0,   1,   15,  16,  17,  31,  64,  127, 128, 129,  192,  255,  256, 257,
                                  300, 384, 400, 511, 512, 513, 600, 768, 960, 1023, 1024, 1025, 1100}) {
          if (count > kMost) continue;
          CAPTURE(count);
          idem::LongSum<R> ours{}, twin{};
          for (Index i = 0; i < before + count; ++i) twin.add_square(x.data()[i]);
          for (Index i = 0; i < before; ++i) ours.add_square(x.data()[i]);
          const auto add = [&](idem::LongSum<R>& sum, Index i) { sum.add_square(x.data()[before + i]); };
          ours.template add_terms<kMost>(count, add);
          for (Index i = 0; i < 70; ++i) {  // the block goes on where it was
            REQUIRE(inputs::same_bits(ours.value(), twin.value()));
            ours.add(x.data()[i]);
            twin.add(x.data()[i]);
          }
        }
      }
    }
  };
  shapes::for_scalars([&]<Real R>() {
    check(R{}, std::integral_constant<Index, 16>{});
    check(R{}, std::integral_constant<Index, 144>{});
    check(R{}, std::integral_constant<Index, 1100>{});
  });
}
