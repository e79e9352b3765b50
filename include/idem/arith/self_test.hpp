// SPDX-License-Identifier: Apache-2.0
/// \file  Whether a processor, with the tools that compiled for it, computes as it must: for a device's boot.
#pragma once

#include <bit>
#include <cstdint>

#include <idem/arith/environment.hpp>
#include <idem/arith/sqrt.hpp>
#include <idem/base/digest.hpp>
#include <idem/base/status.hpp>

namespace idem::inline IDEM_TARGET {

/// The operations that self_test examines: those of the machine. A test hands over sick ones.
template <Real R>
struct Machine {
  static R add(R a, R b) { return a + b; }
  static R subtract(R a, R b) { return a - b; }
  static R multiply(R a, R b) { return a * b; }
  static R divide(R a, R b) { return a / b; }
  static bool less(R a, R b) { return a < b; }
  static bool equal(R a, R b) { return a == b; }
  static R from_integer(std::int32_t i) { return static_cast<R>(i); }
  static std::int32_t to_integer(R x) { return static_cast<std::int32_t>(x); }
  static R multiply_add(R a, R b, R c) { return fma(a, b, c); }
  static R square_root(R x) { return sqrt(x); }
};

namespace detail {

/// Operands from a xorshift generator: of either sign, within some powers of two of each other, and among
/// their fractions long rows of zeros and ones, from which ties and carries come.
template <Real R>
class Operands {
 public:
  static constexpr unsigned kFraction = sizeof(R) == 4 ? 23 : 52;
  static constexpr unsigned kBias = sizeof(R) == 4 ? 127 : 1023;

  std::uint32_t word() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }

  R number() {
    const std::uint32_t how = word();
    BitsOf<R> fraction = word();
    if constexpr (sizeof(R) == 8) fraction = (fraction << 32) | word();
    const BitsOf<R> low = (BitsOf<R>{1} << (how >> 27)) - 1;
    if ((how & 1) != 0) fraction &= ~low;
    if ((how & 2) != 0) fraction |= low;
    fraction &= (BitsOf<R>{1} << kFraction) - 1;
    const BitsOf<R> exponent = kBias - 8 + ((how >> 8) & 15);
    const BitsOf<R> sign = (how >> 2) & 1;
    return std::bit_cast<R>(
        static_cast<BitsOf<R>>(fraction | (exponent << kFraction) | (sign << (8 * sizeof(R) - 1))));
  }

 private:
  volatile std::uint32_t seed_ = 0x2545f491u;  // what the compiler does not know it cannot compute itself
  std::uint32_t state_ = seed_;
};

enum class Operation : std::uint8_t { addition, multiplication, division, comparison, conversion, fma, root };

/// The operation on 64 sets of operands, its results as 32 bits. Each loop uses only operations that stand
/// before it in the list, so that the first to differ is the one that ails.
template <Real R, class M>
std::uint32_t examine(Operation operation) {
  Operands<R> operands;
  Digest digest;
  const auto add = [&digest](R value) { digest.add_word(canonical_bits(value), sizeof(R)); };
  for (std::uint32_t i = 1; i <= 64; ++i) {
    const R a = operands.number(), b = operands.number();
    switch (operation) {
      case Operation::addition:
        add(M::add(a, b));
        add(M::subtract(a, b));
        break;
      case Operation::multiplication:
        add(M::multiply(a, b));
        break;
      case Operation::division:
        add(M::divide(a, b));
        break;
      case Operation::comparison:
        digest.add_word(static_cast<std::uint32_t>(M::less(a, b)) + 2u * M::less(b, a) + 4u * M::equal(a, a),
                        1);
        break;
      case Operation::conversion:
        add(M::from_integer(static_cast<std::int32_t>(operands.word()) >> (i % 32)));
        digest.add_word(static_cast<std::uint32_t>(M::to_integer(M::multiply(a, R{4096}))), 4);
        break;
      case Operation::fma: {
        const R c = operands.number();
        add(M::multiply_add(a, b, c));
        // What is left is the rounding error of the product.
        add(M::multiply_add(a, b, -M::multiply(a, b)));
        // (1 + i ulp)(1 - i ulp) half an ulp: a hair below the tie behind an odd last place. Whoever rounds
        // the product, or the sum to something wider first, sees the tie and goes to the even neighbour.
        const R up = std::bit_cast<R>(pattern<R>(Operands<R>::kBias - Operands<R>::kFraction - 1, i));
        const R down = std::bit_cast<R>(static_cast<BitsOf<R>>(pattern<R>(Operands<R>::kBias) - 2 * i));
        add(M::multiply_add(up, down, std::bit_cast<R>(pattern<R>(Operands<R>::kBias, 2 * i + 1))));
        // The same on the grid of the subnormal numbers.
        const R least = std::bit_cast<R>(static_cast<BitsOf<R>>(2 * i + 1));
        const R small = std::bit_cast<R>(pattern<R>(1, i));
        add(M::multiply_add(
            small,
            M::multiply(down, std::bit_cast<R>(pattern<R>(Operands<R>::kBias - Operands<R>::kFraction - 1))),
            least));
        break;
      }
      case Operation::root:
        add(M::square_root(a < R{0} ? -a : a));
        break;
    }
  }
  const std::uint64_t value = digest.value();
  return static_cast<std::uint32_t>(value ^ (value >> 32));
}

/// What examine gives on a healthy machine.
inline constexpr std::uint32_t kHealthy[2][7] = {
    {0x72cc98b0u, 0x4575743eu, 0x793d110bu, 0x104e70ebu, 0x297e3f5fu, 0xff2b2a2fu, 0xb0b01369u},
    {0x61601a47u, 0x05f2def3u, 0x3327ed4au, 0x987c98e1u, 0x68d703a3u, 0x009c524eu, 0x973677abu},
};

template <Real R, class M>
bool rounds_to_nearest() {
  constexpr unsigned kBias = Operands<R>::kBias;
  constexpr unsigned kDigits = Operands<R>::kFraction + 1;
  const R one = opaque<R>(pattern<R>(kBias)), next = opaque<R>(pattern<R>(kBias, 1));
  const R half_ulp = opaque<R>(pattern<R>(kBias - kDigits));
  const R above_half = opaque<R>(pattern<R>(kBias - kDigits, 1));
  return equals(M::add(one, half_ulp), pattern<R>(kBias)) &&
         equals(M::add(one, above_half), pattern<R>(kBias, 1)) &&
         equals(M::add(next, half_ulp), pattern<R>(kBias, 2)) &&
         equals(-M::subtract(-one, half_ulp), pattern<R>(kBias)) &&
         equals(-M::subtract(-next, half_ulp), pattern<R>(kBias, 2));
}

template <Real R, class M>
bool keeps_subnormals() {
  constexpr unsigned kFraction = Operands<R>::kFraction;
  const R two = opaque<R>(pattern<R>(Operands<R>::kBias + 1));
  const R half = opaque<R>(pattern<R>(Operands<R>::kBias - 1));
  const R least = opaque<R>(1), least_normal = opaque<R>(pattern<R>(1));
  return equals(M::add(least, least), BitsOf<R>{2}) && equals(M::multiply(least, two), BitsOf<R>{2}) &&
         equals(M::multiply(least_normal, half), BitsOf<R>{1} << (kFraction - 1)) &&
         equals(M::subtract(least_normal, least), pattern<R>(1) - 1) &&
         equals(M::divide(least_normal, two), BitsOf<R>{1} << (kFraction - 1));
}

}  // namespace detail

/// The first ailment of a machine, in an order in which none hides another: rounding, subnormal numbers,
/// addition, multiplication, division, comparison, conversion, multiply-add, square root. Status::ok if
/// there is none and the environment is good in the lanes too.
///
/// Bits    the results are held against those of the contract, for 64 sets of operands an operation.
/// Memory  no heap; 100 bytes of stack. Flash: at most 4 KiB on a Cortex-M0, float, with what it calls.
/// Cost    some 900 operations: on a Cortex-M0, 300,000 instructions.
template <Real R, class M = Machine<R>>
Status self_test() {
  if (!detail::rounds_to_nearest<R, M>()) return Status::wrong_rounding;
  if (!detail::keeps_subnormals<R, M>()) return Status::flushed_subnormals;
  for (int i = 0; i < 7; ++i) {
    if (detail::examine<R, M>(static_cast<detail::Operation>(i)) != detail::kHealthy[sizeof(R) == 8][i]) {
      return static_cast<Status>(static_cast<int>(Status::wrong_addition) + i);
    }
  }
  return check_environment<R>();
}

/// The same for both scalar types.
inline Status self_test() {
  const Status status = self_test<float>();
  return status == Status::ok ? self_test<double>() : status;
}

}  // namespace idem::inline IDEM_TARGET
