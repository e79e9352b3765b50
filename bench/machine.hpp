// SPDX-License-Identifier: Apache-2.0
/// \file  What the machine can do at most, and whether that is as much as it should be.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <cstdint>
#include <vector>

#include "peak.hpp"
#include "timing.hpp"

namespace idem::inline IDEM_TARGET {

/// The clock, from a chain of integer multiplications: each takes 3 cycles on every x86-64 and most 64-bit Arm cores
/// since 2010. 0 where no such chain is known.
inline double clock_hertz() {
#if defined(__x86_64__)
  constexpr int kRounds = 200000;
  std::uint64_t x = 3;
  const double seconds = seconds_of([&] {
    for (int i = 0; i < kRounds; ++i) {
      asm volatile("imul %0, %0\n\timul %0, %0\n\timul %0, %0\n\timul %0, %0" : "+r"(x));
    }
  });
  return 12.0 * kRounds / seconds;
#else
  return 0;
#endif
}

/// Prints the peak of both scalars beside the clock it implies, and the bandwidth of memory; returns that, in bytes a
/// second.
inline double print_machine() {
  constexpr int kRounds = 31;
  const auto peak_of = [&]<Real R>(const char* scalar) {
    std::vector<double> peaks, a_cycle;
    for (int i = 0; i < kRounds; ++i) {
      const double clock = clock_hertz();
      double done = 0;
      const double seconds = seconds_of([&] { done = run_peak<R>(100000); });
      peaks.push_back(done / seconds);
      a_cycle.push_back(clock > 0 ? done / seconds / clock / static_cast<double>(Lanes<R>::kWidth) : 0);
    }
    fmt::print("{} peak: {:.0f} GFLOP/s ({:.0f} to {:.0f})", scalar, 2e-9 * quantile(peaks, 0.5),
               2e-9 * quantile(peaks, 0.25), 2e-9 * quantile(peaks, 0.75));
    if (a_cycle[0] > 0) {
      fmt::print(
          ": 1 core x {} lanes x {:.2f} fma instructions a cycle of {:.2f} GHz; a core with two ports for "
          "them "
          "should do 2",
          Lanes<R>::kWidth, quantile(a_cycle, 0.5), clock_hertz() * 1e-9);
    }
    fmt::print("\n");
  };
  peak_of.template operator()<float>("float");
  peak_of.template operator()<double>("double");

  // a = b + 3 c, two read, one written: together three times the last cache, so that little of them is found there.
  const long cache = sysconf(_SC_LEVEL3_CACHE_SIZE);
  const std::size_t count =
      (cache > (32 << 20) ? static_cast<std::size_t>(cache) : std::size_t{32} << 20) / 64 * 16;
  std::vector<float> a(count, 1), b(count, 2), c(count, 3);
  std::vector<double> rates;
  for (int i = 0; i < 7; ++i) {
    const double seconds = seconds_of([&] {
      using L = Lanes<float>;
      for (std::size_t j = 0; j < count; j += L::kWidth) {
        L::store(&a[j], L::fma(L::broadcast(3.0f), L::load(&c[j]), L::load(&b[j])));
      }
    });
    rates.push_back(3.0 * sizeof(float) * static_cast<double>(count) / seconds);
  }
  fmt::print("memory: {:.1f} GB/s ({:.1f} to {:.1f}), one thread, a = b + 3 c\n", 1e-9 * quantile(rates, 0.5),
             1e-9 * quantile(rates, 0.25), 1e-9 * quantile(rates, 0.75));
  return quantile(rates, 0.5);
}

}  // namespace idem::inline IDEM_TARGET
