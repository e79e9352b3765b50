// SPDX-License-Identifier: Apache-2.0
/// \file  Lists of compile-time shapes, and a test run over them: every tail a vector can have, in
/// each dimension in turn, and a few larger sizes.
#pragma once

#include <array>
#include <type_traits>
#include <utility>

#include <idem/base/types.hpp>

namespace shapes {

using idem::Index;

/// 1 to 2 L + 3 for the widest lanes there are (L = 16 floats, 8 doubles), and sizes around blocks
/// and tiles.
inline constexpr std::array<Index, 41> kFloatSizes = [] {
  std::array<Index, 41> sizes{};
  std::size_t n = 0;
  for (Index i = 1; i <= 35; ++i) sizes[n++] = i;
  for (const Index i : {63, 64, 65, 100, 128, 300}) sizes[n++] = i;
  return sizes;
}();
inline constexpr std::array<Index, 25> kDoubleSizes = [] {
  std::array<Index, 25> sizes{};
  std::size_t n = 0;
  for (Index i = 1; i <= 19; ++i) sizes[n++] = i;
  for (const Index i : {33, 63, 64, 65, 100, 300}) sizes[n++] = i;
  return sizes;
}();

/// A shorter list, where code grows with each: every tail of the widest lanes, alone and behind a
/// vector.
inline constexpr std::array<Index, 20> kTails = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                                 11, 12, 13, 14, 15, 16, 17, 31, 33, 100};

/// The least that the library takes for a matrix in memory of the caller: quicker to compile, a
/// hundred times over, than a view of Eigen's.
template <class R, Index Rows, Index Cols>
struct View {
  using Scalar = std::remove_const_t<R>;
  static constexpr Index RowsAtCompileTime = Rows, ColsAtCompileTime = Cols;
  static constexpr Index SizeAtCompileTime = Rows * Cols;
  static constexpr int InnerStrideAtCompileTime = 1, OuterStrideAtCompileTime = Cols;
  static constexpr bool IsRowMajor = true, IsVectorAtCompileTime = Rows == 1 || Cols == 1;
  [[nodiscard]] R* data() const { return memory; }
  R* memory;
};

/// Calls test.operator()<N>() for every N of a list.
template <const auto& List, class Test>
void for_each(const Test& test) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (test.template operator()<List[I]>(), ...);
  }
  (std::make_index_sequence<List.size()>{});
}

/// Calls test.operator()<R, N>() for every size of each scalar.
template <class Test>
void for_sizes(const Test& test) {
  for_each<kFloatSizes>([&]<Index N>() { test.template operator()<float, N>(); });
  for_each<kDoubleSizes>([&]<Index N>() { test.template operator()<double, N>(); });
}

/// Calls test.operator()<float>() and test.operator()<double>().
template <class Test>
void for_scalars(const Test& test) {
  test.template operator()<float>();
  test.template operator()<double>();
}

}  // namespace shapes
