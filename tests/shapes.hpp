// SPDX-License-Identifier: Apache-2.0
/// \file  Compile-time shapes, and a test run over them.
#pragma once

#include <array>
#include <type_traits>
#include <utility>

#include <idem/base/types.hpp>

namespace shapes {

using idem::Index;

/// Every tail of the widest lanes there are (16 floats), alone and behind a vector, and sizes around tiles.
inline constexpr std::array<Index, 22> kTails = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10,  11,
                                                 12, 13, 14, 15, 16, 17, 31, 33, 64, 100, 300};

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

/// Calls test.operator()<R, N>() for every size and each scalar.
template <class Test>
void for_sizes(const Test& test) {
  for_each<kTails>([&]<Index N>() {
    test.template operator()<float, N>();
    test.template operator()<double, N>();
  });
}

/// Calls test.operator()<float>() and test.operator()<double>().
template <class Test>
void for_scalars(const Test& test) {
  test.template operator()<float>();
  test.template operator()<double>();
}

}  // namespace shapes
