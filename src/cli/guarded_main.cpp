// SPDX-License-Identifier: Apache-2.0
#include "cli/guarded_main.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <new>

#include "cli/exit_status.hpp"
#include "input_error.hpp"

namespace idem::inline IDEM_TARGET {

int complain(std::string message, int status) {
  for (char& c : message) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  fmt::print(stderr, "idem: {}\n", message);
  return status;
}

int guarded_main(const std::function<int()>& run) {
  try {
    const int status = run();
    if (std::fflush(stdout) != 0) return complain("standard output cannot be written", kFailed);
    return status;
  } catch (const InputError& e) {
    return complain(e.what(), kBadInput);
  } catch (const std::bad_alloc&) {
    return complain("out of memory", kFailed);
  } catch (const std::exception& e) {
    return complain(e.what(), kFailed);
  }
}

}  // namespace idem::inline IDEM_TARGET
