// SPDX-License-Identifier: Apache-2.0
/// \file  The elementary functions: one set of bits on every target, never the C library's.
///
/// float is computed in float and double in double, by fma, + - * / and integer operations alone;
/// no look-ups, no branches on data. Errors are in units in the last place of the exact result. The
/// figures hold in both precisions. For float they come from every 331st float against double, for
/// double from millions of arguments in the critical ranges against extended precision.
/// tests/arith/elementary_float.cpp asserts them on a sample, and on every float with
/// IDEM_TEST_ALL=1; elementary_double.cpp against MPFR.
///
///     exp log log1p         exp.hpp log.hpp
///     sin cos atan2         trigonometry.hpp
///     softplus logistic     softplus.hpp
#pragma once

#include <idem/arith/exp.hpp>
#include <idem/arith/log.hpp>
#include <idem/arith/softplus.hpp>
#include <idem/arith/trigonometry.hpp>
