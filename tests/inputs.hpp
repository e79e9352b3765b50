// SPDX-License-Identifier: Apache-2.0
/// \file  What the tests feed: classes of hostile numbers, memory that ends where the numbers end,
/// and memory whose surroundings are watched.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

#include <idem/base/digest.hpp>
#include <idem/base/types.hpp>

namespace inputs {

using idem::Index;
using idem::Real;

/// How many numbers there are in `n` of them, for the standard library.
constexpr std::size_t size(Index n) {
  return static_cast<std::size_t>(n);
}

/// The number nearest to a decimal.
template <Real R>
constexpr R rounded(double decimal) {
  return static_cast<R>(decimal);
}

/// SplitMix64 (Steele, Lea, Flood 2014): every test says its seed.
class Draw {
 public:
  explicit constexpr Draw(std::uint64_t seed) : state_(seed) {}

  constexpr std::uint64_t word() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// 0 to n - 1.
  constexpr Index below(Index n) {
    return static_cast<Index>((word() >> 33) % static_cast<std::uint64_t>(n));
  }
  constexpr bool coin() { return word() >> 63; }

 private:
  std::uint64_t state_;
};

template <Real R>
inline constexpr int kFraction = std::numeric_limits<R>::digits - 1;
template <Real R>
inline constexpr int kBias = std::numeric_limits<R>::max_exponent - 1;

/// A number from its fields: biased exponent and trailing significand.
template <Real R>
constexpr R pack(bool minus, int exponent, std::uint64_t fraction) {
  using Bits = idem::BitsOf<R>;
  const auto e = static_cast<std::uint64_t>(exponent) << kFraction<R>;
  const auto s = std::uint64_t{minus} << (sizeof(R) * 8 - 1);
  const auto f = fraction & ((std::uint64_t{1} << kFraction<R>)-1);
  return std::bit_cast<R>(static_cast<Bits>(s | e | f));
}

enum class Kind {
  ordinary,      // between 1/8 and 2 in size
  extreme,       // exponents over half the range: products overflow, vanish, and swallow one another
  cancelling,    // a few units in the last place around +-1, +-2^12, ...: sums cancel, ties abound
  subnormal,     // below the least normal number, or such that products are
  signed_zeros,  // +0 and -0, +-1 and the least subnormal
  mixed,         // all of these
};
inline constexpr Kind kKinds[] = {Kind::ordinary,  Kind::extreme,      Kind::cancelling,
                                  Kind::subnormal, Kind::signed_zeros, Kind::mixed};
inline std::string name(Kind kind) {
  constexpr const char* kNames[] = {"ordinary",  "extreme",      "cancelling",
                                    "subnormal", "signed zeros", "mixed"};
  return kNames[static_cast<int>(kind)];
}

template <Real R>
R draw(Kind kind, Draw& d) {
  const bool minus = d.coin();
  const std::uint64_t fraction = d.word();
  switch (kind) {
    case Kind::ordinary:
      return pack<R>(minus, kBias<R> - static_cast<int>(d.below(4)), fraction);
    case Kind::extreme: {
      if (d.below(32) == 0) return pack<R>(minus, 2 * kBias<R> - static_cast<int>(d.below(2)), fraction);
      const int half = kBias<R> / 2;
      return pack<R>(minus, kBias<R> - half + static_cast<int>(d.below(2 * half + 1)), fraction);
    }
    case Kind::cancelling:
      return pack<R>(minus, kBias<R> + static_cast<int>(d.below(3)) * 12, fraction & 3);
    case Kind::subnormal: {
      const Index which = d.below(3);
      if (which == 0) return pack<R>(minus, 0, fraction);
      if (which == 1) return pack<R>(minus, kBias<R> / 2 - static_cast<int>(d.below(8)), fraction);
      return pack<R>(minus, kBias<R>, fraction);
    }
    case Kind::signed_zeros: {
      const Index which = d.below(4);
      return which == 3 ? pack<R>(minus, 0, 1) : pack<R>(minus, which == 2 ? kBias<R> : 0, 0);
    }
    case Kind::mixed:
      return draw<R>(kKinds[d.below(5)], d);
  }
  return R{0};
}

template <Real R>
void fill(Kind kind, Draw& d, R* x, Index count) {
  for (Index i = 0; i < count; ++i) x[i] = draw<R>(kind, d);
}

/// Whether two arrays hold the same bits, every NaN being the same one (ARITHMETIC.md section 1.4).
template <Real R>
bool same_bits(const R* a, const R* b, Index count) {
  if (count == 0 || std::memcmp(a, b, size(count) * sizeof(R)) == 0) return true;
  for (Index i = 0; i < count; ++i) {
    if (idem::canonical_bits(a[i]) != idem::canonical_bits(b[i])) return false;
  }
  return true;
}
template <Real R>
bool same_bits(R a, R b) {
  return same_bits(&a, &b, 1);
}

/// Numbers to be read: the byte behind the last one belongs to a page that cannot be touched, so
/// that a kernel which reads too far ends the test. Their address is aligned to nothing but a
/// number.
template <Real R>
class Edge {
 public:
  explicit Edge(Index count) : count_(count) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t bytes = (size(count) * sizeof(R) + page - 1) / page * page;
    mapped_ = bytes + page;
    start_ = static_cast<char*>(
        mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (start_ == MAP_FAILED || mprotect(start_ + bytes, page, PROT_NONE) != 0) std::abort();
    data_ = reinterpret_cast<R*>(start_ + bytes) - count;
  }
  Edge(Kind kind, Draw& d, Index count) : Edge(count) { fill(kind, d, data_, count); }
  ~Edge() { munmap(start_, mapped_); }
  Edge(const Edge&) = delete;
  Edge& operator=(const Edge&) = delete;

  [[nodiscard]] R* data() { return data_; }
  [[nodiscard]] const R* data() const { return data_; }
  [[nodiscard]] Index count() const { return count_; }

 private:
  char* start_;
  std::size_t mapped_;
  R* data_;
  Index count_;
};

/// Numbers to be written, off any alignment, between guards wider than the widest vector.
template <Real R>
class Guarded {
 public:
  explicit Guarded(Index count) : all_(size(count + 2 * kGuard + 1), kMark), count_(count) {}

  [[nodiscard]] R* data() { return all_.data() + shift() + kGuard; }
  [[nodiscard]] Index count() const { return count_; }

  /// Whether nothing outside the numbers was written.
  [[nodiscard]] bool intact() const {
    const R* const first = all_.data() + shift() + kGuard;
    for (const R& r : all_) {
      const bool outside = &r < first || &r >= first + count_;
      if (outside && !same_bits(r, kMark)) return false;
    }
    return true;
  }

 private:
  // One number off the address that an aligned store would want.
  [[nodiscard]] Index shift() const {
    return reinterpret_cast<std::uintptr_t>(all_.data() + kGuard) % 64 == 0 ? 1 : 0;
  }
  static constexpr Index kGuard = 64;
  static constexpr R kMark = static_cast<R>(-1234.5);
  std::vector<R> all_;
  Index count_;
};

/// Whether the long forms of the tests were asked for.
inline bool test_all() {
  const char* const all = std::getenv("IDEM_TEST_ALL");
  return all != nullptr && std::strcmp(all, "1") == 0;
}

}  // namespace inputs
