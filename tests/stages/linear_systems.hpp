// SPDX-License-Identifier: Apache-2.0
/// \file  Stages of linear systems, each with one that has to fail, and where.
#pragma once

#include "stage.hpp"

namespace stages {

/// How a solver ended, and what it left.
template <Real R>
[[gnu::noinline]] void add_solved(Digest& digest, const idem::Solved& solved, const R* x, Index count) {
  digest.add_word(static_cast<std::uint64_t>(solved.status), 1);
  digest.add_word(static_cast<std::uint64_t>(solved.index), 8);
  digest.add(x, count);
}

/// Rows of the upper triangle of a symmetric matrix, positive definite for a heavy diagonal.
template <Index N, Real R>
[[gnu::noinline]] void fill_symmetric(std::uint64_t at, R diagonal, R* a) {
  fill(Kind::usual, at, a, idem::kPackedSize<N>);
  for (Index i = 0; i < N; ++i) {
    R& element = a[idem::packed_at<N>(i, i)];
    element = element + diagonal;
  }
}

template <Real R>
struct Cholesky {
  static constexpr Index N = 20;
  R a[idem::kPackedSize<N>];
  R b[N];

  [[gnu::noinline]] void run(Digest& digest) {
    fill_symmetric<N>(1, R{20}, a);
    fill(Kind::usual, 2, b, N);
    add_solved<R>(digest, idem::cholesky<N>(a), a, idem::kPackedSize<N>);
    idem::cholesky_solve<N>(static_cast<const R*>(a), b);
    digest.add(b, N);
    // The triangle is now a matrix that is not definite; what a failure leaves of it is of no use, and no promise.
    a[idem::packed_at<N>(13, 13)] = R{-1};
    const idem::Solved failed = idem::cholesky<N>(a);
    CHECK(failed.status == idem::Status::not_positive_definite);
    add_solved<R>(digest, failed, a, 0);
  }
};

template <Real R>
struct Ldlt {
  static constexpr Index N = 19;
  R a[idem::kPackedSize<N>];
  R b[N];

  [[gnu::noinline]] void run(Digest& digest) {
    fill_symmetric<N>(3, R{0}, a);
    fill(Kind::usual, 4, b, N);
    for (Index i = 0; i < N; ++i) {
      R& element = a[idem::packed_at<N>(i, i)];
      element = i % 3 == 0 ? element - R{12} : element + R{12};
    }
    add_solved<R>(digest, idem::ldlt<N>(a), a, idem::kPackedSize<N>);
    idem::ldlt_solve<N>(static_cast<const R*>(a), b);
    digest.add(b, N);
    const idem::PivotReport<R> report = idem::pivot_report<N>(static_cast<const R*>(a));
    const R sizes[] = {report.smallest, report.largest};
    digest.add(sizes, 2);
    digest.add_word(static_cast<std::uint64_t>(report.negative), 8);
    // A row without numbers.
    for (Index k = 0; k < N; ++k) a[k <= 11 ? idem::packed_at<N>(k, 11) : idem::packed_at<N>(11, k)] = R{0};
    const idem::Solved failed = idem::ldlt<N>(a);
    CHECK(failed.status == idem::Status::rank_deficient);
    add_solved<R>(digest, failed, a, 0);
  }
};

/// Least squares row by row: too few of them, then more than enough, with zeros and what passes for zero among them.
template <Real R>
struct Rotations {
  static constexpr Index N = 17;
  idem::RotationsTriangle<R, N> triangle;
  R row[N + 1], x[N];

  [[gnu::noinline]] void run(Digest& digest) {
    triangle.clear();
    for (Index i = 0; i < 40; ++i) {
      if (i == N - 1) {
        for (R& number : x) number = R{0};
        const idem::Solved failed = triangle.solve(x);
        CHECK(failed.status == idem::Status::rank_deficient);
        add_solved<R>(digest, failed, x, N);
      }
      const Kind kind = i == 5 ? Kind::subnormal : i % 3 == 1 ? Kind::zeros : Kind::usual;
      fill(kind, 10 + static_cast<std::uint64_t>(i), row, N + 1);
      triangle.add(row, row[N]);
    }
    digest.add(triangle.upper(), idem::kPackedSize<N>);
    digest.add(triangle.right(), N);
    add_solved<R>(digest, triangle.solve(x), x, N);
  }
};

/// Least squares of all rows at once; and with a column that is another one's double.
template <Real R>
struct Reflections {
  static constexpr Index M = 23, N = 11;
  R a[M * (N + 1)], x[N];
  idem::ReflectionsScratch<R, M, N> scratch;

  [[gnu::noinline]] void run(Digest& digest) {
    for (const bool dependent : {false, true}) {
      fill(Kind::usual, 60, a, M * (N + 1));
      for (Index i = 0; dependent && i < M; ++i) a[i * (N + 1) + 7] = a[i * (N + 1) + 2] * R{2};
      for (R& number : x) number = R{0};
      idem::reflect<M, N>(a, scratch);
      // What lies below the diagonal is of no use, and no promise.
      for (Index i = 0; i < N && !dependent; ++i) digest.add(a + i * (N + 1) + i, N + 1 - i);
      const idem::Solved solved = idem::reflections_solve<M, N>(static_cast<const R*>(a), x);
      CHECK(solved.status == (dependent ? idem::Status::rank_deficient : idem::Status::ok));
      add_solved<R>(digest, solved, x, N);
    }
  }
};

/// Two steps of refinement by the factor of a matrix a little different.
template <Real R>
struct Refinement {
  static constexpr Index N = 19;
  R a[idem::kPackedSize<N>], factor[idem::kPackedSize<N>];
  R b[N], x[N], scratch[N];

  [[gnu::noinline]] void run(Digest& digest) {
    fill_symmetric<N>(5, R{15}, a);
    for (Index i = 0; i < idem::kPackedSize<N>; ++i) factor[i] = a[i] * static_cast<R>(0.97);
    fill(Kind::usual, 6, b, N);
    for (Index i = 0; i < N; ++i) x[i] = b[i];
    CHECK(idem::cholesky<N>(factor).status == idem::Status::ok);
    const auto solve = [&](R* d) { idem::cholesky_solve<N>(static_cast<const R*>(factor), d); };
    solve(x);
    for (int step = 0; step < 2; ++step) {
      idem::refine<N>(static_cast<const R*>(a), solve, b, x, scratch);
      digest.add(x, N);
    }
  }
};

/// Conjugate gradients with the Kronecker preconditioner on such a matrix with a diagonal added: to the limit of steps,
/// to the limit of the residual, and along a direction without curvature.
template <Real R>
struct ConjugateGradient {
  static constexpr Index D = 7;
  idem::KroneckerPreconditioner<R, D> preconditioner;
  idem::ConjugateGradientMemory<R, D, D> memory;
  R gram[D * D], packed[idem::kPackedSize<D>], scratch[D];

  [[gnu::noinline]] void one(Digest& digest, R sign, Index steps, R limit) {
    const auto apply = [&](const R* p, R* w) {
      idem::product(idem::ConstMatView<R, D, D>(gram), idem::ConstMatView<R, D, D>(p),
                    idem::MatView<R, D, D>(w));
      for (Index i = 0; i < D * D; ++i) w[i] = sign * idem::fma(R{1} + static_cast<R>(i % D), p[i], w[i]);
    };
    const auto precondition = [&](const R* r, R* z) {
      preconditioner.apply([](Index q) { return q % 3 == 0; }, r, z);
    };
    fill(Kind::usual, 8, memory.residual, D * D);
    const idem::Converged<R> end = idem::conjugate_gradient<D, D>(apply, precondition, memory, steps, limit);
    digest.add_word(static_cast<std::uint64_t>(end.status), 1);
    digest.add_word(static_cast<std::uint64_t>(end.steps), 8);
    digest.add(&end.residual, 1);
    digest.add(memory.solution, D * D);
    digest.add(memory.residual, D * D);
  }

  [[gnu::noinline]] void run(Digest& digest) {
    fill_symmetric<D>(7, R{9}, packed);
    for (Index i = 0; i < D; ++i) {
      for (Index j = 0; j < D; ++j)
        gram[i * D + j] = packed[idem::packed_at<D>(i < j ? i : j, i < j ? j : i)];
    }
    CHECK(preconditioner.set(packed, scratch).status == idem::Status::ok);
    one(digest, R{1}, 4, R{0});
    one(digest, R{1}, 100, static_cast<R>(1e-3));
    one(digest, R{-1}, 4, R{0});
  }
};

/// Both ends of the spectrum of a path: a matrix that is a function of neighbours.
template <Real R>
struct ExtremeEigenvalues {
  static constexpr Index kCount = 41;
  idem::LanczosMemory<R, kCount, 1, 12> memory;

  [[gnu::noinline]] void run(Digest& digest) {
    const auto apply = [](const R* p, R* w) {
      for (Index i = 0; i < kCount; ++i) {
        const R before = i > 0 ? p[i - 1] : R{0}, behind = i + 1 < kCount ? p[i + 1] : R{0};
        w[i] = idem::fma(R{3}, p[i], -(before + behind));
      }
    };
    const idem::Extremes<R> ends = idem::extreme_eigenvalues<kCount, 1, 12, R>(apply, memory);
    CHECK(ends.status == idem::Status::ok);
    const R both[] = {ends.least, ends.greatest};
    digest.add(both, 2);
    digest.add(memory.diagonal, ends.steps);
  }
};

TEST_CASE("direct solvers") {
  run<Cholesky>("cholesky");
  run<Ldlt>("ldlt");
  run<Rotations>("rotations");
  run<Reflections>("reflections");
  run<Refinement>("refinement");
}

TEST_CASE("solvers of matrices that are functions") {
  run<ConjugateGradient>("conjugate-gradient");
  run<ExtremeEigenvalues>("extreme-eigenvalues");
}

}  // namespace stages
