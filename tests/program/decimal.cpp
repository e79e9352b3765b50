// SPDX-License-Identifier: Apache-2.0
#include "decimal.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using idem::parse_decimal;

TEST_CASE("a float is rounded once, not by way of double") {
  // Just above the middle of 1 and its upper neighbour 1 + 2^-23; the nearest double is the middle
  // itself, from which ties-to-even leads down to 1.
  const char* const text = "1.0000000596046447753906250000000001";
  CHECK(parse_decimal<float>(text) == 1.0f + 0x1p-23f);
  CHECK(static_cast<float>(*parse_decimal<double>(text)) == 1.0f);
}

TEST_CASE("the ends of the range are met exactly") {
  CHECK(parse_decimal<float>("1.17549435e-38") == 0x1p-126f);
  CHECK(parse_decimal<float>("1e-45") == 0x1p-149f);
  CHECK(parse_decimal<float>("1e-46") == 0.0f);
  CHECK(std::signbit(*parse_decimal<float>("-1e-46")));
  CHECK(parse_decimal<float>("3.4028235e38") == std::numeric_limits<float>::max());
  CHECK(parse_decimal<float>("3.4028236e38") == std::numeric_limits<float>::infinity());
  CHECK(parse_decimal<double>("4.9e-324") == 0x1p-1074);
  CHECK(parse_decimal<double>("1e-400") == 0.0);
  CHECK(parse_decimal<double>("1.7976931348623157e308") == std::numeric_limits<double>::max());
  CHECK(parse_decimal<double>("-1e309") == -std::numeric_limits<double>::infinity());
}

TEST_CASE("a number is read whole or not at all") {
  for (const char* text : {"1", "+1", "1.", "1.0", "1e0", "10E-1", "0.1e+1", "001"}) {
    CAPTURE(text);
    CHECK(parse_decimal<double>(text) == 1.0);
  }
  for (const char* text : {"", "+", "-", ".", "1x", "x1", "1 ", " 1", "+-1", "--1", "1e", "0x10", "1,5",
                           "1.2.3", "1_000", "e5", "1d0"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_decimal<double>(text).has_value());
    CHECK_FALSE(parse_decimal<float>(text).has_value());
  }
}

TEST_CASE("infinity and NaN are numbers that the caller refuses") {
  CHECK(std::isinf(*parse_decimal<double>("inf")));
  CHECK(std::isinf(*parse_decimal<float>("-Infinity")));
  CHECK(std::isnan(*parse_decimal<float>("NaN")));
}
