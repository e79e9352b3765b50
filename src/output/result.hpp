// SPDX-License-Identifier: Apache-2.0
/// \file  What a run found, as one JSON object.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include <idem/base/types.hpp>

namespace idem::inline IDEM_TARGET {

/// The keys that the verbs share. A number that is not finite, or that the run does not have (the
/// distance to a teacher that nobody knows), is NaN here and null in the file.
template <Real R>
struct Result {
  Index dim = 0;
  std::string algorithm;
  std::uint64_t seed = 0;
  std::uint64_t steps = 0;
  R loss = std::numeric_limits<R>::quiet_NaN();               ///< mean over the training set
  R test_loss = std::numeric_limits<R>::quiet_NaN();          ///< over samples that no step saw
  R distance = std::numeric_limits<R>::quiet_NaN();           ///< ||W - W*||_F
  R relative_distance = std::numeric_limits<R>::quiet_NaN();  ///< divided by ||W* + I||_F
  std::uint64_t digest = 0;
  double seconds = 0;
  std::string status;  ///< "ok", "diverged", "interrupted", "failed"
};

/// The number as JSON: the shortest decimal that reads back as the same R; null if not finite.
template <Real R>
nlohmann::ordered_json json_number(R value);

/// The object, with the version and the scalar; a verb may add keys of its own.
template <Real R>
nlohmann::ordered_json to_json(const Result<R>& result);

/// Text for a file: indented, one line end at the end.
std::string json_text(const nlohmann::ordered_json& json);

}  // namespace idem::inline IDEM_TARGET
