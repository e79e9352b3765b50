// SPDX-License-Identifier: Apache-2.0
#include "cli/reproduce.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/exit_status.hpp"
#include "input_error.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

struct Experiment {
  const char* name;
  const char* claim;
};

constexpr Experiment kExperiments[] = {
    {"li-yuan-pairs", "Li & Yuan 2017, section 5.5: f tells two MNIST digits apart"},
    {"jagatap-hegde-1a", "Jagatap & Hegde 2019, figure 1(a): samples it takes to find the teacher"},
    {"jagatap-hegde-1b", "Jagatap & Hegde 2019, figure 1(b): loss against epochs"},
    {"am-noise", "alternating minimization with noisy labels, beside an oracle"},
    {"am-resampling", "fixed samples against fresh samples in each iteration"},
    {"am-solvers", "accuracy of the solvers against the condition number"},
    {"am-memory", "the largest d of alternating minimization in some RAM"},
};

/// Becomes the experiment's program.
int become(const std::string& name, const std::vector<std::string>& words) {
  bool known = false;
  std::string names;
  for (const Experiment& e : kExperiments) {
    known = known || name == e.name;
    names += std::string(names.empty() ? "" : ", ") + e.name;
  }
  if (name.empty()) refuse("reproduce: which experiment? There are {}", names);
  if (!known) refuse("reproduce: \"{}\" is not one of {}", name, names);
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / ("idem-" + name);
  std::vector<std::string> all{program.string()};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> argv;
  argv.reserve(all.size() + 1);
  for (std::string& word : all) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(argv[0], argv.data());
  if (errno == ENOENT) {
    refuse("reproduce: {} is not built yet: ./dev reproduce {} builds and runs it", name, name);
  }
  refuse("reproduce: {} cannot be run: {}", program.string(), std::strerror(errno));
}

}  // namespace

void add_reproduce(CLI::App& app, Job& job) {
  std::string help = "An experiment of a paper; --help after NAME shows its options:";
  for (const Experiment& e : kExperiments) help += std::string("\n  ") + e.name + "  " + e.claim;
  CLI::App* const verb = app.add_subcommand("reproduce", help);
  const auto name = std::make_shared<std::string>();
  verb->add_option("NAME", *name, "Which");
  verb->prefix_command();
  verb->set_help_flag();  // after NAME it is the experiment's own; CLI11 would answer it here
  verb->callback([&job, verb, name] {
    job = [verb, name]() -> int {
      const std::vector<std::string> words = verb->remaining();
      if (!name->empty() || words.empty()) return become(*name, words);
      if (words[0] != "--help" && words[0] != "-h")
        refuse("reproduce: {} stands where NAME is needed", words[0]);
      fmt::print("{}", verb->help());
      return kDone;
    };
  });
}

}  // namespace idem::inline IDEM_TARGET
