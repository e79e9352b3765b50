// SPDX-License-Identifier: Apache-2.0
/// \file  The largest dimension that alternating minimization fits into some memory with, by solver.
#include <fmt/format.h>

#include <utility>

#include <idem/train/which_solver.hpp>

#include "cli/guarded_main.hpp"
#include "experiments/experiment.hpp"

namespace {

using namespace idem;

constexpr Index kMostDim = 128;
constexpr std::size_t kKibibytes[] = {4, 16, 64, 256};

/// Of a trainer that is fed one by one, as on a device, and n = 4 D^2 samples, for D = 1, 2, ...
template <Real R, class Solver, std::size_t... D>
std::vector<SolverCost> costs_of(std::index_sequence<D...>) {
  return {solver_cost<ResidualRelu<R, static_cast<Index>(D + 1)>, Solver>(4 * (D + 1) * (D + 1))...};
}

template <Real R, class Solver>
std::vector<SolverCost> costs_of() {
  return costs_of<R, Solver>(std::make_index_sequence<kMostDim>());
}

std::vector<SolverCost> costs_of(const std::string& solver, const std::string& scalar) {
  const bool single = scalar == "float";
  if (solver == "cholesky") return single ? costs_of<float, ByCholesky>() : costs_of<double, ByCholesky>();
  if (solver == "rotations") return single ? costs_of<float, ByRotations>() : costs_of<double, ByRotations>();
  return single ? costs_of<float, ByConjugateGradient>() : costs_of<double, ByConjugateGradient>();
}

struct Known {
  const char* solver;
  const char* kibibytes;
  const char* d;
};

/// What an independent count of numbers came to, float, vectors included.
constexpr Known kKnown[] = {{"cholesky", "16", "9"},
                            {"cholesky", "64", "13"},
                            {"cholesky", "256", "18"},
                            {"conjugate_gradient", "16", "24"},
                            {"conjugate_gradient", "64", "49"},
                            {"conjugate_gradient", "256", "100"}};

Sweep sweep_of(const Settings&) {
  Sweep sweep{{"scalar", "solver", "kib"}, {}, {"d", "bytes", "multiply_adds"}, 1};
  for (const char* scalar : {"float", "double"}) {
    for (const char* solver : {"cholesky", "rotations", "conjugate_gradient"}) {
      for (const std::size_t k : kKibibytes) sweep.cells.push_back({scalar, solver, std::to_string(k)});
    }
  }
  return sweep;
}

Trial worker_of(const Settings&, const Sweep& sweep) {
  return [&sweep](std::size_t cell, std::size_t) {
    const std::vector<std::string>& keys = sweep.cells[cell];
    const std::vector<SolverCost> costs = costs_of(keys[1], keys[0]);
    std::size_t d = 0;
    while (d < costs.size() && costs[d].bytes <= 1024 * std::stoul(keys[2])) ++d;
    const SolverCost cost = d == 0 ? SolverCost{} : costs[d - 1];
    return std::vector<double>{static_cast<double>(d), static_cast<double>(cost.bytes),
                               static_cast<double>(cost.multiply_adds)};
  };
}

void print(const Sweep& sweep, const Outcomes& all) {
  fmt::print(
      "largest d of a trainer that is fed sample by sample, and its bytes on this machine;\n"
      "multiply-adds of an iteration over 4 d^2 samples\n\n");
  fmt::print(
      "scalar  solver              RAM, KiB     d     bytes  multiply-adds    independent count of d\n");
  for (std::size_t c = 0; c < sweep.cells.size(); ++c) {
    const std::vector<std::string>& keys = sweep.cells[c];
    const char* known = "";
    for (const Known& k : kKnown) {
      if (keys[0] == "float" && keys[1] == k.solver && keys[2] == k.kibibytes) known = k.d;
    }
    const double d = median(all.column(c, "d"));
    fmt::print("{:6}  {:18}  {:>8}  {:>4}  {:8}  {:13.1e}    {}\n", keys[0], keys[1], keys[2],
               d < kMostDim ? fmt::format("{}", d) : fmt::format(">{}", kMostDim - 1),
               median(all.column(c, "bytes")), median(all.column(c, "multiply_adds")), known);
  }
}

std::vector<Panel> picture(const Sweep& sweep, const Outcomes& all) {
  std::vector<Panel> panels;
  for (std::size_t c = 0; c < sweep.cells.size(); ++c) {
    const std::vector<std::string>& keys = sweep.cells[c];
    if (c == 0 || keys[0] != sweep.cells[c - 1][0]) {
      panels.push_back({"RAM in KiB", keys[0] + ": largest d", {}, false});
    }
    if (c == 0 || keys[1] != sweep.cells[c - 1][1]) panels.back().curves.push_back({keys[1], {}, {}});
    panels.back().curves.back().x.push_back(std::stod(keys[2]));
    panels.back().curves.back().y.push_back(median(all.column(c, "d")));
  }
  return panels;
}

}  // namespace

int main(int argc, char** argv) {
  const Experiment experiment{.name = "am-memory",
                              .claim = "the largest d of alternating minimization in some RAM",
                              .fine = "",
                              .trials = 0,
                              .samples = {},
                              .fine_samples = {},
                              .descends = false,
                              .sweep = sweep_of,
                              .worker = worker_of,
                              .print = print,
                              .picture = picture};
  return guarded_main([&] { return run_experiment(experiment, argc, argv); });
}
