// SPDX-License-Identifier: Apache-2.0
/// \file  The test program of every port: a digest for each stage, held against recorded.txt.
///
/// It uses no heap and no file, and fits 256 KiB of flash and 16 KiB of RAM. A line is
/// `stage scalar digest`, or `stage scalar left out, needs N bytes`. STAGES_PART, 1 to 6, makes an image of
/// a part of them, for small flash and wasteful optimization.
#include "stage.hpp"

#if !defined(STAGES_PART) || STAGES_PART == 1
#include "arithmetic.hpp"
#endif
#if !defined(STAGES_PART) || STAGES_PART == 2
#include "kernels.hpp"
#include "random.hpp"
#endif
#if !defined(STAGES_PART) || STAGES_PART == 3
#include "training.hpp"
#endif
#if !defined(STAGES_PART) || STAGES_PART == 4
#include "linear_systems.hpp"
#endif
#if !defined(STAGES_PART) || STAGES_PART >= 5
#include "alternating.hpp"
#endif

// Made from recorded.txt by recorded.py.
#include "recorded.hpp"

namespace stages {

std::uint64_t recorded(const char* stage, const char* scalar) {
  const auto equal = [](const char* a, const char* b) {
    for (; *a == *b; ++a, ++b) {
      if (*a == '\0') return true;
    }
    return false;
  };
  for (const Recorded& entry : kRecorded) {
    if (equal(entry.stage, stage) && equal(entry.scalar, scalar)) return entry.digest;
  }
  return 0;
}

}  // namespace stages

int main() {
  for (testing::Case* one = testing::Case::first; one != nullptr; one = one->next) {
    const int before = testing::failures;
    one->run();
    if (testing::failures == before) continue;
    testing::Line failed;
    failed << "failed: " << one->name << "\n";
    failed.print();
  }
  testing::Line line;
  line << "stages on " << idem::kTargetName << ": "
       << testing::Decimal{static_cast<std::uint64_t>(stages::ran)} << " ran, "
       << testing::Decimal{static_cast<std::uint64_t>(stages::left_out)} << " left out, "
       << testing::Decimal{static_cast<std::uint64_t>(testing::failures)} << " failed; stack "
       << testing::Decimal{board::stack_used()} << " of " << testing::Decimal{board::stack_size()}
       << " bytes\n";
  line.print();
  return testing::failures == 0 ? 0 : 1;
}
