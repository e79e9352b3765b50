// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <idem/models/slice.hpp>

#include "../inputs.hpp"
#include "../shapes.hpp"
#include "../twins.hpp"

namespace {

using idem::Index;
using idem::Real;
using idem::ResidualRelu;
using idem::Skip;
using idem::Slice;
using idem::VanillaRelu;
using inputs::Draw;
using inputs::Edge;
using inputs::Kind;

template <class Model>
Model model;
template <Real R, Index D, Index Count>
Slice<R, D, Count> slice;

/// A model and a slice, for tests that know their sizes at run time.
template <Real R>
struct Case {
  Index d;
  bool residual;
  Index slice;
  R* (*weights)();
  void (*set_negative)(Index j, bool minus);
  void (*predict)(const R* x, Index count, R* f);
  void (*forward)(const R* x, Index count, Index parts, R* f, R* fires);
};

template <class Model, Index Count>
Case<typename Model::Scalar> case_of() {
  using R = typename Model::Scalar;
  constexpr Index D = Model::kDim;
  return {D,
          Model::kSkip == Skip::identity,
          Count,
          [] { return model<Model>.weights().data(); },
          [](Index j, bool minus) { model<Model>.set_negative(j, minus); },
          [](const R* x, Index count, R* f) {
            Index next = 0;
            idem::predict(model<Model>, x, count, slice<R, D, Count>, [&](Index s, R value) {
              CHECK(s == next++);
              f[s] = value;
            });
            CHECK(next == count);
          },
          [](const R* x, Index count, Index parts, R* f, R* fires) {
            if constexpr (Count > 0) {
              auto& s = slice<R, D, Count>;
              static idem::MaskedResiduals<R, D, Count> masked;
              constexpr Index kStride = masked.kStride;
              constexpr Index kWidth = idem::Lanes<R>::kWidth;
              R ones[kWidth];
              for (R& one : ones) one = R{1};
              const Index vectors = idem::sample_vectors<R>(count);
              // Parts from the last to the first, as hands would take them in any order.
              for (Index p = parts - 1; p >= 0; --p) {
                const Index first = vectors * p / parts, last = vectors * (p + 1) / parts;
                struct Unpack {
                  void finish(Index begin, Index end) const {
                    idem::FiringBits<R>::unpack(masked.rows + begin * kStride, kStride, D, ones, end - begin);
                  }
                  const R* ones;
                };
                idem::forward<kStride>(model<Model>, x, count, s, masked.rows, first, last, Unpack{ones});
              }
              for (Index i = 0; i < count; ++i) {
                f[i] = s.outputs[i];
                for (Index j = 0; j < D; ++j) fires[i * D + j] = masked.rows[i * kStride + j];
              }
            }
          }};
}

template <Real R>
void check_slice(const Case<R>& m, Kind kind, Draw& draw) {
  CAPTURE(inputs::name(kind));
  CAPTURE(sizeof(R));
  CAPTURE(m.d);
  CAPTURE(m.residual);
  CAPTURE(m.slice);
  twins::Network<R> twin(m.d, m.residual);
  inputs::fill(kind, draw, m.weights(), m.d * m.d);
  std::memcpy(twin.weights.data(), m.weights(), twin.weights.size() * sizeof(R));
  for (Index j = 0; j < m.d; ++j) {
    const bool minus = draw.coin();
    m.set_negative(j, minus);
    twin.negative[inputs::size(j)] = minus;
  }
  const Index largest = m.d > 100 ? 40 : 150;
  const Edge<R> x(kind, draw, largest * m.d);
  std::vector<R> expected(inputs::size(largest)), f(inputs::size(largest));
  std::vector<R> firing(inputs::size(largest * m.d)), fires(inputs::size(largest * m.d));
  for (Index s = 0; s < largest; ++s) {
    expected[inputs::size(s)] = twin.predict(x.data() + s * m.d);
    for (Index j = 0; j < m.d; ++j) {
      firing[inputs::size(s * m.d + j)] = twin.sums[inputs::size(j)] >= R{0} ? R{1} : R{0};
    }
  }
  for (const Index count : {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 20, 33, 40, 64, 65, 149}) {
    if (count > largest) continue;
    CAPTURE(count);
    // The last sample ends where memory does.
    const Index skip = largest - count;
    const R* const from = x.data() + skip * m.d;
    m.predict(from, count, f.data());
    REQUIRE(inputs::same_bits(f.data(), expected.data() + skip, count));
    if (count == 0 || count > m.slice) continue;
    for (const Index parts : {1, 2, 3, 5}) {
      m.forward(from, count, parts, f.data(), fires.data());
      REQUIRE(inputs::same_bits(f.data(), expected.data() + skip, count));
      REQUIRE(inputs::same_bits(fires.data(), firing.data() + skip * m.d, count * m.d));
    }
  }
}

template <class Model, Index Count>
void check_all_kinds() {
  Draw draw(static_cast<std::uint64_t>(Model::kDim + Count));
  for (const Kind kind : inputs::kKinds) check_slice(case_of<Model, Count>(), kind, draw);
}

inline constexpr std::array<Index, 10> kDims = {1, 2, 4, 5, 8, 12, 16, 17, 33, 129};
inline constexpr std::array<Index, 4> kDoubleDims = {5, 8, 17, 300};

}  // namespace

TEST_CASE("samples in a slice have the bits that each has alone, for every dimension") {
  shapes::for_each<kDims>([]<Index D>() { check_all_kinds<ResidualRelu<float, D>, 64>(); });
  shapes::for_each<kDoubleDims>([]<Index D>() { check_all_kinds<ResidualRelu<double, D>, 64>(); });
}

TEST_CASE("samples in a slice have the bits that each has alone, without the identity too") {
  check_all_kinds<VanillaRelu<float, 5>, 64>();
  check_all_kinds<VanillaRelu<float, 33>, 64>();
  check_all_kinds<VanillaRelu<double, 17>, 64>();
}

TEST_CASE("the size of a slice changes no bit, nor does having none") {
  check_all_kinds<ResidualRelu<float, 20>, 0>();
  check_all_kinds<ResidualRelu<float, 20>, 16>();
  check_all_kinds<ResidualRelu<float, 20>, 48>();
  check_all_kinds<ResidualRelu<float, 20>, 256>();
  check_all_kinds<ResidualRelu<float, 33>, 256>();
  check_all_kinds<ResidualRelu<double, 5>, 0>();
  check_all_kinds<ResidualRelu<double, 5>, 16>();
  check_all_kinds<ResidualRelu<double, 5>, 160>();
}

TEST_CASE("the layout of a slice knows no lanes: whole rows of sixteens, whole lines of the cache") {
  using Small = Slice<float, 5, 16>;
  using Large = Slice<double, 5, 256>;
  static_assert(Small::kStride % 16 == 0 && Small::kStride >= 16);
  static_assert(Large::kStride % 16 == 0 && Large::kStride >= 256);
  static_assert(sizeof(Small) == (5 * Small::kStride + 2 * 16) * sizeof(float));
  static_assert(sizeof(Large) == (5 * Large::kStride + 2 * 256) * sizeof(double));
  static_assert(sizeof(idem::MaskedResiduals<float, 100, 16>) == 16 * 112 * sizeof(float));
  static_assert(sizeof(idem::MaskedResiduals<double, 128, 32>) == 32 * 144 * sizeof(double));
}
