// SPDX-License-Identifier: EUPL-1.2
// settings_tell.h: a change of the settings is a line of the audit log: "settings.change settings http.listen rate.token_per_minute".
// Names only. What they were at the last start is kept as hashes under a secret of the store, document "settings".
// Threads  any that may wait
#ifndef PEIL_APP_SERVE_SETTINGS_TELL_H
#define PEIL_APP_SERVE_SETTINGS_TELL_H

#include "app/setting/setting.h"
#include "store/store.h"

// Nothing is told when nothing changed, nor of a store that cannot be written to. The first time all is new: "settings.first".
NODISCARD bool settings_tell(struct store *s, const struct settings *now, instant at, err *e);

#endif
