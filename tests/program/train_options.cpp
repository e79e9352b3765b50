// SPDX-License-Identifier: Apache-2.0
#include "cli/train_options.hpp"

#include <doctest/doctest.h>

#include <CLI/CLI.hpp>

#include "files.hpp"

using idem::TrainOptions;

namespace {

TrainOptions parsed(const std::string& arguments) {
  CLI::App app("", "idem");
  idem::Job job;
  TrainOptions options;
  idem::add_train(app, job, [&](const TrainOptions& o) {
    options = o;
    return 0;
  });
  app.parse("train " + arguments);
  REQUIRE(job() == 0);
  return options;
}

std::string refusal(const std::string& arguments) {
  const Folder folder;
  return complaint(folder, [&] { parsed(arguments); });
}

}  // namespace

TEST_CASE("train without options trains something that is built in") {
  const TrainOptions o = parsed("");
  CHECK(idem::Dims::contains(o.dim));
  CHECK_FALSE(o.samples.has_value());
  CHECK(o.step.as<float>() == 0.01f);
  CHECK(o.step.as<double>() == 0.01);
  CHECK(idem::total_steps(o) == o.steps);
}

TEST_CASE("every option of train is heard") {
  const TrainOptions o = parsed(
      "--algorithm sgd --dim 8 --samples 1000 --batch 16 --step 0.5 --schedule decay:0.1:50 "
      "--epochs 3 --seed 18446744073709551615 --init random --scalar double --threads 4 "
      "--trace a.csv --plot a.svg --json a.json");
  CHECK(o.algorithm == idem::Algorithm::sgd);
  CHECK(o.dim == 8);
  CHECK(o.samples == 1000);
  CHECK(o.batch == 16);
  CHECK(o.step.as<double>() == 0.5);
  CHECK(o.schedule.kind == idem::StepSchedule::Kind::decay);
  CHECK(o.schedule.factor.as<double>() == 0.1);
  CHECK(o.schedule.every == 50);
  CHECK(o.epochs == 3);
  CHECK(o.seed == 18446744073709551615u);
  CHECK(o.init == idem::Init::random);
  CHECK(o.scalar == idem::Scalar::double_precision);
  CHECK(o.threads == 4);
  CHECK(o.trace == "a.csv");
  CHECK(o.plot == "a.svg");
  CHECK(o.json == "a.json");
  CHECK(parsed("--algorithm gd --samples 10").algorithm == idem::Algorithm::gd);
  CHECK(parsed("--steps 12").steps == 12);
  CHECK(parsed("--schedule lemma25:2:0.1").schedule.alpha.as<double>() == 2);
  CHECK(parsed("--schedule lemma25:2:0.1").schedule.delta.as<double>() == 0.1);
  CHECK(parsed("--seed 010").seed == 10);
}

TEST_CASE("an epoch counts its short last batch as a step") {
  CHECK(idem::total_steps(parsed("--samples 1000 --batch 100 --epochs 3")) == 30);
  CHECK(idem::total_steps(parsed("--samples 1001 --batch 100 --epochs 3")) == 33);
  CHECK(idem::total_steps(parsed("--samples 100 --batch 100 --epochs 3")) == 3);
  CHECK(idem::total_steps(parsed("--samples 1001 --algorithm gd --epochs 3")) == 3);
}

TEST_CASE("a value that is out of range is refused with what would be right") {
  const std::string whole = " is not a whole number from ";
  const std::string most = " to 9223372036854775807";
  CHECK(refusal("--steps abc") == "--steps: \"abc\"" + whole + "1" + most);
  CHECK(refusal("--steps 0") == "--steps: \"0\"" + whole + "1" + most);
  CHECK(refusal("--steps 1.5") == "--steps: \"1.5\"" + whole + "1" + most);
  CHECK(refusal("--steps 1e3") == "--steps: \"1e3\"" + whole + "1" + most);
  CHECK(refusal("--batch -5") == "--batch: \"-5\"" + whole + "1" + most);
  CHECK(refusal("--batch 99999999999999999999") == "--batch: \"99999999999999999999\"" + whole + "1" + most);
  CHECK(refusal("--samples 0") == "--samples: \"0\"" + whole + "1 to 4294967296");
  CHECK(refusal("--samples 4294967297") == "--samples: \"4294967297\"" + whole + "1 to 4294967296");
  CHECK(refusal("--seed -1") == "--seed: \"-1\"" + whole + "0 to 18446744073709551615");
  CHECK(refusal("--threads 0") == "--threads: \"0\"" + whole + "1 to 1024");
  for (const char* step : {"0", "-1", "nan", "inf", "1e999", "abc", "0x1p-3"}) {
    CHECK(refusal(std::string("--step ") + step) ==
          "--step: \"" + std::string(step) + "\" is not a finite number above 0");
  }
  CHECK(refusal("--step 1e-60") == "--step: 1e-60 cannot be held by a float: take --scalar double");
  CHECK(refusal("--step 1e60") == "--step: 1e60 cannot be held by a float: take --scalar double");
  CHECK(refusal("--step 1e-60 --scalar double") == "no complaint");
  CHECK(refusal("--algorithm am") == "--algorithm: \"am\" is not one of sgd, gd");
  CHECK(refusal("--init zero") == "--init: \"zero\" is not one of identity, random");
  CHECK(refusal("--scalar half") == "--scalar: \"half\" is not one of float, double");
  CHECK(refusal("--schedule decay:1:5") == "--schedule, FACTOR: 1 is not below 1");
  CHECK(refusal("--schedule decay:0:5") == "--schedule, FACTOR: \"0\" is not a finite number above 0");
  CHECK(refusal("--schedule decay:0.5:0") == "--schedule, EVERY: \"0\"" + whole + "1" + most);
  for (const char* text : {"x", "decay", "decay:0.5", "decay:0.5:1:2", "constant:1", "lemma25:1"}) {
    CHECK(refusal(std::string("--schedule ") + text) ==
          "--schedule: \"" + std::string(text) +
              "\" is not one of constant, decay:FACTOR:EVERY, lemma25:ALPHA:DELTA");
  }
  CHECK(refusal("--trace --json a.json") == "--trace: \"--json\" stands where the name of a file is needed");
}

TEST_CASE("a dimension that is not built in says which are and how to build it") {
  CHECK(refusal("--dim 51").starts_with("dimension 51 is not built in (there are "));
  CHECK(refusal("--dim 51")
            .ends_with(
                "): in the repository, meson setup build-51 -Ddims=51 && ninja -C build-51 src/idem builds "
                "build-51/src/idem, which has it"));
}

TEST_CASE("options that contradict one another are refused") {
  CHECK(refusal("--samples 10 --batch 11") == "--batch: 11 is larger than the set, which has 10 samples");
  CHECK(refusal("--samples 10") == "no complaint");  // a batch that nobody asked for fits itself to the set
  CHECK(refusal("--samples 100 --epochs 2 --steps 3") == "--epochs and --steps: give one of them");
  CHECK(refusal("--epochs 2") ==
        "--epochs: fresh samples have no epochs: give --steps instead, or --samples N");
  CHECK(refusal("--samples 4294967296 --batch 1 --epochs 4294967296") ==
        "--epochs: 4294967296 epochs of 4294967296 steps are more than can be counted");
  CHECK(refusal("--algorithm gd") ==
        "--algorithm gd: the whole set at every step needs a set: --samples N or --data FILE");
  CHECK(refusal("--algorithm gd --samples 10 --batch 5") ==
        "--batch: gradient descent takes the whole set at every step: leave --batch out");
  CHECK(refusal("--schedule lemma25:1:0.03 --step 0.1") ==
        "--step: the schedule lemma25 computes the step: leave --step out");
  CHECK(refusal("--schedule lemma25:1:0.03 --steps 1") ==
        "--schedule: lemma25 needs at least 2 steps, its log 1 would be a step of 0");
  CHECK(refusal("--labels y.npy") == "--labels: labels of what? Name the inputs by --data");
  CHECK(refusal("--data x.npy --samples 5") ==
        "--samples: the file of --data says how many there are: leave it out");
  CHECK(refusal("--trace a --json ./a") == "--trace and --json name the same file: ./a");
  CHECK(refusal("--data x.csv --trace x.csv") == "--data and --trace name the same file: x.csv");
}

TEST_CASE("data from a file settle the dimension, the size and the batch") {
  const idem::Index dim = idem::Dims::kAll[0];
  const TrainOptions o = idem::fit_to_data(parsed("--data x.csv"), 50, dim);
  CHECK(o.dim == dim);
  CHECK(o.samples == 50);
  CHECK(o.batch == 50);
  CHECK(idem::fit_to_data(parsed("--data x.csv --batch 7"), 50, dim).batch == 7);
  CHECK(idem::fit_to_data(parsed("--data x.csv"), 5000, dim).batch == 200);

  const Folder folder;
  const auto unfit = [&](const std::string& arguments, idem::Index rows, idem::Index cols) {
    return complaint(folder, [&] { idem::fit_to_data(parsed(arguments), rows, cols); });
  };
  CHECK(unfit("--data x.csv --batch 51", 50, dim) ==
        "--batch: 51 is larger than the set, which has 50 samples");
  CHECK(unfit("--data x.csv --dim 9", 50, dim) ==
        "--dim: 9, but the samples of x.csv have " + std::to_string(dim) + " components: leave --dim out");
  CHECK(unfit("--data x.csv", 50, 51).starts_with("dimension 51 is not built in"));
}

TEST_CASE("a dimension picks its type") {
  idem::Index seen = 0;
  const auto job = [&](auto d) {
    seen = d();
    return 7;
  };
  for (const idem::Index dim : idem::Dims::kAll) {
    CHECK(idem::Dims::call(dim, job) == 7);
    CHECK(seen == dim);
  }
  CHECK_THROWS_AS(idem::Dims::call(51, job), idem::InputError);
}
