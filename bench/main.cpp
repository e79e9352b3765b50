// SPDX-License-Identifier: Apache-2.0
/// \file  The race: idem and its peers against this machine's own fma peak, all in one run, in random turns.
///
/// Options are those of Google Benchmark, --benchmark_filter=REGEX for instance, and
///
///     --report=NAME   NAME.csv, NAME-roofline.svg and NAME-growth.svg are written (default: bench)
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "batch.hpp"
#include "cli/guarded_main.hpp"
#include "lapack.hpp"
#include "machine.hpp"
#include "output/output_file.hpp"
#include "output/picture.hpp"
#include "peak.hpp"
#include "race.hpp"
#include "race_torch.hpp"
#include "timing.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

/// An entry and what its rounds have shown. Seconds are kept for the pictures and the CSV only.
struct Row {
  Entry entry;
  std::vector<double> fractions =
      {};                          ///< of peak; of entries that are not counted, in units that only compare
  std::vector<double> peaks = {};  ///< fused multiply-adds a second
  std::vector<double> seconds = {};
  bool failed = false;
};

/// In the order in which they entered.
std::vector<std::unique_ptr<Row>>& rows() {
  static std::vector<std::unique_ptr<Row>> all;
  return all;
}

/// Times the work in turns with as many multiply-adds in registers: each round gives a fraction of the peak as it was
/// a moment later, so that a change of clock or a neighbour on the machine meets both.
template <Real R>
void run(Row& row, benchmark::State& state) {
  const double fmas = row.entry.fmas;
  // A work of a few microseconds is done often enough to be timed.
  const int times = static_cast<int>(2e5 / fmas) + 1;
  const int rounds = static_cast<int>(fmas * times / kPeakFmas<R>) + 1;
  for (auto _ : state) {
    bool good = true;
    const double seconds = seconds_of([&] {
      for (int i = 0; i < times; ++i) good = row.entry.work() && good;
    });
    if (!good) {
      row.failed = true;
      state.SkipWithError("the work failed");
      return;
    }
    double done = 0;
    const double peak_seconds = seconds_of([&] { done = run_peak<R>(rounds); });
    state.SetIterationTime(seconds);
    row.peaks.push_back(done / peak_seconds);
    row.fractions.push_back(times * fmas / seconds / row.peaks.back());
    row.seconds.push_back(seconds / times);
  }
}

/// Says nothing: the tables come when all is done.
class Silent : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>&) override {}
};

double median(const std::vector<double>& values) {
  return quantile(values, 0.5);
}

const char* scalar_of(const Entry& entry) {
  return entry.is_double ? "double" : "float";
}

/// idem's row of the same job.
const Row* ours(const Row& row) {
  for (const auto& other : rows()) {
    if (other->entry.job == row.entry.job && other->entry.is_double == row.entry.is_double &&
        other->entry.who == kOurs && !other->fractions.empty()) {
      return other.get();
    }
  }
  return nullptr;
}

/// How many times as fast as this row idem is.
double ratio(const Row& row) {
  const Row* const first = ours(row);
  return first == nullptr ? std::nan("") : median(first->fractions) / median(row.fractions);
}

void print_table() {
  fmt::print("{:<34} {:<40} {:>9} {:>15}  {}\n", "", "", "% of peak", "middle half",
             "idem is ... times as fast");
  std::string job;
  for (const auto& row : rows()) {
    if (row->fractions.empty()) continue;
    const Entry& entry = row->entry;
    const std::string here = entry.job + " " + scalar_of(entry);
    fmt::print("{:<34} {:<40} ", here == job ? "" : here, entry.who);
    job = here;
    if (entry.counted) {
      fmt::print("{:>9.1f} {:>6.1f} to {:>5.1f}", 100 * median(row->fractions),
                 100 * quantile(row->fractions, 0.25), 100 * quantile(row->fractions, 0.75));
    } else {
      fmt::print("{:>9} {:>15}", "", "");
    }
    fmt::print("  {}\n", entry.who == kOurs ? "" : fmt::format("{:.2f}", ratio(*row)));
  }
}

void write_csv(OutputFile& file) {
  file.write(
      "job,scalar,who,lanes,fmas,bytes,fraction_of_peak,lower_quartile,upper_quartile,peak_gflops,seconds,"
      "idem_times_as_fast\n");
  for (const auto& row : rows()) {
    if (row->fractions.empty()) continue;
    const Entry& entry = row->entry;
    file.write(fmt::format("{},{},\"{}\",{},{:.0f},{:.0f},{:.4f},{:.4f},{:.4f},{:.2f},{:.4g},{:.4g}\n",
                           entry.job, scalar_of(entry), entry.who, kTargetName, entry.fmas, entry.bytes,
                           median(row->fractions), quantile(row->fractions, 0.25),
                           quantile(row->fractions, 0.75), 2e-9 * median(row->peaks), median(row->seconds),
                           ratio(*row)));
  }
  file.commit();
}

/// Fraction of peak against multiply-adds a byte: idem's works, the peers', and the roof over what comes from memory;
/// what stays in a cache from one time to the next passes it.
void draw_roofline(double bandwidth, OutputFile& file) {
  std::vector<Panel> panels;
  for (const bool is_double : {false, true}) {
    Panel panel{
        is_double ? "multiply-adds a byte, double" : "multiply-adds a byte, float", "fraction of peak", {}};
    panel.log_x = true;
    Curve mine{kOurs, {}, {}, true}, peers{"peers", {}, {}, true}, roof{"memory's roof", {}, {}};
    double peak = 0;
    for (const auto& row : rows()) {
      const Entry& entry = row->entry;
      if (row->fractions.empty() || !entry.counted || entry.is_double != is_double) continue;
      const bool is_ours = entry.who == kOurs;
      if (!is_ours && entry.who.starts_with(kOurs)) continue;  // two threads, or with other work beside
      Curve& curve = is_ours ? mine : peers;
      curve.x.push_back(entry.fmas / entry.bytes);
      curve.y.push_back(median(row->fractions));
      peak = std::max(peak, median(row->peaks));
    }
    for (double intensity = 0.1; peak > 0 && intensity < 1000; intensity *= 1.1) {
      roof.x.push_back(intensity);
      roof.y.push_back(std::min(1.0, bandwidth * intensity / peak));
    }
    panel.curves = {roof, mine, peers};
    panels.push_back(panel);
  }
  draw(fmt::format("Fraction of the machine's own fma peak, {}", kTargetName), panels, file);
  file.commit();
}

/// The exponent p of seconds = c size^p, by least squares of the logarithms, over the sizes from `least` on.
double exponent(const Curve& steps_a_second, double least) {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (std::size_t i = 0; i < steps_a_second.x.size(); ++i) {
    if (steps_a_second.x[i] < least) continue;
    const double a = std::log(steps_a_second.x[i]), b = -std::log(steps_a_second.y[i]);
    n += 1, x += a, y += b, xx += a * a, xy += a * b;
  }
  return (n * xy - x * y) / (n * xx - x * x);
}

void draw_growth(OutputFile& file) {
  std::vector<Panel> panels;
  for (const auto& [prefix, label, least] : {std::tuple{std::string("d="), "d, batch 128, float", 64.0},
                                             {"batch=", "batch, d = 64, float", 64.0}}) {
    Curve curve{"", {}, {}};
    for (const auto& row : rows()) {
      if (!row->entry.job.starts_with(prefix) || row->fractions.empty()) continue;
      curve.x.push_back(std::stod(row->entry.job.substr(prefix.size())));
      curve.y.push_back(1 / median(row->seconds));
    }
    if (const double p = exponent(curve, least); std::isfinite(p)) {
      curve.name = fmt::format("time grows with exponent {:.2f} from {:.0f} on", p, least);
      fmt::print("steps a second against {}: {}\n", label, curve.name);
    }
    // A second curve, of nothing: the names of curves are shown where there are two.
    Panel panel{label, "steps a second", {curve, Curve{"", {}, {}}}};
    panel.log_x = true;
    panels.push_back(panel);
  }
  draw(fmt::format("How the cost of a step grows, {}", kTargetName), panels, file);
  file.commit();
}

int race(int argc, char** argv) {
  std::string report = "bench";
  // Interleaved, so that a change of clock or a noisy neighbour meets all of them alike.
  std::vector<std::string> words = {argv[0], "--benchmark_enable_random_interleaving=true",
                                    "--benchmark_repetitions=15", "--benchmark_min_time=0.02"};
  for (int i = 1; i < argc; ++i) {
    constexpr std::string_view kReport = "--report=";
    if (std::string_view(argv[i]).starts_with(kReport)) {
      report = std::string_view(argv[i]).substr(kReport.size());
    } else {
      words.emplace_back(argv[i]);
    }
  }
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  int count = static_cast<int>(pointers.size());
  benchmark::Initialize(&count, pointers.data());
  if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) return 2;
  require_gnuplot();
  OutputFile csv(report + ".csv"), roofline(report + "-roofline.svg"), growth(report + "-growth.svg");

  lapack::one_thread();
  enter_idem();
  enter_eigen();
  enter_openblas();
  enter_torch();
  enter_growth();
  for (const auto& row : rows()) {
    const Entry& entry = row->entry;
    const std::string name = fmt::format("{} {} {}", entry.job, scalar_of(entry), entry.who);
    benchmark::RegisterBenchmark(name.c_str(), [row = row.get()](benchmark::State& state) {
      row->entry.is_double ? run<double>(*row, state) : run<float>(*row, state);
    })->UseManualTime();
  }
  fmt::print("lanes: {}\n", kTargetName);
  const double bandwidth = print_machine();
  std::fflush(stdout);
  Silent silent;
  benchmark::RunSpecifiedBenchmarks(&silent);
  print_table();
  write_csv(csv);
  draw_roofline(bandwidth, roofline);
  draw_growth(growth);
  fmt::print("{0}.csv, {0}-roofline.svg and {0}-growth.svg are written\n", report);
  for (const auto& row : rows()) {
    if (row->failed) {
      fmt::print(stderr, "{}, {}: failed\n", row->entry.job, row->entry.who);
      return 1;
    }
  }
  return 0;
}

}  // namespace

void enter(Entry entry) {
  rows().push_back(std::make_unique<Row>(Row{std::move(entry)}));
}

#ifndef IDEM_BENCH_OPENBLAS
void enter_openblas() {
  fmt::print("{}\n", lapack::name());
}
#endif

void enter_torch() {
#ifdef IDEM_BENCH_TORCH
  for (const auto& [d, n] : {std::pair{8, 16}, {20, 1700}, {64, 128}, {100, 200}, {1500, 300}}) {
    const Batch<float> batch(d, n);
    const auto step = std::make_shared<bench::TorchStep>(d, n, batch.x.data(), batch.y.data());
    Entry entry = step_entry(step_job(d, n), "PyTorch, autograd", false, d, n);
    entry.work = [=] { return step->step(kEta<float>); };
    enter(entry);
  }
#else
  fmt::print("PyTorch is not installed (libtorch-dev): its rows are left out\n");
#endif
}

}  // namespace idem::inline IDEM_TARGET

int main(int argc, char** argv) {
  idem::lapack::set_environment(argv);
  return idem::guarded_main([&] { return idem::race(argc, argv); });
}
