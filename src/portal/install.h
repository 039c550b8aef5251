// SPDX-License-Identifier: EUPL-1.2
// install.h: what makes the portal an app: the manifest with the town's name and colours, and the service worker.
// Source   W3C Web Application Manifest; Service Workers
#ifndef PEIL_PORTAL_INSTALL_H
#define PEIL_PORTAL_INSTALL_H

#include "portal/page.h"

void install_manifest(struct http_request *r,
                      void *context);  // GET /manifest.webmanifest and /en/manifest.webmanifest
void install_worker(struct http_request *r,
                    void *context);  // GET /sw.js: of the whole site, so it stands at the root

#endif
