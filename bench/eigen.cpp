// SPDX-License-Identifier: Apache-2.0
/// \file  The same step as one would write it in Eigen, as fast as we could make that.
///
/// It keeps I + W, so that a pass is one product; a column-major batch, as Eigen's products like it best; and every
/// array from the first step to the last. Sums are Eigen's own: what they round to is Eigen's affair.
#include <Eigen/Core>
#include <memory>
#include <string>

#include "batch.hpp"
#include "race.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

/// Rows and Cols may be Eigen::Dynamic. Small products are written out (lazyProduct), large ones blocked.
template <class R, int Rows, int Cols, bool Small>
class EigenStep {
 public:
  EigenStep(int rows, int cols, const std::vector<R>& x, const std::vector<R>& y)
      : x_(rows, cols), y_(rows), z_(rows, cols), f_(rows), w_(cols, cols), g_(cols, cols) {
    for (int s = 0; s < rows; ++s) {
      for (int k = 0; k < cols; ++k) x_(s, k) = x[static_cast<std::size_t>(s * cols + k)];
      y_(s) = y[static_cast<std::size_t>(s)];
    }
    w_.setIdentity();
  }

  bool step(R eta) {
    multiply(x_, w_, z_);
    f_ = z_.cwiseMax(R{0}).rowwise().sum() - y_;
    loss_ = f_.squaredNorm() / static_cast<R>(x_.rows());
    for (int j = 0; j < z_.cols(); ++j) z_.col(j) = (z_.col(j).array() >= R{0}).select(f_, R{0});
    multiply(x_.transpose(), z_, g_);
    w_ -= (2 * eta / static_cast<R>(x_.rows())) * g_;
    return loss_ >= R{0};
  }

 private:
  template <class A, class B, class C>
  static void multiply(const A& a, const B& b, C& c) {
    if constexpr (Small) {
      c.noalias() = a.lazyProduct(b);
    } else {
      c.noalias() = a * b;
    }
  }

  Eigen::Matrix<R, Rows, Cols> x_;
  Eigen::Matrix<R, Rows, 1> y_;
  Eigen::Matrix<R, Rows, Cols> z_;
  Eigen::Matrix<R, Rows, 1> f_;
  Eigen::Matrix<R, Cols, Cols> w_, g_;
  R loss_ = 0;
};

template <class R, int Rows, int Cols, bool Small>
void enter_one(const char* who, int rows, int cols) {
  const Batch<R> batch(cols, rows);
  using Step = EigenStep<R, Rows, Cols, Small>;
  const auto step = std::make_shared<Step>(rows, cols, batch.x, batch.y);
  Entry entry = step_entry(step_job(cols, rows), who, sizeof(R) == 8, cols, rows);
  entry.work = [=] { return step->step(kEta<R>); };
  enter(entry);
}

template <class R>
void enter_all() {
  constexpr int kAny = Eigen::Dynamic;
  enter_one<R, 16, 8, true>("Eigen, fixed, lazy", 16, 8);
  enter_one<R, 16, 8, false>("Eigen, fixed", 16, 8);
  enter_one<R, kAny, kAny, false>("Eigen", 16, 8);
  enter_one<R, kAny, 20, false>("Eigen, fixed columns", 1700, 20);
  enter_one<R, kAny, kAny, false>("Eigen", 1700, 20);
  enter_one<R, kAny, 64, false>("Eigen, fixed columns", 128, 64);
  enter_one<R, kAny, kAny, false>("Eigen", 128, 64);
  enter_one<R, kAny, 100, false>("Eigen, fixed columns", 200, 100);
  enter_one<R, kAny, kAny, false>("Eigen", 200, 100);
}

/// Products of square matrices, row-major as idem's.
template <class R, int N>
void enter_product() {
  using Matrix = Eigen::Matrix<R, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  struct Operands {
    Matrix a = Matrix::Ones(N, N), b = Matrix::Ones(N, N), c = Matrix::Ones(N, N);
  };
  const auto made = std::make_shared<Operands>();
  const double n = N;
  Entry entry{fmt::format("A B {} x {}", N, N), "Eigen", sizeof(R) == 8, n * n * n, sizeof(R) * 3 * n * n};
  entry.work = [=] {
    made->c.noalias() = made->a * made->b;
    return true;
  };
  enter(entry);
}

}  // namespace

void enter_eigen() {
  enter_all<float>();
  enter_all<double>();
  enter_one<float, Eigen::Dynamic, Eigen::Dynamic, false>("Eigen", 300, 1500);
  enter_product<float, 64>();
  enter_product<float, 256>();
  enter_product<double, 64>();
  enter_product<double, 256>();
}

}  // namespace idem::inline IDEM_TARGET
