// SPDX-License-Identifier: Apache-2.0
/// \file  The command line of an experiment that is a sweep of trials.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "experiments/trials.hpp"
#include "output/picture.hpp"

namespace idem::inline IDEM_TARGET {

/// What can be asked for. It decides every number, and stands at the head of a CSV.
struct Settings {
  std::uint64_t seed = 1;       ///< trial t draws from seed + t
  std::size_t trials = 0;       ///< in each cell
  double norm = 2;              ///< ||W*||_F
  std::uint32_t epochs = 1000;  ///< of gradient descent
  std::vector<Index> samples;   ///< in each of the sets to be tried
  bool fine = false;            ///< many trials, and more cells
};

/// An experiment: what is tried, and what is shown of it.
struct Experiment {
  const char* name;            ///< as `idem reproduce` knows it
  const char* claim;           ///< what it shows, in one line
  const char* fine;            ///< what --fine tries
  std::size_t trials;          ///< unless asked otherwise; 0: nothing is drawn, so there is nothing to be set
  std::vector<Index> samples;  ///< unless asked otherwise
  std::vector<Index> fine_samples;
  bool descends;  ///< has --epochs

  std::function<Sweep(const Settings&)> sweep;
  std::function<Trial(const Settings&, const Sweep&)> worker;
  std::function<void(const Sweep&, const Outcomes&)> print;
  std::function<std::vector<Panel>(const Sweep&, const Outcomes&)> picture;
};

/// In a set: they are stored.
inline constexpr Index kMostSamples = 1000000;

/// Reads the command line, runs or merges the trials, and writes; returns an exit status.
int run_experiment(const Experiment& experiment, int argc, char** argv);

}  // namespace idem::inline IDEM_TARGET
