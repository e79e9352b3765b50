// SPDX-License-Identifier: Apache-2.0
#include "trainer.hpp"

using idem::ResidualRelu;
using idem::VanillaRelu;
using trainer::check_trainers;

TEST_CASE("training is the plain loop in double, however samples come and whoever works") {
  check_trainers<ResidualRelu<double, 1>, 0, 16>();
  check_trainers<ResidualRelu<double, 2>, 64>();
  check_trainers<ResidualRelu<double, 5>, 0, 64>();
  check_trainers<ResidualRelu<double, 8>, 0, 16, 256>();
  check_trainers<ResidualRelu<double, 17>, 0, 400>();
  check_trainers<ResidualRelu<double, 33>, 64>();
  check_trainers<ResidualRelu<double, 129>, 0, 16>();
  check_trainers<ResidualRelu<double, 260>, 64>();  // in blocks
}

TEST_CASE("training is the plain loop in double without the identity") {
  check_trainers<VanillaRelu<double, 20>, 0, 16>();
  check_trainers<VanillaRelu<double, 258>, 64>();  // in blocks
}
