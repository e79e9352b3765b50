// SPDX-License-Identifier: Apache-2.0
/// \file  A result file that is either whole or, if anything interferes, not there.
#include "output/output_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "input_error.hpp"

namespace idem::inline IDEM_TARGET {

namespace fs = std::filesystem;

OutputFile::OutputFile(const std::string& path) : path_(path) {
  std::error_code unknown;
  const fs::file_status status = fs::status(path, unknown);
  if (path.empty() || path.ends_with('/') || fs::is_directory(status)) {
    refuse("{}: cannot be written: the name of a file is needed", path);
  }
  if (path == "/dev/stdout") {
    // Even where it is a file: what was printed before stays, and the position is shared.
    std::fflush(stdout);
    file_.reset(fdopen(dup(STDOUT_FILENO), "wb"));
  } else if (fs::exists(status) && !fs::is_regular_file(status)) {
    file_.reset(std::fopen(path.c_str(), "wbe"));
  } else {
    open_part(fs::exists(status));
    if (file_ && fs::exists(status)) fs::permissions(part_, status.permissions(), unknown);
  }
  if (!file_) {
    const int error = errno;
    part_.clear();
    refuse("{}: cannot be written: {}", path,
           error == ENOENT ? "its folder does not exist" : std::strerror(error));
  }
}

void OutputFile::open_part(bool replaces) {
  // The rename is to replace what a link points at, not the link.
  std::error_code unknown;
  const fs::path target = fs::weakly_canonical(path_, unknown);
  if (!unknown) path_ = target.string();
  if (replaces && access(path_.c_str(), W_OK) != 0) return;
  part_ = fmt::format("{}.{}.part", path_, getpid());
  file_.reset(std::fopen(part_.c_str(), "wbe"));
}

OutputFile::~OutputFile() {
  if (!part_.empty()) std::remove(part_.c_str());
}

void OutputFile::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) fail();
}

void OutputFile::commit() {
  if (std::fflush(file_.get()) != 0) fail();
  if (part_.empty()) return;
  // On the disk before it takes the name: after a power cut the name holds the old file or the new.
  if (fsync(fileno(file_.get())) != 0 || std::rename(part_.c_str(), path_.c_str()) != 0) fail();
  part_.clear();
}

void OutputFile::fail() const {
  throw std::runtime_error(fmt::format("{}: cannot be written: {}", path_, std::strerror(errno)));
}

}  // namespace idem::inline IDEM_TARGET
