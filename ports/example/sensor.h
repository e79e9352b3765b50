// SPDX-License-Identifier: Apache-2.0
/// \file  A simulated sensor: eight readings, and the quantity that is to be predicted from them.
#ifndef EXAMPLE_SENSOR_H
#define EXAMPLE_SENSOR_H

#include <idem/idem.h>

enum { SENSOR_READINGS = 8 };

/// To be called once. What the readings mean is a network drawn from a seed.
idem_status sensor_start(void);

/// The next sample.
idem_status sensor_read(float* x, float* y);

/// The weights of the sensor's network, 8 x 8, to see how close learning came.
idem_status sensor_secret(float* weights);

#endif
