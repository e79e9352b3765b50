// SPDX-License-Identifier: Apache-2.0
#include "readers/input_file.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "files.hpp"

namespace {

constexpr auto kAll = std::numeric_limits<std::uint64_t>::max();

std::string gzip(const std::string& text) {
  std::string out(text.size() + 1000, '\0');  // more than noise grows by
  z_stream zip{};
  deflateInit2(&zip, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  zip.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  zip.avail_in = static_cast<uInt>(text.size());
  zip.next_out = reinterpret_cast<Bytef*>(out.data());
  zip.avail_out = static_cast<uInt>(out.size());
  deflate(&zip, Z_FINISH);
  out.resize(zip.total_out);
  deflateEnd(&zip);
  return out;
}

std::string read(const std::string& path, std::uint64_t count = kAll) {
  idem::InputFile file(path);
  const auto bytes = file.take(count);
  return {bytes.begin(), bytes.end()};
}

/// Longer than the reader's buffer, and hard to compress.
std::string long_text() {
  std::string text;
  std::uint32_t state = 1;
  for (int i = 0; i < 300000; ++i) {
    state = state * 1664525u + 1013904223u;
    text += static_cast<char>(state >> 24);
  }
  return text;
}

}  // namespace

TEST_CASE("a file is read as it stands, gzipped or not") {
  const Folder folder;
  for (const std::string& text : {std::string("a"), std::string("\x1f"), long_text()}) {
    CHECK((read(folder.file("plain", text)) == text));
    CHECK((read(folder.file("zipped", gzip(text))) == text));
  }
}

TEST_CASE("a gzip file may have several members") {
  const Folder folder;
  const std::string text = long_text();
  CHECK((read(folder.file("a", gzip(text) + gzip("") + gzip("end"))) == text + "end"));
}

TEST_CASE("no more is taken than is asked for, and the rest is noticed") {
  const Folder folder;
  for (const std::string& content : {std::string("abcdef"), gzip("abcdef")}) {
    const std::string path = folder.file("a", content);
    idem::InputFile file(path);
    CHECK(file.take(4).size() == 4);
    CHECK(file.offset() == 4);
    CHECK(complaint(folder, [&] { file.expect_end("header"); }) ==
          "a: goes on after byte 4, where its header should end it");
  }
}

TEST_CASE("what cannot be opened is named") {
  const Folder folder;
  const std::string inside = folder.path.string() + "/";
  CHECK(complaint(folder, [&] { read(inside + "nothing"); }) == "nothing: no such file");
  std::filesystem::create_directory(inside + "folder");
  CHECK(complaint(folder, [&] { read(inside + "folder"); }) ==
        "folder: a directory; the name of a file is needed");
  CHECK(complaint(folder, [&] { read(folder.file("empty", "")); }) == "empty: empty");
  const std::string locked = folder.file("locked", "text");
  std::filesystem::permissions(locked, std::filesystem::perms::none);
  if (geteuid() != 0) {
    CHECK(complaint(folder, [&] { read(locked); }) == "locked: cannot be read: Permission denied");
  }
}

TEST_CASE("damaged gzip data are refused, never read in part") {
  const Folder folder;
  const std::string whole = gzip(long_text());
  const auto refusal = [&](const std::string& content) {
    const std::string path = folder.file("a.gz", content);
    return complaint(folder, [&] { read(path); });
  };
  for (const std::size_t length :
       {std::size_t{2}, std::size_t{9}, std::size_t{10}, std::size_t{500}, whole.size() - 1}) {
    CHECK(refusal(whole.substr(0, length)) ==
          "a.gz: truncated: the gzip data stop at byte " + std::to_string(length) + " before their end");
  }
  std::string changed = whole;
  changed[whole.size() - 8] = static_cast<char>(changed[whole.size() - 8] ^ 1);
  CHECK(refusal(changed) ==
        "a.gz: corrupt gzip data before byte " + std::to_string(whole.size() - 4) + ": incorrect data check");
  CHECK(refusal(whole + "rest").find("corrupt gzip data") != std::string::npos);
}
