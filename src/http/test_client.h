// SPDX-License-Identifier: EUPL-1.2 test_client.h: a client for tests that says exactly the bytes it is told to.
// It waits at most 5 s for anything, then the test fails.
#ifndef PEIL_HTTP_TEST_CLIENT_H
#define PEIL_HTTP_TEST_CLIENT_H

#include "base/buf.h"

struct client {
    int fd;
    buf in;
    size_t handed_out;  // bytes of it that an earlier call gave to the test
};

// The views lie in the client's buffer, until the next call with it.
struct client_reply {
    int status;
    str head;
    str body;  // without its chunked coding
};

struct client client_open(int port);  // 127.0.0.1
struct client client_open_at(const char *address, int port);
void client_close(struct client *c);
void client_send(struct client *c, str bytes);
#define CLIENT_SEND(c, literal) client_send((c), STR(literal))
struct client_reply
client_read(struct client *c);  // the next answer, framed by its length or chunks, or by the end
struct client_reply client_read_head(struct client *c);     // only its head; the rest stays unread
str client_read_until(struct client *c, const char *text);  // all up to and with `text`
bool client_is_closed(struct client *c);  // waits for the end; true when nothing more came before it
str client_header(const struct client_reply *r, const char *name);  // empty when absent

#endif
