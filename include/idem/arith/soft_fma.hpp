// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <idem/base/types.hpp>
namespace idem::inline IDEM_TARGET {
constexpr float soft_fma(float a, float b, float c);
constexpr double soft_fma(double a, double b, double c);
constexpr float soft_fma_by_double(float a, float b, float c);
}
