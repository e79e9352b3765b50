// SPDX-License-Identifier: Apache-2.0
/// \file  Threads that wait for the next part of a training step.
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

#include <idem/base/target.hpp>

namespace idem::inline IDEM_TARGET {

/// Runs a task in a fixed number of parts, each on a thread of its own that lives as long as the
/// pool. A step lasts 15 to 100 microseconds, about what it costs to put a thread to sleep and
/// wake it: so a waiting thread first looks out for work for about as long as a step, then sleeps.
///
/// Errors  the constructor throws std::system_error where the system gives no further thread. A
///         task that throws ends the program.
/// Cost    `run` with one part is a call; no thread is made for it.
///
///     ThreadPool pool(4);
///     pool.run([&](int part) { work(part, pool.size()); });
class ThreadPool {
 public:
  /// `threads`: the caller's among them, at least 1.
  explicit ThreadPool(int threads) : size_(threads), looks_(looks_for(threads)) {
    try {
      for (int part = 1; part < size_; ++part) {
        workers_.emplace_back([this, part] { work(part); });
      }
    } catch (...) {
      stop();
      throw;
    }
  }

  ~ThreadPool() { stop(); }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] int size() const { return size_; }

  /// Calls task(part) once for each part from 0 to size() - 1, part 0 on the calling thread, and
  /// returns when all have returned: what they wrote is then seen by the caller. Not to be called
  /// from a task, nor by two threads at a time.
  template <class F>
  void run(F&& task) {
    using Task = std::remove_reference_t<F>;
    task_ = const_cast<void*>(static_cast<const void*>(std::addressof(task)));
    call_ = [](void* t, int part) noexcept { (*static_cast<Task*>(t))(part); };
    if (size_ > 1) {
      unfinished_.store(size_ - 1, std::memory_order_relaxed);
      round_.fetch_add(1);
      round_.notify_all();
    }
    call_(task_, 0);
    for (int left = await_change(unfinished_, -1); left != 0;) {
      left = await_change(unfinished_, left);
    }
  }

 private:
  /// With more threads than processors, looking out would take the time of those that work.
  static int looks_for(int threads) {
    const unsigned processors = std::thread::hardware_concurrency();
    return static_cast<unsigned>(threads) <= processors ? 4000 : 0;
  }

  static void pause() {
#if defined(__has_builtin)
#if __has_builtin(__builtin_ia32_pause)
    __builtin_ia32_pause();
#endif
#endif
  }

  /// The value of `watched` once it is no longer `old`.
  int await_change(const std::atomic<int>& watched, int old) const {
    for (int i = 0; i < looks_; ++i) {
      const int now = watched.load(std::memory_order_acquire);
      if (now != old) return now;
      pause();
    }
    watched.wait(old, std::memory_order_acquire);
    return watched.load(std::memory_order_acquire);
  }

  void work(int part) {
    for (int round = 0;;) {
      round = await_change(round_, round);
      if (call_ == nullptr) return;
      call_(task_, part);
      if (unfinished_.fetch_sub(1) == 1) unfinished_.notify_one();
    }
  }

  void stop() {
    call_ = nullptr;
    round_.fetch_add(1);
    round_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  const int size_;
  const int looks_;
  void* task_ = nullptr;
  void (*call_)(void*, int) noexcept = nullptr;
  // A cache line each: who looks out for one must not slow down who writes the other.
  alignas(64) std::atomic<int> round_{0};
  alignas(64) std::atomic<int> unfinished_{0};
  std::vector<std::thread> workers_;
};

}  // namespace idem::inline IDEM_TARGET
