// SPDX-License-Identifier: Apache-2.0
#include "output/result.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <idem/base/contract.hpp>
#include <limits>
#include <nlohmann/json.hpp>

TEST_CASE("a result has the shared keys in their order") {
  idem::Result<float> result;
  result.dim = 8;
  result.algorithm = "sgd";
  result.seed = 18446744073709551615u;
  result.steps = 2000;
  result.loss = 0.1f;
  result.distance = 0x1p-149f;
  result.digest = 0x0123456789abcdefu;
  result.seconds = 1.5;
  result.status = "ok";
  CHECK(idem::json_text(idem::to_json(result)) ==
        "{\n"
        "  \"idem\": \"" +
            std::string(idem::kVersion) +
            "\",\n"
            "  \"contract\": " +
            std::to_string(idem::kContract) +
            ",\n"
            "  \"scalar\": \"float\",\n"
            "  \"dim\": 8,\n"
            "  \"algorithm\": \"sgd\",\n"
            "  \"seed\": 18446744073709551615,\n"
            "  \"steps\": 2000,\n"
            "  \"loss\": 0.1,\n"
            "  \"test_loss\": null,\n"
            "  \"distance\": 1e-45,\n"
            "  \"relative_distance\": null,\n"
            "  \"digest\": \"0123456789abcdef\",\n"
            "  \"seconds\": 1.5,\n"
            "  \"status\": \"ok\"\n"
            "}\n");
}

TEST_CASE("a number comes back from JSON with the same bits") {
  for (const float value : {0.1f, 1.0f / 3, 16777216.0f, 3.4028235e38f, 0x1p-149f, -0.0f, 7.0f}) {
    const auto text = idem::json_number(value).dump();
    CAPTURE(text);
    const auto back = static_cast<float>(nlohmann::json::parse(text).get<double>());
    CHECK(std::bit_cast<std::uint32_t>(back) == std::bit_cast<std::uint32_t>(value));
  }
  for (const double value : {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, 123456789012345678.0}) {
    CHECK(nlohmann::json::parse(idem::json_number(value).dump()).get<double>() == value);
  }
  CHECK(idem::json_number(1.0f / 3).dump() == "0.33333334");
}

TEST_CASE("what is not finite is null") {
  CHECK(idem::json_number(std::numeric_limits<float>::infinity()).is_null());
  CHECK(idem::json_number(std::numeric_limits<double>::quiet_NaN()).is_null());
}
