// SPDX-License-Identifier: Apache-2.0
/// \file  The desktop program: one verb, one job, one exit status.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>

#include <idem/base/contract.hpp>

#include "cli/exit_status.hpp"
#include "cli/footprints.hpp"
#include "cli/guarded_main.hpp"
#include "cli/info.hpp"
#include "cli/reproduce.hpp"
#include "cli/train.hpp"

namespace {

/// CLI11's sentence, and where to look; its words for a missing verb name none.
std::string usage(const CLI::App& app, const std::string& what) {
  const auto chosen = app.get_subcommands();
  if (!chosen.empty()) return fmt::format("{} (see idem {} --help)", what, chosen[0]->get_name());
  std::string verbs;
  for (const CLI::App* verb : app.get_subcommands(nullptr)) verbs += " " + verb->get_name();
  const auto unknown = app.remaining();
  return fmt::format("{}: the verbs are{} (see idem --help)",
                     unknown.empty() ? "a verb is needed" : "unknown: " + unknown[0], verbs);
}

int run(int argc, char** argv) {
  CLI::App app("Trains residual ReLU networks with the same bits on every processor.", "idem");
  app.set_version_flag("--version", fmt::format("idem {} (contract {})", idem::kVersion, idem::kContract));
  app.require_subcommand(1);
  idem::Job job;
  idem::add_train(app, job, idem::run_train);
  idem::add_reproduce(app, job);
  idem::add_info(app, job, idem::footprints());
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help, --version
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    return idem::complain(usage(app, e.what()), idem::kBadInput);
  }
  return job();
}

}  // namespace

int main(int argc, char** argv) {
  return idem::guarded_main([&] { return run(argc, argv); });
}
