// SPDX-License-Identifier: Apache-2.0
/// \file  `idem info`: what this program computes with, and what a trainer takes.
#include "cli/info.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include <idem/base/contract.hpp>

#include "cli/dims.hpp"
#include "cli/option_value.hpp"
#include "output/output_file.hpp"
#include "output/result.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

std::string text(const std::vector<FootprintRow>& rows) {
  std::string out = fmt::format(
      "idem {}, arithmetic contract {}\n"
      "arithmetic  {} (fma in hardware: float {}, double {})\n"
      "scalars     float {} bytes, double {} bytes\n"
      "dimensions  {}\n",
      kVersion, kContract, kTargetName, IDEM_HARDWARE_FMA_FLOAT ? "yes" : "no",
      IDEM_HARDWARE_FMA_DOUBLE ? "yes" : "no", sizeof(float), sizeof(double), fmt::join(Dims::kAll, " "));
  if (rows.empty()) return out;
  constexpr const char* kLine = "{:<12} {:>5} {:<7} {:>9} {:>9} {:>9} {:>9} {:>7} {:>9}\n";
  out += "\nbytes of RAM\n";
  out += fmt::format(fmt::runtime(kLine), "object", "dim", "scalar", "weights", "gradient", "samples",
                     "scratch", "other", "total");
  for (const FootprintRow& row : rows) {
    const Footprint& b = row.bytes;
    out += fmt::format(fmt::runtime(kLine), row.object, row.dim, row.scalar, b.weights, b.gradient, b.samples,
                       b.scratch, b.other, b.total());
  }
  return out;
}

nlohmann::ordered_json json(const std::vector<FootprintRow>& rows) {
  nlohmann::ordered_json all = {
      {"idem", kVersion},
      {"contract", kContract},
      {"arithmetic", kTargetName},
      {"hardware_fma", {{"float", IDEM_HARDWARE_FMA_FLOAT == 1}, {"double", IDEM_HARDWARE_FMA_DOUBLE == 1}}},
      {"scalar_bytes", {{"float", sizeof(float)}, {"double", sizeof(double)}}},
      {"dims", Dims::kAll},
      {"footprint", nlohmann::ordered_json::array()}};
  for (const FootprintRow& row : rows) {
    const Footprint& b = row.bytes;
    all["footprint"].push_back({{"object", row.object},
                                {"dim", row.dim},
                                {"scalar", row.scalar},
                                {"weights", b.weights},
                                {"gradient", b.gradient},
                                {"samples", b.samples},
                                {"scratch", b.scratch},
                                {"other", b.other},
                                {"total", b.total()}});
  }
  return all;
}

}  // namespace

void add_info(CLI::App& app, Job& job, std::vector<FootprintRow> rows) {
  CLI::App* const verb =
      app.add_subcommand("info", "Arithmetic in use, contract version, dimensions built in, bytes of RAM");
  const auto path = std::make_shared<std::string>();
  verb->add_option_function<std::string>(
          "--json", [path](const std::string& s) { *path = file_name("--json", s); },
          "The same as one JSON object")
      ->type_name("FILE");
  verb->callback([&job, path, rows = std::move(rows)] {
    job = [path, rows] {
      if (!path->empty()) {
        OutputFile file(*path);
        file.write(json_text(json(rows)));
        file.commit();
      }
      fmt::print("{}", text(rows));
      return kDone;
    };
  });
}

}  // namespace idem::inline IDEM_TARGET
