// SPDX-License-Identifier: EUPL-1.2
// address.h: which network addresses lie on the public internet: an address of our own network must not be reached because a
// stranger named it.
// Source   IANA special-purpose address registries (RFC 6890, RFC 8190)
#ifndef PEIL_FETCH_ADDRESS_H
#define PEIL_FETCH_ADDRESS_H

#include <stdbool.h>

struct sockaddr;

bool address_is_public(const struct sockaddr *a);  // IPv4 and IPv6; any other family is not

#endif
