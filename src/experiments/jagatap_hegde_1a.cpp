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

struct Known {
  const char* setting;
  const char* text;
};

/// Of 10 trials of an independent reproduction in NumPy: AM within 10 and 100 iterations, GD in 1000 epochs
/// and its median error.
constexpr Known kKnown[] = {
    {"ones,identity,200", " 0    0    0  3.4e-01"},    {"ones,random,200", " 0    0    0  3.8e-01"},
    {"ones,identity,700", "10   10    0  2.4e-02"},    {"ones,random,700", " 9   10    0  2.8e-02"},
    {"ones,identity,1200", "10   10   10  5.9e-04"},   {"ones,random,1200", "10   10   10  6.2e-04"},
    {"ones,identity,1700", "10   10   10  1.1e-04"},   {"ones,random,1700", "10   10   10  1.1e-04"},
    {"random,identity,200", " 0    0    0  3.3e-01"},  {"random,random,200", " 0    0    0  3.7e-01"},
    {"random,identity,700", "10   10    0  1.8e-02"},  {"random,random,700", "10   10    0  2.4e-02"},
    {"random,identity,1200", "10   10   10  9.3e-04"}, {"random,random,1200", "10   10   10  8.8e-04"},
    {"random,identity,1700", "10   10   10  2.9e-04"}, {"random,random,1700", "10   10   10  2.8e-04"}};

/// Of 50 trials, AM within 100 iterations.
constexpr Known kKnownFine[] = {
    {"ones,identity,460", "     0"},   {"ones,identity,480", "     0"},   {"ones,identity,500", "     4"},
    {"ones,identity,520", "    33"},   {"ones,identity,540", "    48"},   {"ones,identity,560", "    50"},
    {"ones,identity,580", "    50"},   {"ones,identity,600", "    50"},   {"random,identity,460", "     0"},
    {"random,identity,480", "     0"}, {"random,identity,500", "     0"}, {"random,identity,520", "    17"},
    {"random,identity,540", "    42"}, {"random,identity,560", "    50"}, {"random,identity,580", "    50"},
    {"random,identity,600", "    50"}, {"ones,random,480", "     0"},     {"ones,random,520", "    10"},
    {"ones,random,560", "    49"},     {"ones,random,600", "    50"},     {"random,random,480", "     0"},
    {"random,random,520", "     4"},   {"random,random,560", "    49"},   {"random,random,600", "    50"}};

void print(const Sweep& sweep, const Outcomes& all) {
  fmt::print("trials with ||W - W*|| < {} ||I + W*||, and the median of that ratio for gradient descent\n\n",
             kSuccess);
  fmt::print("                       here, of {:<5}                           the     independent, of 10\n",
             sweep.trials);
  fmt::print(
      "signs   init         n   AM 10  AM 100  homotopy   GD  GD error  paper   AM 10 100  GD  GD error\n");
  for (std::size_t c = 0; c < sweep.cells.size(); ++c) {
    const std::vector<std::string>& keys = sweep.cells[c];
    const auto count = [&](const char* column) {
      return successes(sweep, all, c, column) * static_cast<double>(sweep.trials);
    };
    const std::string setting = fmt::format("{}", fmt::join(keys, ","));
    std::string known;
    for (const Known& k : kKnown) {
      if (setting == k.setting) known = k.text;
    }
    for (const Known& k : kKnownFine) {
      if (setting == k.setting) known = fmt::format("{} of 50", k.text);
    }
    // In the text: 1200 samples are enough in all trials.
    const char* const paper = keys[2] == "1200" || keys[2] == "1700" ? "all" : "";
    fmt::print("{:6}  {:8} {:>5} {:7.0f} {:7.0f} {:9.0f} {:4.0f}  {:8.1e}  {:6}  {}\n", keys[0], keys[1],
               keys[2], count("am_10"), count("am_100"), count("homotopy"), count("gd"),
               median(all.column(c, "gd")), paper, known);
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
