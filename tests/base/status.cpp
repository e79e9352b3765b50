// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <set>
#include <string_view>

#include <idem/base/contract.hpp>
#include <idem/base/status.hpp>

namespace {

using idem::Status;
constexpr Status kAll[] = {
    Status::ok,
    Status::environment,
    Status::not_finite,
    Status::diverged,
    Status::empty_batch,
    Status::bad_argument,
    Status::open_batch,
    Status::bad_state,
    Status::wrong_rounding,
    Status::flushed_subnormals,
    Status::wrong_addition,
    Status::wrong_multiplication,
    Status::wrong_division,
    Status::wrong_comparison,
    Status::wrong_conversion,
    Status::wrong_fma,
    Status::wrong_square_root,
    Status::not_positive_definite,
    Status::rank_deficient,
    Status::not_converged,
    Status::cycle,
};

}  // namespace

TEST_CASE("every status has one sentence of its own") {
  std::set<std::string_view> texts;
  for (const Status status : kAll) {
    const std::string_view text = idem::text(status);
    CAPTURE(text);
    CHECK_FALSE(text.empty());
    CHECK(text.find('\n') == text.npos);
    CHECK(text.find(". ") == text.npos);
    CHECK(text != "unknown status");
    texts.insert(text);
  }
  CHECK(texts.size() == std::size(kAll));
  // No value follows the last one known here.
  const auto next = static_cast<Status>(std::size(kAll));
  CHECK(std::string_view(idem::text(next)) == "unknown status");
}

TEST_CASE("ok is zero, a status takes one byte, and its text is known when the program is compiled") {
  static_assert(static_cast<int>(Status::ok) == 0);
  static_assert(sizeof(Status) == 1);
  static_assert(idem::text(Status::diverged)[0] != '\0');
}

TEST_CASE("the version and the contract say what they are") {
  CHECK(idem::kContract == 1);
  CHECK(std::string_view(idem::kVersion) == "0.1.0");
}
