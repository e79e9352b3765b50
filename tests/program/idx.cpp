// SPDX-License-Identifier: Apache-2.0
#include "readers/idx.hpp"

#include <doctest/doctest.h>

#include <numeric>

#include "files.hpp"

using idem::Part;

namespace {

std::string refusal(const std::string& bytes, Part part = Part::inputs) {
  const Folder folder;
  const std::string path = folder.file("a-idx", bytes);
  return complaint(folder, [&] { idem::read_idx<float>(path, part); });
}

/// `start` is given as characters, zeros among them.
template <std::size_t N>
std::string bytes(const char (&start)[N]) {
  return std::string(start, N - 1);
}

const std::string kImages = bytes("\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x03\x01\x02\x03\x04\x05\xff");
const std::string kLabels = bytes("\0\0\x08\x01\0\0\0\x02\x07\x09");

}  // namespace

TEST_CASE("images of an idx file become rows") {
  const Folder folder;
  const auto images = idem::read_idx<float>(folder.file("a", kImages), Part::inputs);
  CHECK(images.values == std::vector<float>{1, 2, 3, 4, 5, 255});
  CHECK(images.shape == std::vector<idem::Index>{2, 1, 3});
  CHECK(idem::read_idx<double>(folder.file("b", kLabels), Part::labels).values == std::vector<double>{7, 9});
}

TEST_CASE("every element type of an idx file is read") {
  const Folder folder;
  const auto read = [&](const std::string& text) {
    return idem::read_idx<double>(folder.file("a", text), Part::labels).values[0];
  };
  CHECK(read(bytes("\0\0\x09\x01\0\0\0\x01\xfe")) == -2);
  CHECK(read(bytes("\0\0\x0b\x01\0\0\0\x01\xff\xfe")) == -2);
  CHECK(read(bytes("\0\0\x0c\x01\0\0\0\x01\xff\xff\xff\xfe")) == -2);
  CHECK(read(bytes("\0\0\x0d\x01\0\0\0\x01\xc0\0\0\0")) == -2);
  CHECK(read(bytes("\0\0\x0e\x01\0\0\0\x01\xc0\0\0\0\0\0\0\0")) == -2);
}

TEST_CASE("MNIST is read from its gzipped files") {
  const std::string folder = IDEM_TEST_DATA "/mnist/first100-";
  const auto images = idem::read_idx<double>(folder + "images-idx3-ubyte.gz", Part::inputs);
  const auto labels = idem::read_idx<double>(folder + "labels-idx1-ubyte.gz", Part::labels);
  CHECK(images.shape == std::vector<idem::Index>{100, 28, 28});
  // Counted by another program.
  CHECK(std::accumulate(images.values.begin(), images.values.end(), 0.0) == 2396707);
  CHECK(images.values[784 * 99 + 401] == 126);
  CHECK(std::accumulate(labels.values.begin(), labels.values.end(), 0.0) == 434);
  CHECK(std::vector<double>(labels.values.begin(), labels.values.begin() + 10) ==
        std::vector<double>{7, 2, 1, 0, 4, 1, 4, 9, 5, 9});
}

TEST_CASE("what is no idx file is refused") {
  const std::string ending = ", where images begin with 00 00 08 03 and labels with 00 00 08 01";
  const std::string beginning = "a-idx: neither named .npy or .csv nor an MNIST idx file: it begins with ";
  CHECK(refusal("a,y\n1,2\n") == beginning + "61 2c 79 0a" + ending);
  CHECK(refusal(bytes("\0\0\x08")) == beginning + "00 00 08" + ending);
  CHECK(refusal(bytes("\0\0\x0a\x01")) == beginning + "00 00 0a 01" + ending);
  CHECK(refusal(bytes("\x03\x08\0\0")) == beginning + "03 08 00 00" + ending);
  CHECK(refusal("") == "a-idx: empty");
}

TEST_CASE("images and labels that are taken for each other are refused") {
  CHECK(refusal(kLabels) ==
        "a-idx: an idx file of 1 dimensions: images have 3, or 2 (are these the labels?)");
  CHECK(refusal(kImages, Part::labels) ==
        "a-idx: an idx file of 3 dimensions: labels have 1 (are these the images?)");
}

TEST_CASE("an idx file whose length is not what its header declares is refused") {
  CHECK(refusal(kImages.substr(0, 10)) == "a-idx: truncated: it ends at byte 10, within the header");
  CHECK(refusal(kImages.substr(0, 20)) ==
        "a-idx: truncated: shape (2, 1, 3) needs 6 bytes after the header, 4 are there");
  CHECK(refusal(kImages + "x") == "a-idx: goes on after byte 22, where its last element should end it");
  CHECK(refusal(bytes("\0\0\x08\x03\0\0\0\0\0\0\0\x01\0\0\0\x03")) ==
        "a-idx: shape (0, 1, 3) holds no numbers: at least one sample is needed");
  CHECK(refusal(bytes("\0\0\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
            .starts_with("a-idx: truncated: shape (4294967295, 4294967295, 4294967295) needs "));
}

TEST_CASE("a float of an idx file that is not finite is named by its index") {
  CHECK(refusal(bytes("\0\0\x0d\x02\0\0\0\x01\0\0\0\x02\0\0\0\0\x7f\x80\0\0")) ==
        "a-idx: element [0, 1] is inf: every number must be finite");
}
