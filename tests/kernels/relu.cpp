// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <vector>

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
            const R* const sums = z.data() + j * L::kWidth;
            L::store_word(rows.data() + j, L::at_least_zero(L::load(sums)));
            for (Index s = 0; s < samples; ++s) {
              twin[inputs::size(s * stride + j)] = sums[s] >= R{0} ? residuals.data()[s] : R{0};
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

TEST_CASE("a rectified term is added or taken away, and says where it was at least zero") {
  Draw draw(2);
  shapes::for_scalars([&]<Real R>() {
    using Limits = std::numeric_limits<R>;
    using L = idem::Lanes<R>;
    for (const Kind kind : inputs::kKinds) {
      CAPTURE(inputs::name(kind));
      for (int round = 0; round < 100; ++round) {
        Edge<R> z(kind, draw, L::kWidth);
        R sums[L::kWidth], twin[L::kWidth];
        inputs::fill(kind, draw, sums, L::kWidth);
        const R odd[] = {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), -R{0}, R{0}};
        z.data()[draw.below(L::kWidth)] = odd[draw.below(5)];
        const bool minus = draw.coin();
        std::uint64_t fires = 0;
        for (Index i = 0; i < L::kWidth; ++i) {
          sums[i] = sums[i] + R{0};
          twin[i] = sums[i] + twins::with_sign(minus, twins::relu(z.data()[i]));
          if (z.data()[i] >= R{0}) fires |= std::uint64_t{1} << i;
        }
        auto sum = L::load(sums);
        const std::uint64_t said = idem::add_rectified<R>(sum, L::load(z.data()), minus);
        L::store(sums, sum);
        REQUIRE(said == fires);
        REQUIRE(inputs::same_bits(sums, twin, L::kWidth));
      }
    }
  });
}

TEST_CASE("the columns of neurons with a negative sign change theirs, and no others") {
  Draw draw(3);
  shapes::for_scalars([&]<Real R>() {
    shapes::for_each<shapes::kTails>([&]<Index N>() {
      constexpr Index M = 3;
      CAPTURE(N);
      for (const Index negative : {Index{0}, Index{1}, N}) {
        const Edge<R> from(Kind::ordinary, draw, M * N);
        Guarded<R> ours(M * N);
        std::vector<R> twin(inputs::size(M * N));
        std::vector<std::uint32_t> signs(inputs::size((N + 31) / 32));
        for (Index i = 0; i < negative; ++i) {
          const Index j = draw.below(N);
          signs[inputs::size(j / 32)] |= 1u << (j % 32);
        }
        for (Index i = 0; i < M * N; ++i) {
          const Index j = i % N;
          ours.data()[i] = from.data()[i];
          twin[inputs::size(i)] =
              twins::with_sign((signs[inputs::size(j / 32)] >> (j % 32)) & 1u, from.data()[i]);
        }
        idem::apply_signs<M, N>(ours.data(),
                                [&](Index j) { return signs[inputs::size(j / 32)] >> (j % 32); });
        REQUIRE(inputs::same_bits(ours.data(), twin.data(), M * N));
        REQUIRE(ours.intact());
      }
    });
  });
}
