// SPDX-License-Identifier: Apache-2.0
/// \file  Alternating minimization when labels are noisy, beside least squares that knows who fires.
#include <fmt/format.h>

#include "cli/guarded_main.hpp"
#include "experiments/experiment.hpp"
#include "experiments/teacher_student.hpp"

namespace {

using namespace idem;

constexpr Index kDim = 20;

struct Workspace {
  Problem<double, kDim> problem;
  Direct<ResidualRelu<double, kDim>> alternating;
  Descent<double, kDim> descent;
};

struct Known {
  const char* n;
  const char* noise;
  const char* text;
};

/// Medians of 8 trials of an independent reproduction in NumPy, signs +1: AM, homotopy (at rate 0.8),
/// gradient descent (3000 epochs), oracle.
constexpr Known kKnown[] = {{"600", "0.0001", "8.1e-05  8.1e-05  4.0e-03  8.1e-05"},
                            {"600", "0.01", "8.2e-03  8.2e-03  9.9e-03  8.1e-03"},
                            {"600", "0.1", "1.2e-01  1.1e-01  1.0e-01  8.1e-02"},
                            {"600", "0.3", "4.1e-01  4.0e-01  2.7e-01  2.4e-01"},
                            {"600", "1", "1.6e+00  1.7e+00  5.6e-01  8.1e-01"},
                            {"1200", "0.0001", "3.9e-05  3.9e-05  3.9e-05  3.9e-05"},
                            {"1200", "0.01", "3.9e-03  3.9e-03  3.9e-03  3.9e-03"},
                            {"1200", "0.1", "4.2e-02  4.2e-02  4.2e-02  3.9e-02"},
                            {"1200", "0.3", "1.5e-01  1.5e-01  1.3e-01  1.2e-01"},
                            {"1200", "1", "7.5e-01  7.6e-01  4.0e-01  3.9e-01"},
                            {"1700", "0.0001", "3.0e-05  3.0e-05  3.0e-05  3.0e-05"},
                            {"1700", "0.01", "3.0e-03  3.0e-03  3.0e-03  3.0e-03"},
                            {"1700", "0.1", "3.2e-02  3.2e-02  3.1e-02  3.0e-02"},
                            {"1700", "0.3", "1.1e-01  1.1e-01  1.0e-01  9.0e-02"},
                            {"1700", "1", "6.0e-01  6.1e-01  3.6e-01  3.0e-01"}};

Sweep sweep_of(const Settings& s) {
  Sweep sweep{{"signs", "n", "noise"}, {}, {"am", "homotopy", "gd", "oracle"}, s.trials};
  for (const char* signs : {"ones", "random"}) {
    if (signs[0] == 'r' && !s.fine) continue;
    for (const Index n : s.samples) {
      for (const char* noise : {"0.0001", "0.01", "0.1", "0.3", "1"}) {
        sweep.cells.push_back({signs, std::to_string(n), noise});
      }
    }
  }
  return sweep;
}

/// Least squares with the neurons that fire in the teacher, which is where one iteration from there ends.
double oracle(Workspace& w) {
  demand(w.alternating.init());
  w.alternating.model() = w.problem.teacher();
  (void)iterate(w.problem, w.alternating);
  return w.problem.error(w.alternating.weights());
}

Trial worker_of(const Settings& s, const Sweep& sweep) {
  return [s, &sweep, w = std::make_shared<Workspace>()](std::size_t cell, std::size_t trial) {
    const std::vector<std::string>& keys = sweep.cells[cell];
    w->problem.set({.seed = s.seed + trial,
                    .samples = std::stol(keys[1]),
                    .norm = s.norm,
                    .random_signs = keys[0] == "random",
                    .noise = std::stod(keys[2])});
    return std::vector<double>{alternate(w->problem, w->alternating, Course::plain, 100),
                               alternate(w->problem, w->alternating, Course::homotopy, 200),
                               w->descent.run(w->problem, s.epochs), oracle(*w)};
  };
}

void print(const Sweep& sweep, const Outcomes& all) {
  fmt::print("median of {} trials of ||W - W*|| / ||I + W*||; labels with noise N(0, s^2)\n\n", sweep.trials);
  fmt::print("                       here                                  independent (GD: 3000 epochs)\n");
  fmt::print(
      "signs      n       s   AM       homotopy GD       oracle     AM       homotopy GD       oracle\n");
  for (std::size_t c = 0; c < sweep.cells.size(); ++c) {
    const std::vector<std::string>& keys = sweep.cells[c];
    const char* known = "";
    for (const Known& k : kKnown) {
      if (keys[0] == "ones" && keys[1] == k.n && keys[2] == k.noise) known = k.text;
    }
    fmt::print("{:6} {:>5}  {:>6}   {:.1e}  {:.1e}  {:.1e}  {:.1e}    {}\n", keys[0], keys[1], keys[2],
               median(all.column(c, "am")), median(all.column(c, "homotopy")), median(all.column(c, "gd")),
               median(all.column(c, "oracle")), known);
  }
}

/// A panel for each n; over the logarithm of s.
std::vector<Panel> picture(const Sweep& sweep, const Outcomes& all) {
  std::vector<Panel> panels;
  for (std::size_t c = 0; c < sweep.cells.size(); ++c) {
    const std::vector<std::string>& keys = sweep.cells[c];
    if (c == 0 || keys[1] != sweep.cells[c - 1][1] || keys[0] != sweep.cells[c - 1][0]) {
      panels.push_back({fmt::format("log10 of the noise s (n = {}, {} signs)", keys[1], keys[0]),
                        "||W - W*|| / ||I + W*||, median",
                        {{"AM", {}, {}}, {"homotopy", {}, {}}, {"GD", {}, {}}, {"oracle", {}, {}}},
                        true});
    }
    for (std::size_t k = 0; k < sweep.columns.size(); ++k) {
      panels.back().curves[k].x.push_back(std::log10(std::stod(keys[2])));
      panels.back().curves[k].y.push_back(median(all.column(c, sweep.columns[k])));
    }
  }
  return panels;
}

}  // namespace

int main(int argc, char** argv) {
  const Experiment experiment{.name = "am-noise",
                              .claim = "alternating minimization with noisy labels, beside an oracle",
                              .fine = "50 trials, random signs too, and n = 4000",
                              .trials = 3,
                              .samples = {600, 1200, 1700},
                              .fine_samples = {600, 1200, 1700, 4000},
                              .descends = true,
                              .sweep = sweep_of,
                              .worker = worker_of,
                              .print = print,
                              .picture = picture};
  return guarded_main([&] { return run_experiment(experiment, argc, argv); });
}
