// SPDX-License-Identifier: Apache-2.0
/// \file  The version of the library and of the arithmetic contract it keeps.
#pragma once

#include <cstdint>

#include <idem/base/target.hpp>

namespace idem::inline IDEM_TARGET {

inline constexpr const char* kVersion = "0.1.0";

/// The version of ARITHMETIC.md. Same source, shape, scalar and contract version: same bits.
inline constexpr std::uint32_t kContract = 1;

}  // namespace idem::inline IDEM_TARGET
