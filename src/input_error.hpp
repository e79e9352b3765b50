// SPDX-License-Identifier: Apache-2.0
/// \file  The one exception for what the user can put right: a file, a number, an option.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include <idem/base/target.hpp>

namespace idem::inline IDEM_TARGET {

/// One line: where, what was wrong, what would be right. The program prints it and exits with 2.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

template <class... Args>
[[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) {
  throw InputError(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace idem::inline IDEM_TARGET
