// SPDX-License-Identifier: Apache-2.0
/// \file  The same step in PyTorch's C++ library, by autograd, one thread.
#include <torch/torch.h>

#include "race_torch.hpp"

namespace idem::bench {

struct TorchStep::State {
  torch::Tensor x, y, w;
};

TorchStep::TorchStep(long d, long n, const float* x, const float* y) : state_(std::make_shared<State>()) {
  torch::set_num_threads(1);
  state_->x = torch::from_blob(const_cast<float*>(x), {n, d}).clone();
  state_->y = torch::from_blob(const_cast<float*>(y), {n}).clone();
  state_->w = torch::zeros({d, d}).requires_grad_(true);
}

bool TorchStep::step(double eta) {
  torch::Tensor& w = state_->w;
  const torch::Tensor loss =
      (torch::addmm(state_->x, state_->x, w).relu().sum(1) - state_->y).square().mean();
  loss.backward();
  const torch::NoGradGuard outside;
  w.sub_(w.grad(), eta);
  w.mutable_grad().zero_();
  return true;
}

}  // namespace idem::bench
