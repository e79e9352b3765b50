// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>
#include <string_view>

#include <idem/base/digest.hpp>

#include "../shapes.hpp"

namespace {

std::uint64_t digest_of_text(std::string_view text) {
  idem::Digest d;
  for (const char c : text) d.add_word(static_cast<unsigned char>(c), 1);
  return d.value();
}

}  // namespace

// Vectors of draft-eastlake-fnv-17, appendix C.
TEST_CASE("the digest is FNV-1a of 64 bits") {
  CHECK(digest_of_text("") == 0xcbf29ce484222325u);
  CHECK(digest_of_text("a") == 0xaf63dc4c8601ec8cu);
  CHECK(digest_of_text("b") == 0xaf63df4c8601f1a5u);
  CHECK(digest_of_text("foobar") == 0x85944171f73967e8u);
}

TEST_CASE("a word is digested least significant byte first, and only the bytes asked for") {
  idem::Digest word, bytes;
  word.add_word(0xffffffff64636261u, 4);
  for (const std::uint64_t byte : {0x61u, 0x62u, 0x63u, 0x64u}) bytes.add_word(byte, 1);
  CHECK(word.value() == bytes.value());
  CHECK(word.value() == digest_of_text("abcd"));
  word.add_word(0x68676665u << 1 >> 1, 0);
  CHECK(word.value() == bytes.value());
}

TEST_CASE("numbers are digested by their bit patterns") {
  // 1.0f is 3f800000; 1.0 is 3ff0000000000000.
  idem::Digest single, twice, bytes32, bytes64;
  const float one = 1.0f;
  const double one_wide = 1.0;
  single.add(&one, 1);
  twice.add(&one_wide, 1);
  for (const std::uint64_t byte : {0x00u, 0x00u, 0x80u, 0x3fu}) bytes32.add_word(byte, 1);
  for (const std::uint64_t byte : {0u, 0u, 0u, 0u, 0u, 0u, 0xf0u, 0x3fu}) bytes64.add_word(byte, 1);
  CHECK(single.value() == bytes32.value());
  CHECK(twice.value() == bytes64.value());
  CHECK(single.value() != twice.value());
}

TEST_CASE("every NaN is digested as the one quiet NaN, and the zeros are told apart") {
  shapes::for_scalars([]<idem::Real R>() {
    using Limits = std::numeric_limits<R>;
    const auto of = [](R value) {
      idem::Digest d;
      d.add(&value, 1);
      return d.value();
    };
    using Bits = idem::BitsOf<R>;
    constexpr auto kQuiet = static_cast<Bits>(sizeof(R) == 4 ? 0x7fc00000u : 0x7ff8000000000000u);
    CHECK(idem::canonical_bits(Limits::quiet_NaN()) == kQuiet);
    CHECK(idem::canonical_bits(-Limits::quiet_NaN()) == kQuiet);
    CHECK(idem::canonical_bits(Limits::signaling_NaN()) == kQuiet);
    CHECK(idem::canonical_bits(std::bit_cast<R>(static_cast<Bits>(kQuiet | 0x1234u))) == kQuiet);
    CHECK(idem::canonical_bits(std::bit_cast<R>(static_cast<Bits>(~Bits{0}))) == kQuiet);
    CHECK(of(-Limits::quiet_NaN()) == of(Limits::signaling_NaN()));
    CHECK(of(R{0}) != of(-R{0}));
    CHECK(idem::canonical_bits(-R{0}) == Bits{1} << (sizeof(R) * 8 - 1));
    CHECK(idem::canonical_bits(Limits::denorm_min()) == 1);
    CHECK(of(Limits::infinity()) != of(Limits::quiet_NaN()));
    CHECK(of(Limits::infinity()) != of(-Limits::infinity()));
  });
}

TEST_CASE("a matrix is digested row by row, the empty digest is where it begins") {
  idem::Mat<float, 2, 3> m;
  m << 1, 2, 3, 4, 5, 6;
  const float rows[] = {1, 2, 3, 4, 5, 6};
  idem::Digest d;
  d.add(rows, 0);
  CHECK(d.value() == 0xcbf29ce484222325u);
  d.add(rows, 2);
  d.add(rows + 2, 4);
  CHECK(idem::digest(m) == d.value());
  CHECK(idem::digest(idem::ConstMatView<float, 2, 3>(rows)) == d.value());
  CHECK(idem::digest(idem::ConstMatView<float, 3, 2>(rows)) == d.value());
  idem::Mat<float, 2, 3> other = m;
  other(1, 0) = -4;
  CHECK(idem::digest(other) != d.value());
}

TEST_CASE("a digest is known when the program is compiled") {
  constexpr auto kDigest = [] {
    idem::Digest d;
    const double values[] = {0.0, -0.0, 1.5};
    d.add(values, 3);
    return d.value();
  }();
  idem::Digest d;
  const double values[] = {0.0, -0.0, 1.5};
  d.add(values, 3);
  CHECK(kDigest == d.value());
}
