// SPDX-License-Identifier: Apache-2.0
#include "cli/footprints.hpp"

#include <idem/train/sgd.hpp>

#include "cli/dims.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

template <Real R, Index... D>
void add(std::vector<FootprintRow>& rows, DimList<D...>) {
  (rows.push_back(footprint_row<Sgd<ResidualRelu<R, D>, 0>, R>("sgd, streamed", D)), ...);
  (rows.push_back(footprint_row<Sgd<ResidualRelu<R, D>, 256>, R>("sgd, sliced", D)), ...);
}

}  // namespace

std::vector<FootprintRow> footprints() {
  std::vector<FootprintRow> rows;
  add<float>(rows, Dims{});
  add<double>(rows, Dims{});
  return rows;
}

}  // namespace idem::inline IDEM_TARGET
