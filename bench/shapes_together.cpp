// SPDX-License-Identifier: Apache-2.0
/// \file  Some of the dimensions of shapes.hpp: those from IDEM_FIRST_SHAPE on.
#include <memory>
#include <utility>

#include <idem/train/sgd.hpp>

#include "batch.hpp"
#include "shapes.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

template <Index D>
Shape shape() {
  const auto sgd = std::make_shared<Sgd<ResidualRelu<float, D>, 256>>();
  const auto batch = std::make_shared<Batch<float>>(D, kShapeBatch);
  const bool good = sgd->init() == Status::ok;
  return {D, [=] {
            return good && sgd->feed(batch->x.data(), batch->y.data(), kShapeBatch) == Status::ok &&
                   sgd->end_batch(kEta<float>) == Status::ok;
          }};
}

}  // namespace

template <Index First>
void add_shapes(std::vector<Shape>& shapes) {
  [&]<Index... I>(std::integer_sequence<Index, I...>) {
    (shapes.push_back(shape<First + I>()), ...);
  }
  (std::make_integer_sequence<Index, kShapesTogether>());
}

template void add_shapes<IDEM_FIRST_SHAPE>(std::vector<Shape>& shapes);

}  // namespace idem::inline IDEM_TARGET
