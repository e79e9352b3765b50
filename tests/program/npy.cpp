// SPDX-License-Identifier: Apache-2.0
#include "readers/npy.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <limits>

#include "files.hpp"

using idem::Part;

namespace {

/// A file as numpy.save writes it: the header padded with spaces to a multiple of 64 bytes.
std::string npy(const std::string& dictionary, const std::string& elements, int version = 1) {
  const std::size_t before = version == 1 ? 10 : 12;
  std::string header = dictionary;
  header.append(63 - (before + header.size()) % 64, ' ');
  header += '\n';
  std::string text = "\x93NUMPY";
  text += static_cast<char>(version);
  text += '\0';
  for (std::size_t i = 0; i < before - 8; ++i) text += static_cast<char>(header.size() >> 8 * i);
  return text + header + elements;
}

std::string dictionary(const std::string& type, const std::string& shape,
                       const std::string& fortran = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
}

template <class T>
std::string raw(std::initializer_list<T> values, bool big_endian = false) {
  std::string bytes;
  for (const T value : values) {
    std::uint64_t word = 0;
    if constexpr (sizeof(T) == 8) {
      word = std::bit_cast<std::uint64_t>(value);
    } else if constexpr (sizeof(T) == 4) {
      word = std::bit_cast<std::uint32_t>(value);
    } else {
      word = static_cast<std::uint64_t>(value);
    }
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      const std::size_t byte = big_endian ? sizeof(T) - 1 - i : i;
      bytes += static_cast<char>(word >> 8 * byte & 0xff);
    }
  }
  return bytes;
}

template <class R = double>
std::vector<R> read(const std::string& bytes, Part part = Part::inputs) {
  const Folder folder;
  return idem::read_npy<R>(folder.file("a.npy", bytes), part).values;
}

template <class R = double>
std::string refusal(const std::string& bytes, Part part = Part::inputs) {
  const Folder folder;
  const std::string path = folder.file("a.npy", bytes);
  return complaint(folder, [&] { idem::read_npy<R>(path, part); });
}

const std::string kTwoByTwo = npy(dictionary("<f8", "(2, 2)"), raw<double>({1, 2, 3, 4}));

}  // namespace

TEST_CASE("every element type of an .npy file is read, in either byte order") {
  const std::vector<double> expected = {1, 2, 3, 100};
  for (const bool big : {false, true}) {
    const auto check = [&]<class T>(const char* type, T) {
      CAPTURE(type);
      const std::string order = big ? ">" : "<";
      CHECK(read(npy(dictionary(order + type, "(2, 2)"), raw<T>({1, 2, 3, 100}, big))) == expected);
    };
    check("f4", 0.0f);
    check("f8", 0.0);
    check("i2", std::int16_t{});
    check("i4", std::int32_t{});
    check("i8", std::int64_t{});
    check("u2", std::uint16_t{});
    check("u4", std::uint32_t{});
    check("u8", std::uint64_t{});
  }
  CHECK(read(npy(dictionary("|u1", "(2, 2)"), raw<std::uint8_t>({1, 2, 3, 100}))) == expected);
  CHECK(read(npy(dictionary("|i1", "(2, 2)"), raw<std::int8_t>({1, 2, 3, 100}))) == expected);
}

TEST_CASE("integers keep their sign and are rounded once") {
  CHECK(read(npy(dictionary("|i1", "(1, 2)"), raw<std::int8_t>({-1, -128}))) ==
        std::vector<double>{-1, -128});
  CHECK(read(npy(dictionary("|u1", "(1, 2)"), raw<std::uint8_t>({255, 128}))) ==
        std::vector<double>{255, 128});
  CHECK(read(npy(dictionary("<i4", "(1, 1)"), raw<std::int32_t>({-2147483647 - 1}))) ==
        std::vector<double>{-2147483648.0});
  // By way of double this would round to the tie 2^60 + 2^36, then to 2^60.
  const std::int64_t above_tie = (std::int64_t{1} << 60) + (std::int64_t{1} << 36) + 1;
  CHECK(read<float>(npy(dictionary("<i8", "(1, 1)"), raw<std::int64_t>({above_tie}))) ==
        std::vector<float>{0x1p60f + 0x1p37f});
  CHECK(read(npy(dictionary("<u8", "(1, 1)"), raw<std::uint64_t>({~std::uint64_t{0}}))) ==
        std::vector<double>{0x1p64});
}

TEST_CASE("an .npy file in Fortran order gives the same rows") {
  CHECK(read(npy(dictionary("<f8", "(2, 3)", "True"), raw<double>({1, 4, 2, 5, 3, 6}))) ==
        std::vector<double>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("all three versions and spellings of the .npy header are read") {
  const std::string elements = raw<double>({1, 2, 3, 4});
  for (const int version : {1, 2, 3}) {
    CHECK(read(npy(dictionary("<f8", "(2, 2)"), elements, version)).size() == 4);
  }
  for (const char* text : {"{'descr':'<f8','fortran_order':False,'shape':(2,2)}",
                           "{\"shape\": (2, 2,), \"descr\": \"<f8\", \"fortran_order\": False}",
                           "  { 'fortran_order' : False , 'shape' : ( 2 , 2 ) , 'descr' : '<f8' }"}) {
    CAPTURE(text);
    CHECK(read(npy(text, elements)).size() == 4);
  }
}

TEST_CASE("subnormals and signed zeros of an .npy file keep their bits") {
  const auto x = read<float>(npy(dictionary("<f4", "(1, 2)"), raw<float>({0x1p-149f, -0.0f})));
  CHECK(std::bit_cast<std::uint32_t>(x[0]) == 1u);
  CHECK(std::bit_cast<std::uint32_t>(x[1]) == 0x80000000u);
}

TEST_CASE("an .npy file of the wrong shape is refused") {
  const std::string elements = raw<double>({1, 2, 3, 4});
  CHECK(refusal(npy(dictionary("<f8", "(4,)"), elements)) ==
        "a.npy: shape (4,): inputs must be 2-D, a row for each sample");
  CHECK(refusal(npy(dictionary("<f8", "(2, 2, 1)"), elements)) ==
        "a.npy: shape (2, 2, 1): inputs must be 2-D, a row for each sample");
  CHECK(refusal(kTwoByTwo, Part::labels) ==
        "a.npy: shape (2, 2): labels must be 1-D, a number for each sample");
  CHECK(refusal(npy(dictionary("<f8", "()"), elements), Part::labels) ==
        "a.npy: shape (): labels must be 1-D, a number for each sample");
  CHECK(refusal(npy(dictionary("<f8", "(0, 4)"), "")) ==
        "a.npy: shape (0, 4) holds no numbers: at least one sample is needed");
  CHECK(refusal(npy(dictionary("<f8", "(4, 0)"), "")) ==
        "a.npy: shape (4, 0) holds no numbers: at least one sample is needed");
}

TEST_CASE("an .npy file whose length is not what its shape needs is refused") {
  CHECK(refusal(kTwoByTwo.substr(0, kTwoByTwo.size() - 1)) ==
        "a.npy: truncated: shape (2, 2) needs 32 bytes after the header, 31 are there");
  CHECK(refusal(kTwoByTwo + "x") == "a.npy: goes on after byte 160, where its last element should end it");
  CHECK(refusal(kTwoByTwo.substr(0, 50)) == "a.npy: truncated: it ends at byte 50, within the header");
  CHECK(refusal(kTwoByTwo.substr(0, 9)) == "a.npy: truncated: it ends at byte 9, within the header");
  CHECK(refusal(kTwoByTwo.substr(0, 7)) == "a.npy: truncated: it ends at byte 7, within the header");
}

TEST_CASE("sizes that no file can have are refused without being allocated") {
  CHECK(refusal(npy(dictionary("<f8", "(1000000000000, 1000)"), "abc")) ==
        "a.npy: truncated: shape (1000000000000, 1000) needs 8000000000000000 bytes after the "
        "header, 3 are there");
  CHECK(refusal(npy(dictionary("<f8", "(9223372036854775807, 9223372036854775807)"), "abc"))
            .starts_with("a.npy: truncated: shape "));
  CHECK(refusal(npy(dictionary("<f8", "(99999999999999999999, 1)"), "abc")) ==
        "a.npy: its header, before byte 128, is not the dictionary that numpy.save writes");
  CHECK(refusal(std::string("\x93NUMPY\x02\0\xff\xff\xff\xff{", 13)) ==
        "a.npy: truncated: it ends at byte 13, within the header");
}

TEST_CASE("what is no .npy file of numbers is refused") {
  CHECK(refusal("\x89PNG\r\n\x1a\n") == "a.npy: not a .npy file: it does not begin with \\x93NUMPY");
  CHECK(refusal("x") == "a.npy: not a .npy file: it does not begin with \\x93NUMPY");
  CHECK(refusal("") == "a.npy: empty");
  CHECK(refusal(npy(dictionary("<f8", "(2, 2)"), "", 4)) ==
        "a.npy: version 4.0 of the .npy format: versions 1.0, 2.0 and 3.0 are read");
  for (const char* type : {"|O", "<c16", "<f2", "<f16", "<U5", "|b1", "<M8[ns]", "<i3", "|f", "f8"}) {
    CHECK(refusal(npy(dictionary(type, "(2, 2)"), "")) ==
          "a.npy: its elements are of type '" + std::string(type) +
              "': save floats of 4 or 8 bytes or integers, as numpy.save(name, "
              "a.astype('float32')) does");
  }
  for (const char* text : {"", "{", "{}", "{'descr': '<f8'}", "{'descr': '<f8', 'fortran_order': False}",
                           "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2, 2), }",
                           "{'descr': '<f8', 'fortran_order': 0, 'shape': (2, 2), }",
                           "{'descr': '<f8', 'fortran_order': False, 'shape': (2, -2), }",
                           "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), 'more': 1}",
                           "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), } x",
                           "{'descr': '<f8', 'fortran_order': False, 'shape': (2 2), }",
                           "{'descr': '<f8' 'fortran_order': False, 'shape': (2, 2), }", "{'descr': '<f8",
                           "{'", "{'shape': (", "{'shape': (2,", "{'fortran_order': "}) {
    CAPTURE(text);
    CHECK(refusal(npy(text, "")).find("is not the dictionary that numpy.save writes") != std::string::npos);
  }
}

TEST_CASE("an element that is not finite is named by its index") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(refusal(npy(dictionary("<f8", "(2, 2)"), raw<double>({1, 2, nan, 4}))) ==
        "a.npy: element [1, 0] is nan: every number must be finite");
  CHECK(refusal(npy(dictionary("<f8", "(2, 3)", "True"), raw<double>({1, 2, 3, 4, 5, -inf}))) ==
        "a.npy: element [1, 2] is -inf: every number must be finite");
  CHECK(refusal<float>(npy(dictionary("<f8", "(3,)"), raw<double>({1, 2, 1e39})), Part::labels) ==
        "a.npy: element [2] is 1e+39: too large for float");
}
