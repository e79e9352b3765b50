// SPDX-License-Identifier: Apache-2.0
/// \file  Every instruction of one training step, counted where it lies: a process is led through it one by one.
///        bench/operations.py says what they are. Linux only.
#include <fmt/format.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <map>

#include <idem/train/sgd.hpp>

#include "batch.hpp"

extern const char __executable_start;

namespace idem::inline IDEM_TARGET {
namespace {

/// Two steps, the second between two stops: what the first brings about once is not counted.
template <Real R, Index D, Index Count>
void make_steps() {
  static Sgd<ResidualRelu<R, D>, (Count + 15) / 16 * 16> sgd;
  const Batch<R> batch(D, Count);
  if (sgd.init() != Status::ok) _exit(1);
  for (int i = 0; i < 2; ++i) {
    if (i == 1) raise(SIGSTOP);
    if (sgd.feed(batch.x.data(), batch.y.data(), Count) != Status::ok || sgd.end_batch(kEta<R>) != Status::ok)
      _exit(1);
  }
  raise(SIGSTOP);
  _exit(0);
}

/// Where one process must not lead another, as in some containers.
constexpr int kForbidden = 3;

/// Prints `address count` of every instruction of the second step, as the executable lies on disk. Returns the exit
/// status.
template <Real R, Index D, Index Count>
int count() {
  const pid_t child = fork();
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(kForbidden);
    make_steps<R, D, Count>();
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFSTOPPED(status)) return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  std::map<std::uint64_t, std::uint64_t> counts;
  const auto base = reinterpret_cast<std::uint64_t>(&__executable_start);
  while (true) {
    if (ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr) != 0) return 1;
    waitpid(child, &status, 0);
    if (!WIFSTOPPED(status)) return 1;
    if (WSTOPSIG(status) == SIGSTOP) break;
    if (WSTOPSIG(status) != SIGTRAP) return 1;
    user_regs_struct registers;
    ptrace(PTRACE_GETREGS, child, nullptr, &registers);
    ++counts[registers.rip - base];
  }
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  fmt::print("step {} {} {} {} {}\n", D, Count, sizeof(R) == 8 ? "double" : "float", Lanes<R>::kWidth,
             kTargetName);
  for (const auto& [address, times] : counts) fmt::print("{:x} {}\n", address, times);
  return 0;
}

template <Real R>
int count_all() {
  for (int (*const each)() :
       {&count<R, 8, 16>, &count<R, 20, 1700>, &count<R, 64, 128>, &count<R, 100, 200>}) {
    if (const int status = each(); status != 0) return status;
  }
  return 0;
}

}  // namespace
}  // namespace idem::inline IDEM_TARGET

int main() {
  const int status = idem::count_all<float>();
  return status == 0 ? idem::count_all<double>() : status;
}
