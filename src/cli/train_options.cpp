// SPDX-License-Identifier: Apache-2.0
/// \file  The options of `idem train`, read and checked.
#include "cli/train_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "input_error.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

constexpr Index kMost = std::numeric_limits<Index>::max();
constexpr auto kMostSteps = static_cast<std::uint64_t>(kMost);

std::vector<std::string_view> split_at_colons(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(':');
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

StepSchedule schedule(std::string_view text) {
  StepSchedule s;
  const auto parts = split_at_colons(text);
  if (parts[0] == "constant" && parts.size() == 1) return s;
  if (parts[0] == "decay" && parts.size() == 3) {
    s.kind = StepSchedule::Kind::decay;
    s.factor = positive_number("--schedule, FACTOR", parts[1]);
    if (!(s.factor.as<double>() < 1)) refuse("--schedule, FACTOR: {} is not below 1", parts[1]);
    s.every = whole_number<std::uint64_t>("--schedule, EVERY", parts[2], 1, kMostSteps);
    return s;
  }
  if (parts[0] == "lemma25" && (parts.size() == 1 || parts.size() == 3)) {
    s.kind = StepSchedule::Kind::lemma25;
    if (parts.size() == 1) return s;
    s.alpha = positive_number("--schedule, ALPHA", parts[1]);
    s.delta = positive_number("--schedule, DELTA", parts[2]);
    return s;
  }
  refuse("--schedule: \"{}\" is not one of constant, decay:FACTOR:EVERY, lemma25:ALPHA:DELTA", text);
}

/// What is above 0 and finite as a double is to stay so as a float.
void check_scalar(const TrainOptions& o, const char* option, const Decimal& number) {
  if (o.scalar == Scalar::double_precision) return;
  const auto value = number.as<float>();
  if (!std::isfinite(value) || !(value > 0)) {
    refuse("{}: {} cannot be held by a float: take --scalar double", option, number.text);
  }
}

std::uint64_t steps_of_epoch(const TrainOptions& o) {
  if (o.algorithm == Algorithm::gd) return 1;
  const Index n = *o.samples;
  return static_cast<std::uint64_t>(n / o.batch + (n % o.batch != 0));
}

/// What can only be said once the size of the set is known.
void check_set(const TrainOptions& o) {
  if (o.samples && o.algorithm == Algorithm::sgd && o.batch > *o.samples) {
    refuse("--batch: {} is larger than the set, which has {} samples", o.batch, *o.samples);
  }
  if (o.epochs && *o.epochs > kMostSteps / steps_of_epoch(o)) {
    refuse("--epochs: {} epochs of {} steps are more than can be counted", *o.epochs, steps_of_epoch(o));
  }
  if (o.schedule.kind == StepSchedule::Kind::lemma25 && total_steps(o) < 2) {
    refuse("--schedule: lemma25 needs at least 2 steps, its log 1 would be a step of 0");
  }
}

/// Options about samples that contradict one another.
void check_source(const TrainOptions& o) {
  if (!o.data.empty()) {
    if (o.samples) refuse("--samples: the file of --data says how many there are: leave it out");
    return;
  }
  if (!o.labels.empty()) refuse("--labels: labels of what? Name the inputs by --data");
  if (!Dims::contains(o.dim)) Dims::refuse_missing(o.dim);
  if (!o.samples && o.algorithm == Algorithm::gd) {
    refuse("--algorithm gd: the whole set at every step needs a set: --samples N or --data FILE");
  }
  if (!o.samples && o.epochs) {
    refuse("--epochs: fresh samples have no epochs: give --steps instead, or --samples N");
  }
}

/// A set that is smaller than the batch nobody asked for is one batch.
void fit_batch(TrainOptions& o) {
  if (!o.batch_given && o.samples) o.batch = std::min(o.batch, *o.samples);
}

void check(const TrainOptions& o, const CLI::App& verb) {
  if (verb.count("--epochs") > 0 && verb.count("--steps") > 0) {
    refuse("--epochs and --steps: give one of them");
  }
  if (o.schedule.kind == StepSchedule::Kind::lemma25 && verb.count("--step") > 0) {
    refuse("--step: the schedule lemma25 computes the step: leave --step out");
  }
  if (o.algorithm == Algorithm::gd && o.batch_given) {
    refuse("--batch: gradient descent takes the whole set at every step: leave --batch out");
  }
  check_scalar(o, "--step", o.step);
  check_scalar(o, "--schedule, FACTOR", o.schedule.factor);
  check_scalar(o, "--schedule, ALPHA", o.schedule.alpha);
  check_scalar(o, "--schedule, DELTA", o.schedule.delta);
  check_source(o);
  refuse_same_files({{"--data", &o.data},
                     {"--labels", &o.labels},
                     {"--trace", &o.trace},
                     {"--plot", &o.plot},
                     {"--json", &o.json}});
  if (o.data.empty()) check_set(o);
}

}  // namespace

std::uint64_t total_steps(const TrainOptions& options) {
  return options.epochs ? *options.epochs * steps_of_epoch(options) : options.steps;
}

TrainOptions fit_to_data(TrainOptions o, Index rows, Index cols) {
  if (o.dim_given && o.dim != cols) {
    refuse("--dim: {}, but the samples of {} have {} components: leave --dim out", o.dim, o.data, cols);
  }
  if (!Dims::contains(cols)) Dims::refuse_missing(cols);
  o.dim = cols;
  o.samples = rows;
  fit_batch(o);
  check_set(o);
  return o;
}

void add_train(CLI::App& app, Job& job, std::function<int(const TrainOptions&)> run) {
  CLI::App* const verb = app.add_subcommand("train", "Trains a student on a teacher or on data");
  const auto o = std::make_shared<TrainOptions>();
  const auto add = [verb](const char* name, const char* value, const char* help, auto read) {
    verb->add_option_function<std::string>(name, read, help)->type_name(value);
  };

  add("--data", "FILE", "Own samples: .npy, .csv or MNIST idx; without it, a teacher's",
      [o](const std::string& s) { o->data = file_name("--data", s); });
  add("--labels", "FILE", "Labels of --data: .npy or idx; a .csv has its own",
      [o](const std::string& s) { o->labels = file_name("--labels", s); });
  add("--algorithm", "sgd|gd", "Stochastic or full gradient descent [sgd]", [o](const std::string& s) {
    o->algorithm = choice<Algorithm>("--algorithm", s, {{"sgd", Algorithm::sgd}, {"gd", Algorithm::gd}});
  });
  const std::string dims = fmt::format("One of {} [{}]", fmt::join(Dims::kAll, ", "), o->dim);
  add("--dim", "D", dims.c_str(), [o](const std::string& s) {
    o->dim = whole_number<Index>("--dim", s, 1, kMost);
    o->dim_given = true;
  });
  add("--samples", "N|fresh", "A fixed set, or fresh samples at every step [fresh]",
      [o](const std::string& s) {
        if (s == "fresh") return o->samples.reset();
        o->samples = whole_number<Index>("--samples", s, 1, Index{1} << 32);  // what an epoch can shuffle
      });
  add("--batch", "N", "Samples in a step of SGD [200]", [o](const std::string& s) {
    o->batch = whole_number<Index>("--batch", s, 1, kMost);
    o->batch_given = true;
  });
  add("--step", "ETA", "Step size [0.01]",
      [o](const std::string& s) { o->step = positive_number("--step", s); });
  add("--schedule", "NAME", "constant, decay:FACTOR:EVERY, lemma25:ALPHA:DELTA [constant]",
      [o](const std::string& s) { o->schedule = schedule(s); });
  add("--epochs", "N", "Passes over a fixed set",
      [o](const std::string& s) { o->epochs = whole_number<std::uint64_t>("--epochs", s, 1, kMostSteps); });
  add("--steps", "N", "Steps [8000]",
      [o](const std::string& s) { o->steps = whole_number<std::uint64_t>("--steps", s, 1, kMostSteps); });
  add("--seed", "N", "Of teacher, samples and start [1]", [o](const std::string& s) {
    o->seed = whole_number<std::uint64_t>("--seed", s, 0, ~std::uint64_t{0});
  });
  add("--init", "identity|random", "Where the student starts [identity]", [o](const std::string& s) {
    o->init = choice<Init>("--init", s, {{"identity", Init::identity}, {"random", Init::random}});
  });
  add("--scalar", "float|double", "Precision of everything [float]", [o](const std::string& s) {
    o->scalar = choice<Scalar>("--scalar", s,
                               {{"float", Scalar::single_precision}, {"double", Scalar::double_precision}});
  });
  add("--threads", "N", "More are faster, not different [1]",
      [o](const std::string& s) { o->threads = whole_number("--threads", s, 1, 1024); });
  add("--trace", "FILE.csv", "Loss and distance as numbers",
      [o](const std::string& s) { o->trace = file_name("--trace", s); });
  add("--plot", "FILE.svg", "Loss and distance as a picture",
      [o](const std::string& s) { o->plot = file_name("--plot", s); });
  add("--json", "FILE", "The result as one JSON object",
      [o](const std::string& s) { o->json = file_name("--json", s); });

  verb->callback([&job, o, verb, run = std::move(run)] {
    fit_batch(*o);
    check(*o, *verb);
    job = [o, run] { return run(*o); };
  });
}

}  // namespace idem::inline IDEM_TARGET
