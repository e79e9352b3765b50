// SPDX-License-Identifier: Apache-2.0
/// \file  One trainer on one port: what it holds, what it costs. Built by footprint.py for each d.
#include <idem/idem.hpp>

#include "board.hpp"

namespace {

using Model = idem::ResidualRelu<float, FOOTPRINT_DIM>;
using Trainer = idem::Sgd<Model>;
constexpr idem::Index kDim = FOOTPRINT_DIM, kBatch = 8;

Trainer trainer;
float x[kBatch * kDim], y[kBatch];

void say(const char* what, std::uint64_t number) {
  char text[24];
  char* at = text + sizeof text - 1;
  *at = '\0';
  do {
    *--at = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  board::print(what);
  board::print(" ");
  board::print(at);
  board::print("\n");
}

}  // namespace

int main() {
  // Labels that some neurons meet and some miss, without a teacher's flash.
  for (idem::Index i = 0; i < kBatch; ++i) {
    const idem::Stream inputs{1, idem::Purpose::inputs};
    idem::gaussian_fill(inputs, static_cast<std::uint64_t>(i), x + i * kDim, kDim);
    y[i] = x[i * kDim];
  }
  if (trainer.init() != idem::Status::ok) return 1;
  std::uint64_t feeding = 0, step = 0, arrays = 0;
  for (int round = 0; round < 4; ++round) {
    std::uint64_t begin = board::instructions();
    for (idem::Index i = 0; i < kBatch; ++i) {
      if (trainer.feed(x + i * kDim, y[i]) != idem::Status::ok) return 1;
    }
    feeding = board::instructions() - begin;
    if (trainer.end_batch(0.01f) != idem::Status::ok) return 1;
    step = board::instructions() - begin;
    begin = board::instructions();
    if (trainer.feed(x, y, kBatch) != idem::Status::ok) return 1;
    if (trainer.end_batch(0.01f) != idem::Status::ok) return 1;
    arrays = board::instructions() - begin;
  }
  say("ram", idem::footprint<Trainer>().total());
  say("instructions_per_sample", feeding / kBatch);
  say("instructions_per_step", step);
  say("instructions_per_step_of_arrays", arrays);
  say("digest", idem::digest(trainer.weights()));
  say("stack", board::stack_used());
  return 0;
}
