// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <idem/kernels/matrix_vector.hpp>

#include "../inputs.hpp"
#include "../shapes.hpp"
#include "../twins.hpp"

namespace {

using idem::Index;
using idem::Real;
using inputs::Draw;
using inputs::Edge;
using inputs::Guarded;
using inputs::Kind;
using shapes::View;

/// The operations of one shape, for tests that know it at run time.
template <Real R>
struct Case {
  Index m, n;
  void (*straight)(const R* a, const R* x, R* y);
  void (*transposed)(const R* a, const R* x, R* y);
  void (*rank1)(R* a, const R* x, const R* y);
};

template <Real R, Index M, Index N>
constexpr Case<R> case_of() {
  return {M, N,
          [](const R* a, const R* x, R* y) {
            idem::matrix_vector(View<const R, M, N>{a}, View<const R, N, 1>{x}, View<R, M, 1>{y});
          },
          [](const R* a, const R* x, R* y) {
            idem::matrix_vector_transposed(View<const R, M, N>{a}, View<const R, M, 1>{x}, View<R, N, 1>{y});
          },
          [](R* a, const R* x, const R* y) {
            idem::add_rank1(View<R, M, N>{a}, View<const R, M, 1>{x}, View<const R, N, 1>{y});
          }};
}

template <Real R>
void check(const Case<R>& shape, Kind kind, Draw& draw) {
  const Index m = shape.m, n = shape.n;
  CAPTURE(inputs::name(kind));
  CAPTURE(sizeof(R));
  CAPTURE(m);
  CAPTURE(n);
  const Edge<R> a(kind, draw, m * n), column(kind, draw, m), row(kind, draw, n);
  Guarded<R> tall(m), wide(n), updated(m * n);
  std::vector<R> twin(inputs::size(m * n + m + n));

  shape.straight(a.data(), row.data(), tall.data());
  twins::product(a.data(), row.data(), twin.data(), m, n, 1);
  CHECK(inputs::same_bits(tall.data(), twin.data(), m));
  CHECK(tall.intact());

  shape.transposed(a.data(), column.data(), wide.data());
  twins::product(column.data(), a.data(), twin.data(), 1, m, n);
  CHECK(inputs::same_bits(wide.data(), twin.data(), n));
  CHECK(wide.intact());

  std::memcpy(updated.data(), a.data(), inputs::size(m * n) * sizeof(R));
  std::memcpy(twin.data(), a.data(), inputs::size(m * n) * sizeof(R));
  shape.rank1(updated.data(), column.data(), row.data());
  twins::add_rank1(twin.data(), column.data(), row.data(), m, n);
  CHECK(inputs::same_bits(updated.data(), twin.data(), m * n));
  CHECK(updated.intact());
}

template <Real R>
void check_all_kinds(const Case<R>& shape, std::uint64_t seed) {
  Draw draw(seed);
  for (const Kind kind : inputs::kKinds) check(shape, kind, draw);
}

}  // namespace

TEST_CASE("both products with a vector and the rank-1 update are plain for every number of rows") {
  shapes::for_sizes([]<Real R, Index M>() { check_all_kinds(case_of<R, M, 5>(), 1); });
}

TEST_CASE("both products with a vector and the rank-1 update are plain for every number of columns") {
  shapes::for_sizes([]<Real R, Index N>() { check_all_kinds(case_of<R, 3, N>(), 2); });
}

TEST_CASE("both products with a vector and the rank-1 update are plain for large shapes") {
  shapes::for_scalars([]<Real R>() {
    check_all_kinds(case_of<R, 1, 1500>(), 3);
    check_all_kinds(case_of<R, 1500, 3>(), 4);
    check_all_kinds(case_of<R, 300, 300>(), 5);
    check_all_kinds(case_of<R, 33, 35>(), 6);
  });
}

TEST_CASE("adding a scaled row is plain for every length and touches nothing else") {
  Draw draw(7);
  shapes::for_scalars([&]<Real R>() {
    for (const Kind kind : inputs::kKinds) {
      CAPTURE(inputs::name(kind));
      for (Index count = 0; count <= 150; ++count) {
        CAPTURE(count);
        const Edge<R> x(kind, draw, count);
        const R factor = inputs::draw<R>(kind, draw);
        Guarded<R> to(count);
        inputs::fill(kind, draw, to.data(), count);
        std::vector<R> twin(to.data(), to.data() + count);
        idem::add_scaled(factor, x.data(), to.data(), count);
        twins::add_scaled(factor, x.data(), twin.data(), count);
        REQUIRE(inputs::same_bits(to.data(), twin.data(), count));
        REQUIRE(to.intact());
      }
    }
  });
}

TEST_CASE("adding to a multiple is plain for every length and touches nothing else") {
  Draw draw(8);
  shapes::for_scalars([&]<Real R>() {
    for (const Kind kind : inputs::kKinds) {
      CAPTURE(inputs::name(kind));
      for (Index count = 0; count <= 150; ++count) {
        CAPTURE(count);
        const Edge<R> x(kind, draw, count);
        const R factor = inputs::draw<R>(kind, draw);
        Guarded<R> to(count);
        inputs::fill(kind, draw, to.data(), count);
        std::vector<R> twin(to.data(), to.data() + count);
        idem::add_multiple(x.data(), factor, to.data(), count);
        for (Index i = 0; i < count; ++i) twin.data()[i] = idem::fma(factor, twin.data()[i], x.data()[i]);
        REQUIRE(inputs::same_bits(to.data(), twin.data(), count));
        REQUIRE(to.intact());
      }
    }
  });
}

TEST_CASE("products and updates take vectors and matrices of Eigen") {
  idem::Mat<double, 2, 3> a;
  a << 1, 2, 3, 4, 5, 6;
  const idem::Vec<double, 3> x(1, 0, -1);
  idem::Vec<double, 2> y;
  idem::matrix_vector(a, x, y);
  CHECK(y == idem::Vec<double, 2>(-2, -2));
  idem::Vec<double, 3> back;
  idem::matrix_vector_transposed(a, y, back);
  CHECK(back == idem::Vec<double, 3>(-10, -14, -18));
  idem::add_rank1(a, y, x);
  CHECK(a(0, 0) == -1);
  CHECK(a(1, 2) == 8);
}
