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

/// Zeros, subnormal numbers, infinities, NaN of every payload: numbers to be moved like any other.
template <Real R>
void fill_with_patterns(Draw& draw, R* x, Index count) {
  for (Index i = 0; i < count; ++i) {
    const int exponents[] = {0, 1, inputs::kBias<R>, 2 * inputs::kBias<R> + 1};
    x[i] = inputs::pack<R>(draw.coin(), exponents[draw.below(4)], draw.coin() ? draw.word() : 0);
  }
}

template <Real R>
void check(void (*transpose)(const R*, Index, Index, R*, Index), Index cols) {
  Draw draw(1);
  constexpr Index kWidth = idem::Lanes<R>::kWidth;
  for (const Index rows : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 35, 64, 65, 100, 300}) {
    CAPTURE(sizeof(R));
    CAPTURE(cols);
    CAPTURE(rows);
    const Index in_stride = cols + draw.below(3);
    const Index whole = (rows + kWidth - 1) / kWidth * kWidth;
    const Index out_stride = whole + draw.below(3);
    Edge<R> in((rows - 1) * in_stride + cols);
    fill_with_patterns(draw, in.data(), in.count());
    Guarded<R> out((cols - 1) * out_stride + whole);
    std::vector<R> expected(inputs::size(out.count()), R{-3});
    for (Index i = 0; i < out.count(); ++i) out.data()[i] = R{-3};
    for (Index j = 0; j < cols; ++j) {
      for (Index i = 0; i < whole; ++i) {
        expected[inputs::size(j * out_stride + i)] = i < rows ? in.data()[i * in_stride + j] : R{0};
      }
    }
    transpose(in.data(), in_stride, rows, out.data(), out_stride);
    REQUIRE(std::memcmp(out.data(), expected.data(), expected.size() * sizeof(R)) == 0);
    REQUIRE(out.intact());
  }
}

}  // namespace

TEST_CASE("transposing moves every number and fills each row with +0 to a whole vector") {
  shapes::for_scalars([]<Real R>() {
    shapes::for_each<shapes::kTails>([]<Index Cols>() { check(&idem::transpose_columns<Cols, R>, Cols); });
  });
}
