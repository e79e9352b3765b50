// SPDX-License-Identifier: Apache-2.0
/// \file  What every unit test includes, read once: a third of the time to compile one.
#include <doctest/doctest.h>

#include <idem/idem.hpp>

#include "../inputs.hpp"
