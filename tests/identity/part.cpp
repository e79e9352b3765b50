// SPDX-License-Identifier: Apache-2.0
/// \file  A function named IDEM_PART that digests a little of everything, to be compiled several
/// times.
#include <idem/idem.hpp>

namespace idem::inline IDEM_TARGET {
namespace {

/// Three steps of d = 21, so that every lanes has whole vectors and a rest.
template <Real R>
void add_training(Digest& d) {
  using Model = ResidualRelu<R, 21>;
  static Model teacher;
  static Sgd<Model, 32> sgd;
  static TeacherSamples<Model, 32> samples;
  static SampleBuffer<R, 21, 32> buffer;
  teacher.set_identity();
  set_gaussian(Stream{3, Purpose::teacher}, teacher.weights());
  samples.set(Stream{3, Purpose::inputs}, teacher, 90);
  const bool good = sgd.init() == Status::ok &&
                    train_epoch(sgd, samples, InOrder{}, 30, static_cast<R>(0.05), buffer) == Status::ok;
  d.add_word(good ? 1 : 0, 1);
  d.add(sgd.weights().data(), 21 * 21);
  const R more[] = {sgd.loss(), exp(sgd.loss()), sqrt(sgd.loss()), fma(sgd.loss(), sgd.loss(), R{1})};
  d.add(more, 4);
}

}  // namespace
}  // namespace idem::inline IDEM_TARGET

std::uint64_t IDEM_PART(const char** name) {
  *name = idem::kTargetName;
  idem::Digest d;
  idem::add_training<float>(d);
  idem::add_training<double>(d);
  return d.value();
}
