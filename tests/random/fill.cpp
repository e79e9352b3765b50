// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <bit>
#include <cstring>

#include <idem/random/gaussian.hpp>
#include <idem/random/uniform.hpp>

namespace idem::inline IDEM_TARGET {
namespace {

template <Real R>
void check_fill(const Stream& stream, std::uint64_t index, Index offset, Index count) {
  R filled[200];
  R expected[200];
  for (R& x : filled) x = R{-99};
  std::memcpy(expected, filled, sizeof filled);
  for (Index c = 0; c < count; ++c) expected[offset + c] = gaussian<R>(stream.word(index, c));
  gaussian_fill(stream, index, filled + offset, count);
  CHECK(std::memcmp(filled, expected, sizeof filled) == 0);
}

TEST_CASE_TEMPLATE("filling gives what drawing one by one gives, and touches nothing else", R, float,
                   double) {
  for (Index count = 0; count <= 150; ++count) {
    for (Index offset = 0; offset < 5; ++offset) {
      check_fill<R>({1, Purpose::inputs}, static_cast<std::uint64_t>(count), offset, count);
    }
  }
  check_fill<R>({0xffffffffffffffffu, Purpose::init, 0xffffffffu}, 0xffffffffffffffffu, 1, 131);
  check_fill<R>({0, Purpose::init}, 0xffffffffu, 1, 131);
}

TEST_CASE_TEMPLATE("a batch drawn at once is its samples drawn one by one", R, float, double) {
  static R batch[67 * 50];
  static R expected[67 * 50];
  const Stream stream{2, Purpose::inputs, 9};
  const auto index_of = [](Index row) { return 0xfffffff0u + static_cast<std::uint64_t>(row * row); };
  for (const Index cols : {0, 1, 2, 3, 4, 5, 7, 8, 20, 33, 49}) {
    for (Index rows = 0; rows <= 66; rows += rows < 34 ? 1 : 4) {
      for (R& x : batch) x = R{-99};
      for (R& x : expected) x = R{-99};
      for (Index r = 0; r < rows; ++r) gaussian_fill(stream, index_of(r), expected + r * cols, cols);
      gaussian_rows(stream, index_of, batch, rows, cols);
      CHECK(std::memcmp(batch, expected, sizeof batch) == 0);
    }
  }
}

TEST_CASE_TEMPLATE("many numbers, which are drawn in stages, are those drawn one by one", R, float, double) {
  static R drawn[1400];
  static R expected[1400];
  const auto forget = [] {
    for (R& x : drawn) x = R{-99};
    for (R& x : expected) x = R{-99};
  };
  for (Index count = 600; count <= 840; ++count) {
    forget();
    const Stream stream{0xffffffffffffffffu, Purpose::init, static_cast<std::uint32_t>(count)};
    const std::uint64_t index = 0xffffff00ffffff00u + static_cast<std::uint64_t>(count);
    for (Index c = 0; c < count; ++c) expected[1 + c] = gaussian<R>(stream.word(index, c));
    gaussian_fill(stream, index, drawn + 1, count);
    CHECK(std::memcmp(drawn, expected, sizeof drawn) == 0);
  }
  const Stream stream{2, Purpose::inputs, 9};
  Index rows = 0;
  // No index is asked for that is not drawn; the high halves of some differ.
  const auto index_of = [&](Index row) {
    CHECK(row < rows);
    return 0xfffffff0u + static_cast<std::uint64_t>(row * row);
  };
  for (const Index cols : {60, 64, 66, 68, 100, 124, 128, 132, 600}) {
    for (rows = 1; rows * cols <= 1400; ++rows) {
      forget();
      for (Index r = 0; r < rows; ++r) {
        const std::uint64_t index = index_of(r);
        for (Index c = 0; c < cols; ++c) expected[r * cols + c] = gaussian<R>(stream.word(index, c));
      }
      gaussian_rows(stream, index_of, drawn, rows, cols);
      CHECK(std::memcmp(drawn, expected, sizeof drawn) == 0);
    }
  }
}

/// Words of every binade of the normal quantile, from both ends of each and between, and their mirror images.
template <class L, class Value>
void check_binades() {
  constexpr Index kWidth = L::kWidth;
  for (int k = 0; k < 32; ++k) {
    CAPTURE(k);
    const std::uint32_t first = k == 31 ? 0 : 1u << (30 - k), words = k == 31 ? 1 : first;
    typename L::Words drawn{};
    for (Index i = 0; i < kWidth; ++i) {
      const auto step = static_cast<std::uint64_t>(i / 2), steps = static_cast<std::uint64_t>(kWidth / 2 - 1);
      const auto w = first + static_cast<std::uint32_t>((words - 1) * step / steps);
      drawn[i] = i % 2 == 0 ? w : ~w;
    }
    const typename L::Vector values = Value::template in_lanes<L>(drawn);
    for (Index i = 0; i < kWidth; ++i) {
      CHECK(std::bit_cast<std::uint32_t>(values[i]) == std::bit_cast<std::uint32_t>(Value::of(drawn[i])));
    }
  }
}

/// The same where words go through stages, two vectors at a time.
template <class L>
void check_binades_in_stages() {
  constexpr Index kWidth = L::kWidth;
  static detail::GaussianStages<L> stages;
  stages.init();
  for (int k = 0; k < 32; ++k) {
    CAPTURE(k);
    const std::uint32_t first = k == 31 ? 0 : 1u << (30 - k), words = k == 31 ? 1 : first;
    typename L::Words drawn[4]{};
    for (Index i = 0; i < 4 * kWidth; ++i) {
      const auto step = static_cast<std::uint64_t>(i / 2), steps = static_cast<std::uint64_t>(2 * kWidth - 1);
      const auto w = first + static_cast<std::uint32_t>((words - 1) * step / steps);
      drawn[i / kWidth][i % kWidth] = i % 2 == 0 ? w : ~w;
    }
    for (int v = 0; v < 4; ++v) stages.begin(v, drawn[v]);
    for (int v = 0; v < 4; ++v) {
      const typename L::Vector values = stages.end(v);
      for (Index i = 0; i < kWidth; ++i) {
        const std::uint32_t w = drawn[v / 2 * 2 + i % 2][i / 2 * 2 + v % 2];
        CHECK(std::bit_cast<std::uint32_t>(values[i]) == std::bit_cast<std::uint32_t>(gaussian<float>(w)));
      }
    }
  }
}

TEST_CASE("values in lanes are those of their words alone, in every binade") {
  const auto check = []<class L>(const L&) {
    if constexpr (L::kLookup) {
      check_binades<L, detail::Gaussian>();
      check_binades<L, detail::Uniform>();
    }
    if constexpr (L::kSpread) check_binades_in_stages<L>();
  };
  check(Lanes<float>{});
}

}  // namespace
}  // namespace idem::inline IDEM_TARGET
