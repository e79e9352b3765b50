// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <idem/base/types.hpp>

#include "../shapes.hpp"

namespace {

using idem::Dense;
using idem::Mat;
using idem::Vec;

template <class T>
concept Taken = Dense<T>;

}  // namespace

TEST_CASE("vectors and matrices take their numbers and nothing else, whatever the instruction set") {
  static_assert(sizeof(Vec<float, 3>) == 12 && alignof(Vec<float, 4>) == 4);
  static_assert(sizeof(Mat<double, 4, 4>) == 128 && alignof(Mat<double, 4, 4>) == alignof(double));
  static_assert(sizeof(Mat<float, 1, 16>) == 64 && alignof(Mat<float, 1, 16>) == 4);
  static_assert(sizeof(Mat<float, 16, 1>) == 64 && alignof(Mat<float, 16, 1>) == 4);
}

TEST_CASE("matrices lie row by row, a single column included") {
  Mat<float, 2, 3> m;
  m << 1, 2, 3, 4, 5, 6;
  for (int i = 0; i < 6; ++i) CHECK(m.data()[i] == static_cast<float>(i + 1));
  Mat<float, 3, 1> column;
  column << 1, 2, 3;
  Mat<float, 1, 3> row;
  row << 1, 2, 3;
  for (int i = 0; i < 3; ++i) {
    CHECK(column.data()[i] == static_cast<float>(i + 1));
    CHECK(row.data()[i] == static_cast<float>(i + 1));
  }
  static_assert(idem::kRows<Mat<float, 3, 1>> == 3 && idem::kCols<Mat<float, 3, 1>> == 1);
}

TEST_CASE("a dense argument is contiguous, row-major, of fixed shape, and float or double") {
  static_assert(Taken<Vec<float, 5>>);
  static_assert(Taken<const Vec<float, 5>&>);
  static_assert(Taken<Mat<double, 3, 4>&>);
  static_assert(Taken<Mat<double, 3, 1>>);
  static_assert(Taken<Mat<double, 1, 3>>);
  static_assert(Taken<Mat<double, 1, 1>>);
  static_assert(Taken<idem::MatView<float, 3, 4>>);
  static_assert(Taken<idem::ConstMatView<float, 3, 4>>);
  static_assert(Taken<idem::ConstVecView<float, 4>>);
  static_assert(Taken<Eigen::Matrix<float, 3, 4, Eigen::RowMajor>>);
  static_assert(Taken<Eigen::Vector4f>);

  static_assert(!Taken<Eigen::Matrix<float, 3, 4>>);  // column-major
  static_assert(!Taken<Eigen::MatrixXf>);
  static_assert(!Taken<Eigen::VectorXd>);
  static_assert(!Taken<Eigen::Matrix<int, 3, 1>>);
  static_assert(!Taken<Eigen::Matrix<long double, 3, 1>>);
  static_assert(!Taken<float>);
  using Strided = Eigen::Map<Mat<float, 3, 4>, 0, Eigen::OuterStride<8>>;
  using Skipping = Eigen::Map<Vec<float, 3>, 0, Eigen::InnerStride<2>>;
  static_assert(!Taken<Strided>);
  static_assert(!Taken<Skipping>);
  // A row of a matrix is contiguous, a column is not.
  using Square = Mat<float, 4, 4>;
  static_assert(!Taken<decltype(std::declval<Square&>().col(0))>);
  static_assert(!Taken<decltype(std::declval<Square&>().topLeftCorner<2, 2>())>);
}
