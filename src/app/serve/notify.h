// SPDX-License-Identifier: EUPL-1.2
// notify.h: tells systemd how the service is; does nothing where it was not started by systemd.
// Source   sd_notify(3): one datagram to the socket named by NOTIFY_SOCKET
#ifndef PEIL_APP_SERVE_NOTIFY_H
#define PEIL_APP_SERVE_NOTIFY_H

void notify_systemd(const char *state);  // "READY=1", "STOPPING=1", "RELOADING=1\nMONOTONIC_USEC=..."

#endif
