// SPDX-License-Identifier: Apache-2.0
/// \file  The sentences of idem.h.
#include <idem/base/status.hpp>

#include <idem/idem.h>

extern "C" const char* idem_status_text(idem_status status) {
  return idem::text(static_cast<idem::Status>(status >= 0 && status <= 255 ? status : 255));
}
