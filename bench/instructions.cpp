// SPDX-License-Identifier: Apache-2.0
/// \file  What the parts of a training cost on one port, in instructions. Built by instructions.py.
#include <idem/idem.hpp>

#include "board.hpp"
#include "test.hpp"

namespace {

using idem::Index;

constexpr Index kDim = 16, kNumbers = 256;
constexpr auto kSquare = static_cast<std::uint64_t>(kDim * kDim),
               kCount = static_cast<std::uint64_t>(kNumbers);

float a[kNumbers], b[kNumbers], c[kNumbers];
std::uint32_t words[kNumbers];
idem::ResidualRelu<float, kDim> model;

/// Prints the instructions of `work`, of `units` of something, in hundredths of one each.
template <class Work>
void count(const char* what, std::uint64_t units, const Work& work) {
  std::uint64_t spent = 0;
  for (int round = 0; round < 2; ++round) {  // the second finds everything in its place
    const std::uint64_t begin = board::instructions();
    work();
    spent = board::instructions() - begin;
  }
  testing::Line line;
  line << what << " " << testing::Decimal{(100 * spent + units / 2) / units} << "\n";
  line.print();
}

/// What a compiler makes of a b + c where nothing is fused.
[[gnu::noinline]] void multiply_and_add(const float* x, const float* y, float* to) {
  for (Index i = 0; i < kNumbers; ++i) {
    const float product = x[i] * y[i];
    to[i] = product + to[i];
  }
}
[[gnu::noinline]] void fused(const float* x, const float* y, float* to) {
  for (Index i = 0; i < kNumbers; ++i) to[i] = idem::fma(x[i], y[i], to[i]);
}

}  // namespace

int main() {
  const idem::Stream stream{1, idem::Purpose::inputs};
  idem::gaussian_fill(stream, 0, a, kNumbers);
  idem::gaussian_fill(stream, 1, b, kNumbers);
  idem::gaussian_fill(stream, 2, c, kNumbers);
  model.set_identity();
  idem::gaussian_fill(stream, 3, model.weights().data(), kDim * kDim);
  idem::MatView<float, kDim, kDim> x(a), y(b), z(c);
  idem::VecView<float, kDim> u(b), v(c);

  count("fma", kCount, [] { fused(a, b, c); });
  count("multiply_and_add", kCount, [] { multiply_and_add(a, b, c); });
  count("product", kSquare * kDim, [&] { idem::product(x, y, z); });
  count("product_transposed", kSquare * kDim, [&] { idem::product_transposed(x, y, z); });
  count("matrix_vector", kSquare, [&] { idem::matrix_vector(x, u, v); });
  count("matrix_vector_transposed", kSquare, [&] { idem::matrix_vector_transposed(x, u, v); });
  count("rank_1", kSquare, [&] { idem::add_rank1(z, u, idem::VecView<float, kDim>(a)); });
  count("predict", kSquare, [&] { b[0] = idem::predict(model, u); });
  count("generator", kCount, [&] {
    for (Index i = 0; i < kNumbers; i += 4) {
      const idem::Words w = stream.words(3, static_cast<std::uint32_t>(i / 4));
      for (std::size_t j = 0; j < 4; ++j) words[static_cast<std::size_t>(i) + j] = w[j];
    }
  });
  count("gaussian", kCount, [] {
    for (Index i = 0; i < kNumbers; ++i) c[i] = idem::gaussian<float>(words[i]);
  });
  count("gaussian_fill", kCount, [&] { idem::gaussian_fill(stream, 4, c, kNumbers); });
  return 0;
}
