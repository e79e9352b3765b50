// SPDX-License-Identifier: Apache-2.0
/// \file  The order of samples in a shuffled epoch, computed position by position.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>

#include <idem/random/stream.hpp>

namespace idem::inline IDEM_TARGET {

/// A random permutation of 0 .. n - 1 in 48 bytes, whatever n: no list is kept or shuffled.
///
/// The b bits that hold n - 1, at least six, are cut into a high part of floor(b/2) and a low part
/// of ceil(b/2). Eight rounds add to each part in turn (bit by bit) a keyed hash of the other,
/// which is a bijection of 0 .. 2^b - 1 (a Feistel network); a result of n or more goes through
/// again until it is below n: from n = 33 on, fewer than two passes on average. Below six bits
/// eight rounds would not make all orders of a few samples equally frequent.
///
///     const Permutation order(seed, epoch, n);
///     for (Index p = 0; p < n; ++p) use(sample[order(p)]);
///
/// Bits    ARITHMETIC.md section 5.5.
/// Source  J. Black, P. Rogaway, Ciphers with arbitrary finite domains (CT-RSA 2002): cycle walking,
///         generalized Feistel cipher. The hash is the finalizer of MurmurHash3 (A. Appleby).
class Permutation {
 public:
  /// 1 <= n <= 2^32. Another epoch is another order.
  constexpr Permutation(std::uint64_t seed, std::uint32_t epoch, std::uint64_t n)
      : last_(static_cast<std::uint32_t>(n - 1)) {
    const auto bits = static_cast<std::uint32_t>(std::bit_width(last_ | 63u));
    low_bits_ = (bits + 1) / 2;
    low_mask_ = (1u << low_bits_) - 1;
    high_mask_ = (1u << (bits / 2)) - 1;
    const Stream stream{seed, Purpose::shuffle, epoch};
    const Words first = stream.words(0, 0);
    const Words second = stream.words(0, 1);
    for (std::size_t i = 0; i < 4; ++i) {
      keys_[i] = first[i];
      keys_[i + 4] = second[i];
    }
  }

  /// Which sample stands at a position, 0 <= position < n.
  template <std::integral T>
  [[nodiscard]] constexpr T operator()(T position) const {
    auto x = static_cast<std::uint32_t>(position);
    do {
      x = pass(x);
    } while (x > last_);
    return static_cast<T>(x);
  }

 private:
  static constexpr std::uint32_t hash(std::uint32_t x) {
    x = (x ^ (x >> 16)) * 0x85ebca6bu;
    x = (x ^ (x >> 13)) * 0xc2b2ae35u;
    return x ^ (x >> 16);
  }

  constexpr std::uint32_t pass(std::uint32_t x) const {
    std::uint32_t high = x >> low_bits_;
    std::uint32_t low = x & low_mask_;
    for (std::size_t i = 0; i < keys_.size(); i += 2) {
      high ^= hash(low ^ keys_[i]) & high_mask_;
      low ^= hash(high ^ keys_[i + 1]) & low_mask_;
    }
    return (high << low_bits_) | low;
  }

  std::uint32_t last_;
  std::uint32_t low_bits_ = 0;
  std::uint32_t low_mask_ = 0;
  std::uint32_t high_mask_ = 0;
  std::array<std::uint32_t, 8> keys_{};
};

}  // namespace idem::inline IDEM_TARGET
