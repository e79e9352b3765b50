// SPDX-License-Identifier: Apache-2.0
/// \file  How accurate each solver of alternating minimization is, against the condition of its systems.
///
/// The neurons that fire are to be those of the teacher, so that one least-squares system has a known, exact
/// solution: the student begins as the teacher, with labels twice the teacher's. As f is linear in I + W
/// while nobody's firing changes, and doubling I + W changes nobody's, the correction is I + W*. Its first
/// solution shows the solver's own error; what alternating minimization ends with, that it corrects itself.
/// (Conjugate gradients begin with few steps: from an inexact W other neurons fire, and at n = 410
/// alternating minimization does not find back.)
#include <fmt/format.h>

#include "cli/guarded_main.hpp"
#include "experiments/experiment.hpp"
#include "experiments/teacher_student.hpp"

namespace {

using namespace idem;

constexpr Index kDim = 20;

template <Real R>
struct Workspace {
  using Model = ResidualRelu<R, kDim>;
  Problem<R, kDim> problem;
  Direct<Model> cholesky;
  AlternatingMinimization<Model, ByRotations> rotations;
  AlternatingMinimization<Model, ByConjugateGradient, 256, 2048> matrix_free;
  LanczosMemory<R, kDim, kDim, 800> memory;

  /// ||W - (I + 2 W*)||_F / ||I + W*||_F
  [[nodiscard]] double error(const Model& model) const {
    const R* const w = model.weights().data();
    const R* const t = problem.teacher().weights().data();
    const R off = detail::matrix_norm<kDim, kDim, R>([&](Index i, Index q) {
      const R wanted = R{2} * t[i * kDim + q];
      return w[i * kDim + q] - (i == q ? R{1} + wanted : wanted);
    });
    return static_cast<double>(off) / static_cast<double>(problem.length());
  }

  /// Iterations until nobody's firing changes, and one more with what that left.
  template <class Trainer>
  double final_error(Trainer& trainer) {
    demand(trainer.init());
    trainer.model() = problem.teacher();
    AlternatingOptions<R> options;
    options.course = Course::plain;
    options.iterations = 40;  // the steps of conjugate gradients have then grown to 1000
    options.tolerance = sizeof(R) == 4 ? static_cast<R>(0x1p-20) : static_cast<R>(0x1p-44);
    StoredSamples<R, kDim> set = problem.set();
    (void)trainer.train(set, problem.buffer(), options);
    return error(trainer.model());
  }

  template <class Trainer>
  double first_error(Trainer& trainer) {
    demand(trainer.init());
    trainer.model() = problem.teacher();
    if (iterate(problem, trainer) != Status::ok) return std::numeric_limits<double>::infinity();
    return error(trainer.model());
  }

  void set(const ProblemOptions& options) {
    problem.set(options);
    for (Index i = 0; i < options.samples; ++i) problem.y(i) = R{2} * problem.y(i);
  }

  /// first and final of Cholesky's factorization, of rotations; final of conjugate gradients.
  void run(std::vector<double>& numbers) {
    numbers.push_back(first_error(cholesky));
    numbers.push_back(final_error(cholesky));
    numbers.push_back(first_error(rotations));
    numbers.push_back(final_error(rotations));
    numbers.push_back(final_error(matrix_free));
  }

  /// Of B^T B at the teacher; infinite where it is singular.
  double condition() {
    demand(matrix_free.init());
    matrix_free.model() = problem.teacher();
    StoredSamples<R, kDim> set = problem.set();
    const Extremes<R> ends = matrix_free.extremes(set, problem.buffer(), memory);
    const bool regular = problem.samples() >= kDim * kDim && ends.least > R{0};
    return regular ? static_cast<double>(ends.greatest / ends.least)
                   : std::numeric_limits<double>::infinity();
  }
};

struct Workspaces {
  Workspace<float> single_precision;
  Workspace<double> double_precision;
};

struct Known {
  const char* n;
  const char* text;
};

/// One trial of an independent reproduction in NumPy: condition; in double the first errors of Cholesky's
/// factorization and QR; in float the first of Cholesky's, that after three corrections, the first of QR.
constexpr Known kKnown[] = {{"410", "1.9e+05  2e-12    1e-14    2.0e-03  1.8e-06  1.0e-06"},
                            {"500", "4.9e+03  2e-13    7e-15    1.1e-04  6.0e-07  4.0e-07"},
                            {"700", "1.3e+03  9e-14    4e-15    7.0e-05  3.7e-07  2.7e-07"},
                            {"1200", "4.6e+02  5e-14    3e-15    3.8e-05  2.3e-07  2.6e-07"},
                            {"1700", "3.0e+02  6e-14    3e-15    2.5e-05  1.8e-07  2.2e-07"}};

Sweep sweep_of(const Settings& s) {
  Sweep sweep{{"n"}, {}, {"condition"}, s.trials};
  for (const Index n : s.samples) sweep.cells.push_back({std::to_string(n)});
  for (const char* scalar : {"double", "float"}) {
    for (const char* what :
         {"cholesky_first", "cholesky", "rotations_first", "rotations", "conjugate_gradient"}) {
      sweep.columns.push_back(fmt::format("{}_{}", scalar, what));
    }
  }
  return sweep;
}

Trial worker_of(const Settings& s, const Sweep& sweep) {
  return [s, &sweep, w = std::make_shared<Workspaces>()](std::size_t cell, std::size_t trial) {
    const ProblemOptions options{
        .seed = s.seed + trial, .samples = std::stol(sweep.cells[cell][0]), .norm = s.norm};
    w->double_precision.set(options);
    w->single_precision.set(options);
    std::vector<double> numbers{w->double_precision.condition()};
    w->double_precision.run(numbers);
    w->single_precision.run(numbers);
    return numbers;
  };
}

void print(const Sweep& sweep, const Outcomes& all) {
  fmt::print("median of {} trials of ||W - W*|| / ||I + W*||: after the first system, and in the end\n",
             sweep.trials);
  for (const std::string scalar : {"double", "float"}) {
    fmt::print("\n{:6}            Cholesky           rotations          conj. gradient\n", scalar);
    fmt::print("     n  condition  first    end      first    end      end\n");
    for (std::size_t c = 0; c < sweep.cells.size(); ++c) {
      const auto of = [&](const char* what) { return median(all.column(c, scalar + what)); };
      fmt::print("{:>6}  {:.1e}    {:.1e}  {:.1e}  {:.1e}  {:.1e}  {:.1e}\n", sweep.cells[c][0],
                 median(all.column(c, "condition")), of("_cholesky_first"), of("_cholesky"),
                 of("_rotations_first"), of("_rotations"), of("_conjugate_gradient"));
    }
  }
  fmt::print("\nindependent       double            float\n");
  fmt::print("     n  condition  Cholesky QR       Cholesky +3 its.  QR\n");
  for (const Known& k : kKnown) fmt::print("{:>6}  {}\n", k.n, k.text);
}

std::vector<Panel> picture(const Sweep& sweep, const Outcomes& all) {
  std::vector<Panel> panels;
  for (const std::string scalar : {"double", "float"}) {
    panels.push_back(
        {"log10 of the condition of B^T B", scalar + ": ||W - W*|| / ||I + W*||, median", {}, true});
    for (const auto& [column, name] : {std::pair{"_cholesky_first", "Cholesky, first"},
                                       {"_cholesky", "Cholesky, end"},
                                       {"_rotations_first", "rotations, first"},
                                       {"_rotations", "rotations, end"},
                                       {"_conjugate_gradient", "conjugate gradients"}}) {
      Curve curve{name, {}, {}};
      for (std::size_t c = 0; c < sweep.cells.size(); ++c) {
        const double condition = median(all.column(c, "condition"));
        if (!std::isfinite(condition)) continue;
        curve.x.push_back(std::log10(condition));
        curve.y.push_back(median(all.column(c, scalar + column)));
      }
      panels.back().curves.push_back(std::move(curve));
    }
  }
  return panels;
}

}  // namespace

int main(int argc, char** argv) {
  const Experiment experiment{
      .name = "am-solvers",
      .claim = "accuracy of the solvers against the condition number",
      .fine = "50 trials, and more n",
      .trials = 10,
      .samples = {410, 440, 500, 600, 700, 1200, 1700},
      .fine_samples = {405, 410, 420, 430, 440, 460, 480, 500, 550, 600, 700, 800, 1000, 1200, 1700, 4000},
      .descends = false,
      .sweep = sweep_of,
      .worker = worker_of,
      .print = print,
      .picture = picture};
  return guarded_main([&] { return run_experiment(experiment, argc, argv); });
}
