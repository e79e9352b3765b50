// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "trainer.hpp"

using idem::ResidualRelu;
using idem::VanillaRelu;
using trainer::check_trainers;

TEST_CASE("training is the plain loop in float, however samples come and whoever works") {
  check_trainers<ResidualRelu<float, 1>, 0, 16>();
  check_trainers<ResidualRelu<float, 2>, 0, 16>();
  check_trainers<ResidualRelu<float, 4>, 16, 64>();
  check_trainers<ResidualRelu<float, 5>, 0, 16, 64>();
  check_trainers<ResidualRelu<float, 7>, 64>();
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
  check_trainers<ResidualRelu<float, 370>, 112>();  // in blocks
}

TEST_CASE("a sample that is not finite is refused where weights lie in blocks") {
  constexpr idem::Index D = 370, kCount = 100;
  const auto t = trainer::erased<ResidualRelu<float, D>, 112>();
  REQUIRE(t.init() == idem::Status::ok);
  inputs::Draw draw(1);
  std::vector<float> x(inputs::size(kCount * D)), y(inputs::size(kCount));
  inputs::fill(inputs::Kind::ordinary, draw, x.data(), kCount * D);
  for (const int parts : {1, 3}) {
    hands::Hands hands(hands::Way::forward, parts);
    for (const idem::Index at : {idem::Index{0}, D - 1, 17 * D, 50 * D + 200, kCount * D - 1}) {
      const float good = std::exchange(x[inputs::size(at)], std::numeric_limits<float>::quiet_NaN());
      CHECK(t.feed(x.data(), y.data(), kCount, hands) == idem::Status::not_finite);
      x[inputs::size(at)] = good;
    }
    CHECK(t.feed(x.data(), y.data(), kCount, hands) == idem::Status::ok);
  }
  CHECK(t.count() == 2 * kCount);
}

TEST_CASE("more samples and inputs than stay in the caches at once have the bits that they have alone") {
  constexpr idem::Index D = 390, kSlice = 448, kCount = kSlice + 170;
  inputs::Draw draw(2);
  std::vector<float> x(inputs::size(kCount * D)), y(inputs::size(kCount)), w(inputs::size(D * D));
  inputs::fill(inputs::Kind::ordinary, draw, x.data(), kCount * D);
  inputs::fill(inputs::Kind::ordinary, draw, y.data(), kCount);
  inputs::fill(inputs::Kind::ordinary, draw, w.data(), D * D);
  std::vector<float> bad(x.begin(), x.begin() + 40 * D);
  bad.back() = std::numeric_limits<float>::infinity();
  hands::Hands one(hands::Way::forward, 1), two(hands::Way::threads, 2);
  const auto train = [&](const trainer::Erased<float>& t, hands::Hands& hands) {
    REQUIRE(t.init() == idem::Status::ok);
    std::copy(w.begin(), w.end(), t.weights());
    for (idem::Index j = 0; j < D; j += 3) t.set_negative(j, true);
    REQUIRE(t.feed(x.data(), y.data(), 40, hands) == idem::Status::ok);
    t.abort_batch();
    for (const idem::Index count : {kSlice, kCount, kSlice - 5}) {
      REQUIRE(t.feed(x.data(), y.data(), 50, hands) == idem::Status::ok);
      for (idem::Index i = 50; i < 52; ++i) {
        REQUIRE(t.feed(x.data() + i * D, y.data() + i, 1, hands) == idem::Status::ok);
      }
      REQUIRE(t.feed(bad.data(), y.data(), 40, hands) == idem::Status::not_finite);
      REQUIRE(t.feed(x.data() + 52 * D, y.data() + 52, count - 52, hands) == idem::Status::ok);
      REQUIRE(t.end_batch(0x1p-20f, hands) == idem::Status::ok);
    }
    return std::vector<float>(t.weights(), t.weights() + D * D);
  };
  const auto alone = train(trainer::erased<ResidualRelu<float, D>, 0>(), one);
  const auto sliced = trainer::erased<ResidualRelu<float, D>, kSlice>();
  CHECK(inputs::same_bits(train(sliced, one).data(), alone.data(), D * D));
  CHECK(inputs::same_bits(train(sliced, two).data(), alone.data(), D * D));
}

TEST_CASE("training is the plain loop in float without the identity") {
  check_trainers<VanillaRelu<float, 8>, 0, 16>();
  check_trainers<VanillaRelu<float, 33>, 0, 64>();
}
