// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include <idem/kernels/patches.hpp>
#include <idem/kernels/relu.hpp>

#include "../inputs.hpp"
#include "../shapes.hpp"
#include "../twins.hpp"

namespace {

using idem::Index;
using idem::Real;
using inputs::Draw;
using inputs::Edge;
using inputs::Guarded;
using inputs::Kind;

/// One and several groups of rows, whole and not.
inline constexpr std::array<Index, 4> kFilling = {8, 12, 20, 24};
/// Some columns that fill no register: patches in one piece, and in several of one size or two.
inline constexpr std::array<Index, 6> kWithColumns = {52, 60, 72, 100, 104, 124};
/// Numbers that fill no patches, and those that do.
inline constexpr std::array<Index, 8> kSummed = {4, 5, 6, 7, 8, 12, 20, 24};

/// Calls test.operator()<R>() where a register can be a patch.
template <class Test>
void for_patches(const Test& test) {
  shapes::for_scalars([&]<Real R>() {
    if constexpr (idem::Lanes<R>::kPatches) test.template operator()<R>();
  });
}
template <const auto& Dims, class Test>
void for_dims(const Test& test) {
  for_patches(
      [&]<Real R>() { shapes::for_each<Dims>([&]<Index D>() { test.template operator()<R, D>(); }); });
}

/// Neurons that fire on samples: a word for each neuron and vector of samples, and the same one by one.
template <Real R>
struct Firing {
  using L = idem::Lanes<R>;

  Firing(Draw& draw, Index neurons, Index samples)
      : stride((neurons + L::kWidth - 1) / L::kWidth * L::kWidth),
        words((samples + L::kWidth - 1) / L::kWidth * stride) {
    for (Index v = 0; v < words.count() / stride; ++v) {
      for (Index j = 0; j < neurons; ++j) {
        R z[L::kWidth];
        inputs::fill(Kind::ordinary, draw, z, L::kWidth);
        L::store_word(words.data() + v * stride + j, L::at_least_zero(L::load(z)));
        for (const R sum : z) on.push_back(sum >= R{0});
      }
    }
    per_vector = neurons * L::kWidth;
  }
  [[nodiscard]] bool fires(Index s, Index j) const {
    return on[inputs::size(s / L::kWidth * per_vector + j * L::kWidth + s % L::kWidth)] != 0;
  }

  Index stride, per_vector;
  Edge<R> words;
  std::vector<char> on;
};

/// A random part of 0 .. count - 1, ascending.
std::vector<std::uint32_t> drawn_list(Draw& draw, Index count) {
  std::vector<std::uint32_t> list;
  for (Index s = 0; s < count; ++s) {
    if (draw.coin()) list.push_back(static_cast<std::uint32_t>(s));
  }
  return list;
}

}  // namespace

TEST_CASE("a register is filled with neighbours in every row, or with a row's number in all its columns") {
  Draw draw(1);
  for_patches([&]<Real R>() {
    using L = idem::Lanes<R>;
    static_assert(L::kPatchRows * L::kPatchColumns == L::kWidth);
    for (const Kind kind : inputs::kKinds) {
      const Edge<R> columns(kind, draw, L::kPatchColumns), rows(kind, draw, L::kPatchRows);
      R repeated[L::kWidth], spread[L::kWidth], each[L::kWidth];
      L::store(repeated, L::load_repeated(columns.data()));
      L::store(spread, L::load_spread(rows.data()));
      L::store(each, L::load_spread_each(rows.data()));
      for (Index lane = 0; lane < L::kWidth; ++lane) {
        REQUIRE(inputs::same_bits(repeated[lane], columns.data()[lane % L::kPatchColumns]));
        REQUIRE(inputs::same_bits(spread[lane], rows.data()[lane / L::kPatchColumns]));
        REQUIRE(inputs::same_bits(each[lane], rows.data()[lane / L::kPatchColumns]));
      }
    }
  });
}

TEST_CASE("a patch is written with its columns as rows") {
  Draw draw(7);
  for_patches([&]<Real R>() {
    using L = idem::Lanes<R>;
    for (const Index stride : {L::kPatchRows, L::kPatchRows + 1, Index{40}}) {
      const Edge<R> from(Kind::ordinary, draw, L::kWidth);
      Guarded<R> to((L::kPatchColumns - 1) * stride + L::kPatchRows);
      std::vector<R> twin(inputs::size(to.count()), R{42});
      for (R& number : std::span(to.data(), twin.size())) number = R{42};
      for (Index i = 0; i < L::kWidth; ++i) {
        twin[inputs::size(i % L::kPatchColumns * stride + i / L::kPatchColumns)] = from.data()[i];
      }
      L::store_transposed(to.data(), stride, L::load(from.data()));
      REQUIRE(inputs::same_bits(to.data(), twin.data(), to.count()));
      REQUIRE(to.intact());
    }
  });
}

TEST_CASE("patches one above the other get their columns as rows") {
  Draw draw(8);
  for_patches([&]<Real R>() {
    using L = idem::Lanes<R>;
    constexpr Index kPatches = 8 / L::kPatchRows;
    const Edge<R> from(Kind::ordinary, draw, kPatches * L::kWidth);
    typename L::Vector patches[kPatches];
    for (Index p = 0; p < kPatches; ++p) patches[p] = L::load(from.data() + p * L::kWidth);
    L::transpose_patches(patches);
    for (Index i = 0; i < kPatches * L::kWidth; ++i) {
      R ours[L::kWidth];
      L::store(ours, patches[i / L::kWidth]);
      const Index row = i % 8, column = i / 8;
      REQUIRE(inputs::same_bits(ours[i % L::kWidth], from.data()[row * L::kPatchColumns + column]));
    }
  });
}

TEST_CASE("multiply-adds happen where words have a bit in common, and nowhere else") {
  Draw draw(2);
  for_patches([&]<Real R>() {
    using L = idem::Lanes<R>;
    using Word = typename L::Word;
    for (const Kind kind : inputs::kKinds) {
      CAPTURE(inputs::name(kind));
      for (int round = 0; round < 200; ++round) {
        const Edge<R> a(kind, draw, L::kWidth), b(kind, draw, L::kWidth), c(kind, draw, L::kWidth);
        Word words[L::kWidth];
        R as_numbers[L::kWidth], ours[L::kWidth], twin[L::kWidth];
        const Word bit = Word{1} << draw.below(8 * static_cast<Index>(sizeof(Word)));
        for (Index i = 0; i < L::kWidth; ++i) {
          words[i] = static_cast<Word>(draw.word());
          twin[i] = (words[i] & bit) != 0 ? idem::fma(a.data()[i], b.data()[i], c.data()[i]) : c.data()[i];
        }
        std::memcpy(as_numbers, words, sizeof(words));
        L::store(ours, L::fma_where(std::bit_cast<typename L::Words>(L::load(as_numbers)), L::lane_words(bit),
                                    L::load(a.data()), L::load(b.data()), L::load(c.data())));
        REQUIRE(inputs::same_bits(ours, twin, L::kWidth));
      }
    }
  });
}

TEST_CASE("additions happen in the lanes of a mask, on every lanes") {
  Draw draw(3);
  shapes::for_scalars([&]<Real R>() {
    using L = idem::Lanes<R>;
    using Word = typename L::Word;
    for (const Kind kind : inputs::kKinds) {
      CAPTURE(inputs::name(kind));
      for (int round = 0; round < 200; ++round) {
        Edge<R> a(kind, draw, L::kWidth), c(kind, draw, L::kWidth);
        if (round == 0) a.data()[0] = std::numeric_limits<R>::infinity();
        // What stands above the lanes, as the sign of a neuron does, is no lane.
        const auto mask = static_cast<Word>(draw.word());
        R ours[L::kWidth], twin[L::kWidth];
        for (Index i = 0; i < L::kWidth; ++i) {
          c.data()[i] = c.data()[i] + R{0};
          twin[i] = (mask >> i & 1u) != 0 ? c.data()[i] + a.data()[i] : c.data()[i];
        }
        L::store(ours, L::add_where(mask, L::load(c.data()), L::load(a.data())));
        REQUIRE(inputs::same_bits(ours, twin, L::kWidth));
      }
    }
  });
}

TEST_CASE("bits are listed in ascending order, and no more than 16 numbers are written") {
  Draw draw(4);
  for_patches([&]<Real R>() {
    using L = idem::Lanes<R>;
    constexpr std::uint32_t kUntouched = 12345;
    for (int round = 0; round < 1000; ++round) {
      const auto mask = static_cast<typename L::Word>(draw.word() & ((std::uint64_t{1} << L::kWidth) - 1));
      const auto begin = static_cast<std::uint32_t>(draw.below(100000));
      std::vector<std::uint32_t> list(40, kUntouched);
      L::list_bits(list.data() + 1, begin, mask);
      REQUIRE(list.front() == kUntouched);
      std::size_t at = 1;
      for (std::uint32_t i = 0; i < L::kWidth; ++i) {
        if ((mask >> i & 1u) != 0) REQUIRE(list.at(at++) == begin + i);
      }
      for (at = 17; at < list.size(); ++at) REQUIRE(list.at(at) == kUntouched);
    }
  });
}

TEST_CASE("sums in patches are chains over the samples on which a neuron fires, however they are portioned") {
  Draw draw(5);
  for_dims<kSummed>([&]<Real R, Index D>() {
    CAPTURE(sizeof(R));
    CAPTURE(D);
    static_assert(idem::Lanes<R>::kWidth < 16 || idem::kInPatches<R, D>);
    static idem::PatchSums<R, D> sums;
    for (const Kind kind : inputs::kKinds) {
      CAPTURE(inputs::name(kind));
      std::vector<R> twin(inputs::size(D * D));
      const auto check = [&] {
        Guarded<R> ours(D * D);
        sums.read(ours.data());
        REQUIRE(inputs::same_bits(ours.data(), twin.data(), D * D));
        REQUIRE(ours.intact());
      };
      const auto add = [&](Index count) {
        CAPTURE(count);
        const Edge<R> x(kind, draw, count * D), factors(kind, draw, count);
        const Firing<R> firing(draw, D, count);
        sums.add(x.data(), firing.words.data(), firing.stride, factors.data(), count);
        for (Index s = 0; s < count; ++s) {
          for (Index k = 0; k < D; ++k) {
            for (Index j = 0; j < D; ++j) {
              R& sum = twin.data()[k * D + j];
              if (firing.fires(s, j)) sum = idem::fma(x.data()[s * D + k], factors.data()[s], sum);
            }
          }
        }
        check();
      };
      // Each number of samples alone, then several portions of one sum.
      for (Index count = 1; count <= 35; ++count) {
        sums.clear();
        twin.assign(twin.size(), R{0});
        add(count);
      }
      for (const Index count : {3, 16, 1, 40, 64}) add(count);
      sums.clear();
      twin.assign(twin.size(), R{0});
      check();
    }
  });
}

TEST_CASE("columns of a gradient in patches are chains over the samples, and no other column is touched") {
  Draw draw(7);
  for_dims<kWithColumns>([&]<Real R, Index D>() {
    if constexpr (idem::kColumnsInPatches<R, D>) {
      CAPTURE(D);
      constexpr Index kFirst = D - D % idem::Lanes<R>::kWidth, kStride = D + 3;
      for (const Kind kind : inputs::kKinds) {
        CAPTURE(inputs::name(kind));
        std::vector<R> twin(inputs::size(D * D));
        Guarded<R> ours(D * D);
        inputs::fill(kind, draw, ours.data(), D * D);  // what a fresh sum forgets
        std::copy(ours.data(), ours.data() + D * D, twin.begin());
        for (const Index count : {1, 2, 3, 16, 35, 300}) {
          CAPTURE(count);
          const Edge<R> x(kind, draw, count * D), masked(kind, draw, (count - 1) * kStride + D);
          for (const bool fresh : {true, false}) {
            for (Index k = 0; k < D; ++k) {
              for (Index j = kFirst; j < D; ++j) {
                R& sum = twin[inputs::size(k * D + j)];
                if (fresh) sum = R{0};
                for (Index s = 0; s < count; ++s) {
                  sum = idem::fma(x.data()[s * D + k], masked.data()[s * kStride + j], sum);
                }
              }
            }
            idem::add_columns_in_patches<D, kFirst, kStride>(x.data(), masked.data(), count, fresh,
                                                             ours.data());
            REQUIRE(inputs::same_bits(ours.data(), twin.data(), D * D));
            REQUIRE(ours.intact());
          }
        }
      }
    }
  });
}

TEST_CASE(
    "a gram matrix in patches is its upper triangle's chains over the rows of a list, and their mirror "
    "image") {
  Draw draw(6);
  for_dims<kFilling>([&]<Real R, Index D>() {
    CAPTURE(sizeof(R));
    CAPTURE(D);
    for (const Kind kind : inputs::kKinds) {
      CAPTURE(inputs::name(kind));
      std::vector<R> twin(inputs::size(D * D));
      Guarded<R> ours(D * D);
      inputs::fill(kind, draw, ours.data(), D * D);  // what a fresh sum forgets
      for (Index count = 0; count <= 35; ++count) {
        CAPTURE(count);
        const Edge<R> x(kind, draw, (count + 1) * D);
        const std::vector<std::uint32_t> list = drawn_list(draw, count);
        const bool fresh = count % 5 == 0;
        if (fresh) twin.assign(twin.size(), R{0});
        for (const std::uint32_t s : list) {
          const R* const row = x.data() + static_cast<Index>(s) * D;
          twins::add_rank1(twin.data(), row, row, D, D);
        }
        idem::GramPatches<R, D>::add(x.data(), list.data(), static_cast<Index>(list.size()), fresh,
                                     ours.data());
        REQUIRE(inputs::same_bits(ours.data(), twin.data(), D * D));
        REQUIRE(ours.intact());
      }
    }
  });
}
