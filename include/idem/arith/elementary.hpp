// SPDX-License-Identifier: Apache-2.0
/// \file  The elementary functions: one set of bits on every target, never the C library's.
///
/// float is computed in float and double in double, by fma, + - * / and integer operations alone;
/// no tables, no branches on data. Errors are in units in the last place of the exact result, and
/// tests/arith/elementary.cpp asserts each figure.
///
///     exp log log1p         exp.hpp log.hpp
///     sin cos atan2         trigonometry.hpp
///     softplus logistic     softplus.hpp
#pragma once

#include <idem/arith/exp.hpp>
#include <idem/arith/log.hpp>
#include <idem/arith/softplus.hpp>
#include <idem/arith/trigonometry.hpp>
