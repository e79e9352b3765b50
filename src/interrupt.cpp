// SPDX-License-Identifier: Apache-2.0
/// \file  Ctrl-C as a wish that is granted after the current step.
#include "interrupt.hpp"

#include <csignal>

namespace idem::inline IDEM_TARGET {
namespace {

volatile std::sig_atomic_t stop = 0;

}  // namespace

void watch_for_stop() {
  struct sigaction action {};
  action.sa_handler = [](int) { stop = 1; };
  // SA_RESETHAND gives the second signal its usual effect. SA_RESTART: no read or write of ours
  // fails because the first one arrived.
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool stop_requested() {
  return stop != 0;
}

}  // namespace idem::inline IDEM_TARGET
