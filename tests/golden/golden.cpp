// SPDX-License-Identifier: Apache-2.0
/// \file  Compares training with iterates that others computed: every *.json under the folders
/// given.
///
/// Wherever in a file an object has the keys d, eta, W0, Wstar, X and steps, it is a run of SGD in
/// double: X[t][b] are the inputs of batch t, labelled by the teacher Wstar; steps[t] holds
/// batch_loss_before, grad and W_after. Matrices are lists of rows, W[k][j] with input k and neuron
/// j.
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <idem/train/sgd.hpp>

namespace {

using idem::Index;
using idem::Status;
using nlohmann::json;

using Matrix = std::vector<std::vector<double>>;

struct Tally {
  int runs = 0;
  int failures = 0;
  double worst = 0;  // departure, in units of the largest element of what is compared
};

void ensure(bool good, const std::string& what) {
  if (!good) throw std::runtime_error(what);
}

/// Notes how far `ours` is from `theirs`, in units of the largest element of `theirs` and of
/// `scale`.
void compare(const std::string& what, const Matrix& ours, const Matrix& theirs, double scale, Tally& tally) {
  constexpr double kTolerance = 1e-15;
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
  tally.worst = std::fmax(tally.worst, relative);
  if (!(relative <= kTolerance)) {
    ++tally.failures;
    std::printf("%s: departs by %.2e, allowed %.0e\n", what.c_str(), relative, kTolerance);
  }
}

template <Index D, Index SliceCount>
void run(const json& item, const std::string& name, Tally& tally) {
  using Model = idem::ResidualRelu<double, D>;
  static Model teacher;
  static idem::Sgd<Model, SliceCount> sgd, unit;
  const auto set = [](idem::MatView<double, D, D> w, const Matrix& from) {
    for (Index k = 0; k < D; ++k) {
      for (Index j = 0; j < D; ++j) {
        w(k, j) = from.at(static_cast<std::size_t>(k)).at(static_cast<std::size_t>(j));
      }
    }
  };
  const auto get = [](idem::ConstMatView<double, D, D> w) {
    Matrix m(static_cast<std::size_t>(D));
    for (Index k = 0; k < D; ++k) {
      for (Index j = 0; j < D; ++j) m[static_cast<std::size_t>(k)].push_back(w(k, j));
    }
    return m;
  };
  teacher.set_identity();
  set(teacher.weights(), item.at("Wstar").get<Matrix>());
  ensure(sgd.init() == Status::ok && unit.init() == Status::ok, "no trainer starts here");
  set(sgd.weights(), item.at("W0").get<Matrix>());
  const auto eta = item.at("eta").get<double>();
  const json& steps = item.at("steps");
  for (std::size_t t = 0; t < steps.size(); ++t) {
    const std::string step = name + ", step " + std::to_string(t);
    // A step of size 1 from the same weights shows the gradient.
    const Matrix before = get(std::as_const(sgd).weights());
    set(unit.weights(), before);
    for (const json& sample : item.at("X").at(t)) {
      const auto x = sample.get<std::vector<double>>();
      ensure(x.size() == static_cast<std::size_t>(D), step + ": a sample of another dimension");
      const double y = idem::predict(teacher, idem::ConstVecView<double, D>(x.data()));
      ensure(sgd.feed(x.data(), &y, 1) == Status::ok, step + ": a sample is refused");
      ensure(unit.feed(x.data(), &y, 1) == Status::ok, step + ": a sample is refused");
    }
    ensure(sgd.end_batch(eta) == Status::ok && unit.end_batch(1) == Status::ok, step + ": diverged");
    Matrix gradient = get(std::as_const(unit).weights());
    double scale = 0;
    for (std::size_t k = 0; k < gradient.size(); ++k) {
      for (std::size_t j = 0; j < gradient.size(); ++j) {
        gradient[k][j] = before[k][j] - gradient[k][j];
        scale = std::fmax(scale, std::fabs(before[k][j]));
      }
    }
    const json& theirs = steps.at(t);
    compare(step + ", weights", get(std::as_const(sgd).weights()), theirs.at("W_after").get<Matrix>(), 0,
            tally);
    if (theirs.contains("grad")) {
      compare(step + ", gradient", gradient, theirs.at("grad").get<Matrix>(), scale, tally);
    }
    if (theirs.contains("batch_loss_before")) {
      compare(step + ", loss", {{sgd.loss()}}, {{theirs.at("batch_loss_before").get<double>()}}, 0, tally);
    }
  }
  ++tally.runs;
}

/// Runs an item of any dimension that this program was built for.
template <Index... Ds>
bool dispatch(Index d, const json& item, const std::string& name, Tally& tally,
              std::integer_sequence<Index, Ds...> /*dimensions*/) {
  return ((d == Ds + 1 && (run<Ds + 1, 0>(item, name, tally), true)) || ...);
}

void search(const json& node, const std::string& name, Tally& tally) {
  if (node.is_object() && node.contains("W0") && node.contains("Wstar") && node.contains("X") &&
      node.contains("steps") && node.contains("eta")) {
    const auto d = static_cast<Index>(node.at("W0").size());
    const bool known = dispatch(d, node, name, tally, std::make_integer_sequence<Index, 32>{}) ||
                       (d == 50 && (run<50, 0>(node, name, tally), true)) ||
                       (d == 64 && (run<64, 0>(node, name, tally), true)) ||
                       (d == 100 && (run<100, 0>(node, name, tally), true));
    ensure(known, name + ": this program holds no dimension " + std::to_string(d));
    return;
  }
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

int main(int argc, char** argv) {
  Tally tally;
  try {
    for (int i = 1; i < argc; ++i) search_folder(argv[i], tally);
  } catch (const std::exception& error) {
    ++tally.failures;
    std::printf("%s\n", error.what());
  }
  std::printf("%d runs, %d failures, largest departure %.2e\n", tally.runs, tally.failures, tally.worst);
  return tally.runs > 0 && tally.failures == 0 ? 0 : 1;
}
