// SPDX-License-Identifier: Apache-2.0
/// \file  The vocabulary of shapes: fixed-size vectors and matrices, and views on memory of the caller.
///
/// Eigen holds, idem computes: these types store and index; no Eigen product, sum or decomposition
/// stands in the library, because their bits change with the instruction set.
#pragma once

#include <Eigen/Core>
#include <concepts>
#include <cstddef>
#include <type_traits>

#include <idem/base/target.hpp>

namespace idem::inline IDEM_TARGET {

/// Positions and sizes: 32 bits on a microcontroller, 64 on a desktop.
using Index = std::ptrdiff_t;

/// The scalar types there are.
template <class T>
concept Real = std::same_as<T, float> || std::same_as<T, double>;

/// N numbers, unaligned, so that the layout never depends on the instruction set.
template <Real R, Index N>
using Vec = Eigen::Matrix<R, N, 1, Eigen::ColMajor | Eigen::DontAlign>;

/// Rows x Cols numbers, row-major. (Eigen admits a single column only as column-major: the same memory.)
template <Real R, Index Rows, Index Cols>
using Mat = Eigen::Matrix<R, Rows, Cols,
                          (Cols == 1 && Rows != 1 ? Eigen::ColMajor : Eigen::RowMajor) | Eigen::DontAlign>;

/// Memory of the caller seen as a vector or matrix: of any size, in static storage if need be.
template <Real R, Index N>
using VecView = Eigen::Map<Vec<R, N>>;
template <Real R, Index N>
using ConstVecView = Eigen::Map<const Vec<R, N>>;
template <Real R, Index Rows, Index Cols>
using MatView = Eigen::Map<Mat<R, Rows, Cols>>;
template <Real R, Index Rows, Index Cols>
using ConstMatView = Eigen::Map<const Mat<R, Rows, Cols>>;

namespace detail {
/// Rows lie behind one another without gaps.
template <class T>
inline constexpr bool kContiguous = int{T::InnerStrideAtCompileTime} == 1 &&
                                    (bool{T::IsRowMajor}
                                         ? int{T::OuterStrideAtCompileTime} == int{T::ColsAtCompileTime}
                                         : bool{T::IsVectorAtCompileTime} &&
                                               int{T::OuterStrideAtCompileTime} == int{T::RowsAtCompileTime});
}  // namespace detail

/// Anything above: dense, row-major, its shape known when the program is compiled.
template <class T>
concept Dense = requires(const std::remove_cvref_t<T>& t) {
  requires Real<typename std::remove_cvref_t<T>::Scalar>;
  { t.data() } -> std::convertible_to<const typename std::remove_cvref_t<T>::Scalar*>;
  requires(int{std::remove_cvref_t<T>::SizeAtCompileTime} > 0);
  requires detail::kContiguous<std::remove_cvref_t<T>>;
};

template <Dense T>
using ScalarOf = typename std::remove_cvref_t<T>::Scalar;
template <Dense T>
inline constexpr Index kRows = std::remove_cvref_t<T>::RowsAtCompileTime;
template <Dense T>
inline constexpr Index kCols = std::remove_cvref_t<T>::ColsAtCompileTime;

}  // namespace idem::inline IDEM_TARGET
