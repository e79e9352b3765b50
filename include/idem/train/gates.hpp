// SPDX-License-Identifier: Apache-2.0
/// \file  Which neurons take part in a sample's row of the least-squares system, and how much.
#pragma once

#include <cstdint>

#include <idem/arith/sqrt.hpp>
#include <idem/kernels/sums.hpp>
#include <idem/models/two_layer_relu.hpp>

namespace idem::inline IDEM_TARGET {

/// A hash of the masks of a sequence of samples, to see that they repeat without storing them.
///
/// Bits    FNV-1a over words of 32 neurons: ARITHMETIC.md section 13.7.
class MaskHash {
 public:
  void add(std::uint32_t word) { value_ = (value_ ^ word) * 0x100000001b3u; }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325u;
};

/// The hashes of the last passes: a cycle is seen when it has come round Rounds times.
template <Index Rounds>
class MaskHistory {
 public:
  /// What no pass has filled yet: numbers that differ from each other.
  void clear() {
    for (Index i = 0; i < kKept; ++i) hashes_[i] = static_cast<std::uint64_t>(i);
  }
  void add(std::uint64_t hash) {
    for (Index i = kKept - 1; i > 0; --i) hashes_[i] = hashes_[i - 1];
    hashes_[0] = hash;
  }

  /// Whether the last pass had this hash.
  [[nodiscard]] bool ends_with(std::uint64_t hash) const { return hashes_[0] == hash; }

  /// Whether the last passes went round in a cycle of 2 to 8.
  ///
  /// Bits    ARITHMETIC.md section 13.8.
  [[nodiscard]] bool cycles() const {
    for (Index length = 2; length <= kLongest; ++length) {
      Index same = 0;
      while (same < (Rounds - 1) * length && hashes_[same] == hashes_[same + length]) ++same;
      if (same == (Rounds - 1) * length) return true;
    }
    return false;
  }

 private:
  static constexpr Index kLongest = 8, kKept = Rounds * kLongest;
  std::uint64_t hashes_[kKept];
};

/// The gates of the neurons on a sample: hard, 1 where the neuron fires and 0 where it sleeps; or soft, rising
/// from 0 to 1 around the neuron's boundary, the sharper the greater `sharpness` is.
///
///     p = clip(1/2 + sharpness z / |x|, 0, 1)
///
/// A soft gate lets a sample near the boundary speak for both of its sides, as long as it is not known which is
/// right.
template <Real R>
struct Gates {
  bool soft = false;
  R sharpness = R{0};

  [[nodiscard]] R operator()(R z, R scale) const {
    if (!soft) return z >= R{0} ? R{1} : R{0};
    const R h = fma(z, scale, static_cast<R>(0.5));
    return h > R{0} ? (h < R{1} ? h : R{1}) : R{0};
  }
};

/// One sample at the weights of a model.
template <Real R, Index D>
struct GatedSample {
  R gates[D];    ///< c_q = v_q p_q
  R output;      ///< f(x, W)
  R square;      ///< |x|^2 if gates are soft, else not computed
  Index firing;  ///< neurons with z_q >= 0

  /// Fills everything; the mask goes into `hash`.
  ///
  /// Bits    ARITHMETIC.md sections 6 and 13.1.
  /// Cost    D^2 fused multiply-adds.
  template <class Model>
  void set(const Model& model, const R* x, const Gates<R>& opening, MaskHash& hash) {
    const Product<R, Strides<0, 1, D, 0>> p{x, model.weights().data(),
                                            Model::kSkip == Skip::identity ? x : nullptr, 0, gates};
    product_rows<1, D>(p, D, 0, 1);
    square = opening.soft ? sum_of_squares(x, D) : R{0};
    const R scale = opening.soft && square > R{0} ? opening.sharpness / sqrt(square) : R{0};
    output = R{0};
    firing = 0;
    std::uint32_t word = 0;
    for (Index q = 0; q < D; ++q) {
      const R z = gates[q], a = relu(z);
      const bool minus = model.negative(q);
      output = minus ? output - a : output + a;
      if (z >= R{0}) {
        word |= 1u << (q % 32);
        ++firing;
      }
      if (q % 32 == 31 || q == D - 1) {
        hash.add(word);
        word = 0;
      }
      const R gate = opening(z, scale);
      gates[q] = minus ? -gate : gate;
    }
  }
};

}  // namespace idem::inline IDEM_TARGET
