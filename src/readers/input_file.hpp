// SPDX-License-Identifier: Apache-2.0
/// \file  A file read front to back, decompressed on the way if it is gzipped.
#pragma once

#include <zlib.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <idem/base/target.hpp>

#include "file.hpp"

namespace idem::inline IDEM_TARGET {

/// Errors  every function throws InputError: missing, unreadable, a directory, empty; corrupt or
///         truncated gzip data, and anything but a further gzip member behind them.
class InputFile {
 public:
  explicit InputFile(std::string path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

  /// The next `count` bytes; fewer only where the file ends. What is allocated follows what is
  /// there, not what is asked for.
  std::vector<unsigned char> take(std::uint64_t count);

  /// Throws if a byte is left. `what` names the thing that should have ended the file.
  void expect_end(const char* what);

  /// Bytes taken so far.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }

 private:
  std::size_t fill(unsigned char* to, std::size_t count);
  std::size_t inflate_some(unsigned char* to, std::size_t count);
  void refill();

  std::string path_;
  File file_;
  std::array<unsigned char, 1 << 16> raw_{};
  z_stream zip_{};  ///< its next_in and avail_in are the unread part of raw_, gzipped or not
  bool gzipped_ = false;
  bool ended_ = false;
  std::uint64_t raw_offset_ = 0;
  std::uint64_t offset_ = 0;
};

}  // namespace idem::inline IDEM_TARGET
