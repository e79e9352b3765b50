// SPDX-License-Identifier: Apache-2.0
#include "experiments/experiment.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <thread>

#include <idem/base/contract.hpp>

#include "cli/exit_status.hpp"
#include "cli/guarded_main.hpp"
#include "cli/option_value.hpp"
#include "interrupt.hpp"
#include "output/output_file.hpp"
#include "output/progress.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

struct Options {
  Settings settings;
  Shard shard;
  bool sharded = false;
  bool quiet = false;
  int threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  std::string csv;
  std::string plot;
  std::vector<std::string> merge;
};

std::vector<Index> sample_counts(const std::string& text) {
  std::vector<Index> counts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    counts.push_back(
        whole_number<Index>("--samples", std::string_view(text).substr(begin, end - begin), 1, kMostSamples));
    if (std::find(counts.begin(), counts.end() - 1, counts.back()) != counts.end() - 1) {
      refuse("--samples: {} stands there twice", counts.back());
    }
    begin = end + 1;
  }
  std::sort(counts.begin(), counts.end());  // a picture's curves run from left to right
  return counts;
}

Shard shard_of(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) refuse("--shard: \"{}\" is not like 1/4, the first of four", text);
  const auto count =
      whole_number<std::size_t>("--shard", std::string_view(text).substr(slash + 1), 1, 1000000);
  const auto number = whole_number<std::size_t>("--shard", std::string_view(text).substr(0, slash), 1, count);
  return {number - 1, count};
}

/// The options that decide numbers; also those that the head of a CSV consists of.
std::vector<CLI::Option*> add_settings(CLI::App& app, const Experiment& e, Settings& s) {
  if (e.trials == 0) return {};
  std::vector<CLI::Option*> all;
  const auto add = [&](const char* name, const std::string& help,
                       const std::function<void(const std::string&)>& set) {
    all.push_back(app.add_option_function<std::string>(name, set, help));
  };
  add("--trials", fmt::format("Trials in each cell [{}; with --fine 50]", e.trials),
      [&](const std::string& t) { s.trials = whole_number<std::size_t>("--trials", t, 1, 1000000); });
  add("--seed", "Trial t draws from this seed + t [1]",
      [&](const std::string& t) { s.seed = whole_number<std::uint64_t>("--seed", t, 0, ~std::uint64_t{0}); });
  add("--norm", "||W*||_F, of the teacher [2]",
      [&](const std::string& t) { s.norm = positive_number("--norm", t).as<double>(); });
  add("--samples", fmt::format("Samples in a set, with commas [{}]", fmt::join(e.samples, ",")),
      [&](const std::string& t) { s.samples = sample_counts(t); });
  if (e.descends) {
    add("--epochs", "Epochs of gradient descent [1000]",
        [&](const std::string& t) { s.epochs = whole_number<std::uint32_t>("--epochs", t, 1, 1000000); });
  }
  all.push_back(app.add_flag("--fine", s.fine, e.fine));
  return all;
}

void add_defaults(const Experiment& e, Settings& s) {
  if (s.trials == 0) s.trials = e.trials == 0 ? 1 : s.fine ? 50 : e.trials;
  if (s.samples.empty()) s.samples = s.fine ? e.fine_samples : e.samples;
}

/// What stands at the head of a CSV: with the contract, because that decides bits too.
std::string asked_for(const Experiment& e, const Settings& s) {
  std::string text = fmt::format("contract {} {}", kContract, e.name);
  if (e.trials == 0) return text;
  text += fmt::format(" --trials {} --seed {} --norm {} --samples {}", s.trials, s.seed, s.norm,
                      fmt::join(s.samples, ","));
  if (e.descends) text += fmt::format(" --epochs {}", s.epochs);
  return text + (s.fine ? " --fine" : "");
}

/// The settings that the files to be merged were computed with.
Settings settings_of(const Experiment& e, const std::string& path) {
  const std::string asked = what_was_asked(path);
  const std::string begin = fmt::format("contract {} {}", kContract, e.name);
  if (asked != begin && !asked.starts_with(begin + " ")) {
    refuse("{}: trials of \"{}\", not of {}, contract {}", path, asked, e.name, kContract);
  }
  Settings s;
  CLI::App line;
  add_settings(line, e, s);
  try {
    line.parse(asked.substr(begin.size()));
  } catch (const CLI::Error& error) {
    refuse("{}, line 1: {}", path, error.what());
  }
  return s;
}

void add_options(CLI::App& app, const Experiment& e, Options& o) {
  const std::vector<CLI::Option*> settings = add_settings(app, e, o.settings);
  const auto add_file = [&app](const char* name, std::string& file, const char* help) {
    return app.add_option_function<std::string>(
        name, [name, &file](const std::string& s) { file = file_name(name, s); }, help);
  };
  add_file("--csv", o.csv, "A row for each trial");
  CLI::Option* const plot = add_file("--plot", o.plot, "A picture, SVG");
  app.add_option_function<std::string>(
      "--threads", [&](const std::string& s) { o.threads = whole_number("--threads", s, 1, 1024); },
      "Trials at a time; the numbers are the same [all processors]");
  app.add_flag("-q,--quiet", o.quiet, "No table and no progress");
  CLI::Option* const shard = app.add_option_function<std::string>(
      "--shard",
      [&](const std::string& s) {
        o.shard = shard_of(s);
        o.sharded = true;
      },
      "I/N: trials I, I + N, I + 2 N, ... alone, into --csv");
  CLI::Option* const merge = app.add_option_function<std::vector<std::string>>(
      "--merge",
      [&](const std::vector<std::string>& files) {
        for (const std::string& file : files) o.merge.push_back(file_name("--merge", file));
      },
      "FILE...: reads the trials of all shards, instead of computing them");
  merge->expected(1, 1 << 20);
  merge->excludes(shard);
  shard->excludes(plot);
  for (CLI::Option* const setting : settings) merge->excludes(setting);
}

/// How many trials of the sweep are this shard's.
std::size_t trials_of(const Options& o, const Sweep& sweep) {
  const std::size_t share = (sweep.size() - o.shard.number + o.shard.count - 1) / o.shard.count;
  return o.shard.number < sweep.size() ? share : 0;
}

Outcomes compute(const Experiment& e, const Options& o, const Sweep& sweep) {
  std::optional<Progress> progress;
  if (!o.quiet) progress.emplace(trials_of(o, sweep));
  return run_trials(
      sweep, o.shard, o.threads, [&] { return e.worker(o.settings, sweep); },
      [&](std::size_t done) {
        if (progress) progress->show(done, std::numeric_limits<double>::quiet_NaN());
      });
}

}  // namespace

int run_experiment(const Experiment& e, int argc, char** argv) {
  Options o;
  CLI::App app(e.claim, fmt::format("idem reproduce {}", e.name));
  add_options(app, e, o);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return complain(fmt::format("{} (see idem reproduce {} --help)", error.what(), e.name), kBadInput);
  }
  if (o.sharded && o.csv.empty()) refuse("--shard: --csv FILE is needed: that is what --merge reads");
  refuse_same_files({{"--csv", &o.csv}, {"--plot", &o.plot}});
  for (const std::string& file : o.merge) {
    refuse_same_files({{"--merge", &file}, {"--csv", &o.csv}, {"--plot", &o.plot}});
  }
  if (!o.merge.empty()) o.settings = settings_of(e, o.merge[0]);
  add_defaults(e, o.settings);
  watch_for_stop();  // before the outputs are opened: from here on nothing is left half done
  if (!o.plot.empty()) require_gnuplot();
  const bool earlier = !o.csv.empty() && std::filesystem::is_regular_file(o.csv);
  std::optional<OutputFile> csv;
  std::optional<OutputFile> plot;
  if (!o.csv.empty()) csv.emplace(o.csv);
  if (!o.plot.empty()) plot.emplace(o.plot);

  const Sweep sweep = e.sweep(o.settings);
  const std::string asked = asked_for(e, o.settings);
  const Outcomes outcomes = o.merge.empty() ? compute(e, o, sweep) : read_trials(sweep, asked, o.merge);
  if (stop_requested()) {
    // A part is better than nothing, but not than an earlier file.
    if (csv && !earlier) write_trials(sweep, outcomes, asked, *csv);
    std::size_t done = 0;
    for (std::size_t i = 0; i < sweep.size(); ++i) done += outcomes.at(i).empty() ? 0 : 1;
    fmt::print(stderr, "idem: interrupted after {} of {} trials; {}\n", done, trials_of(o, sweep),
               !csv      ? "nothing is written"
               : earlier ? o.csv + " is as it was before"
                         : o.csv + " has those");
    return kInterrupted;
  }
  if (csv) write_trials(sweep, outcomes, asked, *csv);
  if (o.sharded) return kDone;
  if (!o.quiet) e.print(sweep, outcomes);
  if (plot) {
    draw(fmt::format("{}: {}", e.name, e.claim), e.picture(sweep, outcomes), *plot);
    plot->commit();
  }
  return kDone;
}

}  // namespace idem::inline IDEM_TARGET
