// SPDX-License-Identifier: Apache-2.0
/// \file  What a sensor that shows each sample once can do with alternating minimization: a window of fresh samples
///        fills the system of the neurons that fire, and is solved. Six windows of 256 samples, in 10 KiB, come
///        closer than 32000 samples of learn.cpp.
#include <idem/idem.hpp>

#include "board.h"

namespace {

using Model = idem::ResidualRelu<float, 8>;
using idem::Status;

constexpr int kWindows = 6, kWindow = 256;

idem::AlternatingMinimization<Model, idem::ByCholesky> net;
static_assert(sizeof net <= 10 * 1024);

/// The simulated sensor: eight readings, and what a network drawn from a seed makes of them.
class Sensor {
 public:
  Status start() {
    idem::SpectrumScratch<float, 8> scratch;
    const Status status =
        idem::set_spectrum({1, idem::Purpose::teacher}, 0.54f, 0.6f, meaning_.weights(), scratch);
    samples_.set({1, idem::Purpose::inputs}, meaning_, kWindows * kWindow);
    return status;
  }
  /// The next sample; none comes again.
  void read(float* x, float& y) { samples_.get(idem::InOrder{}, next_++, 1, x, &y); }
  [[nodiscard]] idem::ConstMatView<float, 8, 8> secret() const { return meaning_.weights(); }

 private:
  Model meaning_;
  idem::TeacherSamples<Model> samples_;
  int next_ = 0;
};

Sensor sensor;

Status learn() {
  idem::Vec<float, 8> x;
  float y = 0;
  Status status = idem::self_test<float>();  // is this the arithmetic that was paid for?
  if (status == Status::ok) status = sensor.start();
  if (status == Status::ok) status = net.init();
  for (int window = 0; window < kWindows && status == Status::ok; ++window) {
    for (int i = 0; i < kWindow && status == Status::ok; ++i) {
      sensor.read(x.data(), y);
      status = net.feed(x.data(), y);
    }
    if (status == Status::ok) status = net.end().status;
    board_say_millionths("distance in millionths:", idem::distance(net.weights(), sensor.secret()));
  }
  return status;
}

}  // namespace

int main() {
  const Status status = learn();
  board_say("learning is", text(status));
  board_say_hexadecimal("digest:", idem::digest(net.weights()));
  board_say_stack();
  return status != Status::ok;
}
