// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>
#include <utility>

#include <idem/train/matrix_free.hpp>

#include "../inputs.hpp"
#include "../shapes.hpp"
#include "gated.hpp"

namespace {

using gated::Data;
using idem::Gates;
using idem::Index;
using idem::MaskHash;
using idem::MatrixFree;
using idem::Real;
using idem::ResidualRelu;
using idem::Status;
using inputs::Draw;
using inputs::Kind;

/// Section 13.4, the product.
template <Real R, Index D>
std::vector<R> product(Data<R, D>& data, const Gates<R>& opening, const std::vector<R>& p) {
  std::vector<R> w(inputs::size(D * D));
  for (Index s = 0; s < data.count; ++s) {
    const std::vector<R> c = data.gates(s, opening);
    const R* const at = data.x.data() + s * D;
    R t = R{0};
    for (Index q = 0; q < D; ++q) {
      const R gate = c[inputs::size(q)];
      if (gate == R{0}) continue;
      R u = R{0};
      for (Index k = 0; k < D; ++k) u = idem::fma(at[k], p.data()[k * D + q], u);
      t = idem::fma(gate, u, t);
    }
    for (Index q = 0; q < D; ++q) {
      const R gate = c[inputs::size(q)];
      if (gate == R{0}) continue;
      const R share = gate * t;
      for (Index k = 0; k < D; ++k) w.data()[k * D + q] = idem::fma(at[k], share, w.data()[k * D + q]);
    }
  }
  for (R& sum : w) sum = sum + R{0};
  return w;
}

template <class System>
System object;

/// What a system computes of a right-hand side and of products, hard and soft.
template <Real R>
struct Results {
  std::vector<R> products;
  Status status = Status::ok;
  Index steps = 0;
  R residual = R{0};
  std::vector<R> solution;
  std::uint64_t hash = 0;
};

template <class System, class R, Index D>
Results<R> solve(const Data<R, D>& data, const Gates<R>& opening, const std::vector<R>& p, R ridge,
                 bool by_slices, bool first = true, bool same = false) {
  System& system = object<System>;
  Results<R> results;
  system.clear(first, same);
  MaskHash hash;
  idem::LongSum<R> losses{};
  Index done = 0;
  data.each([&](const R* x, Index count) {
    const R* const y = data.y.data() + done;
    if constexpr (System::kSlices) {
      if (by_slices) {
        REQUIRE(system.add_slice(data.model, x, y, count, hash, losses));
        done += count;
        return;
      }
    }
    idem::GatedSample<R, D> sample;
    for (Index s = 0; s < count; ++s) {
      sample.set(data.model, x + s * D, opening, hash);
      system.add(x + s * D, sample, y[s] - sample.output);
    }
    done += count;
  });
  results.hash = hash.value();
  const auto each = [&](const auto& f) { data.each(f); };
  const auto ended = system.solve(data.model, opening, ridge, 6, R{0}, each);
  results.status = ended.status;
  results.steps = ended.steps;
  results.residual = ended.residual;
  for (Index q = 0; q < D; ++q) {
    for (Index i = 0; i < D; ++i) results.solution.push_back(system.solution(q, i));
  }
  results.products.resize(p.size());
  system.multiply(data.model, opening, p.data(), results.products.data(), each);
  return results;
}

template <Real R>
void require_same(const Results<R>& a, const Results<R>& b) {
  REQUIRE(a.hash == b.hash);
  REQUIRE(inputs::same_bits(a.products.data(), b.products.data(), static_cast<Index>(a.products.size())));
  REQUIRE(a.status == b.status);
  REQUIRE(a.steps == b.steps);
  REQUIRE(inputs::same_bits(a.residual, b.residual));
  REQUIRE(inputs::same_bits(a.solution.data(), b.solution.data(), static_cast<Index>(a.solution.size())));
}

/// Portions of at most 32, as the slices below want them.
const std::vector<std::vector<Index>> kPortions = {{1}, {32}, {5}, {17, 32, 31}, {7, 7, 7, 7, 7, 3}};

template <Real R, Index D>
void check(Draw& draw) {
  CAPTURE(sizeof(R));
  CAPTURE(D);
  using Model = ResidualRelu<R, D>;
  for (const Kind kind : inputs::kKinds) {
    CAPTURE(inputs::name(kind));
    for (const std::vector<Index>& portions : kPortions) {
      CAPTURE(portions.size());
      Data<R, D> data(kind, draw, portions);
      std::vector<R> p(inputs::size(D * D));
      inputs::fill(kind, draw, p.data(), D * D);
      for (const Gates<R>& opening : {Gates<R>{}, Gates<R>{true, R{0.75}}}) {
        CAPTURE(opening.soft);
        const R ridge = opening.soft ? R{0.125} : R{0};
        const std::vector<R> twin = product(data, opening, p);
        const Results<R> one = solve<MatrixFree<Model>>(data, opening, p, ridge, false);
        REQUIRE(inputs::same_bits(one.products.data(), twin.data(), D * D));
        if constexpr (D == 5) {
          require_same(solve<MatrixFree<Model, 32, 0>>(data, opening, p, ridge, !opening.soft), one);
        }
        // Two portions are remembered, and the others are not.
        require_same(solve<MatrixFree<Model, 32, 64>>(data, opening, p, ridge, !opening.soft), one);
      }
    }
  }
}

}  // namespace

TEST_CASE(
    "products with B^T B are the plain loops', one by one, by slices and remembered, gates hard and soft") {
  Draw draw(1);
  shapes::for_scalars([&]<Real R>() {
    check<R, 5>(draw);
    check<R, 9>(draw);
    check<R, 20>(draw);
  });
}

TEST_CASE("slices of several panels are remembered panel by panel") {
  Draw draw(6);
  shapes::for_scalars([&]<Real R>() {
    // Eight neurons need no panels, but who keeps transposed inputs gets them.
    using Model = ResidualRelu<R, 8>;
    Data<R, 8> data(Kind::ordinary, draw, {64, 50});
    const std::vector<R> p(64, R{1});
    const Results<R> one = solve<MatrixFree<Model>>(data, {}, p, R{0}, false);
    require_same(solve<MatrixFree<Model, 64, 64>>(data, {}, p, R{0}, true), one);
    require_same(solve<MatrixFree<Model, 64, 128>>(data, {}, p, R{0}, true), one);
  });
}

TEST_CASE("what is remembered is forgotten before the next product at other weights") {
  Draw draw(2);
  shapes::for_scalars([&]<Real R>() {
    using System = MatrixFree<ResidualRelu<R, 5>, 32, 64>;
    Data<R, 5> data(Kind::ordinary, draw, {32, 9});
    std::vector<R> p(25), ours(25);
    inputs::fill(Kind::ordinary, draw, p.data(), 25);
    (void)solve<System>(data, {}, p, R{0}, true);
    inputs::fill(Kind::ordinary, draw, data.model.weights().data(), 25);
    data.network.weights.assign(data.model.weights().data(), data.model.weights().data() + 25);
    object<System>.forget();
    object<System>.multiply(data.model, {}, p.data(), ours.data(), [&](const auto& f) { data.each(f); });
    REQUIRE(inputs::same_bits(ours.data(), product(data, Gates<R>{}, p).data(), 25));
  });
}

TEST_CASE("transposed inputs serve at other weights, if the samples are the same") {
  Draw draw(4);
  shapes::for_scalars([&]<Real R>() {
    using Model = ResidualRelu<R, 5>;
    using System = MatrixFree<Model, 32, 64>;
    const std::vector<R> p(25, R{1});
    // Two portions are remembered; the first is no whole vector.
    Data<R, 5> data(Kind::ordinary, draw, {31, 32, 32, 9});
    (void)solve<MatrixFree<Model>>(data, {}, p, R{0}, false);
    (void)solve<System>(data, {}, p, R{0}, true);
    for (const bool same : {true, true, false, true}) {
      CAPTURE(same);
      inputs::fill(Kind::ordinary, draw, data.model.weights().data(), 25);
      if (!same) inputs::fill(Kind::ordinary, draw, data.x.data(), data.count * 5);
      require_same(solve<System>(data, {}, p, R{0}, true, false, same),
                   solve<MatrixFree<Model>>(data, {}, p, R{0}, false, false));
    }
  });
}

TEST_CASE("a slice that is refused adds nothing, and a good one may follow") {
  Draw draw(5);
  shapes::for_scalars([&]<Real R>() {
    using Model = ResidualRelu<R, 5>;
    using System = MatrixFree<Model, 32, 64>;
    const std::vector<R> p(25, R{1});
    Data<R, 5> data(Kind::ordinary, draw, {32});
    const Results<R> one = solve<MatrixFree<Model>>(data, {}, p, R{0}, false);
    System& system = object<System>;
    MaskHash hash;
    idem::LongSum<R> losses{};
    system.clear(true);
    const R good = std::exchange(data.x[77], std::numeric_limits<R>::infinity());
    REQUIRE(!system.add_slice(data.model, data.x.data(), data.y.data(), 32, hash, losses));
    CHECK(hash.value() == MaskHash{}.value());
    CHECK(losses.value() == R{0});
    data.x[77] = good;
    REQUIRE(system.add_slice(data.model, data.x.data(), data.y.data(), 32, hash, losses));
    CHECK(hash.value() == one.hash);
    const auto each = [&](const auto& f) { data.each(f); };
    REQUIRE(system.solve(data.model, {}, R{0}, 6, R{0}, each).status == one.status);
    for (Index q = 0; q < 5; ++q) {
      for (Index i = 0; i < 5; ++i) {
        REQUIRE(inputs::same_bits(system.solution(q, i), one.solution[inputs::size(q * 5 + i)]));
      }
    }
  });
}

TEST_CASE("inputs that do not span all dimensions are no system") {
  shapes::for_scalars([]<Real R>() {
    Draw draw(3);
    Data<R, 5> data(Kind::ordinary, draw, {32, 32});
    for (Index s = 0; s < data.count; ++s) data.x.data()[s * 5 + 3] = R{0};
    const std::vector<R> p(25);
    using Model = ResidualRelu<R, 5>;
    const Results<R> one = solve<MatrixFree<Model>>(data, {}, p, R{0}, false);
    CHECK(one.status == Status::not_positive_definite);
    CHECK(one.steps == 0);
    CHECK(solve<MatrixFree<Model, 32, 64>>(data, {}, p, R{0}, true).status == Status::not_positive_definite);
  });
}
