// SPDX-License-Identifier: Apache-2.0
/// \file  What a run found, as one JSON object.
#include "output/result.hpp"

#include <fmt/format.h>

#include <cmath>
#include <idem/base/contract.hpp>
#include <nlohmann/json.hpp>

#include "decimal.hpp"

namespace idem::inline IDEM_TARGET {

template <Real R>
nlohmann::ordered_json json_number(R value) {
  if (!std::isfinite(value)) return nullptr;
  // The JSON library knows only double: a float goes to the double whose shortest text is its own.
  return *parse_decimal<double>(fmt::format("{}", value));
}

template <Real R>
nlohmann::ordered_json to_json(const Result<R>& result) {
  return {{"idem", kVersion},
          {"contract", kContract},
          {"scalar", scalar_name<R>()},
          {"dim", result.dim},
          {"algorithm", result.algorithm},
          {"seed", result.seed},
          {"steps", result.steps},
          {"loss", json_number(result.loss)},
          {"test_loss", json_number(result.test_loss)},
          {"distance", json_number(result.distance)},
          {"relative_distance", json_number(result.relative_distance)},
          {"digest", fmt::format("{:016x}", result.digest)},
          {"seconds", json_number(result.seconds)},
          {"status", result.status}};
}

std::string json_text(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

template nlohmann::ordered_json json_number(float);
template nlohmann::ordered_json json_number(double);
template nlohmann::ordered_json to_json(const Result<float>&);
template nlohmann::ordered_json to_json(const Result<double>&);

}  // namespace idem::inline IDEM_TARGET
