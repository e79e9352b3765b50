// SPDX-License-Identifier: Apache-2.0
/// \file  Stages of the generator: words, numbers drawn from them, orders of samples.
#pragma once

#include "stage.hpp"

namespace stages {

/// The words, whatever the scalar; then what a scalar makes of them, at the ends of the counter too.
template <Real R>
struct Generator {
  R drawn[67];

  [[gnu::noinline]] void run(Digest& digest) {
    for (const std::uint32_t w : {0u, 1u, 0x7fffffffu, 0x80000000u, 0xfffffffeu, 0xffffffffu}) {
      const R both[] = {idem::gaussian<R>(w), idem::uniform<R>(w)};
      digest.add(both, 2);
    }
    for (std::uint64_t i = 0; i < 24; ++i) {
      const Stream stream{i * 0x9e3779b97f4a7c15u, Purpose::inputs, static_cast<std::uint32_t>(i)};
      const idem::Words words = stream.words(~i, 0xffffffffu);
      for (const std::uint32_t w : words) digest.add_word(w, 4);
      idem::gaussian_fill(stream, i << 30, drawn, 67);
      digest.add(drawn, 67);
      idem::uniform_fill(stream, i << 30, drawn, 1 + static_cast<Index>(i));
      digest.add(drawn, 1 + static_cast<Index>(i));
      idem::gaussian_rows(
          stream, [](Index row) { return 3 * row; }, drawn, 21, 3);
      digest.add(drawn, 63);
    }
    for (const std::uint64_t count : {1u, 2u, 33u, 64u, 1000u, 0xffffffffu}) {
      const idem::Permutation order(9, 1, count);
      for (std::uint64_t p = 0; p < count && p < 100; ++p) digest.add_word(order(p), 8);
    }
  }
};

TEST_CASE("generator") {
  run<Generator>("generator");
}

}  // namespace stages
