// SPDX-License-Identifier: Apache-2.0
/// \file  A device that learns from its sensor, in C++: sample by sample, in 600 bytes.
#include <idem/idem.hpp>

#include "board.h"

namespace {

using Model = idem::ResidualRelu<float, 8>;
using idem::Status;

constexpr int kSamples = 32000, kBatch = 16;

idem::Sgd<Model> net;
static_assert(idem::fits_budget<idem::Sgd<Model>, 600>);  // bytes

/// The simulated sensor: eight readings, and what a network drawn from a seed makes of them.
class Sensor {
 public:
  Status start() {
    idem::SpectrumScratch<float, 8> scratch;
    const Status status =
        idem::set_spectrum({1, idem::Purpose::teacher}, 0.54f, 0.6f, meaning_.weights(), scratch);
    samples_.set({1, idem::Purpose::inputs}, meaning_, kSamples);
    return status;
  }
  void read(int number, float* x, float& y) { samples_.get(idem::InOrder{}, number, 1, x, &y); }
  [[nodiscard]] idem::ConstMatView<float, 8, 8> secret() const { return meaning_.weights(); }

 private:
  Model meaning_;
  idem::TeacherSamples<Model> samples_;
};

Sensor sensor;

Status learn() {
  idem::Vec<float, 8> x;
  float y = 0;
  Status status = idem::self_test<float>();  // is this the arithmetic that was paid for?
  if (status == Status::ok) status = sensor.start();
  if (status == Status::ok) status = net.init();
  for (int i = 0; i < kSamples && status == Status::ok; ++i) {
    sensor.read(i, x.data(), y);
    status = net.feed(x, y);
    if (status == Status::ok && net.count() == kBatch) status = net.end_batch(0.05f);
  }
  return status;
}

}  // namespace

int main() {
  const Status status = learn();
  board_say("learning is", text(status));
  board_say_millionths("distance in millionths:", idem::distance(net.weights(), sensor.secret()));
  board_say_hexadecimal("digest:", idem::digest(net.weights()));
  board_say_stack();
  return status != Status::ok;
}
