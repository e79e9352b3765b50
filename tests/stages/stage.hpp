// SPDX-License-Identifier: Apache-2.0
/// \file  A stage: what it takes of the room there is, its digest, and the line that tells it.
#pragma once

#include <cstddef>
#include <cstdint>

#include <idem/idem.hpp>

#include "test.hpp"

namespace stages {

using idem::BitsOf, idem::Digest, idem::Index, idem::Purpose, idem::Real, idem::Stream;

template <Real R>
inline constexpr const char* kScalar = sizeof(R) == 4 ? "float" : "double";

/// What recorded.txt has for a stage, or 0.
std::uint64_t recorded(const char* stage, const char* scalar);

/// The memory of whichever stage is running; every stage writes before it reads.
alignas(64) inline unsigned char room[BOARD_ROOM];

inline int ran = 0, left_out = 0;

/// Prints the line of a stage and holds its digest against the recorded one.
template <Real R>
[[gnu::noinline]] void tell(const char* stage, std::uint64_t digest) {
  testing::Line line;
  line << stage << " " << kScalar<R> << " " << testing::Hex{digest} << "\n";
  line.print();
  ++ran;
  const std::uint64_t expected = recorded(stage, kScalar<R>);
  if (digest == expected) return;
  ++testing::failures;
  testing::Line wrong;
  wrong << "differs: " << stage << " " << kScalar<R> << " " << testing::Hex{digest} << ", recorded "
        << testing::Hex{expected} << "\n";
  wrong.print();
}

/// Runs Stage<R>::run(digest), for float and double, where there is room for a Stage<R>.
template <Real R, class Stage>
void run_one(const char* name) {
  if constexpr (sizeof(Stage) <= sizeof room) {
    Digest digest;
    reinterpret_cast<Stage*>(room)->run(digest);
    tell<R>(name, digest.value());
  } else {
    testing::Line line;
    line << name << " " << kScalar<R> << " left out, needs " << testing::Decimal{sizeof(Stage)} << " bytes\n";
    line.print();
    ++left_out;
  }
}
template <template <class> class Stage>
void run(const char* name) {
  run_one<float, Stage<float>>(name);
  run_one<double, Stage<double>>(name);
}

/// A number that the compiler knows nothing of, so that the machine works and not the compiler.
template <class T>
T opaque(T value) {
  asm volatile("" : "+m"(value));
  return value;
}

template <Real R>
R of_bits(BitsOf<R> bits) {
  return std::bit_cast<R>(bits);
}

/// 2^exponent, normal.
template <Real R>
R power(int exponent) {
  using F = idem::detail::Format<R>;
  return of_bits<R>(static_cast<BitsOf<R>>(exponent + F::kBias) << F::kFraction);
}

/// The corners of a format: zeros, subnormals, neighbours of powers of two, the greatest, infinities, NaN.
template <Real R>
[[gnu::noinline]] R special(int i) {
  using F = idem::detail::Format<R>;
  constexpr BitsOf<R> kOne = BitsOf<R>{F::kBias} << F::kFraction;
  constexpr BitsOf<R> kUlp = F::kImplicit;
  constexpr BitsOf<R> patterns[] = {0,
                                    1,
                                    2,
                                    kUlp - 1,
                                    kUlp,
                                    kUlp + 1,
                                    2 * kUlp,
                                    kOne - 1,
                                    kOne,
                                    kOne + 1,
                                    kOne + 2,
                                    kOne + kUlp / 2,
                                    kOne / 2,
                                    kOne + kOne / 2,
                                    kOne + 2 * kUlp,
                                    F::kInfinity - 1,
                                    kUlp / 2,
                                    3,
                                    7 * kUlp,
                                    kOne - 12 * kUlp,
                                    kOne + 33,
                                    F::kInfinity,
                                    F::kInfinity | (kUlp / 2)};
  constexpr int kPatterns = sizeof patterns / sizeof patterns[0];
  const BitsOf<R> bits = patterns[i % kPatterns];
  return of_bits<R>(i < kPatterns ? bits : bits | F::kSign);
}
inline constexpr int kSpecials = 46;

/// Any bit pattern whatever; or, `near`, a number of ordinary size.
template <Real R>
[[gnu::noinline]] R random_number(std::uint32_t i, bool near) {
  const idem::Words w = Stream{17, Purpose::probe, sizeof(R)}.words(i, 0);
  using F = idem::detail::Format<R>;
  BitsOf<R> bits = w[0];
  if constexpr (sizeof(R) == 8) bits = (bits << 32) | w[1];
  if (near) {
    bits &= ~F::kInfinity;
    bits |= BitsOf<R>{F::kBias - 4 + (w[2] & 7u)} << F::kFraction;
  }
  return of_bits<R>(bits);
}

/// What sums are made of to catch a wrong order, a lost subnormal or a lost sign.
enum class Kind { usual, cancelling, extreme, subnormal, zeros };
inline constexpr Kind kKinds[] = {Kind::usual, Kind::cancelling, Kind::extreme, Kind::subnormal, Kind::zeros};

template <Real R>
[[gnu::noinline]] void fill(Kind kind, std::uint64_t at, R* to, Index count) {
  using F = idem::detail::Format<R>;
  for (Index i = 0; i < count; ++i) {
    const idem::Words w = Stream{23, Purpose::probe, sizeof(R)}.words(at, static_cast<std::uint32_t>(i));
    const R x = idem::gaussian<R>(w[0]);
    const std::uint32_t choice = w[1] & 3u;
    switch (kind) {
      case Kind::usual:
        to[i] = x;
        break;
      case Kind::cancelling:
        to[i] = choice == 0 ? x : (choice & 1u) != 0 ? power<R>(26) : -power<R>(26);
        break;
      case Kind::extreme:
        to[i] = x * power<R>((choice & 1u) != 0 ? F::kBias / 2 : -F::kBias / 2);
        break;
      case Kind::subnormal:
        to[i] = of_bits<R>((w[2] & (F::kImplicit - 1)) | (choice == 0 ? F::kSign : 0));
        break;
      case Kind::zeros:
        to[i] = choice == 0 ? x : (choice & 1u) != 0 ? R{0} : -R{0};
        break;
    }
  }
}

}  // namespace stages
