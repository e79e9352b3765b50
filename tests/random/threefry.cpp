// SPDX-License-Identifier: Apache-2.0
#include <idem/random/threefry.hpp>

#include <doctest/doctest.h>

namespace idem::inline IDEM_TARGET {
namespace {

// The authors' own known answers for threefry4x32 with 20 rounds: zeros, ones, digits of pi.
constexpr Words kOnes = {0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu};
constexpr Words kPi = {0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u};
constexpr Words kMorePi = {0xa4093822u, 0x299f31d0u, 0x082efa98u, 0xec4e6c89u};
constexpr Words kOfZeros = {0x9c6ca96au, 0xe17eae66u, 0xfc10ecd4u, 0x5256a7d8u};
constexpr Words kOfOnes = {0x2a881696u, 0x57012287u, 0xf6c7446eu, 0xa16a6732u};
constexpr Words kOfPi = {0x59cd1dbbu, 0xb8879579u, 0x86b5d00cu, 0xac8b6d84u};

static_assert(threefry4x32({}, {}) == kOfZeros);
static_assert(threefry4x32(kOnes, kOnes) == kOfOnes);
static_assert(threefry4x32(kPi, kMorePi) == kOfPi);

TEST_CASE("Threefry gives its authors' answers when the program runs, too") {
  const auto at_run_time = [](const Words& counter, const Words& key) {
    volatile std::uint32_t hidden[8] = {counter[0], counter[1], counter[2], counter[3],
                                        key[0],     key[1],     key[2],     key[3]};
    return threefry4x32({hidden[0], hidden[1], hidden[2], hidden[3]},
                        {hidden[4], hidden[5], hidden[6], hidden[7]});
  };
  CHECK(at_run_time({}, {}) == kOfZeros);
  CHECK(at_run_time(kOnes, kOnes) == kOfOnes);
  CHECK(at_run_time(kPi, kMorePi) == kOfPi);
}

TEST_CASE("one bit of counter or key changes about half of the bits drawn") {
  int least = 128;
  int most = 0;
  for (std::size_t bit = 0; bit < 256; ++bit) {
    Words counter = kPi;
    Words key = kMorePi;
    (bit < 128 ? counter : key)[bit / 32 % 4] ^= 1u << (bit % 32);
    const Words drawn = threefry4x32(counter, key);
    int changed = 0;
    for (std::size_t i = 0; i < 4; ++i) changed += std::popcount(drawn[i] ^ kOfPi[i]);
    least = changed < least ? changed : least;
    most = changed > most ? changed : most;
  }
  // 64 with a standard deviation of 5.7; the extremes of 256 lie within 4 of those.
  CHECK(least >= 41);
  CHECK(most <= 87);
}

}  // namespace
}  // namespace idem::inline IDEM_TARGET
