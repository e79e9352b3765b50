// SPDX-License-Identifier: Apache-2.0
/// \file  Compares training with iterates that others computed: every *.json under the folders given, wherever in
/// it an object has the keys of a kind of run that is known.
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "golden.hpp"

namespace golden {

void ensure(bool good, const std::string& what) {
  if (!good) throw std::runtime_error(what);
}

void compare(const std::string& what, const Matrix& ours, const Matrix& theirs, double scale,
             double tolerance, Tally& tally) {
  double largest = scale, departure = 0;
  ensure(ours.size() == theirs.size(), what + ": another number of rows");
  for (std::size_t i = 0; i < theirs.size(); ++i) {
    ensure(ours[i].size() == theirs[i].size(), what + ": another number of columns");
    for (std::size_t j = 0; j < theirs[i].size(); ++j) {
      largest = std::fmax(largest, std::fabs(theirs[i][j]));
      departure = std::fmax(departure, std::fabs(ours[i][j] - theirs[i][j]));
    }
  }
  const double relative = largest > 0 ? departure / largest : departure;
  tally.worst = std::fmax(tally.worst, relative / tolerance);
  if (!(relative <= tolerance)) {
    ++tally.failures;
    std::printf("%s: departs by %.2e, allowed %.0e\n", what.c_str(), relative, tolerance);
  }
}

namespace {

using nlohmann::json;

void search(const json& node, const std::string& name, Tally& tally) {
  if (is_stochastic_run(node)) return compare_stochastic_run(node, name, tally);
  if (is_alternating_run(node)) return compare_alternating_run(node, name, tally);
  if (!node.is_structured()) return;
  for (const auto& [key, value] : node.items()) search(value, name + "/" + key, tally);
}

void search_folder(const std::filesystem::path& folder, Tally& tally) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path());
    try {
      search(json::parse(file), entry.path().filename().string(), tally);
    } catch (const std::exception& error) {
      ++tally.failures;
      std::printf("%s: %s\n", entry.path().c_str(), error.what());
    }
  }
}

}  // namespace
}  // namespace golden

int main(int argc, char** argv) {
  golden::Tally tally;
  try {
    for (int i = 1; i < argc; ++i) golden::search_folder(argv[i], tally);
  } catch (const std::exception& error) {
    ++tally.failures;
    std::printf("%s\n", error.what());
  }
  std::printf("%d runs, %d failures, largest departure %.2e of what is allowed\n", tally.runs, tally.failures,
              tally.worst);
  return tally.runs > 0 && tally.failures == 0 ? 0 : 1;
}
