// SPDX-License-Identifier: Apache-2.0
/// \file  A board finds its teacher by alternating minimization, from W = 0 to the end, on samples of which it stores
///        one: the others it draws anew whenever it needs them. Built by boards.py for several sizes.
#include <idem/idem.hpp>

#include "board.hpp"
#include "test.hpp"

#ifndef RECOVER_SLICE
#define RECOVER_SLICE 0
#endif

namespace {

using idem::Status;
using testing::Decimal;

constexpr idem::Index kDim = RECOVER_DIM, kCount = 4 * kDim * kDim, kSlice = RECOVER_SLICE;

using Model = idem::ResidualRelu<float, kDim>;

/// All there is besides the stack.
struct State {
  idem::AlternatingMinimization<Model, idem::RECOVER_SOLVER, kSlice> net;
  Model teacher;
  idem::TeacherSamples<Model> samples;
  idem::SampleBuffer<float, kDim, (kSlice > 0 ? kSlice : 1)> buffer;
};
// The fast way of a desktop, with which the board's digest is compared, has room.
static_assert(kSlice > 0 || sizeof(State) <= RECOVER_STATE);

State state;

Status draw_teacher() {
  idem::SpectrumScratch<float, kDim> scratch;
  return idem::set_spectrum({1, idem::Purpose::teacher}, 0.54f, 0.6f, state.teacher.weights(), scratch);
}

}  // namespace

int main() {
  idem::AlternatingResult<float> result;
  result.status = draw_teacher();
  if (result.status == Status::ok) result.status = state.net.init();
  const std::uint64_t begin = board::instructions();
  if (result.status == Status::ok) {
    state.samples.set({1, idem::Purpose::inputs}, state.teacher, kCount);
    result = state.net.train(state.samples, state.buffer);
  }
  const std::uint64_t instructions = board::instructions() - begin;
  const float error = idem::distance(state.net.weights(), state.teacher.weights()) /
                      idem::frobenius_norm(state.teacher.weights());
  testing::Line line;
  line << "status " << idem::text(result.status) << ", iterations "
       << Decimal{static_cast<std::uint64_t>(result.iterations)} << ", passes "
       << Decimal{static_cast<std::uint64_t>(result.passes)} << ", error "
       << Decimal{static_cast<std::uint64_t>(error * 1e9f + 0.5f)} << "e-9\n";
  line.print();
  testing::Line sizes;
  sizes << "digest " << testing::Hex{idem::digest(state.net.weights())} << ", state " << Decimal{sizeof state}
        << ", stack " << Decimal{board::stack_used()} << ", instructions " << Decimal{instructions} << "\n";
  sizes.print();
  return result.status != Status::ok;
}
