// SPDX-License-Identifier: Apache-2.0
/// \file  One set of samples for all iterations, or fresh ones for each, as the theory of [JagatapHegde19]
///        wants.
#include <fmt/format.h>

#include "cli/guarded_main.hpp"
#include "experiments/experiment.hpp"
#include "experiments/teacher_student.hpp"

namespace {

using namespace idem;

constexpr Index kDim = 20;
constexpr int kIterations = 60;
constexpr double kNever = std::numeric_limits<double>::infinity();

struct Workspace {
  Problem<double, kDim> problem;
  Direct<ResidualRelu<double, kDim>> alternating;
  Descent<double, kDim> descent;
};

struct Known {
  const char* signs;
  const char* n;
  const char* text;
};

/// Of 20 trials of an independent reproduction in NumPy: successes with a fixed set, with fresh samples.
constexpr Known kKnown[] = {
    {"ones", "500", " 3    0"},   {"ones", "550", "19   15"},    {"ones", "600", "20   20"},
    {"ones", "700", "20   20"},   {"ones", "1200", "20   20"},   {"ones", "1700", "20   20"},
    {"random", "500", " 0    0"}, {"random", "550", "19    8"},  {"random", "600", "20   20"},
    {"random", "700", "20   20"}, {"random", "1200", "20   20"}, {"random", "1700", "20   20"}};

Sweep sweep_of(const Settings& s) {
  Sweep sweep{{"signs", "n"},
              {},
              {"am_fixed", "am_fixed_iterations", "am_fresh", "am_fresh_iterations", "gd_fixed", "gd_fresh"},
              s.trials};
  for (const char* signs : {"ones", "random"}) {
    for (const Index n : s.samples) sweep.cells.push_back({signs, std::to_string(n)});
  }
  return sweep;
}

/// Iteration t sees samples t n to t n + n - 1. The error at the end, and after which iteration it was a
/// success.
void alternate(Workspace& w, bool fresh, std::vector<double>& numbers) {
  demand(w.alternating.init());
  w.alternating.model() = w.problem.start();
  double error = w.problem.error(w.alternating.weights());
  double needed = kNever;
  if (w.problem.samples() >= kDim * kDim) {
    w.problem.draw(0);
    for (int t = 0; t < kIterations && error > 1e-12; ++t) {
      if (fresh && t > 0) w.problem.draw(static_cast<std::uint64_t>(t * w.problem.samples()));
      (void)iterate(w.problem, w.alternating);
      error = w.problem.error(w.alternating.weights());
      if (needed == kNever && error < kSuccess) needed = t + 1;
    }
  }
  numbers.push_back(error);
  numbers.push_back(needed);
}

/// The step of both is that of the first samples.
double descend(Workspace& w, bool fresh, std::uint32_t epochs) {
  w.problem.draw(0);
  w.descent.begin(w.problem);
  for (std::uint32_t e = 0; e < epochs; ++e) {
    if (fresh && e > 0) w.problem.draw(e * static_cast<std::uint64_t>(w.problem.samples()));
    if (!w.descent.epoch(w.problem)) break;
  }
  return w.problem.error(w.descent.sgd.weights());
}

Trial worker_of(const Settings& s, const Sweep& sweep) {
  return [s, &sweep, w = std::make_shared<Workspace>()](std::size_t cell, std::size_t trial) {
    const std::vector<std::string>& keys = sweep.cells[cell];
    w->problem.set({.seed = s.seed + trial,
                    .samples = std::stol(keys[1]),
                    .norm = s.norm,
                    .random_signs = keys[0] == "random"});
    std::vector<double> numbers;
    for (const bool fresh : {false, true}) alternate(*w, fresh, numbers);
    for (const bool fresh : {false, true}) numbers.push_back(descend(*w, fresh, s.epochs));
    return numbers;
  };
}

double successes(const std::vector<double>& errors) {
  double count = 0;
  for (const double error : errors) count += error < kSuccess ? 1 : 0;
  return count;
}

std::string iterations(double median) {
  return median < kNever ? fmt::format("{}", median) : "-";
}

void print(const Sweep& sweep, const Outcomes& all) {
  fmt::print("{} trials; n samples for all iterations (fixed) or for each (fresh)\n\n", sweep.trials);
  fmt::print("               AM succeeds     iterations to {}   GD error (median)    independent, AM of 20\n",
             kSuccess);
  fmt::print("signs      n   fixed  fresh    fixed  fresh        fixed    fresh       fixed fresh\n");
  for (std::size_t c = 0; c < sweep.cells.size(); ++c) {
    const std::vector<std::string>& keys = sweep.cells[c];
    const char* known = "";
    for (const Known& k : kKnown) {
      if (keys[0] == k.signs && keys[1] == k.n) known = k.text;
    }
    fmt::print("{:6} {:>5}   {:5.0f}  {:5.0f}    {:>5}  {:>5}        {:.1e}  {:.1e}       {}\n", keys[0],
               keys[1], successes(all.column(c, "am_fixed")), successes(all.column(c, "am_fresh")),
               iterations(median(all.column(c, "am_fixed_iterations"))),
               iterations(median(all.column(c, "am_fresh_iterations"))), median(all.column(c, "gd_fixed")),
               median(all.column(c, "gd_fresh")), known);
  }
}

/// A panel for each algorithm, of the first signs.
std::vector<Panel> picture(const Sweep& sweep, const Outcomes& all) {
  std::vector<Panel> panels;
  for (const std::string which : {"am", "gd"}) {
    panels.push_back({"samples n in an iteration",
                      which == "am" ? "error of AM, median" : "error of GD, median",
                      {{"fixed", {}, {}}, {"fresh", {}, {}}},
                      true});
    for (std::size_t c = 0; c < sweep.cells.size() && sweep.cells[c][0] == sweep.cells[0][0]; ++c) {
      for (const std::size_t k : {std::size_t{0}, std::size_t{1}}) {
        Curve& curve = panels.back().curves[k];
        curve.x.push_back(std::stod(sweep.cells[c][1]));
        curve.y.push_back(median(all.column(c, which + "_" + curve.name)));
      }
    }
  }
  return panels;
}

}  // namespace

int main(int argc, char** argv) {
  const Experiment experiment{
      .name = "am-resampling",
      .claim = "fixed samples against fresh samples in each iteration",
      .fine = "50 trials, and more n",
      .trials = 5,
      .samples = {200, 500, 550, 600, 700, 1200, 1700},
      .fine_samples = {200, 450, 500, 520, 540, 550, 560, 580, 600, 650, 700, 1200, 1700},
      .descends = true,
      .sweep = sweep_of,
      .worker = worker_of,
      .print = print,
      .picture = picture};
  return guarded_main([&] { return run_experiment(experiment, argc, argv); });
}
