// SPDX-License-Identifier: Apache-2.0
/// \file  Vectors as wide as the target's registers: the scalar operations, several outputs at a time.
///
/// A vector holds neighbouring outputs, never parts of one chain, so that its width changes no bit.
/// On plain lanes a vector is one scalar and every operation below is that of the language.
///
/// + - * / and the comparisons are the compiler's own operators on these types; a comparison's result
/// selects by `mask ? a : b`. This file adds what the operators lack.
#pragma once

#include <idem/base/types.hpp>

#include IDEM_LANES_HEADER

namespace idem::inline IDEM_TARGET {

template <Real R>
struct Lanes {
  using Vector = typename LaneTypes<R>::Vector;
  static constexpr Index kWidth = static_cast<Index>(sizeof(Vector) / sizeof(R));

  /// Accumulators of a register tile: this many rows of this many vectors fill the register file
  /// without spilling, and are enough chains to hide the latency of an fma.
  static constexpr Index kTileRows = LaneTypes<R>::kTileRows;
  static constexpr Index kTileVectors = LaneTypes<R>::kTileVectors;

  /// kWidth numbers from any address, and back.
  IDEM_INLINE static Vector load(const R* from) {
    return *reinterpret_cast<const typename LaneTypes<R>::Unaligned*>(from);
  }
  IDEM_INLINE static void store(R* to, Vector v) {
    *reinterpret_cast<typename LaneTypes<R>::Unaligned*>(to) = v;
  }

  /// The first `count` lanes, 0 < count < kWidth; no other byte is touched. Absent lanes load as +0.
  IDEM_INLINE static Vector load_part(const R* from, Index count) {
    return lane_load_part(from, count);
  }
  IDEM_INLINE static void store_part(R* to, Vector v, Index count) {
    lane_store_part(to, v, count);
  }

  IDEM_INLINE static Vector broadcast(R value) { return lane_broadcast(value); }

  /// a b + c in each lane, rounded once.
  IDEM_INLINE static Vector fma(Vector a, Vector b, Vector c) { return lane_fma(a, b, c); }

  /// Transposes a square of kWidth vectors in place: log2(kWidth) rounds of interleaving row i with
  /// row i + kWidth / 2.
  IDEM_INLINE static void transpose(Vector (&rows)[kWidth]) {
    for (Index round = 1; round < kWidth; round *= 2) {
      Vector next[kWidth];
      for (Index i = 0; i < kWidth / 2; ++i) {
        next[2 * i] = lane_interleave_low(rows[i], rows[i + kWidth / 2]);
        next[2 * i + 1] = lane_interleave_high(rows[i], rows[i + kWidth / 2]);
      }
      for (Index i = 0; i < kWidth; ++i) rows[i] = next[i];
    }
  }
};

}  // namespace idem::inline IDEM_TARGET
