// SPDX-License-Identifier: Apache-2.0
/// \file  What train.c trains, in C++: the same digests. idem.h is there too, as C++ reads it.
#include <cstdio>

#include <idem/idem.h>
#include <idem/idem.hpp>

IDEM_RESRELU(f32, 8)

namespace {

template <class R, idem::Index Count>
unsigned long long trained() {
  using Model = idem::ResidualRelu<R, 8>;
  static Model teacher;
  static idem::Sgd<Model> student;
  static idem::TeacherSamples<Model> samples;
  static idem::SampleBuffer<R, 8, 16> buffer;
  static idem::SpectrumScratch<R, 8> scratch;
  const auto low = static_cast<R>(0.54), high = static_cast<R>(0.6);
  if (idem::set_spectrum({1, idem::Purpose::teacher}, low, high, teacher.weights(), scratch) !=
      idem::Status::ok) {
    return 0;
  }
  samples.set({1, idem::Purpose::inputs}, teacher, Count);
  const auto eta = static_cast<R>(0.05);
  if (student.init() != idem::Status::ok ||
      idem::train_epoch(student, samples, idem::InOrder{}, 16, eta, buffer) != idem::Status::ok) {
    return 0;
  }
  return idem::digest(student.weights());
}

}  // namespace

int main() {
  static_assert(IDEM_SIZE(f32, 8) == sizeof(idem::Sgd<idem::ResidualRelu<float, 8>>));
  std::printf("f32 %016llx\nf64 %016llx\n", trained<float, 32000>(), trained<double, 3200>());
}
