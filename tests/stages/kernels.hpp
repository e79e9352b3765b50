// SPDX-License-Identifier: Apache-2.0
/// \file  Stages of the kernels, over shapes with and without tails and numbers that show a wrong order.
#pragma once

#include "stage.hpp"

namespace stages {

/// A product of one shape, and of its transpose, for every kind of number.
template <Real R, Index M, Index K, Index N>
struct OneProduct {
  idem::Mat<R, M, K> a;
  idem::Mat<R, K, M> transposed;
  idem::Mat<R, K, N> b;
  idem::Mat<R, M, N> c;

  [[gnu::noinline]] void run(Digest& digest) {
    for (const Kind kind : kKinds) {
      fill(kind, 1, a.data(), M * K);
      fill(kind, 2, b.data(), K * N);
      fill(kind, 3, transposed.data(), K * M);
      idem::product(a, b, c);
      digest.add(c.data(), M * N);
      idem::product_transposed(transposed, b, c);
      digest.add(c.data(), M * N);
    }
  }
};

template <Real R>
struct Products {
  union {
    OneProduct<R, 1, 1, 1> least;
    OneProduct<R, 3, 5, 2> small;
    OneProduct<R, 5, 7, 9> tails;
    OneProduct<R, 8, 16, 17> lanes;
    OneProduct<R, 13, 3, 21> wide;
  };

  [[gnu::noinline]] void run(Digest& digest) {
    least.run(digest);
    small.run(digest);
    tails.run(digest);
    lanes.run(digest);
    wide.run(digest);
  }
};

/// Longer than any tile, with a remainder at each of its edges.
template <Real R>
struct LargeProducts {
  OneProduct<R, 33, 65, 67> large;
  void run(Digest& digest) { large.run(digest); }
};

template <Real R>
struct Vectors {
  static constexpr Index kMost = 37;
  idem::Mat<R, 11, 19> a;
  idem::Vec<R, 19> x;
  idem::Vec<R, 11> y;
  R from[kMost], to[kMost], turned[9 * 48], square[kMost * 9];

  [[gnu::noinline]] void run(Digest& digest) {
    for (const Kind kind : kKinds) {
      fill(kind, 1, a.data(), 11 * 19);
      fill(kind, 2, x.data(), 19);
      idem::matrix_vector(a, x, y);
      digest.add(y.data(), 11);
      idem::matrix_vector_transposed(a, y, x);
      digest.add(x.data(), 19);
      idem::add_rank1(a, y, x);
      digest.add(a.data(), 11 * 19);
      for (Index count = 0; count <= kMost; ++count) {
        fill(kind, 3, from, count);
        fill(kind, 4, to, count);
        idem::add_scaled(static_cast<R>(-0.7), from, to, count);
        digest.add(to, count);
      }
      for (const Index rows : {1, 8, 16, 21, 37}) {
        fill(kind, 5, square, rows * 9);
        idem::transpose_columns<9, 48>(square, rows, turned);
        for (Index k = 0; k < 9; ++k) digest.add(turned + k * 48, rows);
      }
      for (Index i = 0; i < kMost; ++i) {
        const R rectified[] = {idem::relu(from[i]), (from[i] >= R{0} ? to[i] : R{0})};
        digest.add(rectified, 2);
      }
    }
    const R odd[] = {idem::relu(opaque(-R{0})), (opaque(-R{0}) >= R{0} ? R{2} : R{0}),
                     idem::relu(opaque(special<R>(22))), (opaque(special<R>(22)) >= R{0} ? R{2} : R{0})};
    digest.add(odd, 4);
  }
};

template <Real R>
struct Sums {
  static constexpr Index kMost = 131;
  R x[kMost], y[kMost];

  [[gnu::noinline]] void run(Digest& digest) {
    for (const Kind kind : kKinds) {
      fill(kind, 1, x, kMost);
      fill(kind, 2, y, kMost);
      for (const Index count : {0, 1, 2, 7, 8, 9, 16, 35, 63, 64, 65, 128, 129, 131}) {
        const R sums[] = {idem::sum(x, count), idem::sum_of_squares(x, count), idem::norm(y, count)};
        digest.add(sums, 3);
        digest.add_word(idem::largest_magnitude(x, count), 8);
      }
      using Shape = idem::ConstMatView<R, 10, 13>;
      const R norms[] = {idem::frobenius_norm(Shape(x)), idem::distance(Shape(x), Shape(y))};
      digest.add(norms, 2);
    }
    for (const Index bad : {0, 17, 130}) {
      fill(Kind::usual, 3, x, kMost);
      x[bad] = special<R>(21);
      digest.add_word(static_cast<std::uint64_t>(idem::first_not_finite(x, kMost)), 8);
    }
  }
};

TEST_CASE("matrix products") {
  run<Products>("products");
}

TEST_CASE("matrix products of several tiles") {
  run<LargeProducts>("products-33");
}

TEST_CASE("matrix-vector products, updates, transposes") {
  run<Vectors>("vectors");
}

TEST_CASE("sums and norms") {
  run<Sums>("sums");
}

}  // namespace stages
