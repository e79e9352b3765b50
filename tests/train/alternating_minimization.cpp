// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <idem/train/epoch.hpp>

#include "../inputs.hpp"
#include "../shapes.hpp"
#include "alternating.hpp"

namespace {

using alternating::homotopy;
using alternating::object;
using alternating::Outcome;
using alternating::plain;
using alternating::Portions;
using alternating::run;
using idem::Index;
using idem::Real;
using idem::ResidualRelu;
using idem::Status;
using inputs::Draw;

constexpr Index D = 8, N = D * D, kMany = 200;

template <class Solver, Index SliceCount = 0, Index Remembered = 0, class R = double>
using Trainer = idem::AlternatingMinimization<ResidualRelu<R, D>, Solver, SliceCount, Remembered>;
using Cholesky = Trainer<idem::ByCholesky>;
using CholeskySlices = Trainer<idem::ByCholesky, 16>;
using Rotations = Trainer<idem::ByRotations>;
using Gradients = Trainer<idem::ByConjugateGradient>;
using GradientsSlices = Trainer<idem::ByConjugateGradient, 16, 64>;

using Problem = alternating::Problem<double, D>;
using Options = idem::AlternatingOptions<double>;
using Weights = std::vector<double>;

/// Calls test.operator()<Trainer>() for direct solvers, for all.
template <class Test>
void for_direct(const Test& test) {
  test.template operator()<Cholesky>();
  test.template operator()<CholeskySlices>();
  test.template operator()<Rotations>();
}
template <class Test>
void for_all(const Test& test) {
  for_direct(test);
  test.template operator()<Gradients>();
  test.template operator()<GradientsSlices>();
}

/// Other samples for each iteration, the same for all steps of conjugate gradients in it.
struct Redrawn : Portions<double, D> {
  template <class Order>
  void get_inputs(const Order& order, Index first, Index count, double* to_x) const {
    for (Index p = 0; p < count; ++p) {
      std::memcpy(to_x + p * D, problem.x.data() + order(first + p) * D, sizeof(double) * D);
    }
  }
};

bool same(const Weights& a, const Weights& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

/// Weights between -1/8 and 1/8, that no run begins with by chance.
Weights somewhere() {
  Draw draw(1);
  Weights w(inputs::size(N));
  inputs::fill(inputs::Kind::ordinary, draw, w.data(), N);
  for (double& x : w) x /= 16;
  return w;
}

/// Weights from the sums I + W: column q is u(q, k).
template <class U>
Weights from_columns(const U& u) {
  Weights w;
  for (Index k = 0; k < D; ++k) {
    for (Index q = 0; q < D; ++q) w.push_back(u(q, k) - (k == q ? 1.0 : 0.0));
  }
  return w;
}

double mean_loss(const Problem& problem, const Weights& w) {
  Problem::Model model = problem.teacher;
  std::memcpy(model.weights().data(), w.data(), w.size() * sizeof(double));
  idem::StoredSamples<double, D> set(problem.x.data(), problem.y.data(), problem.count);
  static idem::SampleBuffer<double, D, 1> buffer;
  static idem::Slice<double, D, 0> slice;
  return idem::mean_loss(model, set, buffer, slice);
}

/// Runs every solver; each ends with its own of the statuses and W as it was.
void check_refused(const Problem& problem, const Options& options, const Weights& start, Status cholesky,
                   Status rotations, Status gradients, Index unknown) {
  for_all([&]<class T>() {
    Problem copy = problem;
    const auto outcome = run<T>(copy, options, start);
    const bool free = std::is_same_v<T, Gradients> || std::is_same_v<T, GradientsSlices>;
    CHECK(outcome.result.status == (free ? gradients : std::is_same_v<T, Rotations> ? rotations : cholesky));
    CHECK(outcome.result.iterations == 0);
    if (!free) CHECK(outcome.result.unknown == unknown);
    CHECK(same(outcome.weights, start));
  });
}

/// The direct solvers end so; conjugate gradients take one of many solutions.
void check_deficient(const Problem& problem, const Weights& start, Index unknown) {
  for (const Options& options : {plain<double>(), plain<double>(1)}) {
    for_direct([&]<class T>() {
      Problem copy = problem;
      const auto outcome = run<T>(copy, options, start);
      CHECK(outcome.result.status ==
            (std::is_same_v<T, Rotations> ? Status::rank_deficient : Status::not_positive_definite));
      CHECK(outcome.result.unknown == unknown);
      CHECK(same(outcome.weights, start));
    });
  }
}

}  // namespace

TEST_CASE(
    "every solver recovers the teacher, whatever the signs; slices and memory of samples change no bit") {
  for (const bool signs : {true, false}) {
    Problem problem(1, kMany, signs);
    const auto check = [&]<class T>(double distance) {
      const auto outcome = run<T>(problem, plain<double>());
      CHECK(outcome.result.status == Status::ok);
      CHECK(outcome.distance < distance);
      return outcome;
    };
    const auto direct = check.operator()<Cholesky>(1e-14);
    CHECK(same(check.operator()<CholeskySlices>(1e-14).weights, direct.weights));
    check.operator()<Rotations>(1e-14);
    const auto free = check.operator()<Gradients>(1e-6);
    const auto sliced = check.operator()<GradientsSlices>(1e-6);
    CHECK(same(sliced.weights, free.weights));
    CHECK(sliced.result.passes == free.result.passes);
  }
}

TEST_CASE("a set in memory is trained on as one that comes in portions, also after another set") {
  using Many = Trainer<idem::ByConjugateGradient, 208, 208>;
  for (const std::uint64_t seed : {2u, 3u}) {
    Problem problem(seed, kMany);
    idem::StoredSamples<double, D> stored(problem.x.data(), problem.y.data(), problem.count);
    CHECK(same(run<CholeskySlices>(stored, problem, plain<double>()).weights,
               run<CholeskySlices>(problem, plain<double>()).weights));
    for (const Options& options : {plain<double>(), homotopy<double>()}) {
      const Weights portions = run<Gradients>(problem, options).weights;
      CHECK(same(run<GradientsSlices>(stored, problem, options).weights, portions));
      CHECK(same(run<Many>(stored, problem, options).weights, portions));
    }
  }
}

TEST_CASE("samples that are drawn anew for each iteration are not taken for those of the one before") {
  const auto train = []<class T>() {
    Problem problem(1, kMany);
    Redrawn set{{problem, true}};
    return run<T>(set, problem, plain<double>(12));
  };
  const auto one = train.operator()<Gradients>(), many = train.operator()<GradientsSlices>();
  CHECK(one.distance < 1e-6);
  CHECK(same(many.weights, one.weights));
  CHECK(many.result.passes == one.result.passes);
}

TEST_CASE("windows of begin, feed and end are the iterations of a run") {
  for_direct([]<class T>() {
    Problem problem(3, kMany);
    const auto whole = run<T>(problem, plain<double>());
    REQUIRE(whole.result.status == Status::ok);
    T& trainer = object<T>;
    REQUIRE(trainer.init() == Status::ok);
    for (Index j = 0; j < D; j += 3) trainer.model().set_negative(j, true);
    trainer.begin();
    for (Index i = 0; i < whole.result.iterations; ++i) {
      for (Index s = 0; s < kMany; ++s) {
        REQUIRE(trainer.feed(problem.x.data() + s * D, problem.y[inputs::size(s)]) == Status::ok);
      }
      REQUIRE(trainer.end().status == Status::ok);
    }
    CHECK(std::memcmp(trainer.weights().data(), whole.weights.data(), sizeof(double) * N) == 0);
  });
}

TEST_CASE("an empty window is told and changes nothing; a sample that is not finite is refused alone") {
  for_direct([]<class T>() {
    using Limits = std::numeric_limits<double>;
    Problem problem(3, kMany);
    T& trainer = object<T>;
    REQUIRE(trainer.init() == Status::ok);
    const auto window = [&](bool bad) {
      const Weights start = somewhere();
      std::memcpy(trainer.weights().data(), start.data(), sizeof(double) * N);
      trainer.begin();
      for (Index s = 0; s < kMany; ++s) {
        const double* const x = problem.x.data() + s * D;
        const double y = problem.y[inputs::size(s)];
        if (bad && s % 7 == 3) {
          std::vector<double> wrong(x, x + D);
          wrong[inputs::size(s % D)] = s % 2 == 0 ? Limits::quiet_NaN() : -Limits::infinity();
          REQUIRE(trainer.feed(wrong.data(), y) == Status::not_finite);
          REQUIRE(trainer.feed(x, s % 2 == 0 ? Limits::infinity() : Limits::quiet_NaN()) ==
                  Status::not_finite);
        }
        REQUIRE(trainer.feed(x, y) == Status::ok);
      }
      REQUIRE(trainer.end().status == Status::ok);
      return Weights(trainer.weights().data(), trainer.weights().data() + N);
    };
    const Weights clean = window(false);
    CHECK(same(window(true), clean));
    CHECK(trainer.end().status == Status::empty_batch);
    CHECK(std::memcmp(trainer.weights().data(), clean.data(), sizeof(double) * N) == 0);
    // Too few samples for the unknowns.
    for (Index s = 0; s < N - 1; ++s) {
      REQUIRE(trainer.feed(problem.x.data() + s * D, problem.y[inputs::size(s)]) == Status::ok);
    }
    CHECK(trainer.end().status == Status::rank_deficient);
    CHECK(std::memcmp(trainer.weights().data(), clean.data(), sizeof(double) * N) == 0);
    // They are still there; a run forgets them.
    CHECK(trainer.end().status == Status::rank_deficient);
    idem::StoredSamples<double, D> set(problem.x.data(), problem.y.data(), problem.count);
    idem::SampleBuffer<double, D, 1> buffer;
    CHECK(trainer.train(set, buffer, {.iterations = 1}).iterations == 1);
    CHECK(trainer.end().status == Status::empty_batch);
    CHECK(trainer.train(set, buffer, {.iterations = -1}).status == Status::bad_argument);
    CHECK(trainer.train(set, buffer, {.rate = 1}).status == Status::bad_argument);
  });
}

TEST_CASE("fewer samples than unknowns are refused unseen") {
  Problem problem(1, N - 1);
  const Status few = Status::rank_deficient;
  check_refused(problem, plain<double>(), somewhere(), few, few, few, -1);
  check_refused(problem, homotopy<double>(), somewhere(), few, few, few, -1);
}

TEST_CASE("an input that is always 0 is no system for any solver") {
  Problem problem(1, kMany);
  for (Index s = 0; s < kMany; ++s) problem.x[inputs::size(s * D + 3)] = 0;
  const Status not_definite = Status::not_positive_definite;
  check_refused(problem, plain<double>(), somewhere(), not_definite, Status::rank_deficient, not_definite, 3);
}

TEST_CASE("samples, inputs and labels that are not finite end a run, wherever they stand, W as it was") {
  using Limits = std::numeric_limits<double>;
  const Status bad = Status::not_finite;
  for (const Index at : {Index{0}, Index{100}, kMany - 1}) {
    for (const double value : {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity()}) {
      for (const Options& options : {plain<double>(), homotopy<double>()}) {
        Problem labels(1, kMany), inputs_of(1, kMany);
        labels.y[inputs::size(at)] = value;
        inputs_of.x[inputs::size(at * D + at % D)] = value;
        check_refused(labels, options, somewhere(), bad, bad, bad, -1);
        check_refused(inputs_of, options, somewhere(), bad, bad, bad, -1);
      }
    }
  }
}

TEST_CASE("a label that is not finite in a later pass leaves the weights of the iteration before") {
  for_direct([]<class T>() {
    Problem problem(1, kMany);
    Portions<double, D> set{problem, false, 0, 3, 150};
    const auto outcome = run<T>(set, problem, plain<double>());
    CHECK(outcome.result.status == Status::not_finite);
    CHECK(outcome.result.iterations == 2);
    Problem clean(1, kMany);
    T& trainer = object<T>;
    REQUIRE(trainer.init() == Status::ok);
    for (Index j = 0; j < D; j += 3) trainer.model().set_negative(j, true);
    for (int i = 0; i < 2; ++i) {
      for (Index s = 0; s < kMany; ++s) {
        REQUIRE(trainer.feed(clean.x.data() + s * D, clean.y[inputs::size(s)]) == Status::ok);
      }
      REQUIRE(trainer.end().status == Status::ok);
    }
    CHECK(std::memcmp(trainer.weights().data(), outcome.weights.data(), sizeof(double) * N) == 0);
  });
}

TEST_CASE("columns that depend on others are told by direct solvers, with the unknown, W as it was") {
  const Problem problem(1, kMany);
  check_deficient(problem, from_columns([](Index q, Index k) {
                    if (q != 1 && q != 2) return k == q ? 1.0 : 0.0;
                    return (k == 1 ? 1.0 : 0.1 * static_cast<double>(k)) * (q == 2 ? 2.0 : 1.0);
                  }),
                  2 * D);
  // Two antiparallel pairs of one sign: together each pair is linear.
  check_deficient(problem, from_columns([](Index q, Index k) {
                    const auto pair = [&](Index a) {
                      return (k == a ? 1.0 : 0.0) + 0.1 * (static_cast<double>(k) - 3);
                    };
                    if (q == 1 || q == 2) return q == 1 ? pair(1) : -pair(1);
                    if (q == 4 || q == 5) return q == 4 ? pair(4) : -pair(4);
                    return k == q ? 1.0 : 0.0;
                  }),
                  5 * D);
}

TEST_CASE("neurons that fire on no sample are told by direct solvers") {
  Problem problem(1, kMany);
  for (double& x : problem.x) x = x < 0 ? -x : x;
  problem.label();
  const auto off = [](bool all) {
    return from_columns([all](Index q, Index k) {
      return all || q == 1 || q == 5 ? -1.0 : k == q ? 1.0 : 0.5;
    });
  };
  check_deficient(problem, off(false), D);
  check_deficient(problem, off(true), 0);
}

TEST_CASE("samples that repeat count once") {
  Problem problem(1, kMany);
  for (Index s = 40; s < kMany; ++s) {
    std::memcpy(problem.x.data() + s * D, problem.x.data() + s % 40 * D, sizeof(double) * D);
  }
  problem.label();
  for_direct([&]<class T>() {
    const auto outcome = run<T>(problem, plain<double>(), somewhere());
    CHECK((outcome.result.status == Status::not_positive_definite ||
           outcome.result.status == Status::rank_deficient));
    CHECK(same(outcome.weights, somewhere()));
  });
}

TEST_CASE("weights that would not be finite are not taken") {
  Problem problem(1, kMany);
  for (double& y : problem.y) y = 1e308;
  const Status diverged = Status::diverged;
  check_refused(problem, plain<double>(), Weights(inputs::size(N)), diverged, diverged,
                Status::not_positive_definite, -1);
}

TEST_CASE("after the last iteration, and after a cycle, W is that of the lowest loss met") {
  for_all([]<class T>() {
    // From seed 2 the masks of Cholesky's run repeat in a cycle.
    for (const Index iterations : {1, 2, 5, 60}) {
      CAPTURE(iterations);
      Problem problem(2, 77);
      const auto outcome = run<T>(problem, plain<double>(iterations));
      if (outcome.result.status != Status::not_converged && outcome.result.status != Status::cycle) continue;
      CHECK(outcome.result.loss == mean_loss(problem, outcome.weights));
      if (outcome.result.status == Status::not_converged) CHECK(outcome.result.iterations == iterations);
      // No iteration met a lower one.
      for (Index earlier = 1; earlier < iterations && earlier < outcome.result.iterations; ++earlier) {
        Problem copy(2, 77);
        CHECK(run<T>(copy, plain<double>(earlier)).result.loss >= outcome.result.loss);
      }
    }
  });
  Problem problem(2, 77);
  CHECK(run<CholeskySlices>(problem, plain<double>()).result.status == Status::cycle);
}

TEST_CASE("no iterations are not converged, and change nothing") {
  Problem problem(1, kMany);
  check_refused(problem, plain<double>(0), somewhere(), Status::not_converged, Status::not_converged,
                Status::not_converged, -1);
}

TEST_CASE("the teacher's own weights are kept, by either course") {
  for_all([]<class T>() {
    for (const Options& options : {plain<double>(), homotopy<double>()}) {
      Problem problem(1, kMany);
      const double* const w = problem.teacher.weights().data();
      const auto outcome = run<T>(problem, options, Weights(w, w + N));
      CHECK(outcome.result.status == Status::ok);
      CHECK(outcome.result.loss == 0);
      CHECK(outcome.distance == 0);
    }
  });
}
