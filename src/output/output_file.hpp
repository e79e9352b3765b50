// SPDX-License-Identifier: Apache-2.0
/// \file  A result file that is either whole or, if anything interferes, not there.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include <idem/base/target.hpp>

#include "file.hpp"

namespace idem::inline IDEM_TARGET {

/// Made before the work starts, so that a path that cannot be written is found then. What is
/// written goes into a file beside it, NAME.PID.part, and takes the name when `commit` is called;
/// without that the part file is removed and an earlier file of the name stays as it was.
/// Standard output (/dev/stdout), a device or a pipe is written directly.
///
/// Errors  the constructor throws InputError; `write` and `commit` throw std::runtime_error, when
///         the disk is full for instance.
class OutputFile {
 public:
  explicit OutputFile(const std::string& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::string_view text);

  void commit();

 private:
  void open_part(bool replaces);
  [[noreturn]] void fail() const;

  std::string path_;  ///< links followed
  std::string part_;  ///< empty once there is no part file
  File file_;
};

}  // namespace idem::inline IDEM_TARGET
