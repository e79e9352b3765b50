// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <idem/data/samples.hpp>
#include <idem/random/permutation.hpp>

#include "../inputs.hpp"
#include "../random_twins.hpp"
#include "../shapes.hpp"

namespace {

using idem::Index;
using idem::InOrder;
using idem::Permutation;
using idem::Purpose;
using idem::Real;
using idem::StoredSamples;
using idem::Stream;
using idem::TeacherSamples;
using inputs::Draw;
using inputs::Edge;
using inputs::Guarded;
using inputs::Kind;

constexpr Stream kInputs{42, Purpose::inputs, 3};

/// Asks for a set in every portion and order, and compares with the samples that are expected.
template <class Set, Real R>
void check_portions(Set& set, const std::vector<R>& x, const std::vector<R>& y) {
  constexpr Index D = Set::kDim;
  Draw draw(11);
  const Permutation shuffled(7, 1, static_cast<std::uint64_t>(set.size()));
  const auto backwards = [&](Index p) { return set.size() - 1 - p; };
  const auto constant = [&](Index) { return Index{2}; };
  for (int round = 0; round < 60; ++round) {
    const Index first = draw.below(set.size());
    const Index count = 1 + draw.below(set.size() - first);
    Guarded<R> xs(count * D), ys(count);
    const auto check = [&](const auto& order) {
      set.get(order, first, count, xs.data(), ys.data());
      for (Index p = 0; p < count; ++p) {
        const auto i = static_cast<Index>(order(first + p));
        REQUIRE(inputs::same_bits(xs.data() + p * D, x.data() + i * D, D));
        REQUIRE(inputs::same_bits(ys.data() + p, y.data() + i, 1));
      }
      REQUIRE(xs.intact());
      REQUIRE(ys.intact());
    };
    check(InOrder{});
    check(shuffled);
    check(backwards);
    check(constant);
  }
}

template <class Model, Index SliceCount>
void check_teacher_samples() {
  using R = typename Model::Scalar;
  constexpr Index D = Model::kDim, kCount = 100;
  CAPTURE(sizeof(R));
  CAPTURE(D);
  CAPTURE(SliceCount);
  static Model teacher;
  teacher.set_identity();
  Draw draw(5);
  inputs::fill(Kind::ordinary, draw, teacher.weights().data(), D * D);
  twins::Network<R> twin(D, Model::kSkip == idem::Skip::identity);
  twin.weights.assign(teacher.weights().data(), teacher.weights().data() + D * D);
  for (Index j = 0; j < D; j += 2) {
    teacher.set_negative(j, true);
    twin.negative[inputs::size(j)] = true;
  }
  std::vector<R> x, y;
  for (Index i = 0; i < kCount; ++i) {
    for (Index k = 0; k < D; ++k) {
      x.push_back(twins::normal<R>(kInputs, static_cast<std::uint64_t>(i), k));
    }
    y.push_back(twin.predict(x.data() + i * D));
  }
  static TeacherSamples<Model, SliceCount> set;
  static_assert(idem::SampleSet<decltype(set)>);
  set.set(kInputs, teacher, kCount);
  REQUIRE(set.size() == kCount);
  check_portions(set, x, y);
}

}  // namespace

TEST_CASE("a sample has its address: the same in any order, portion and slice") {
  check_teacher_samples<idem::ResidualRelu<float, 1>, 0>();
  check_teacher_samples<idem::ResidualRelu<float, 6>, 16>();
  check_teacher_samples<idem::ResidualRelu<float, 20>, 0>();
  check_teacher_samples<idem::ResidualRelu<float, 20>, 64>();
  check_teacher_samples<idem::ResidualRelu<double, 17>, 0>();
  check_teacher_samples<idem::ResidualRelu<double, 17>, 16>();
  check_teacher_samples<idem::VanillaRelu<double, 9>, 16>();
}

TEST_CASE("a sample beyond 2^32 has its address as well") {
  static idem::ResidualRelu<float, 5> teacher;
  teacher.set_identity();
  static TeacherSamples<idem::ResidualRelu<float, 5>> set;
  const Index far = Index{1} << (sizeof(Index) == 8 ? 40 : 30);
  set.set(kInputs, teacher, far + 10);
  float x[10], y[2];
  set.get(InOrder{}, far, 2, x, y);
  float again[10];
  set.get_inputs(InOrder{}, far, 2, again);
  for (Index i = 0; i < 2; ++i) {
    for (Index k = 0; k < 5; ++k) {
      CHECK(again[i * 5 + k] == x[i * 5 + k]);
      CHECK(x[i * 5 + k] == twins::normal<float>(kInputs, static_cast<std::uint64_t>(far + i), k));
    }
  }
}

TEST_CASE("float and double see the same inputs") {
  static idem::ResidualRelu<float, 7> small;
  static idem::ResidualRelu<double, 7> large;
  small.set_identity();
  large.set_identity();
  static TeacherSamples<idem::ResidualRelu<float, 7>> floats;
  static TeacherSamples<idem::ResidualRelu<double, 7>> doubles;
  floats.set(kInputs, small, 30);
  doubles.set(kInputs, large, 30);
  float x[30 * 7], y[30];
  double xd[30 * 7], yd[30];
  floats.get(InOrder{}, 0, 30, x, y);
  doubles.get(InOrder{}, 0, 30, xd, yd);
  for (Index i = 0; i < 30 * 7; ++i) REQUIRE(static_cast<double>(x[i]) == xd[i]);
}

TEST_CASE("stored samples are handed out as they lie, in any order") {
  shapes::for_scalars([]<Real R>() {
    Draw draw(3);
    constexpr Index D = 5, kCount = 33;
    const Edge<R> x(Kind::mixed, draw, kCount * D), y(Kind::mixed, draw, kCount);
    const StoredSamples<R, D> set(x.data(), y.data(), kCount);
    static_assert(idem::SampleSet<StoredSamples<R, D>>);
    CHECK(set.size() == kCount);
    check_portions(set, std::vector<R>(x.data(), x.data() + kCount * D),
                   std::vector<R>(y.data(), y.data() + kCount));
  });
}
