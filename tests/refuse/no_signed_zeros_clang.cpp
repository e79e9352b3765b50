// SPDX-License-Identifier: Apache-2.0
// when: run
// flags: -fno-signed-zeros
// compilers: clang++
#include <idem/arith/environment.hpp>

// No macro says it: the program must see it, where an fma is an instruction. (Elsewhere it changes nothing.)
template <class R>
bool seen() {
  return (idem::check_environment<R>() == idem::Status::environment) == idem::kHardwareFma<R>;
}

int main() {
  return seen<float>() && seen<double>() ? 0 : 1;
}
