// SPDX-License-Identifier: Apache-2.0
/// \file  The same step with OpenBLAS's products, and these by themselves.
#include <memory>
#include <string>

#include "batch.hpp"
#include "lapack.hpp"
#include "race.hpp"

namespace idem::inline IDEM_TARGET {
namespace {

/// Row-major arrays are column-major ones of the transposed: C^T = B^T A^T. It keeps I + W.
template <class R>
struct BlasStep {
  BlasStep(int dim, int count)
      : d(dim), n(count), batch(d, n), w(static_cast<std::size_t>(d * d)), z(batch.x.size()) {
    for (int k = 0; k < d; ++k) w[static_cast<std::size_t>(k * d + k)] = R{1};
  }

  bool step(R eta) {
    lapack::gemm('N', 'N', d, n, d, R{1}, w.data(), d, batch.x.data(), d, R{0}, z.data(), d);
    R loss{0};
    for (int s = 0; s < n; ++s) {
      R* const row = z.data() + s * d;
      // Sums side by side: one chain would take as long as a product.
      R sums[16] = {};
      int j = 0;
      for (; j + 16 <= d; j += 16) {
        for (int i = 0; i < 16; ++i) sums[i] += row[j + i] > R{0} ? row[j + i] : R{0};
      }
      for (; j < d; ++j) sums[j % 16] += row[j] > R{0} ? row[j] : R{0};
      R f{0};
      for (const R sum : sums) f += sum;
      const R r = f - batch.y[static_cast<std::size_t>(s)];
      loss += r * r;
      for (int i = 0; i < d; ++i) row[i] = row[i] >= R{0} ? r : R{0};
    }
    // W -= c X^T E: the step is the product's own addition.
    lapack::gemm('N', 'T', d, d, n, -2 * eta / static_cast<R>(n), z.data(), d, batch.x.data(), d, R{1},
                 w.data(), d);
    return loss >= R{0};
  }

  int d, n;
  Batch<R> batch;
  std::vector<R> w, z;
};

template <class R>
void enter_step(int d, int n) {
  const auto step = std::make_shared<BlasStep<R>>(d, n);
  Entry entry = step_entry(step_job(d, n), lapack::name(), sizeof(R) == 8, d, n);
  entry.work = [=] { return step->step(kEta<R>); };
  enter(entry);
}

template <class R>
void enter_product(int n) {
  struct Operands {
    std::vector<R> a, b, c;
  };
  const std::vector<R> ones(static_cast<std::size_t>(n * n), R{1});
  const auto made = std::make_shared<Operands>(Operands{ones, ones, ones});
  const double m = n;
  Entry entry{fmt::format("A B {} x {}", n, n), lapack::name(), sizeof(R) == 8, m * m * m,
              sizeof(R) * 3 * m * m};
  entry.work = [=] {
    lapack::gemm('N', 'N', n, n, n, R{1}, made->b.data(), n, made->a.data(), n, R{0}, made->c.data(), n);
    return true;
  };
  enter(entry);
}

template <class R>
void enter_all() {
  enter_step<R>(8, 16);
  enter_step<R>(20, 1700);
  enter_step<R>(64, 128);
  enter_step<R>(100, 200);
  enter_product<R>(64);
  enter_product<R>(256);
}

}  // namespace

void enter_openblas() {
  enter_all<float>();
  enter_all<double>();
  enter_step<float>(1500, 300);
}

}  // namespace idem::inline IDEM_TARGET
