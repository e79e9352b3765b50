// SPDX-License-Identifier: Apache-2.0
/// \file  Stages of scalar arithmetic: the operations of the machine, fma, square root, elementary functions.
#pragma once

#include "stage.hpp"

namespace stages {

/// The operations of IEEE 754 that the language has, on all pairs of corners and on random pairs.
template <Real R>
struct Primitive {
  [[gnu::noinline]] void run(Digest& digest) {
    for (int i = 0; i < kSpecials; ++i) {
      for (int j = 0; j < kSpecials; ++j) add(digest, special<R>(i), special<R>(j));
    }
    for (std::uint32_t i = 0; i < 300; ++i) {
      add(digest, random_number<R>(2 * i, false), random_number<R>(2 * i + 1, false));
      add(digest, random_number<R>(2 * i, true), random_number<R>(2 * i + 1, true));
      convert(digest, i);
    }
  }

  [[gnu::noinline]] static void add(Digest& digest, R left, R right) {
    const R a = opaque(left), b = opaque(right);
    const R results[] = {a + b, a - b, a * b, a / b, -a};
    digest.add(results, 5);
    const auto compared = static_cast<std::uint64_t>((a < b) | ((a <= b) << 1) | ((a == b) << 2) |
                                                     ((a > b) << 3) | ((a >= b) << 4) | ((a != b) << 5));
    digest.add_word(compared, 1);
  }

  [[gnu::noinline]] static void convert(Digest& digest, std::uint32_t i) {
    const idem::Words w = Stream{19, Purpose::probe}.words(i, 0);
    const std::uint32_t word = opaque(w[0] >> (i % 32));
    const R converted[] = {static_cast<R>(word), static_cast<R>(static_cast<std::int32_t>(opaque(w[1]))),
                           static_cast<R>(static_cast<std::int64_t>((std::uint64_t{w[1]} << 32) | w[2]))};
    digest.add(converted, 3);
    const R x = opaque(random_number<R>(i, true));
    digest.add_word(static_cast<std::uint32_t>(static_cast<std::int32_t>(x * R{1000})), 4);
    const float narrow = static_cast<float>(opaque(random_number<double>(i, false)));
    digest.add(&narrow, 1);
    const double wide = static_cast<double>(opaque(special<float>(static_cast<int>(i % kSpecials))));
    digest.add(&wide, 1);
  }
};

/// Multiply-add with one rounding, on triples made to catch each way of getting it wrong.
template <Real R>
struct Fma {
  using F = idem::detail::Format<R>;
  static constexpr BitsOf<R> kOne = BitsOf<R>{F::kBias} << F::kFraction;

  [[gnu::noinline]] void run(Digest& digest) {
    for (int i = 0; i < kSpecials; i += 3) {
      for (int j = i; j < kSpecials; j += 2) {
        for (int k = 0; k < kSpecials; k += 3) add(digest, special<R>(i), special<R>(j), special<R>(k));
      }
    }
    for (std::uint32_t i = 1; i <= 150; ++i) {
      hard(digest, i);
      const R a = random_number<R>(3 * i, true), b = random_number<R>(3 * i + 1, true);
      add(digest, a, b, random_number<R>(3 * i + 2, true));
      add(digest, random_number<R>(3 * i, false), random_number<R>(3 * i + 1, false),
          random_number<R>(3 * i + 2, false));
      // What is left is the rounding error of the product; once more where it is subnormal.
      add(digest, a, b, -(a * b));
      const R small = power<R>(1 - F::kBias / 2 - F::kPrecision / 2);
      const R a1 = a * small, b1 = b * small;
      add(digest, a1, b1, -(a1 * b1));
      add(digest, a1, b1, of_bits<R>(i));
    }
  }

  /// (1 + e)(1 - e) / 2 ulp = just under half of the last place of an odd 1 + ...: whoever rounds the product,
  /// or the sum to something wider first, sees a tie, and takes it to the even neighbour.
  [[gnu::noinline]] static void hard(Digest& digest, std::uint32_t i) {
    const R up = of_bits<R>(kOne + i), down = of_bits<R>(kOne - 2 * BitsOf<R>{i});
    const R half_last_place = power<R>(-F::kPrecision);
    for (const int sign : {1, -1}) {
      const R a = up * half_last_place * static_cast<R>(sign);
      for (const BitsOf<R> place : {BitsOf<R>{1}, BitsOf<R>{2 * i + 1}, F::kImplicit / 2 + i}) {
        const R c = of_bits<R>(kOne + place);
        add(digest, a, down, c);
        add(digest, a, down, -c);
        add(digest, a * power<R>(40), down * power<R>(-20), c * power<R>(20));
      }
    }
    // The same on the grid of the subnormal numbers.
    const R least = of_bits<R>(2 * BitsOf<R>{i} + 1);
    const R a = up * power<R>(1 - F::kBias), b = down * power<R>(-F::kPrecision);
    add(digest, a, b, least);
    add(digest, -a, b, least);
    add(digest, a, -b * (R{1} + power<R>(-20)), of_bits<R>(F::kImplicit + i));
  }

  [[gnu::noinline]] static void add(Digest& digest, R a, R b, R c) {
    const R result = idem::fma(opaque(a), opaque(b), opaque(c));
    digest.add(&result, 1);
  }
};

template <Real R>
struct SquareRoot {
  [[gnu::noinline]] void run(Digest& digest) {
    for (int i = 0; i < kSpecials; ++i) add(digest, special<R>(i));
    for (std::uint32_t i = 0; i < 400; ++i) {
      add(digest, random_number<R>(i, false));
      add(digest, random_number<R>(i, true));
      // Squares, and their neighbours: where a tie would be if there were one.
      const R root = random_number<R>(i, true), square = root * root;
      add(digest, square);
      add(digest, of_bits<R>(std::bit_cast<BitsOf<R>>(square) + 1));
      add(digest, of_bits<R>(std::bit_cast<BitsOf<R>>(square) - 1));
    }
  }

  [[gnu::noinline]] static void add(Digest& digest, R x) {
    const R root = idem::sqrt(opaque(x));
    digest.add(&root, 1);
  }
};

template <Real R>
struct Elementary {
  [[gnu::noinline]] void run(Digest& digest) {
    for (int i = 0; i < kSpecials; ++i) add(digest, special<R>(i), special<R>(i + 7));
    for (std::uint32_t i = 0; i < 100; ++i) {
      R u[2];
      idem::gaussian_fill(Stream{3, Purpose::probe}, i, u, 2);
      for (const int exponent : {-24, -8, 0, 3, 6, 9}) add(digest, u[0] * power<R>(exponent), u[1]);
    }
    // Overflow, underflow through the subnormals, and next to multiples of pi/2 that have fooled others.
    constexpr double kEdges[] = {88.722839,     -87.336544,    -103.97208, 709.78271289,
                                 -708.39641853, -745.13321910, 4476.77,    70081.1,
                                 1.5707964,     3.1415927,     1e-30,      1048575.5};
    for (const double x : kEdges) add(digest, static_cast<R>(x), R{1});
  }

  [[gnu::noinline]] static void add(Digest& digest, R x, R y) {
    x = opaque(x);
    const R size = x < R{0} ? -x : x;
    one(digest, [&] { return idem::exp(x); });
    one(digest, [&] { return idem::log(size); });
    one(digest, [&] { return idem::log1p(x); });
    one(digest, [&] { return idem::sin(x); });
    one(digest, [&] { return idem::cos(x); });
    one(digest, [&] { return idem::atan2(x, y); });
    one(digest, [&] { return idem::softplus(x); });
    one(digest, [&] { return idem::logistic(x); });
  }
  /// A stack frame for each function: at -O0 all of them together take more than a small board has.
  template <class Function>
  [[gnu::noinline]] static void one(Digest& digest, const Function& function) {
    const R value = function();
    digest.add(&value, 1);
  }
};

TEST_CASE("operations of the machine") {
  run<Primitive>("primitive");
}

TEST_CASE("multiply-add") {
  // Each has caught somebody: newlib, the subnormal range twice, and a C library of a desktop.
  const auto fma = [](std::uint32_t a, std::uint32_t b, std::uint32_t c) {
    return std::bit_cast<std::uint32_t>(
        idem::fma(opaque(of_bits<float>(a)), opaque(of_bits<float>(b)), opaque(of_bits<float>(c))));
  };
  CHECK(fma(0x3f7288d0, 0x34f91a50, 0xbe7916c0) == 0xbe7916a3);
  CHECK(fma(0x97000800, 0x1cfff001, 0x00010002) == 0x00010001);
  CHECK(fma(0x007fffff, 0x33800001, 0x007fffff) == 0x007fffff);
  const auto fma_double = [](std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    return std::bit_cast<std::uint64_t>(
        idem::fma(opaque(of_bits<double>(a)), opaque(of_bits<double>(b)), opaque(of_bits<double>(c))));
  };
  CHECK(fma_double(0x01a56e1fc2f8f359, 0x81a56e1fc2f8f359, 0) == 0x8000000000000000);
  CHECK(fma_double(0x3ff0000000000001, 0x3ff0000000000001, 0xbff0000000000002) == 0x3970000000000000);
  run<Fma>("fma");
}

TEST_CASE("square root") {
  run<SquareRoot>("sqrt");
}

TEST_CASE("elementary functions") {
  run<Elementary>("elementary");
}

}  // namespace stages
