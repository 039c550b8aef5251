// SPDX-License-Identifier: EUPL-1.2
// root.h: the service document: entity sets, and for v1.1 what of the standard works. Private to this folder.
// Source   OGC 18-088 section 9.2.1
#ifndef PEIL_STA_READ_ROOT_H
#define PEIL_STA_READ_ROOT_H

#include "sta/request.h"

void root_write(buf *b, const struct sta *sta, sta_version v);

#endif
