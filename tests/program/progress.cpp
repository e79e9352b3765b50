// SPDX-License-Identifier: Apache-2.0
#include "output/progress.hpp"

#include <doctest/doctest.h>

#include <limits>

using idem::progress_text;

TEST_CASE("progress says how far, of how much, and how well") {
  CHECK(progress_text(0, 200, 1) == "[                    ]   0 %  0 of 200  loss 1");
  CHECK(progress_text(50, 200, 0.012345) == "[#####               ]  25 %  50 of 200  loss 0.01235");
  CHECK(progress_text(200, 200, 1e-9) == "[####################] 100 %  200 of 200  loss 1e-09");
  CHECK(progress_text(9, 45, std::numeric_limits<double>::quiet_NaN()) ==
        "[####                ]  20 %  9 of 45");
  CHECK(progress_text(0, 0, 0).starts_with("[####################] 100 %"));
  CHECK(progress_text(300, 200, 0).starts_with("[####################] 100 %"));
}
