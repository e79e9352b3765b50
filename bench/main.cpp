// SPDX-License-Identifier: Apache-2.0
/// \file  The training step against this machine's own fma peak, both measured in one run, interleaved.
///
/// Options are those of Google Benchmark, --benchmark_filter=REGEX for instance.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <idem/random/gaussian.hpp>
#include <idem/train/sgd.hpp>

#include "peak.hpp"
#include "timing.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

constexpr const char* kFraction = "of peak";
constexpr const char* kPeak = "peak";

/// Times `work`, of `fmas` fused multiply-adds, in turns with as many in registers: each round gives a
/// fraction of the peak as it was a moment later, so that a change of clock or a neighbour on the machine
/// meets both. The benchmark's figure is the median over its rounds.
template <Real R>
void against_peak(benchmark::State& state, double fmas, const auto& work) {
  const int rounds = static_cast<int>(fmas / kPeakFmas<R>) + 1;
  // A work of a few microseconds is done often enough to be timed.
  const int times = static_cast<int>(2e5 / fmas) + 1;
  std::vector<double> fractions, peaks;
  for (auto _ : state) {
    const double seconds = seconds_of([&] {
      for (int i = 0; i < times; ++i) work();
    });
    double done = 0;
    const double peak_seconds = seconds_of([&] { done = run_peak<R>(times * rounds); });
    const double peak = done / peak_seconds;
    state.SetIterationTime(seconds);
    peaks.push_back(peak);
    fractions.push_back(times * fmas / seconds / peak);
  }
  state.counters[kFraction] = quantile(fractions, 0.5);
  state.counters[kPeak] = quantile(peaks, 0.5);
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
  against_peak<R>(state, 2.0 * D * D * Batch, [&] {
    good = good && sgd->feed(x.data(), y.data(), Batch) == Status::ok;
    good = good && sgd->end_batch(static_cast<R>(1e-6)) == Status::ok;
  });
  if (!good) state.SkipWithError("the step failed");
}

/// One row a benchmark: its median over the repetitions, and the middle half of them.
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
      Row& row = rows_[run.run_name.function_name];
      row.fractions.push_back(100 * run.counters.at(kFraction).value);
      row.peaks.push_back(2e-9 * run.counters.at(kPeak).value);
    }
  }

  void Finalize() override {
    std::printf("lanes: %s\n%-30s %9s %18s %14s\n", kTargetName, "", "% of peak", "middle half",
                "peak GFLOP/s");
    for (const auto& [name, row] : rows_) {
      std::printf("%-30s %9.1f %8.1f to %6.1f %14.1f\n", name.c_str(), quantile(row.fractions, 0.5),
                  quantile(row.fractions, 0.25), quantile(row.fractions, 0.75), quantile(row.peaks, 0.5));
    }
  }

 private:
  struct Row {
    std::vector<double> fractions;
    std::vector<double> peaks;
  };
  std::map<std::string, Row> rows_;
};

template <Real R>
void register_all(const char* scalar) {
  const auto add = [&](const std::string& name, void (*run)(benchmark::State&)) {
    benchmark::RegisterBenchmark((name + " " + scalar).c_str(), run)->UseManualTime();
  };
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
