// SPDX-License-Identifier: Apache-2.0
/// \file  PyTorch's step behind plain types: its headers and ours do not meet in one unit.
#pragma once

#include <memory>

namespace idem::bench {

class TorchStep {
 public:
  /// x is n x d, row-major, y has n numbers; both are copied.
  TorchStep(long d, long n, const float* x, const float* y);
  bool step(double eta);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace idem::bench
