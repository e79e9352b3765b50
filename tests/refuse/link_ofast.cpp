// SPDX-License-Identifier: Apache-2.0
// refuse: the floating-point environment
// when: link
// flags: -Ofast
#include <cstdio>

#include <idem/arith/environment.hpp>

int main() {
  const idem::Status status = idem::check_environment();
  std::puts(idem::text(status));
  return status != idem::Status::ok;
}
