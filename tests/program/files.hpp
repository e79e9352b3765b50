// SPDX-License-Identifier: Apache-2.0
/// \file  Files for a test: a folder that goes away with it, and what a reader says of a bad one.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "input_error.hpp"

struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "idem-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  /// Writes the bytes; returns the full name.
  [[nodiscard]] std::string file(const std::string& name, const std::string& bytes) const {
    std::ofstream(path / name, std::ios::binary) << bytes;
    return (path / name).string();
  }

  std::filesystem::path path;
};

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What is said of the file `name` when the call throws InputError, its folder left out.
template <class F>
std::string complaint(const Folder& folder, F&& call) {
  try {
    call();
  } catch (const idem::InputError& e) {
    std::string text = e.what();
    const std::string prefix = folder.path.string() + "/";
    for (std::size_t at = 0; (at = text.find(prefix)) != std::string::npos;) {
      text.erase(at, prefix.size());
    }
    return text;
  }
  return "no complaint";
}
