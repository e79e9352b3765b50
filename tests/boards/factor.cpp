// SPDX-License-Identifier: Apache-2.0
/// \file  What Cholesky's factorization of a 64 x 64 matrix and a solution by it cost on a board, in instructions.
#include <idem/idem.hpp>

#include "board.hpp"
#include "test.hpp"

namespace {

using idem::Index;

constexpr Index kSize = 64;

float matrix[idem::kPackedSize<kSize>], right[kSize];

}  // namespace

int main() {
  idem::gaussian_fill(idem::Stream{1, idem::Purpose::probe}, 0, matrix, idem::kPackedSize<kSize>);
  idem::gaussian_fill(idem::Stream{1, idem::Purpose::probe}, 1, right, kSize);
  // Heavy enough to outweigh its row.
  for (Index i = 0; i < kSize; ++i) matrix[idem::packed_at<kSize>(i, i)] += 100.0f;
  const std::uint64_t begin = board::instructions();
  const idem::Solved solved = idem::cholesky<kSize>(matrix);
  const std::uint64_t factored = board::instructions();
  idem::cholesky_solve<kSize>(static_cast<const float*>(matrix), right);
  const std::uint64_t end = board::instructions();
  idem::Digest digest;
  digest.add(matrix, idem::kPackedSize<kSize>);
  digest.add(right, kSize);
  testing::Line line;
  line << "digest " << testing::Hex{digest.value()} << ", factor " << testing::Decimal{factored - begin}
       << ", solve " << testing::Decimal{end - factored} << "\n";
  line.print();
  return solved.status != idem::Status::ok;
}
