// SPDX-License-Identifier: Apache-2.0
/// \file  Tests in doctest's spelling for boards where doctest does not fit: no heap, no files, no libc.
#pragma once

#include <cstdint>

#include "board.hpp"

namespace testing {

struct Hex {
  std::uint64_t value;
};
struct Decimal {
  std::uint64_t value;
};

/// A line being put together; what is too long is cut.
class Line {
 public:
  Line& operator<<(const char* text) {
    for (; *text != '\0'; ++text) add(*text);
    return *this;
  }
  Line& operator<<(Hex number) {
    for (int shift = 60; shift >= 0; shift -= 4) add("0123456789abcdef"[(number.value >> shift) & 15]);
    return *this;
  }
  Line& operator<<(Decimal number) {
    char digits[20];
    int count = 0;
    do {
      digits[count++] = static_cast<char>('0' + number.value % 10);
      number.value /= 10;
    } while (number.value != 0);
    while (count > 0) add(digits[--count]);
    return *this;
  }
  void print() const { board::print(text_); }

 private:
  void add(char c) {
    if (size_ < sizeof text_ - 1) text_[size_++] = c;
    text_[size_] = '\0';
  }
  char text_[160] = {};
  std::size_t size_ = 0;
};

/// A test case, in a list in the order of the source.
struct Case {
  Case(const char* title, void (*body)()) : name(title), run(body) {
    *last = this;
    last = &next;
  }
  const char* name;
  void (*run)();
  Case* next = nullptr;

  static inline Case* first = nullptr;
  static inline Case** last = &first;
};

inline int failures = 0;

inline void check(bool good, const char* what, const char* file, int number) {
  if (good) return;
  ++failures;
  Line line;
  line << file << ":" << Decimal{static_cast<std::uint64_t>(number)} << ": CHECK( " << what
       << " ) is false\n";
  line.print();
}

}  // namespace testing

#define TESTING_CASE_OF(name, number)                           \
  static void test_case_##number();                             \
  static testing::Case test_##number{name, test_case_##number}; \
  static void test_case_##number()
#define TESTING_CASE(name, number) TESTING_CASE_OF(name, number)
#define TEST_CASE(name) TESTING_CASE(name, __COUNTER__)
#define CHECK(...) testing::check(bool(__VA_ARGS__), #__VA_ARGS__, __FILE__, __LINE__)
