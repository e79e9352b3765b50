// SPDX-License-Identifier: Apache-2.0
/// \file  A file of the C library that closes itself.
#pragma once

#include <cstdio>
#include <memory>

#include <idem/base/target.hpp>

namespace idem::inline IDEM_TARGET {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

}  // namespace idem::inline IDEM_TARGET
