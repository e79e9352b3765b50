// SPDX-License-Identifier: Apache-2.0
#include "trainer.hpp"

using idem::ResidualRelu;
using idem::VanillaRelu;
using trainer::check_trainers;

TEST_CASE("training is the plain loop in float, however samples come and whoever works") {
  check_trainers<ResidualRelu<float, 1>, 16>();
  check_trainers<ResidualRelu<float, 2>, 0>();
  check_trainers<ResidualRelu<float, 5>, 0, 16>();
  check_trainers<ResidualRelu<float, 8>, 64>();
  check_trainers<ResidualRelu<float, 16>, 0>();
  check_trainers<ResidualRelu<float, 17>, 16>();
  check_trainers<ResidualRelu<float, 20>, 0, 400>();
  check_trainers<ResidualRelu<float, 33>, 64>();
}

TEST_CASE("training is the plain loop in float for large dimensions") {
  check_trainers<ResidualRelu<float, 100>, 64>();
  check_trainers<ResidualRelu<float, 129>, 0>();
  check_trainers<ResidualRelu<float, 300>, 16>();
}

TEST_CASE("training is the plain loop in float without the identity") {
  check_trainers<VanillaRelu<float, 8>, 16>();
  check_trainers<VanillaRelu<float, 33>, 0>();
}
