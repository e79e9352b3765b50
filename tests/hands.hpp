// SPDX-License-Identifier: Apache-2.0
/// \file  Executors to train with: the caller alone, the caller from the last part to the first,
/// threads.
#pragma once

#include <thread>
#include <vector>

#include <idem/train/executor.hpp>

namespace hands {

enum class Way { forward, reversed, threads };

/// One type for every way, so that a trainer is compiled once.
class Hands {
 public:
  Hands(Way way, int parts) : way_(way), parts_(parts) {}

  [[nodiscard]] int size() const { return parts_; }

  template <class Task>
  void run(const Task& task) {
    run(&task, [](const void* any, int part) { (*static_cast<const Task*>(any))(part); });
  }

  /// How often work was handed out.
  [[nodiscard]] int runs() const { return runs_; }

 private:
  /// Tasks of every type, so that threads are compiled once, and a task in one place.
  void run(const void* task, void (*call)(const void* task, int part)) {
    ++runs_;
    if (way_ == Way::threads) {
      std::vector<std::thread> threads;
      for (int part = 0; part < parts_; ++part) threads.emplace_back(call, task, part);
      for (std::thread& t : threads) t.join();
    } else {
      for (int i = 0; i < parts_; ++i) call(task, way_ == Way::forward ? i : parts_ - 1 - i);
    }
  }

  Way way_;
  int parts_;
  int runs_ = 0;
};

static_assert(idem::Executor<Hands> && idem::Executor<idem::Serial>);

}  // namespace hands
