// SPDX-License-Identifier: Apache-2.0
/// \file  The idx files in which MNIST comes.
#include "readers/idx.hpp"

#include <cstdint>
#include <vector>

#include "input_error.hpp"

namespace idem::inline IDEM_TARGET {

template <Real R>
Array<R> read_idx(const std::string& path, Part part) {
  // The element types by their code, from 08 on; there is no 0a.
  constexpr ElementType kTypes[] = {{'u', 1, true}, {'i', 1, true}, {'u', 0, true}, {'i', 2, true},
                                    {'i', 4, true}, {'f', 4, true}, {'f', 8, true}};
  InputFile file(path);
  const auto magic = file.take(4);
  if (magic.size() < 4 || magic[0] != 0 || magic[1] != 0 || magic[2] < 0x08 || magic[2] > 0x0e ||
      magic[2] == 0x0a) {
    refuse(
        "{}: neither named .npy or .csv nor an MNIST idx file: it begins with {:02x}, "
        "where images begin with 00 00 08 03 and labels with 00 00 08 01",
        path, fmt::join(magic, " "));
  }
  const std::size_t dimensions = magic[3];
  if (part == Part::inputs ? (dimensions != 2 && dimensions != 3) : dimensions != 1) {
    refuse("{}: an idx file of {} dimensions: {}", path, dimensions,
           part == Part::inputs ? "images have 3, or 2 (are these the labels?)"
                                : "labels have 1 (are these the images?)");
  }
  const auto extents = file.take(4 * dimensions);
  if (extents.size() < 4 * dimensions) {
    refuse("{}: truncated: it ends at byte {}, within the header", path, file.offset());
  }
  std::vector<Index> shape(dimensions);
  for (std::size_t k = 0; k < dimensions; ++k) {
    std::uint32_t extent = 0;
    for (std::size_t i = 0; i < 4; ++i) extent = extent << 8 | extents[4 * k + i];
    shape[k] = static_cast<Index>(extent);
  }
  return read_elements<R>(file, kTypes[magic[2] - 0x08], shape, false);
}

template Array<float> read_idx(const std::string&, Part);
template Array<double> read_idx(const std::string&, Part);

}  // namespace idem::inline IDEM_TARGET
