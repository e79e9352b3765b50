// SPDX-License-Identifier: Apache-2.0
/// \file  Who does the work of a batch: the caller alone, unless it brings hands of its own.
#pragma once

#include <concepts>

#include <idem/base/target.hpp>

namespace idem::inline IDEM_TARGET {

/// Something that calls task(part) for each part in [0, size()), in any order, on any threads, and
/// returns when all are done; size() is at least 1. The library makes no thread; results do not depend on
/// `size()`.
template <class T>
concept Executor = requires(T& executor, void (*task)(int)) {
  { executor.size() } -> std::convertible_to<int>;
  executor.run(task);
};

/// The calling thread alone.
struct Serial {
  static constexpr int size() { return 1; }
  template <class Task>
  static void run(Task&& task) {
    task(0);
  }
};

/// Where part `part` of `parts` begins in `total` pieces.
template <class Integer>
constexpr Integer share(Integer total, int part, int parts) {
  return total * part / parts;
}

}  // namespace idem::inline IDEM_TARGET
