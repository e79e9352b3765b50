// SPDX-License-Identifier: Apache-2.0
#include "readers/csv.hpp"

#include <doctest/doctest.h>

#include "files.hpp"

namespace {

idem::Table<double> read(const std::string& text) {
  const Folder folder;
  return idem::read_csv<double>(folder.file("a.csv", text));
}

template <class R = double>
std::string refusal(const std::string& text) {
  const Folder folder;
  const std::string path = folder.file("a.csv", text);
  return complaint(folder, [&] { idem::read_csv<R>(path); });
}

using Numbers = std::vector<double>;

}  // namespace

TEST_CASE("the last column of a CSV holds the labels") {
  const auto table = read("a,b,c\n1,2,3\n4,5,6\n");
  CHECK(table.x == Numbers{1, 2, 4, 5});
  CHECK(table.y == Numbers{3, 6});
  CHECK(table.rows == 2);
  CHECK(table.cols == 2);
}

TEST_CASE("a column named y holds the labels wherever it stands") {
  const auto table = read("a,y,b\n1,2,3\n4,5,6\n");
  CHECK(table.x == Numbers{1, 3, 4, 6});
  CHECK(table.y == Numbers{2, 5});
}

TEST_CASE("a CSV may come from any editor") {
  const Numbers x = {1, -0.5}, y = {2, 3};
  for (const char* text : {
           "a,y\n1,2\n-.5,3\n",
           "a,y\n1,2\n-.5,3",
           "a,y\r\n1,2\r\n-.5,3\r\n",
           "a,y\r\n1,2\r\n-.5,3\r",
           "\xef\xbb\xbf"
           "a,y\n1,2\n-.5,3\n",
           "\"a\",\"y\"\n\"1\",\"2\"\n\"-5e-1\",\"3\"\n",
           "\"a\",\"y\"\r\n\"1\",\"2\"\r\n\"-5e-1\",\"3\"\r\n",
           "\"a \"\"quoted\"\", two-\nline name\",y\n1,2\n-.5,3\n",
           " a , y \n 1 ,\t+2\n -.5 , 3 \n",
       }) {
    CAPTURE(text);
    const auto table = read(text);
    CHECK(table.x == x);
    CHECK(table.y == y);
  }
}

TEST_CASE("numbers of a CSV are rounded once to the scalar asked for") {
  const Folder folder;
  const auto path = folder.file("a.csv", "a,y\n1.0000000596046447753906250000000001,0.1\n");
  CHECK(idem::read_csv<float>(path).x[0] == 1.0f + 0x1p-23f);
  CHECK(idem::read_csv<float>(path).y[0] == 0.1f);
  CHECK(idem::read_csv<double>(path).y[0] == 0.1);
}

TEST_CASE("a CSV that cannot be read says where and why") {
  CHECK(refusal("") == "a.csv: empty");
  CHECK(refusal("\xef\xbb\xbf") == "a.csv: empty");
  CHECK(refusal("a,y\n") == "a.csv: no line of numbers below the header");
  CHECK(refusal("1,2\n3,4\n") == "a.csv, line 1: numbers, where the names of the columns must stand");
  CHECK(refusal("a\n1\n") ==
        "a.csv, line 1: a alone: an input column and a label column are needed, "
        "with commas between");
  CHECK(refusal("a,y,y\n1,2,3\n") == "a.csv, line 1: columns 2 and 3 are both named y: one holds the labels");
  CHECK(refusal(",a,y\n0,1,2\n") ==
        "a.csv, line 1, column 1: no name: each column must have one (pandas: index=False)");
  CHECK(refusal("a,b,y\n1,2,3\n4,5\n") == "a.csv, line 3: 2 fields, where line 1 names 3 columns");
  CHECK(refusal("a,y\n1,2\n3,4,5\n") == "a.csv, line 3: 3 fields, where line 1 names 2 columns");
  CHECK(refusal("a,y\n1,2\n\n3,4\n") == "a.csv, line 3: empty: each line must hold 2 numbers");
  CHECK(refusal("a,y\r\n1,2\r\n\r\n") == "a.csv, line 3: empty: each line must hold 2 numbers");
  CHECK(refusal("a,y\n1,2\n3,four\n") == "a.csv, line 3, column 2 (y): \"four\" is not a number");
  CHECK(refusal("a,y\r\n1,2\r\n,4\r\n") == "a.csv, line 3, column 1 (a): \"\" is not a number");
  CHECK(refusal("a,y\n1,2\nnan,4\n") ==
        "a.csv, line 3, column 1 (a): \"nan\" is not allowed: every number must be finite");
  CHECK(refusal("a,y\n1,-inf\n") ==
        "a.csv, line 2, column 2 (y): \"-inf\" is not allowed: every number must be finite");
  CHECK(refusal("a,y\n1,1e309\n") == "a.csv, line 2, column 2 (y): \"1e309\" is too large for double");
  CHECK(refusal<float>("a,y\n-1e39,1\n") == "a.csv, line 2, column 1 (a): \"-1e39\" is too large for float");
  CHECK(refusal("a,y\n1,\"2\n3,4\n") == "a.csv, line 2, column 2: the quote that opens here is never closed");
  CHECK(refusal("a,y\n1,\"2\"3\n") ==
        "a.csv, line 2, column 2: text after the closing quote: a quote within quotes is doubled");
  CHECK(refusal(std::string("\xff\xfe"
                            "a\0,\0",
                            6)) == "a.csv: text in UTF-16: save it as UTF-8");
}

TEST_CASE("lines are counted as an editor counts them") {
  CHECK(refusal("\"a\nb\",y\n1,2\nx,3\n") == "a.csv, line 4, column 1 (a\nb): \"x\" is not a number");
}
