// SPDX-License-Identifier: Apache-2.0
#include "readers/table.hpp"

#include <doctest/doctest.h>

#include "files.hpp"

namespace {

const std::string kInputs(
    "\x93NUMPY\x01\0\x46\0{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), }          \n"
    "\x01\x02\x03\x04",
    84);
const std::string kLabels("\0\0\x08\x01\0\0\0\x02\x05\x06", 10);
const std::string kCsv = "a,b,y\n1,2,5\n3,4,6\n";

}  // namespace

TEST_CASE("the name of a file picks its reader") {
  const Folder folder;
  const std::string x = folder.file("x.npy", kInputs);
  const std::string upper = folder.file("X.NPY", kInputs);
  const std::string y = folder.file("labels", kLabels);
  const std::string csv = folder.file("both.csv", kCsv);
  for (const auto& table :
       {idem::read_table<float>(x, y), idem::read_table<float>(upper, y), idem::read_table<float>(csv, "")}) {
    CHECK(table.x == std::vector<float>{1, 2, 3, 4});
    CHECK(table.y == std::vector<float>{5, 6});
    CHECK(table.rows == 2);
    CHECK(table.cols == 2);
  }
}

TEST_CASE("MNIST makes rows of 784") {
  const std::string folder = IDEM_TEST_DATA "/mnist/first100-";
  const auto table =
      idem::read_table<float>(folder + "images-idx3-ubyte.gz", folder + "labels-idx1-ubyte.gz");
  CHECK(table.rows == 100);
  CHECK(table.cols == 784);
  CHECK(table.x.size() == 78400);
  CHECK(table.y.size() == 100);
}

TEST_CASE("inputs and labels that do not belong together are refused") {
  const Folder folder;
  const std::string x = folder.file("x.npy", kInputs);
  const std::string y = folder.file("y", std::string("\0\0\x08\x01\0\0\0\x03\x05\x06\x07", 11));
  const std::string csv = folder.file("both.csv", kCsv);
  const auto refusal = [&](const std::string& data, const std::string& labels) {
    return complaint(folder, [&] { idem::read_table<double>(data, labels); });
  };
  CHECK(refusal(x, y) == "x.npy holds 2 samples, y holds 3 labels: there must be one label for each sample");
  CHECK(refusal(x, "") == "x.npy: its labels are in a file of their own: name it by --labels");
  CHECK(refusal(csv, y) ==
        "both.csv: a .csv holds its own labels, in its last column or the one named y: leave out y");
  CHECK(refusal(x, csv) ==
        "both.csv: labels in a .csv stand beside their inputs: give that file to --data alone");
}

TEST_CASE("a damaged file is read or refused, whatever the damage") {
  const Folder folder;
  const std::string y = folder.file("y", kLabels);
  const auto survives = [&](const std::string& name, const std::string& bytes) {
    const std::string path = folder.file(name, bytes);
    try {
      const auto table = idem::read_table<float>(path, name.ends_with(".csv") ? "" : y);
      return table.x.size() == static_cast<std::size_t>(table.rows * table.cols);
    } catch (const idem::InputError& e) {
      return std::string(e.what()).starts_with(path);
    }
  };
  const std::string images("\0\0\x08\x02\0\0\0\x02\0\0\0\x02\x01\x02\x03\x04", 16);
  const std::string zipped = bytes_of(IDEM_TEST_DATA "/mnist/first100-labels-idx1-ubyte.gz");
  const std::pair<const char*, std::string> all[] = {
      {"a.npy", kInputs}, {"a.csv", kCsv}, {"a", images}, {"a.gz", zipped}};
  int failed = 0;
  for (const auto& [name, bytes] : all) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      failed += !survives(name, bytes.substr(0, i));
      for (int bit = 0; bit < 8; ++bit) {
        std::string changed = bytes;
        changed[i] = static_cast<char>(changed[i] ^ 1 << bit);
        failed += !survives(name, changed);
      }
    }
  }
  CHECK(failed == 0);
}
