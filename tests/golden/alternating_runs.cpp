// SPDX-License-Identifier: Apache-2.0
/// \file  Alternating minimization and gradient descent of [JagatapHegde19] in double: objects with the keys AM_W and
/// GD_W.
///
/// X[i], y[i] are the samples, W[i][q] has input i and neuron q; vectors and matrices of unknowns have index
/// q d + i. Lists of iterates begin behind the first step, those of spectra before it. The paper's loss is half of
/// ours, and so is its step in units of ours.
#include <cmath>

#include <nlohmann/json.hpp>

#include <idem/train/alternating_minimization.hpp>
#include <idem/train/sgd.hpp>

#include "golden.hpp"

namespace golden {
namespace {

using idem::Index;
using idem::Status;
using nlohmann::json;

constexpr double kTolerance = 1e-10;

template <Index D>
class Instance {
 public:
  Instance(const json& item, const std::string& name, Tally& tally)
      : item_(item), name_(name), tally_(tally) {
    for (const json& row : item.at("X")) {
      ensure(row.size() == static_cast<std::size_t>(D), name + ": a sample of another dimension");
      for (const json& number : row) x_.push_back(number.get<double>());
    }
    y_ = item.at("y").get<std::vector<double>>();
    ensure(y_.size() * D == x_.size() && item.at("v").size() == D, name + ": sizes differ");
  }

  void compare_all() {
    compare_windows<idem::ByCholesky>("Cholesky");
    compare_windows<idem::ByRotations>("rotations");
    compare_matrix_free();
    compare_spectra();
    compare_system();
    compare_descent();
    ++tally_.runs;
  }

 private:
  using Model = idem::ResidualRelu<double, D>;
  using Samples = idem::StoredSamples<double, D>;
  using Buffer = idem::SampleBuffer<double, D, 1>;
  static constexpr Index kUnknowns = D * D;

  [[nodiscard]] Index count() const { return static_cast<Index>(y_.size()); }
  [[nodiscard]] Samples samples() const { return {x_.data(), y_.data(), count()}; }

  void check(const std::string& what, const Matrix& ours, const Matrix& theirs) {
    compare(name_ + ", " + what, ours, theirs, 0, kTolerance, tally_);
  }
  /// Numbers near 0 are compared in units of 1.
  void check_number(const std::string& what, double ours, const json& theirs, double scale = 1) {
    compare(name_ + ", " + what, {{ours}}, {{theirs.get<double>()}}, scale, kTolerance, tally_);
  }

  /// The signs, and W^0.
  void begin(Model& model) {
    model.set_identity();
    for (Index j = 0; j < D; ++j) model.set_negative(j, item_.at("v").at(j).get<double>() < 0);
    set_rows(model.weights().data(), item_.at("W0").get<Matrix>());
  }

  void check_iterate(const std::string& what, const Model& model, const char* course, std::size_t t) {
    const std::string step = what + std::to_string(t + 1);
    const std::string prefix = course;
    check(step + ", weights", rows_of(model.weights().data(), D),
          item_.at(prefix + "_W").at(t).template get<Matrix>());
    static Buffer buffer;
    static idem::Slice<double, D, 0> slice;
    Samples all = samples();
    const double loss = idem::mean_loss(model, all, buffer, slice);
    check_number(step + ", loss", loss / 2, item_.at(prefix + "_loss").at(t));
    if (!item_.contains(prefix + "_relerr")) return;
    idem::Mat<double, D, D> target;
    set_rows(target.data(), item_.at("Wstar").template get<Matrix>());
    const double distance = idem::distance(model.weights(), target);
    for (Index i = 0; i < D; ++i) target(i, i) += 1;
    check_number(step + ", distance", distance / idem::frobenius_norm(target),
                 item_.at(prefix + "_relerr").at(t));
  }

  template <class Solver>
  void compare_windows(const std::string& solver) {
    static idem::AlternatingMinimization<Model, Solver> trainer;
    ensure(trainer.init() == Status::ok, "no trainer starts here");
    begin(trainer.model());
    trainer.begin();
    for (std::size_t t = 0; t < item_.at("AM_W").size(); ++t) {
      for (Index s = 0; s < count(); ++s) {
        ensure(trainer.feed(x_.data() + s * D, y_[static_cast<std::size_t>(s)]) == Status::ok,
               name_ + ": a sample is refused");
      }
      ensure(trainer.end().status == Status::ok, name_ + ": a system has no solution");
      check_iterate(solver + " ", trainer.model(), "AM", t);
    }
    // The masks repeat: whole runs end there too.
    begin(trainer.model());
    static Buffer buffer;
    Samples all = samples();
    idem::AlternatingOptions<double> options;
    options.course = idem::Course::plain;
    ensure(trainer.train(all, buffer, options).status == Status::ok, name_ + ": the run does not end well");
    check(solver + ", whole run", rows_of(trainer.weights().data(), D),
          item_.at("AM_W").back().template get<Matrix>());
  }

  /// A pass over the samples at the weights of a model: visit(x, sample, y).
  template <class Visit>
  void visit_samples(const Model& model, const Visit& visit) {
    static idem::GatedSample<double, D> sample;
    idem::MaskHash hash;
    for (Index s = 0; s < count(); ++s) {
      const double* const x = x_.data() + s * D;
      sample.set(model, x, {}, hash);
      visit(x, sample, y_[static_cast<std::size_t>(s)]);
    }
  }

  void compare_matrix_free() {
    static Model model;
    static idem::MatrixFree<Model> system;
    begin(model);
    for (std::size_t t = 0; t < item_.at("AM_W").size(); ++t) {
      system.clear(t == 0);
      visit_samples(model, [](const double* x, const auto& sample, double y) {
        system.add(x, sample, y - sample.output);
      });
      const auto each = [&](const auto& f) { f(x_.data(), count()); };
      const auto ended = system.solve(model, {}, 0, 4 * kUnknowns, 1e-15, each);
      ensure(ended.steps > 0, name_ + ": a system has no solution");
      for (Index i = 0; i < D; ++i) {
        for (Index q = 0; q < D; ++q) model.weights()(i, q) += system.solution(q, i);
      }
      check_iterate("conjugate gradients ", model, "AM", t);
    }
  }

  void compare_spectra() {
    static idem::AlternatingMinimization<Model, idem::ByConjugateGradient> trainer;
    static idem::LanczosMemory<double, D, D, 4 * kUnknowns> memory;
    static Buffer buffer;
    ensure(trainer.init() == Status::ok, "no trainer starts here");
    begin(trainer.model());
    for (std::size_t t = 0; t < item_.at("kappa_BtB").size(); ++t) {
      const std::string step = "spectrum " + std::to_string(t);
      Samples all = samples();
      const auto ends = trainer.extremes(all, buffer, memory);
      ensure(ends.status == Status::ok, name_ + ": no spectrum");
      check_number(step + ", least", std::sqrt(ends.least), item_.at("sigma_min_B_over_sqrt_n").at(t), 0);
      check_number(step + ", greatest", std::sqrt(ends.greatest), item_.at("sigma_max_B_over_sqrt_n").at(t),
                   0);
      check_number(step + ", condition", ends.greatest / ends.least, item_.at("kappa_BtB").at(t), 0);
      set_rows(trainer.weights().data(), item_.at("AM_W").at(t).template get<Matrix>());
    }
  }

  /// B^T B, B^T y and the first conjugate gradients at W^0, of the whole I + W: there the right-hand side is B^T y.
  void compare_system() {
    static Model model;
    static idem::MatrixFree<Model> system;
    static idem::ConjugateGradientMemory<double, D, D> memory;
    begin(model);
    const auto each = [&](const auto& f) { f(x_.data(), count()); };
    const auto apply = [&](const double* p, double* w) { system.multiply(model, {}, p, w, each); };
    const auto unknown = [](Index j) { return j % D * D + j / D; };
    Matrix square;
    for (Index j = 0; j < kUnknowns; ++j) {
      double p[kUnknowns] = {}, w[kUnknowns];
      p[unknown(j)] = 1;
      apply(p, w);
      square.emplace_back();
      for (Index l = 0; l < kUnknowns; ++l) square.back().push_back(w[unknown(l)]);
    }
    check("B^T B", square, item_.at("BtB_at_W0").template get<Matrix>());

    double right[kUnknowns] = {};
    std::size_t s = 0;
    visit_samples(model, [&](const double* x, const auto& sample, double y) {
      const auto mask = item_.at("mask_rows_W0").at(s++).template get<std::string>();
      for (Index q = 0; q < D; ++q) {
        const bool on = mask.at(static_cast<std::size_t>(q)) == '1';
        ensure(on == (sample.gates[q] != 0), name_ + ": another mask");
        for (Index i = 0; i < D; ++i) right[i * D + q] += sample.gates[q] * x[i] * y;
      }
    });
    check("B^T y", {by_neuron(right)}, {item_.at("Bty_at_W0").template get<std::vector<double>>()});

    const json& iterates = item_.at("CG_vecU_3_steps_from_zero_masks_W0");
    const auto itself = [](const double* r, double* z) {
      for (Index i = 0; i < kUnknowns; ++i) z[i] = r[i];
    };
    for (std::size_t t = 0; t < iterates.size(); ++t) {
      itself(right, memory.residual);
      (void)idem::conjugate_gradient<D, D>(apply, itself, memory, static_cast<Index>(t) + 1, 0.0);
      check("conjugate gradient step " + std::to_string(t + 1), {by_neuron(memory.solution)},
            {iterates.at(t).template get<std::vector<double>>()});
    }
  }

  static std::vector<double> by_neuron(const double* by_input) {
    std::vector<double> all;
    for (Index j = 0; j < kUnknowns; ++j) all.push_back(by_input[j % D * D + j / D]);
    return all;
  }

  void compare_descent() {
    static idem::Sgd<Model> sgd;
    ensure(sgd.init() == Status::ok, "no trainer starts here");
    begin(sgd.model());
    for (std::size_t t = 0; t < item_.at("GD_W").size(); ++t) {
      ensure(sgd.feed(x_.data(), y_.data(), count()) == Status::ok, name_ + ": a sample is refused");
      ensure(sgd.end_batch(item_.at("GD_eta").template get<double>() / 2) == Status::ok,
             name_ + ": diverged");
      check_iterate("gradient descent ", sgd.model(), "GD", t);
    }
  }

  const json& item_;
  std::string name_;
  Tally& tally_;
  std::vector<double> x_, y_;
};

}  // namespace

bool is_alternating_run(const json& item) {
  return item.contains("AM_W") && item.contains("GD_W");
}

void compare_alternating_run(const json& item, const std::string& name, Tally& tally) {
  const auto d = item.at("W0").size();
  ensure(d == 4, name + ": this program holds no dimension " + std::to_string(d));
  Instance<4>(item, name, tally).compare_all();
}

}  // namespace golden
