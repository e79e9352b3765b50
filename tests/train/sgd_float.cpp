// SPDX-License-Identifier: Apache-2.0
#include "trainer.hpp"

using idem::ResidualRelu;
using idem::VanillaRelu;
using trainer::check_trainers;

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
  check_trainers<ResidualRelu<float, 370>, 112>();  // in blocks
}

TEST_CASE("training is the plain loop in float without the identity") {
  check_trainers<VanillaRelu<float, 8>, 0, 16>();
  check_trainers<VanillaRelu<float, 33>, 0, 64>();
}
