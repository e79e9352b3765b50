// SPDX-License-Identifier: Apache-2.0
/// \file  A trainer of any model behind functions, and the batches by which it is tried against the
/// plain loop.
#pragma once

#include <doctest/doctest.h>

#include <idem/base/digest.hpp>
#include <idem/train/sgd.hpp>

#include "../hands.hpp"
#include "../inputs.hpp"
#include "../twins.hpp"

namespace trainer {

using hands::Hands;
using hands::Way;
using idem::Index;
using idem::Real;
using idem::Status;
using inputs::Draw;
using inputs::Kind;

template <class Trainer>
Trainer object;

/// What a trainer can do, for tests that know its sizes at run time. Every function works on one
/// object in static storage.
template <Real R>
struct Erased {
  Index d;
  Index slice;
  bool residual;
  unsigned char* bytes;
  std::size_t size;
  Status (*init)();
  R* (*weights)();
  void (*set_negative)(Index j, bool minus);
  Status (*feed)(const R* x, const R* y, Index count, Hands& hands);
  Status (*end_batch)(R eta, Hands& hands);
  void (*abort_batch)();
  Index (*count)();
  R (*loss)();

  /// The object, byte for byte.
  [[nodiscard]] std::vector<unsigned char> state() const { return {bytes, bytes + size}; }
};

template <class Model, Index Slice>
Erased<typename Model::Scalar> erased() {
  using R = typename Model::Scalar;
  using T = idem::Sgd<Model, Slice>;
  constexpr Index D = Model::kDim;
  return {
      D,
      Slice,
      Model::kSkip == idem::Skip::identity,
      reinterpret_cast<unsigned char*>(&object<T>),
      sizeof(T),
      [] { return object<T>.init(); },
      [] { return object<T>.weights().data(); },
      [](Index j, bool minus) { object<T>.model().set_negative(j, minus); },
      [](const R* x, const R* y, Index count, Hands& hands) { return object<T>.feed(x, y, count, hands); },
      [](R eta, Hands& hands) { return object<T>.end_batch(eta, hands); },
      [] { object<T>.abort_batch(); },
      [] { return object<T>.count(); },
      [] { return object<T>.loss(); }};
}

/// How samples are handed over.
enum class Feeding { one_by_one, whole, portions, mixed };
inline constexpr Feeding kFeedings[] = {Feeding::one_by_one, Feeding::whole, Feeding::portions,
                                        Feeding::mixed};

/// A course of training: batches of samples that are drawn once and then fed in any way.
template <Real R>
struct Course {
  Course(Index dim, Kind kind_of_inputs, std::vector<Index> batch_sizes, std::uint64_t seed)
      : d(dim), kind(kind_of_inputs), batches(std::move(batch_sizes)) {
    Draw draw(seed);
    Index total = 0;
    for (const Index batch : batches) total += batch;
    x.resize(inputs::size(total * d));
    y.resize(inputs::size(total));
    w.resize(inputs::size(d * d));
    negative.resize(inputs::size(d));
    inputs::fill(kind, draw, x.data(), total * d);
    inputs::fill(kind, draw, y.data(), total);
    inputs::fill(kind, draw, w.data(), d * d);
    for (char& minus : negative) minus = draw.coin();
  }

  Index d;
  Kind kind;
  std::vector<Index> batches;
  std::vector<R> x, y, w;
  std::vector<char> negative;
  R eta = R{1} / R{64};

  /// The weights, loss and outcome after each batch, one behind the other, by the plain loop.
  [[nodiscard]] std::vector<R> run_twin(bool residual) const {
    twins::Network<R> twin(d, residual);
    twin.weights = w;
    twin.negative = negative;
    std::vector<R> history;
    Index at = 0;
    for (const Index batch : batches) {
      for (Index i = 0; i < batch; ++i, ++at) twin.feed(x.data() + at * d, y[inputs::size(at)]);
      const bool taken = twin.end_batch(eta);
      record(history, twin.weights.data(), twin.loss, taken);
    }
    return history;
  }

  /// The same by a trainer.
  [[nodiscard]] std::vector<R> run(const Erased<R>& t, Feeding feeding, Hands& hands,
                                   std::uint64_t seed) const {
    Draw draw(seed);
    std::vector<R> history;
    REQUIRE(t.init() == Status::ok);
    std::memcpy(t.weights(), w.data(), w.size() * sizeof(R));
    for (Index j = 0; j < d; ++j) t.set_negative(j, negative[inputs::size(j)] != 0);
    Index at = 0;
    for (const Index batch : batches) {
      for (Index left = batch; left > 0;) {
        const R* const sample = x.data() + at * d;
        const bool alone = feeding == Feeding::one_by_one || (feeding == Feeding::mixed && draw.coin());
        const Index count = alone ? 1 : feeding == Feeding::whole ? left : draw.below(left + 1);
        REQUIRE(t.feed(sample, y.data() + at, count, hands) == Status::ok);
        left -= count;
        at += count;
        REQUIRE(t.count() == batch - left);
      }
      const Status status = t.end_batch(eta, hands);
      REQUIRE((status == Status::ok || status == Status::diverged));
      REQUIRE(t.count() == 0);
      record(history, t.weights(), t.loss(), status == Status::ok);
    }
    return history;
  }

 private:
  void record(std::vector<R>& history, const R* weights, R loss, bool taken) const {
    history.insert(history.end(), weights, weights + d * d);
    history.push_back(loss);
    history.push_back(taken ? R{1} : R{0});
  }
};

/// Whether two histories are the same bits.
template <Real R>
bool same(const std::vector<R>& a, const std::vector<R>& b) {
  return a.size() == b.size() && inputs::same_bits(a.data(), b.data(), static_cast<Index>(a.size()));
}

/// Batches with short ends, single samples, and more samples than a slice or a block of depth
/// holds.
inline std::vector<Index> batches_for(Index d) {
  if (d > 200) return {3, 1, 101};
  if (d > 100) return {3, 1, 21};
  if (d > 33) return {33, 1, 70, 5};
  return {50, 1, 17, 3, 130, 64, 4, 500};
}

template <Real R>
void check_course(const Erased<R>& t, Kind kind) {
  CAPTURE(inputs::name(kind));
  CAPTURE(sizeof(R));
  CAPTURE(t.d);
  CAPTURE(t.slice);
  CAPTURE(t.residual);
  const Course<R> course(t.d, kind, batches_for(t.d), static_cast<std::uint64_t>(t.d));
  const std::vector<R> expected = course.run_twin(t.residual);
  Hands alone(Way::forward, 1);
  for (const Feeding feeding : kFeedings) {
    CAPTURE(static_cast<int>(feeding));
    REQUIRE(same(course.run(t, feeding, alone, 1), expected));
  }
  for (const int parts : {1, 2, 3, 5}) {
    CAPTURE(parts);
    for (const Way way : {Way::reversed, Way::threads}) {
      Hands hands(way, parts);
      const Feeding feeding = parts % 2 == 0 ? Feeding::portions : Feeding::whole;
      REQUIRE(same(course.run(t, feeding, hands, 2), expected));
      if (kind == Kind::ordinary) REQUIRE(hands.runs() > 0);
    }
  }
}

template <class Model, Index... Slices>
void check_trainers() {
  for (const Kind kind : inputs::kKinds) {
    (check_course(erased<Model, Slices>(), kind), ...);
  }
}

}  // namespace trainer
