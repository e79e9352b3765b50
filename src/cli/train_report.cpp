// SPDX-License-Identifier: Apache-2.0
#include "cli/train_report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "cli/train_options.hpp"
#include "output/csv_writer.hpp"
#include "output/picture.hpp"
#include "output/progress.hpp"

namespace idem::inline IDEM_TARGET {

namespace {
constexpr std::uint64_t kTraceRows = 200;
}

struct TrainReport::Parts {
  explicit Parts(const TrainOptions& o) : steps(total_steps(o)) {
    if (!o.plot.empty()) require_gnuplot();
    if (!o.trace.empty()) {
      trace.emplace(o.trace);
      rows.emplace(*trace, std::initializer_list<std::string_view>{"step", "loss", "distance"});
    }
    if (!o.plot.empty()) plot.emplace(o.plot);
    if (!o.json.empty()) json.emplace(o.json);
    bar.emplace(steps);
  }
  std::uint64_t steps;
  std::optional<OutputFile> trace;
  std::optional<CsvWriter> rows;  ///< of the trace
  std::optional<OutputFile> plot;
  std::optional<OutputFile> json;
  std::optional<Progress> bar;
  Curve loss{"loss", {}, {}};
  Curve distance{"distance", {}, {}};
};

TrainReport::TrainReport(const TrainOptions& options) : parts_(std::make_unique<Parts>(options)) {}
TrainReport::~TrainReport() = default;

bool TrainReport::wants_row(std::uint64_t step) {
  const double spacing = static_cast<double>(parts_->steps) / static_cast<double>(kTraceRows);
  const auto slot = [&](std::uint64_t s) { return std::floor(static_cast<double>(s) / spacing); };
  return step == 1 || step == parts_->steps || slot(step) != slot(step - 1);
}

void TrainReport::progress(std::uint64_t step, double loss) {
  parts_->bar->show(step, loss);
}

template <Real R>
void TrainReport::row(std::uint64_t step, R loss, R distance) {
  if (parts_->rows) parts_->rows->row(step, {loss, distance});
  parts_->loss.x.push_back(static_cast<double>(step));
  parts_->loss.y.push_back(static_cast<double>(loss));
  parts_->distance.x.push_back(static_cast<double>(step));
  parts_->distance.y.push_back(static_cast<double>(distance));
}

template <Real R>
void TrainReport::finish(const Result<R>& r) {
  parts_->bar.reset();
  const bool has_teacher = !std::isnan(r.distance);
  fmt::print("{}: {} of {} steps in {:.2f} s, dim {}, {}, seed {}\n", r.status, r.steps, parts_->steps,
             r.seconds, r.dim, scalar_name<R>(), r.seed);
  // Fresh samples have no loss but the test's.
  if (!has_teacher || r.loss != r.test_loss) fmt::print("loss      {:.6g}\n", r.loss);
  if (has_teacher) {
    fmt::print("test loss {:.6g}\n", r.test_loss);
    fmt::print("distance  {:.6g}  (relative {:.3g})\n", r.distance, r.relative_distance);
  }
  fmt::print("digest    {:016x}\n", r.digest);
  if (parts_->trace) parts_->trace->commit();
  if (parts_->json) {
    parts_->json->write(json_text(to_json(r)));
    parts_->json->commit();
  }
  if (parts_->plot) {
    std::vector<Panel> panels = {{"step", "loss of the batch", {parts_->loss}}};
    if (has_teacher) panels.push_back({"step", "distance to the teacher", {parts_->distance}});
    draw(fmt::format("dim {}, {}, seed {}", r.dim, scalar_name<R>(), r.seed), panels, *parts_->plot);
    parts_->plot->commit();
  }
}

template void TrainReport::row(std::uint64_t, float, float);
template void TrainReport::row(std::uint64_t, double, double);
template void TrainReport::finish(const Result<float>&);
template void TrainReport::finish(const Result<double>&);

}  // namespace idem::inline IDEM_TARGET
