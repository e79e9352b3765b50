// SPDX-License-Identifier: Apache-2.0
/// \file  [JagatapHegde19] figure 1(b): training and test loss against epochs.
#include <fmt/format.h>

#include <algorithm>

#include "cli/guarded_main.hpp"
#include "experiments/experiment.hpp"
#include "experiments/teacher_student.hpp"

namespace {

using namespace idem;

constexpr Index kDim = 20;
constexpr Index kTestSamples = 1000;
constexpr std::uint32_t kIterations = 15;  // of alternating minimization, which ends long before

using Model = ResidualRelu<double, kDim>;

struct Workspace {
  Problem<double, kDim> problem;
  Problem<double, kDim>::Buffer buffer;
  Direct<Model> alternating;
  Descent<double, kDim> descent;
  TeacherSamples<Model, 256> test;
};

/// The epochs that are written down: every one at first, then about ten for each power of ten.
std::vector<std::uint32_t> epochs_of(bool alternating, std::uint32_t last) {
  std::vector<std::uint32_t> epochs;
  if (alternating) last = kIterations;
  for (std::uint32_t e = 0; e < last; e += e < 20 ? 1 : e < 200 ? 10 : e < 2000 ? 50 : 500)
    epochs.push_back(e);
  epochs.push_back(last);
  return epochs;
}

/// One cell for each algorithm and epoch would do the same work again and again: the epochs are columns.
Sweep sweep_of(const Settings& s) {
  Sweep sweep{{"signs", "init", "n"}, {}, {}, s.trials};
  for (const char* signs : {"ones", "random"}) {
    for (const char* init : {"identity", "random"}) {
      for (const Index n : s.samples) sweep.cells.push_back({signs, init, std::to_string(n)});
    }
  }
  for (const bool alternating : {true, false}) {
    for (const std::uint32_t e : epochs_of(alternating, s.epochs)) {
      for (const char* set : {"training", "test"}) {
        sweep.columns.push_back(fmt::format("{}_{}_{}", alternating ? "am" : "gd", set, e));
      }
    }
  }
  return sweep;
}

Trial worker_of(const Settings& s, const Sweep& sweep) {
  return [s, &sweep, w = std::make_shared<Workspace>()](std::size_t cell, std::size_t trial) {
    const std::vector<std::string>& keys = sweep.cells[cell];
    w->problem.set({s.seed + trial, std::stol(keys[2]), s.norm, keys[0] == "random", keys[1] == "random"});
    w->test.set(Stream{s.seed + trial, Purpose::test_inputs}, w->problem.teacher(), kTestSamples);
    std::vector<double> losses;
    const auto measure = [&](const Model& model) {
      StoredSamples<double, kDim> set = w->problem.set();
      losses.push_back(mean_loss(model, set, w->buffer, w->problem.slice()));
      losses.push_back(mean_loss(model, w->test, w->buffer, w->problem.slice()));
    };
    demand(w->alternating.init());
    w->alternating.model() = w->problem.start();
    for (std::uint32_t e = 0; e <= kIterations; ++e) {
      if (e > 0) (void)iterate(w->problem, w->alternating);
      measure(w->alternating.model());
    }
    w->descent.begin(w->problem);
    const std::vector<std::uint32_t> epochs = epochs_of(false, s.epochs);
    for (std::uint32_t e = 0, next = 0; next < epochs.size(); ++e) {
      if (e > 0) (void)w->descent.epoch(w->problem);
      if (e != epochs[next]) continue;
      measure(w->descent.sgd.model());
      ++next;
    }
    return losses;
  };
}

/// The epochs of an algorithm, read from the names of the columns, and the medians of its losses there.
Curve curve_of(const Sweep& sweep, const Outcomes& all, std::size_t cell, const std::string& which,
               const std::string& name) {
  Curve curve{name, {}, {}};
  for (const std::string& column : sweep.columns) {
    if (!column.starts_with(which)) continue;
    curve.x.push_back(std::stod(column.substr(which.size())));
    curve.y.push_back(median(all.column(cell, column)));
  }
  return curve;
}

void print(const Sweep& sweep, const Outcomes& all) {
  fmt::print("medians of {} trials; test: {} fresh samples\n\n", sweep.trials, kTestSamples);
  fmt::print(
      "                        AM, epoch 10           GD, last epoch         epochs until AM is as low\n");
  fmt::print("signs   init         n  training    test       training    test       the paper says   here\n");
  for (std::size_t c = 0; c < sweep.cells.size(); ++c) {
    const std::vector<std::string>& keys = sweep.cells[c];
    const Curve am = curve_of(sweep, all, c, "am_training_", "");
    const Curve gd = curve_of(sweep, all, c, "gd_training_", "");
    const auto as_low =
        std::find_if(am.y.begin(), am.y.end(), [&](double loss) { return loss <= gd.y.back(); });
    const std::string epochs =
        as_low == am.y.end() ? "never" : std::to_string(static_cast<int>(as_low - am.y.begin()));
    fmt::print("{:6}  {:8} {:>5}  {:8.1e}    {:8.1e}   {:8.1e}    {:8.1e}   {:14}   {}\n", keys[0], keys[1],
               keys[2], am.y[10], median(all.column(c, "am_test_10")), gd.y.back(),
               curve_of(sweep, all, c, "gd_test_", "").y.back(), gd.x.back() == 1000 ? "about 10" : "",
               epochs);
  }
}

/// Of the first signs, start and n: the paper shows one such figure.
std::vector<Panel> picture(const Sweep& sweep, const Outcomes& all) {
  std::vector<Panel> panels;
  for (const std::string which : {"am", "gd"}) {
    panels.push_back({which == "am" ? "epochs of alternating minimization" : "epochs of gradient descent",
                      fmt::format("loss (n = {}, median)", sweep.cells[0][2]),
                      {curve_of(sweep, all, 0, which + "_training_", "training"),
                       curve_of(sweep, all, 0, which + "_test_", "test")},
                      true});
  }
  return panels;
}

}  // namespace

int main(int argc, char** argv) {
  const Experiment experiment{.name = "jagatap-hegde-1b",
                              .claim = "Jagatap & Hegde 2019, figure 1(b): loss against epochs",
                              .fine = "50 trials, and more n",
                              .trials = 10,
                              .samples = {1700},
                              .fine_samples = {700, 1200, 1700, 4000},
                              .descends = true,
                              .sweep = sweep_of,
                              .worker = worker_of,
                              .print = print,
                              .picture = picture};
  return guarded_main([&] { return run_experiment(experiment, argc, argv); });
}
