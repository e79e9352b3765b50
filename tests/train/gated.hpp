// SPDX-License-Identifier: Apache-2.0
/// \file  Samples of any numbers at the weights of a model, and their gates by plain loops.
#pragma once

#include <utility>
#include <vector>

#include <idem/models/two_layer_relu.hpp>
#include <idem/train/gates.hpp>

#include "../inputs.hpp"
#include "../twins.hpp"

namespace gated {

using idem::Gates;
using idem::Index;
using idem::Real;
using idem::ResidualRelu;
using inputs::Draw;
using inputs::Kind;

/// A model, samples, their residuals, and the portions in which they come.
template <Real R, Index D>
struct Data {
  Data(Kind kind, Draw& draw, std::vector<Index> sizes) : portions(std::move(sizes)), network(D, true) {
    for (const Index size : portions) count += size;
    x.resize(inputs::size(count * D));
    y.resize(inputs::size(count));
    inputs::fill(kind, draw, x.data(), count * D);
    inputs::fill(kind, draw, y.data(), count);
    model.set_identity();
    inputs::fill(kind, draw, model.weights().data(), D * D);
    for (Index j = 0; j < D; ++j) {
      network.negative[inputs::size(j)] = draw.coin();
      model.set_negative(j, network.negative[inputs::size(j)] != 0);
    }
    network.weights.assign(model.weights().data(), model.weights().data() + D * D);
  }

  template <class F>
  void each(const F& f) const {
    Index first = 0;
    for (const Index size : portions) {
      f(x.data() + first * D, size);
      first += size;
    }
  }

  /// Section 13.1.
  [[nodiscard]] std::vector<R> gates(Index s, const Gates<R>& opening) {
    network.predict(x.data() + s * D);
    const R square = twins::sum_of_squares(x.data() + s * D, D);
    const R m = square > R{0} ? opening.sharpness / idem::sqrt(square) : R{0};
    std::vector<R> all;
    for (Index q = 0; q < D; ++q) {
      const R z = network.sums[inputs::size(q)];
      R gate = z >= R{0} ? R{1} : R{0};
      if (opening.soft) {
        const R h = idem::fma(z, m, R{0.5});
        gate = h > R{0} ? (h < R{1} ? h : R{1}) : R{0};
      }
      all.push_back(twins::with_sign(network.negative[inputs::size(q)] != 0, gate));
    }
    return all;
  }

  std::vector<Index> portions;
  Index count = 0;
  ResidualRelu<R, D> model;
  twins::Network<R> network;
  std::vector<R> x, y;
};

}  // namespace gated
