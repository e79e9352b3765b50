// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <idem/base/footprint.hpp>
#include <idem/train/sgd.hpp>

namespace {

struct Odd {
  double weights[3];
  char sign;
  static constexpr idem::Footprint parts() {
    idem::Footprint f;
    f.weights = sizeof(double) * 3;
    return f;
  }
};

template <class Trainer>
constexpr bool adds_up() {
  constexpr idem::Footprint f = idem::footprint<Trainer>();
  return f.total() == sizeof(Trainer) &&
         f.weights + f.gradient + f.samples + f.scratch + f.other == sizeof(Trainer);
}

template <idem::Real R, idem::Index D>
using Residual = idem::ResidualRelu<R, D>;

}  // namespace

TEST_CASE("what the parts leave of an object, padding included, is other") {
  constexpr idem::Footprint f = idem::footprint<Odd>();
  static_assert(f.total() == sizeof(Odd));
  static_assert(f.weights == 24 && f.other == sizeof(Odd) - 24);
}

TEST_CASE("the footprint of a trainer is its size, and names what it is for") {
  static_assert(adds_up<idem::Sgd<Residual<float, 1>>>());
  static_assert(adds_up<idem::Sgd<Residual<float, 8>>>());
  static_assert(adds_up<idem::Sgd<Residual<double, 17>>>());
  static_assert(adds_up<idem::Sgd<Residual<float, 100>>>());
  static_assert(adds_up<idem::Sgd<Residual<float, 100>, 16>>());
  static_assert(adds_up<idem::Sgd<Residual<double, 100>, 256>>());
  static_assert(adds_up<idem::Sgd<idem::VanillaRelu<double, 33>, 64>>());
  static_assert(adds_up<idem::Sgd<Residual<float, 1500>>>());
  constexpr idem::Footprint f = idem::footprint<idem::Sgd<Residual<float, 8>>>();
  static_assert(f.weights == 8 * 8 * 4 && f.gradient == 8 * 8 * 4);
  static_assert(f.samples == 0 && f.scratch == 0);
  // Signs, a sum of two levels, a count and a loss.
  static_assert(f.other <= 48);
}

TEST_CASE("a trainer of 8 floats fits half a kibibyte and a little, one without slices has no scratch") {
  static_assert(idem::fits_budget<idem::Sgd<Residual<float, 8>>, 560>);
  static_assert(idem::fits_budget<idem::Sgd<Residual<float, 20>>, 3300>);
  constexpr idem::Footprint sliced = idem::footprint<idem::Sgd<Residual<float, 20>, 16>>();
  constexpr bool kWait = !idem::Lanes<float>::kAlone;
  static_assert(sliced.samples ==
                20 * 16 * 4 + (kWait ? (20 * 16 + 16) * 4 + sizeof(idem::Index) : std::size_t{0}));
  static_assert(sliced.scratch >= (20 * 16 + 16) * 4);
}
