// SPDX-License-Identifier: Apache-2.0
/// \file  The training step against this machine's own fma peak, both measured in one run, interleaved.
///
/// Prints one row a shape: the fraction of the peak (median and the middle half of the repetitions). Options
/// are those of Google Benchmark, --benchmark_filter=REGEX for instance.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <idem/random/gaussian.hpp>
#include <idem/train/sgd.hpp>

#include "peak.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

constexpr const char* kFma = "fma";  // the counter that every benchmark sets: fused multiply-adds a second

void count(benchmark::State& state, double fmas) {
  state.counters[kFma] = benchmark::Counter(fmas, benchmark::Counter::kIsIterationInvariantRate);
}

template <Real R>
void peak(benchmark::State& state) {
  double fmas = 0;
  for (auto _ : state) fmas = run_peak<R>(20000);
  count(state, fmas);
}

/// A batch handed over whole, and the step it ends with.
template <Real R, Index D, Index Batch>
void step(benchmark::State& state) {
  const auto sgd = std::make_unique<Sgd<ResidualRelu<R, D>, 256>>();
  std::vector<R> x(static_cast<std::size_t>(D * Batch));
  std::vector<R> y(static_cast<std::size_t>(Batch));
  gaussian_rows(
      Stream{1, Purpose::inputs}, [](Index r) { return r; }, x.data(), Batch, D);
  gaussian_fill(Stream{1, Purpose::noise}, 0, y.data(), Batch);
  bool good = sgd->init() == Status::ok;
  for (auto _ : state) {
    good = good && sgd->feed(x.data(), y.data(), Batch) == Status::ok;
    good = good && sgd->end_batch(static_cast<R>(1e-6)) == Status::ok;
  }
  if (!good) state.SkipWithError("the step failed");
  count(state, 2.0 * D * D * Batch);
}

/// Fractions of the peak of the same scalar.
class PeakTable : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      if (run.error_occurred) {
        std::fprintf(stderr, "%s: %s\n", run.benchmark_name().c_str(), run.error_message.c_str());
        continue;
      }
      const std::string name = run.run_name.function_name;
      if (rates_.find(name) == rates_.end()) order_.push_back(name);
      rates_[name].push_back(run.counters.at(kFma).value);
    }
  }

  void Finalize() override {
    std::printf("lanes: %s\n", kTargetName);
    for (auto& [name, rates] : rates_) std::sort(rates.begin(), rates.end());
    for (const std::string& name : order_) {
      const std::string scalar = name.substr(name.rfind(' ') + 1);
      const std::vector<double>& rates = rates_[name];
      if (name.rfind("fma peak", 0) == 0) {
        std::printf("%-34s %8.1f GFLOP/s\n", name.c_str(), 2e-9 * at(rates, 0.5));
        continue;
      }
      const auto of = rates_.find("fma peak " + scalar);
      const double best = of == rates_.end() ? 0 : at(of->second, 0.5);
      if (best == 0) continue;
      std::printf("%-34s %7.1f %% of peak  (%.1f to %.1f)\n", name.c_str(), 100 * at(rates, 0.5) / best,
                  100 * at(rates, 0.25) / best, 100 * at(rates, 0.75) / best);
    }
  }

 private:
  static double at(const std::vector<double>& sorted, double quantile) {
    return sorted[static_cast<std::size_t>(quantile * static_cast<double>(sorted.size() - 1))];
  }

  std::vector<std::string> order_;
  std::map<std::string, std::vector<double>> rates_;
};

template <Real R>
void register_all(const char* scalar) {
  const auto add = [&](const std::string& name, void (*run)(benchmark::State&)) {
    benchmark::RegisterBenchmark((name + " " + scalar).c_str(), run);
  };
  add("fma peak", peak<R>);
  add("step d=8 batch=16", step<R, 8, 16>);
  add("step d=20 n=1700", step<R, 20, 1700>);
  add("step d=64 batch=128", step<R, 64, 128>);
  add("step d=100 batch=200", step<R, 100, 200>);
}

}  // namespace
}  // namespace idem::inline IDEM_TARGET

int main(int argc, char** argv) {
  // Interleaved, so that a change of clock or a noisy neighbour meets all of them alike.
  std::vector<std::string> words(argv, argv + argc);
  words.insert(words.begin() + 1, {"--benchmark_enable_random_interleaving=true",
                                   "--benchmark_repetitions=15", "--benchmark_min_time=0.03"});
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  int count = static_cast<int>(pointers.size());
  benchmark::Initialize(&count, pointers.data());
  if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) return 2;
  idem::register_all<float>("float");
  idem::register_all<double>("double");
  idem::PeakTable table;
  benchmark::RunSpecifiedBenchmarks(&table);
  return 0;
}
