// SPDX-License-Identifier: Apache-2.0
/// \file  `idem reproduce li-yuan-pairs`: the table, its CSV, its picture.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <mutex>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <string>
#include <thread>

#include <idem/base/contract.hpp>

#include "cli/exit_status.hpp"
#include "cli/guarded_main.hpp"
#include "cli/option_value.hpp"
#include "experiments/li_yuan_pairs.hpp"
#include "interrupt.hpp"
#include "output/output_file.hpp"
#include "output/picture.hpp"
#include "output/progress.hpp"
#include "output/result.hpp"

namespace {

using idem::PairOutcome;

struct Options {
  std::string images = IDEM_DIGITS "/t10k-images-idx3-ubyte.gz";
  std::string labels = IDEM_DIGITS "/t10k-labels-idx1-ubyte.gz";
  std::string csv;
  std::string plot;
  std::string json;
  std::uint64_t seed = 1;
  int threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
};

/// A column of the table, as a mean over the pairs.
double mean(const std::vector<PairOutcome>& all, double PairOutcome::*column) {
  return std::accumulate(all.begin(), all.end(), 0.0,
                         [&](double sum, const PairOutcome& p) { return sum + p.*column; }) /
         static_cast<double>(all.size());
}

void print_table(const std::vector<PairOutcome>& all) {
  fmt::print("error in %   training          held out\n");
  fmt::print(" A B      W = 0  trained     W = 0  trained    ||W||_2\n");
  double norm = 0;
  for (const PairOutcome& p : all) {
    fmt::print(" {} {}     {:6.2f}   {:6.2f}    {:6.2f}   {:6.2f}      {:.3f}\n", p.a, p.b,
               100 * p.before_training, 100 * p.after_training, 100 * p.before_held_out,
               100 * p.after_held_out, p.norm);
    norm = std::max(norm, p.norm);
  }
  fmt::print("mean     {:6.2f}   {:6.2f}    {:6.2f}   {:6.2f}      {:.3f} (most)\n\n",
             100 * mean(all, &PairOutcome::before_training), 100 * mean(all, &PairOutcome::after_training),
             100 * mean(all, &PairOutcome::before_held_out), 100 * mean(all, &PairOutcome::after_held_out),
             norm);
  const PairOutcome& ones = all.front();
  fmt::print("training error           the paper says     measured here\n");
  fmt::print("0 against 1, W = 0             7 %              {:5.2f} %\n", 100 * ones.before_training);
  fmt::print("0 against 1, trained           1 %              {:5.2f} %\n", 100 * ones.after_training);
  fmt::print("mean of 45 pairs, W = 0       34 %              {:5.2f} %\n",
             100 * mean(all, &PairOutcome::before_training));
  fmt::print("mean of 45 pairs, trained     14 %              {:5.2f} %\n",
             100 * mean(all, &PairOutcome::after_training));
  fmt::print("||W||_2                        0.6              {:5.3f}\n", norm);
}

void write_csv(const std::vector<PairOutcome>& all, idem::OutputFile& file) {
  file.write("a,b,training_before,training_after,held_out_before,held_out_after,norm\n");
  for (const PairOutcome& p : all) {
    file.write(fmt::format("{},{},{},{},{},{},{}\n", p.a, p.b, p.before_training, p.after_training,
                           p.before_held_out, p.after_held_out, p.norm));
  }
  file.commit();
}

/// Pairs from the easiest at W = 0 to the hardest.
void draw_picture(std::vector<PairOutcome> all, idem::OutputFile& file) {
  std::stable_sort(all.begin(), all.end(), [](const PairOutcome& p, const PairOutcome& q) {
    return p.before_training < q.before_training;
  });
  const auto curve = [&](const char* name, double PairOutcome::*column) {
    idem::Curve c{name, {}, {}};
    for (const PairOutcome& p : all) {
      c.x.push_back(static_cast<double>(c.x.size() + 1));
      c.y.push_back(100 * (p.*column));
    }
    return c;
  };
  idem::draw("Li & Yuan, section 5.5: two digits, one threshold",
             {{"pair of digits, easiest first",
               "error in %",
               {curve("W = 0, training", &PairOutcome::before_training),
                curve("trained, training", &PairOutcome::after_training),
                curve("trained, held out", &PairOutcome::after_held_out)},
               false}},
             file);
  file.commit();
}

/// Every pair needs samples of both digits to train on, and some to hold out.
void check_labels(const idem::Table<float>& digits, const std::string& file) {
  constexpr int kLeast = 10;
  int counts[10] = {};
  for (std::size_t i = 0; i < digits.y.size(); ++i) {
    const float label = digits.y[i];
    if (!(label >= 0 && label <= 9) || label != std::floor(label))
      idem::refuse("{}: label {} of sample {} is not a digit", file, label, i);
    ++counts[static_cast<int>(label)];
  }
  for (int digit = 0; digit < 10; ++digit) {
    if (counts[digit] < kLeast) {
      idem::refuse("{}: {} samples of the digit {}: at least {} are needed", file, counts[digit], digit,
                   kLeast);
    }
  }
}

int run(int argc, char** argv) {
  Options o;
  CLI::App app("Li & Yuan 2017, section 5.5: f tells two MNIST digits apart", "idem reproduce li-yuan-pairs");
  const auto add_file = [&app](const char* name, std::string& file, const char* help) {
    app.add_option_function<std::string>(
        name, [name, &file](const std::string& s) { file = idem::file_name(name, s); }, help);
  };
  add_file("--images", o.images, "MNIST images, idx, gzipped or not [the 10,000 of the repository]");
  add_file("--labels", o.labels, "Their labels");
  add_file("--csv", o.csv, "The table as numbers");
  add_file("--plot", o.plot, "The table as a picture, SVG");
  add_file("--json", o.json, "The means as one JSON object");
  app.add_option_function<std::string>(
      "--seed",
      [&](const std::string& s) {
        o.seed = idem::whole_number<std::uint64_t>("--seed", s, 0, ~std::uint64_t{0});
      },
      "Of the order of the samples [1]");
  app.add_option_function<std::string>(
      "--threads", [&](const std::string& s) { o.threads = idem::whole_number("--threads", s, 1, 1024); },
      "Pairs at a time; the numbers are the same [all processors]");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    return idem::complain(fmt::format("{} (see idem reproduce li-yuan-pairs --help)", e.what()),
                          idem::kBadInput);
  }
  idem::refuse_same_files({{"--images", &o.images},
                           {"--labels", &o.labels},
                           {"--csv", &o.csv},
                           {"--plot", &o.plot},
                           {"--json", &o.json}});
  idem::watch_for_stop();  // before the outputs are opened: from here on nothing is left half done
  std::optional<idem::OutputFile> csv;
  std::optional<idem::OutputFile> plot;
  std::optional<idem::OutputFile> json;
  if (!o.plot.empty()) idem::require_gnuplot();
  if (!o.csv.empty()) csv.emplace(o.csv);
  if (!o.plot.empty()) plot.emplace(o.plot);
  if (!o.json.empty()) json.emplace(o.json);
  const idem::Table<float> digits = idem::read_table<float>(o.images, o.labels);
  if (digits.cols != 784) {
    idem::refuse("{}: images of {} pixels: this experiment takes 28 x 28 = 784", o.images, digits.cols);
  }
  check_labels(digits, o.labels);
  std::vector<PairOutcome> all;
  {
    idem::Progress progress(45);
    std::mutex one_at_a_time;
    all = idem::run_li_yuan_pairs(digits, o.seed, o.threads, [&](int done) {
      const std::lock_guard lock(one_at_a_time);
      progress.show(static_cast<std::uint64_t>(done), std::numeric_limits<double>::quiet_NaN());
    });
  }
  if (idem::stop_requested()) {
    fmt::print(stderr, "idem: interrupted; nothing is written\n");
    return idem::kInterrupted;
  }
  print_table(all);
  if (csv) write_csv(all, *csv);
  if (plot) draw_picture(all, *plot);
  if (json) {
    json->write(
        idem::json_text({{"idem", idem::kVersion},
                         {"contract", idem::kContract},
                         {"experiment", "li-yuan-pairs"},
                         {"seed", o.seed},
                         {"zero_one_before", all.front().before_training},
                         {"zero_one_after", all.front().after_training},
                         {"mean_before", mean(all, &PairOutcome::before_training)},
                         {"mean_after", mean(all, &PairOutcome::after_training)},
                         {"mean_held_out", mean(all, &PairOutcome::after_held_out)},
                         {"norm", std::max_element(all.begin(), all.end(), [](const auto& p, const auto& q) {
                                    return p.norm < q.norm;
                                  })->norm}}));
    json->commit();
  }
  return idem::kDone;
}

}  // namespace

int main(int argc, char** argv) {
  return idem::guarded_main([&] { return run(argc, argv); });
}
