// SPDX-License-Identifier: Apache-2.0
/// \file  [JagatapHegde19] figure 1(a): how many samples it takes until the teacher is found.
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

Sweep sweep_of(const Settings& s) {
  Sweep sweep{{"signs", "init", "n"}, {}, {"am_10", "am_100", "homotopy", "gd"}, s.trials};
  for (const char* signs : {"ones", "random"}) {
    for (const char* init : {"identity", "random"}) {
      for (const Index n : s.samples) sweep.cells.push_back({signs, init, std::to_string(n)});
    }
  }
  return sweep;
}

Trial worker_of(const Settings& s, const Sweep& sweep) {
  return [s, &sweep, w = std::make_shared<Workspace>()](std::size_t cell, std::size_t trial) {
    const std::vector<std::string>& keys = sweep.cells[cell];
    w->problem.set({s.seed + trial, std::stol(keys[2]), s.norm, keys[0] == "random", keys[1] == "random"});
    const auto by = [&](Course course, Index iterations) {
      return alternate(w->problem, w->alternating, course, iterations);
    };
    return std::vector<double>{by(Course::plain, 10), by(Course::plain, 100), by(Course::homotopy, 200),
                               w->descent.run(w->problem, s.epochs)};
  };
}

double successes(const Sweep& sweep, const Outcomes& all, std::size_t cell, const std::string& column) {
  double count = 0;
  for (const double error : all.column(cell, column)) count += error < kSuccess ? 1 : 0;
  return count / static_cast<double>(sweep.trials);
}

/// What the paper's figure and text say for its n; nothing for others.
const char* paper_says(const std::string& n) {
  if (n == "200" || n == "700") return "not in all trials";
  if (n == "1200" || n == "1700") return "in all trials";
  return "";
}

void print(const Sweep& sweep, const Outcomes& all) {
  fmt::print("trials of {} with ||W - W*|| < {} ||I + W*||; median error of gradient descent\n\n",
             sweep.trials, kSuccess);
  fmt::print(
      "signs   init         n   AM 10  AM 100  homotopy   GD   GD error   the paper says of AM and GD\n");
  for (std::size_t c = 0; c < sweep.cells.size(); ++c) {
    const std::vector<std::string>& keys = sweep.cells[c];
    const auto count = [&](const char* column) {
      return successes(sweep, all, c, column) * static_cast<double>(sweep.trials);
    };
    fmt::print("{:6}  {:8} {:>5} {:7.0f} {:7.0f} {:9.0f} {:4.0f}   {:8.1e}   {}\n", keys[0], keys[1], keys[2],
               count("am_10"), count("am_100"), count("homotopy"), count("gd"), median(all.column(c, "gd")),
               paper_says(keys[2]));
  }
}

std::vector<Panel> picture(const Sweep& sweep, const Outcomes& all) {
  std::vector<Panel> panels;
  for (std::size_t c = 0; c < sweep.cells.size(); ++c) {
    const std::vector<std::string>& keys = sweep.cells[c];
    const bool begins = c == 0 || sweep.cells[c - 1][0] != keys[0] || sweep.cells[c - 1][1] != keys[1];
    if (begins) {
      panels.push_back(
          {fmt::format("samples n ({} signs, {} init)", keys[0], keys[1]),
           "part of trials that find the teacher",
           {{"AM, 10 iterations", {}, {}}, {"AM, 100", {}, {}}, {"homotopy", {}, {}}, {"GD", {}, {}}},
           false});
    }
    for (std::size_t k = 0; k < sweep.columns.size(); ++k) {
      panels.back().curves[k].x.push_back(std::stod(keys[2]));
      panels.back().curves[k].y.push_back(successes(sweep, all, c, sweep.columns[k]));
    }
  }
  return panels;
}

}  // namespace

int main(int argc, char** argv) {
  const Experiment experiment{
      .name = "jagatap-hegde-1a",
      .claim = "Jagatap & Hegde 2019, figure 1(a): samples it takes to find the teacher",
      .fine = "50 trials, and n where AM, GD and homotopy start to succeed",
      .trials = 10,
      .samples = {200, 700, 1200, 1700},
      .fine_samples = {400, 420, 440, 460, 480, 500, 520, 540, 560, 580, 600, 650, 700, 750, 800, 850, 900,
                       1000},
      .descends = true,
      .sweep = sweep_of,
      .worker = worker_of,
      .print = print,
      .picture = picture};
  return guarded_main([&] { return run_experiment(experiment, argc, argv); });
}
