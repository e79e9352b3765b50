// SPDX-License-Identifier: Apache-2.0
#include "output/output_file.hpp"

#include <doctest/doctest.h>

#include <optional>

#include "files.hpp"
#include "output/csv_writer.hpp"

using idem::OutputFile;
namespace fs = std::filesystem;

namespace {

std::ptrdiff_t files_in(const Folder& folder) {
  return std::distance(fs::directory_iterator(folder.path), fs::directory_iterator());
}

}  // namespace

TEST_CASE("an output file appears whole or not at all") {
  const Folder folder;
  const std::string path = folder.path / "a.txt";
  {
    OutputFile file(path);
    file.write("half");
    CHECK_FALSE(fs::exists(path));
  }
  CHECK(files_in(folder) == 0);
  {
    OutputFile file(path);
    file.write("who");
    file.write("le");
    file.commit();
    CHECK(bytes_of(path) == "whole");
  }
  CHECK(bytes_of(path) == "whole");
  CHECK(files_in(folder) == 1);
}

TEST_CASE("an earlier file stands until the new one is whole") {
  const Folder folder;
  const std::string path = folder.file("a.txt", "old");
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  {
    OutputFile file(path);
    file.write("new");
    CHECK(bytes_of(path) == "old");
  }
  CHECK(bytes_of(path) == "old");
  OutputFile file(path);
  file.write("new");
  file.commit();
  CHECK(bytes_of(path) == "new");
  CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(files_in(folder) == 1);
}

TEST_CASE("a link stays a link, and its target is replaced") {
  const Folder folder;
  const std::string target = folder.file("target", "old");
  fs::create_symlink("target", folder.path / "link");
  OutputFile file(folder.path / "link");
  file.write("new");
  file.commit();
  CHECK(fs::is_symlink(folder.path / "link"));
  CHECK(bytes_of(target) == "new");
}

TEST_CASE("a device is written directly and survives") {
  OutputFile file("/dev/null");
  file.write("nothing");
  file.commit();
  CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("a path that cannot be written is refused at once") {
  const Folder folder;
  const std::string inside = folder.path.string() + "/";
  const auto refusal = [&](const std::string& path) {
    return complaint(folder, [&] { OutputFile file(path); });
  };
  CHECK(refusal("") == ": cannot be written: the name of a file is needed");
  CHECK(refusal(inside + "missing/a") == "missing/a: cannot be written: its folder does not exist");
  fs::create_directory(inside + "folder");
  CHECK(refusal(inside + "folder") == "folder: cannot be written: the name of a file is needed");
  CHECK(refusal(inside + "new/") == "new/: cannot be written: the name of a file is needed");
  const std::string file = folder.file("file", "text");
  CHECK(refusal(file + "/a") == "file/a: cannot be written: Not a directory");
  CHECK(refusal(inside + std::string(255, 'a')).ends_with(": File name too long"));
  if (geteuid() != 0) {
    fs::permissions(file, fs::perms::owner_read);
    CHECK(refusal(file) == "file: cannot be written: Permission denied");
    fs::permissions(inside + "folder", fs::perms::owner_read | fs::perms::owner_exec);
    CHECK(refusal(inside + "folder/a") == "folder/a: cannot be written: Permission denied");
  }
  CHECK(bytes_of(file) == "text");
}

TEST_CASE("a full disk is an error, not a short file") {
  if (!fs::exists("/dev/full")) return;
  OutputFile file("/dev/full");
  file.write("text");
  CHECK_THROWS_AS(file.commit(), std::runtime_error);
}

TEST_CASE("a trace has the digits that bring its bits back") {
  const Folder folder;
  const std::string path = folder.path / "a.csv";
  OutputFile file(path);
  idem::CsvWriter trace(file, {"step", "loss", "distance"});
  trace.row(0, {0.1f, 1.0f});
  trace.row(18446744073709551615u, {16777217.0f / 3, 0x1p-149f});
  file.commit();
  CHECK(bytes_of(path) ==
        "step,loss,distance\n0,0.100000001,1\n18446744073709551615,5592405.5,1.40129846e-45\n");

  OutputFile again(path);
  idem::CsvWriter(again, {"step", "loss"}).row(7, {0.1});
  again.commit();
  CHECK(bytes_of(path) == "step,loss\n7,0.10000000000000001\n");
}
