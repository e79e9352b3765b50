// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <idem/kernels/product.hpp>

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

/// One product and, where code for it is worth compiling, its transposed form, for tests that know
/// the shape at run time.
template <Real R>
struct Case {
  Index m, k, n;
  void (*product)(const R* a, const R* b, R* c);
  void (*product_transposed)(const R* a, const R* b, R* c) = nullptr;
};

template <Real R, Index M, Index K, Index N>
constexpr Case<R> straight() {
  return {M, K, N, [](const R* a, const R* b, R* c) {
            idem::product(View<const R, M, K>{a}, View<const R, K, N>{b}, View<R, M, N>{c});
          }};
}

template <Real R, Index M, Index K, Index N>
constexpr Case<R> both() {
  Case<R> shape = straight<R, M, K, N>();
  shape.product_transposed = [](const R* a, const R* b, R* c) {
    idem::product_transposed(View<const R, K, M>{a}, View<const R, K, N>{b}, View<R, M, N>{c});
  };
  return shape;
}

template <Real R>
void check(const Case<R>& shape, Kind kind, Draw& draw) {
  const auto [m, k, n, product, product_transposed] = shape;
  CAPTURE(inputs::name(kind));
  CAPTURE(sizeof(R));
  CAPTURE(m);
  CAPTURE(k);
  CAPTURE(n);
  const Edge<R> a(kind, draw, m * k), b(kind, draw, k * n);
  Guarded<R> ours(m * n), twin(m * n);
  product(a.data(), b.data(), ours.data());
  twins::product(a.data(), b.data(), twin.data(), m, k, n);
  CHECK(inputs::same_bits(ours.data(), twin.data(), m * n));
  CHECK(ours.intact());
  if (product_transposed == nullptr) return;
  product_transposed(a.data(), b.data(), ours.data());
  twins::product_transposed(a.data(), b.data(), twin.data(), m, k, n);
  CHECK(inputs::same_bits(ours.data(), twin.data(), m * n));
  CHECK(ours.intact());
}

template <Real R>
void check_all_kinds(const Case<R>& shape, std::uint64_t seed) {
  Draw draw(seed);
  for (const Kind kind : inputs::kKinds) check(shape, kind, draw);
}

}  // namespace

TEST_CASE("a product is one ascending chain of fma for every number of columns") {
  shapes::for_sizes([]<Real R, Index N>() { check_all_kinds(straight<R, 2, 9, N>(), 1); });
}

TEST_CASE("a product is one ascending chain of fma for every number of rows") {
  shapes::for_sizes([]<Real R, Index M>() { check_all_kinds(straight<R, M, 7, 3>(), 2); });
}

TEST_CASE("a product with a transposed factor has the same chains") {
  shapes::for_each<shapes::kTails>([]<Index N>() {
    check_all_kinds(both<float, N, 7, 3>(), 3);
    if constexpr (N % 3 == 0) check_all_kinds(both<double, N, 5, N>(), 4);
  });
}

TEST_CASE("a product is one ascending chain of fma for every depth") {
  static constexpr std::array<Index, 12> kDepths = {1, 2, 3, 7, 8, 16, 17, 33, 64, 100, 128, 300};
  shapes::for_each<kDepths>([]<Index K>() {
    check_all_kinds(both<float, 1, K, 2>(), 5);
    if constexpr (K % 2 == 1) check_all_kinds(both<double, 2, K, 1>(), 6);
  });
}

TEST_CASE("a product deeper than a block of the cache rests in its output and goes on") {
  Draw draw(4);
  shapes::for_scalars([&]<Real R>() {
    // At most 256 terms are walked at once; the deepest here take four blocks.
    for (const Kind kind : inputs::kKinds) {
      check(both<R, 2, 256, 17>(), kind, draw);
      check(both<R, 2, 257, 17>(), kind, draw);
      check(straight<R, 9, 640, 35>(), kind, draw);
      check(both<R, 3, 897, 5>(), kind, draw);
    }
    check(straight<R, 300, 400, 300>(), Kind::ordinary, draw);
    check(straight<R, 100, 700, 65>(), Kind::mixed, draw);
  });
}

TEST_CASE("a product of one long row or one long column has the same chains") {
  Draw draw(5);
  shapes::for_scalars([&]<Real R>() {
    for (const Kind kind : inputs::kKinds) {
      check(both<R, 1, 40, 1500>(), kind, draw);
      check(straight<R, 1500, 40, 1>(), kind, draw);
      check(straight<R, 1500, 3, 3>(), kind, draw);
      check(straight<R, 1, 1, 1>(), kind, draw);
    }
  });
}

TEST_CASE("the example in the documentation of the product is true") {
  idem::Mat<float, 2, 2> a, b, c;
  a << 1, 2, 3, 4;
  b << 5, 6, 7, 8;
  idem::product(a, b, c);
  CHECK(c(0, 0) == 19);
  CHECK(c(0, 1) == 22);
  CHECK(c(1, 0) == 43);
  CHECK(c(1, 1) == 50);
}
