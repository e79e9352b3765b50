// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <idem/kernels/relu.hpp>

#include "../inputs.hpp"
#include "../shapes.hpp"
#include "../twins.hpp"

namespace {

using idem::Index;
using idem::Real;
using inputs::Draw;
using inputs::Edge;
using inputs::Guarded;
using inputs::Kind;

}  // namespace

TEST_CASE("the rectifier gives +0 for NaN and for both zeros, in lanes and alone") {
  shapes::for_scalars([]<Real R>() {
    using Limits = std::numeric_limits<R>;
    using L = idem::Lanes<R>;
    const R values[] = {R{0},
                        -R{0},
                        Limits::quiet_NaN(),
                        -Limits::quiet_NaN(),
                        Limits::infinity(),
                        -Limits::infinity(),
                        Limits::denorm_min(),
                        -Limits::denorm_min(),
                        R{1},
                        R{-1},
                        Limits::max(),
                        Limits::lowest()};
    for (const R z : values) {
      const R expected = twins::relu(z);
      CHECK(inputs::same_bits(idem::relu(z), expected));
      CHECK_FALSE((expected != expected));
      R lanes[L::kWidth];
      L::store(lanes, idem::relu(L::broadcast(z)));
      for (const R lane : lanes) CHECK(inputs::same_bits(lane, expected));
    }
  });
}

TEST_CASE("what packing the firing neurons keeps, unpacking turns into masked residuals") {
  Draw draw(1);
  shapes::for_scalars([&]<Real R>() {
    using L = idem::Lanes<R>;
    using Limits = std::numeric_limits<R>;
    for (const Kind kind : inputs::kKinds) {
      CAPTURE(inputs::name(kind));
      for (const Index neurons : {1, 5, 15, 16, 17, 32, 100}) {
        for (Index samples = 1; samples <= L::kWidth; ++samples) {
          CAPTURE(sizeof(R));
          CAPTURE(neurons);
          CAPTURE(samples);
          const Index whole = (neurons + L::kWidth - 1) / L::kWidth * L::kWidth;
          const Index stride = whole + 16 * draw.below(2);
          Edge<R> z(kind, draw, neurons * L::kWidth), residuals(kind, draw, samples);
          for (Index i = 0; i < z.count(); i += 1 + draw.below(40)) {
            const R odd[] = {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), -R{0}, R{0}};
            z.data()[i] = odd[draw.below(5)];
          }
          residuals.data()[0] = Limits::infinity();
          Guarded<R> rows((samples - 1) * stride + whole);
          for (Index i = 0; i < rows.count(); ++i) rows.data()[i] = R{42};
          std::vector<R> twin(rows.data(), rows.data() + rows.count());
          for (Index j = neurons; j < whole; ++j) {
            for (Index s = 0; s < samples; ++s) twin[inputs::size(s * stride + j)] = R{0};
          }
          for (Index j = 0; j < neurons; ++j) {
            const bool minus = draw.coin();
            const R* const sums = z.data() + j * L::kWidth;
            rows.data()[j] = idem::FiringBits<R>::pack(L::load(sums), minus);
            for (Index s = 0; s < samples; ++s) {
              const R r = residuals.data()[s];
              twin[inputs::size(s * stride + j)] = sums[s] >= R{0} ? twins::with_sign(minus, r) : R{0};
            }
          }
          idem::FiringBits<R>::unpack(rows.data(), stride, neurons, residuals.data(), samples);
          REQUIRE(inputs::same_bits(rows.data(), twin.data(), rows.count()));
          REQUIRE(rows.intact());
        }
      }
    }
  });
}
