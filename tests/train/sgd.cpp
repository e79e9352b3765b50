// SPDX-License-Identifier: Apache-2.0
#include "../shapes.hpp"
#include "trainer.hpp"

namespace {

using hands::Hands;
using hands::Way;
using idem::Index;
using idem::Real;
using idem::ResidualRelu;
using idem::VanillaRelu;
using inputs::Draw;
using inputs::Kind;
using trainer::Course;
using trainer::Erased;
using trainer::Feeding;

/// Batches with short ends, single samples, and more samples than a slice or a block of depth
/// holds.
std::vector<Index> batches_for(Index d) {
  if (d > 100) return {3, 1, 21};
  if (d > 33) return {33, 1, 70, 5};
  return {50, 1, 17, 3, 130, 64, 4, 500};
}

template <Real R>
void check_course(const Erased<R>& t, Kind kind) {
  CAPTURE(inputs::name(kind));
  CAPTURE(sizeof(R));
  CAPTURE(t.d);
  CAPTURE(t.slice);
  CAPTURE(t.residual);
  const Course<R> course(t.d, kind, batches_for(t.d), static_cast<std::uint64_t>(t.d));
  const std::vector<R> expected = course.run_twin(t.residual);
  for (const Feeding feeding : trainer::kFeedings) {
    CAPTURE(static_cast<int>(feeding));
    REQUIRE(trainer::same(course.run(t, feeding, nullptr, 1), expected));
  }
  for (const int parts : {1, 2, 3, 5}) {
    CAPTURE(parts);
    for (const Way way : {Way::reversed, Way::threads}) {
      Hands hands(way, parts);
      const Feeding feeding = parts % 2 == 0 ? Feeding::portions : Feeding::whole;
      REQUIRE(trainer::same(course.run(t, feeding, &hands, 2), expected));
      REQUIRE(hands.runs() > 0);
    }
  }
}

template <class Model, Index... Slices>
void check_trainers() {
  for (const Kind kind : inputs::kKinds) {
    (check_course(trainer::erased<Model, Slices>(), kind), ...);
  }
}

}  // namespace

TEST_CASE("training is the plain loop in float, however samples come and whoever works") {
  check_trainers<ResidualRelu<float, 1>, 0, 16>();
  check_trainers<ResidualRelu<float, 2>, 0, 16>();
  check_trainers<ResidualRelu<float, 5>, 0, 16, 64>();
  check_trainers<ResidualRelu<float, 8>, 0, 64>();
  check_trainers<ResidualRelu<float, 16>, 0, 16>();
  check_trainers<ResidualRelu<float, 17>, 0, 16>();
  check_trainers<ResidualRelu<float, 20>, 0, 64, 256, 400>();
  check_trainers<ResidualRelu<float, 31>, 16>();
  check_trainers<ResidualRelu<float, 33>, 0, 64>();
  check_trainers<ResidualRelu<float, 64>, 64>();
}

TEST_CASE("training is the plain loop in float for large dimensions") {
  check_trainers<ResidualRelu<float, 100>, 64>();
  check_trainers<ResidualRelu<float, 129>, 0, 16>();
  check_trainers<ResidualRelu<float, 300>, 16>();
}
