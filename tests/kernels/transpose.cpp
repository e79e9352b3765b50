// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <idem/kernels/transpose.hpp>

#include "../inputs.hpp"
#include "../shapes.hpp"

namespace {

using idem::Index;
using idem::Real;
using inputs::Draw;
using inputs::Edge;
using inputs::Guarded;

/// The most rows that are transposed, in whole vectors of any lanes.
inline constexpr Index kMost = 304;

/// Zeros, subnormal numbers, infinities, NaN of every payload: numbers to be moved like any other.
template <Real R>
void fill_with_patterns(Draw& draw, R* x, Index count) {
  for (Index i = 0; i < count; ++i) {
    const int exponents[] = {0, 1, inputs::kBias<R>, 2 * inputs::kBias<R> + 1};
    x[i] = inputs::pack<R>(draw.coin(), exponents[draw.below(4)], draw.coin() ? draw.word() : 0);
  }
}

/// Rows of the result lie `stride` apart.
template <Real R>
void check(void (*transpose)(const R*, Index, R*), Index cols, Index stride) {
  Draw draw(1);
  constexpr Index kWidth = idem::Lanes<R>::kWidth;
  for (const Index rows : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 35, 64, 65, 100, 300}) {
    CAPTURE(sizeof(R));
    CAPTURE(cols);
    CAPTURE(rows);
    CAPTURE(stride);
    const Index whole = (rows + kWidth - 1) / kWidth * kWidth;
    Edge<R> in(rows * cols);
    fill_with_patterns(draw, in.data(), in.count());
    Guarded<R> out((cols - 1) * stride + whole);
    std::vector<R> expected(inputs::size(out.count()), R{-3});
    for (Index i = 0; i < out.count(); ++i) out.data()[i] = R{-3};
    for (Index j = 0; j < cols; ++j) {
      for (Index i = 0; i < whole; ++i) {
        expected[inputs::size(j * stride + i)] = i < rows ? in.data()[i * cols + j] : R{0};
      }
    }
    transpose(in.data(), rows, out.data());
    REQUIRE(std::memcmp(out.data(), expected.data(), expected.size() * sizeof(R)) == 0);
    REQUIRE(out.intact());
  }
}

}  // namespace

TEST_CASE("transposing moves every number and fills each row with +0 to a whole vector") {
  shapes::for_scalars([]<Real R>() {
    shapes::for_each<shapes::kTails>([]<Index Cols>() {
      check(&idem::transpose_columns<Cols, kMost, R>, Cols, kMost);
      check(&idem::transpose_columns<Cols, kMost + 1, R>, Cols, kMost + 1);
    });
  });
}
