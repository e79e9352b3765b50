// SPDX-License-Identifier: Apache-2.0
/// \file  How the cost of a step grows: with d at one batch, and with the batch at one d.
#include <memory>
#include <utility>

#include <idem/train/sgd.hpp>

#include "batch.hpp"
#include "race.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

template <Index D>
void enter_growing(const char* job, Index count) {
  const auto sgd = std::make_shared<Sgd<ResidualRelu<float, D>, 256>>();
  const auto batch = std::make_shared<Batch<float>>(D, count);
  const bool good = sgd->init() == Status::ok;
  Entry entry = step_entry(fmt::format("{}{}", job, job[0] == 'd' ? D : count), kOurs, false, D, count);
  entry.work = [=] {
    return good && sgd->feed(batch->x.data(), batch->y.data(), count) == Status::ok &&
           sgd->end_batch(kEta<float>) == Status::ok;
  };
  enter(entry);
}

template <Index... D>
void enter_dimensions(std::integer_sequence<Index, D...>) {
  (enter_growing<D>("d=", 128), ...);
}

}  // namespace

void enter_growth() {
  enter_dimensions(std::integer_sequence<Index, 4, 5, 8, 12, 16, 17, 20, 24, 32, 33, 48, 63, 64, 96, 128, 256,
                                         512, 784, 1000, 1500>());
  for (const Index batch : {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096})
    enter_growing<64>("batch=", batch);
}

}  // namespace idem::inline IDEM_TARGET
