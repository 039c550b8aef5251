// SPDX-License-Identifier: EUPL-1.2
// Serial ports are pseudo-terminals here: the meter's end is the test's.
#include "ingest/p1/source.h"

#include "base/test.h"
#include "ingest/p1/framer.h"

#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static bool parse(const char *text, arena *a, struct p1_source *out, size_t *count, err *e)
{
    return p1_sources_parse(str_of(text), a, out, P1_SOURCES_MAX, count, e);
}

TEST(sources_are_named)
{
    struct p1_source s[P1_SOURCES_MAX];
    size_t count;
    err e;
    arena *a = arena_new(1 << 16);
    assert_true(
        parse(" hall=serial:/dev/ttyUSB0, shed=serial9600:/dev/ttyS1  a=tcp:[2001:db8::1]:2001 o=file:/x", a,
              s, &count, &e));
    assert_int_equal(count, 4);
    assert_str(s[0].device, "hall");
    assert_int_equal(s[0].kind, P1_SERIAL);
    assert_str(s[0].address, "/dev/ttyUSB0");
    assert_int_equal(s[1].kind, P1_SERIAL_9600);
    assert_str(s[2].address, "2001:db8::1");
    assert_int_equal(s[2].port, 2001);
    assert_str(s[3].address, "/x");
    assert_true(parse("", a, s, &count, &e));
    assert_int_equal(count, 0);
    arena_free(a);
}

TEST(what_is_no_source_is_said)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"/dev/ttyUSB0", "expected NAME=serial:/dev/ttyUSB0 or the like, not '/dev/ttyUSB0'"},
        {"a=usb:/dev/x", "a meter is read from serial, serial9600, tcp or file, not from 'usb'"},
        {"a=tcp:host", "expected tcp:HOST:PORT, not 'host'"},
        {"a=tcp:host:0", "expected tcp:HOST:PORT, not 'host:0'"},
        {"a=serial:", "'a=serial:' has no address"},
        {"a&b=serial:/x", "'a&b' cannot be a meter's name"},
    };
    arena *a = arena_new(1 << 16);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct p1_source s[P1_SOURCES_MAX];
        size_t count;
        err e = {0};
        assert_false(parse(cases[i].text, a, s, &count, &e));
        assert_string_equal(e.text, cases[i].message);
        assert_int_equal(e.code, ERR_CONFIG);
    }
    arena_free(a);
}

// A telegram that breaks off, one whole, and then the line is gone.
static void read_a_line(p1_kind kind, speed_t speed, tcflag_t form)
{
    static struct p1_framer framer;
    int meter, port;
    char name[128], bytes[256];
    struct termios t;
    str telegram = {0};
    size_t n;
    err e = {0};
    framer = (struct p1_framer){.n = 0};
    assert_int_equal(openpty(&meter, &port, name, NULL, NULL), 0);
    const struct p1_source s = {.device = STR("m"), .kind = kind, .address = str_of(name)};
    struct p1_stream *stream = p1_stream_open(&s, -1, &e);
    if (!stream) fail_msg("%s", e.text);
    assert_int_equal(tcgetattr(port, &t), 0);
    assert_int_equal(cfgetispeed(&t), speed);
    assert_int_equal(t.c_cflag & (CSIZE | PARENB | PARODD), form);
    assert_int_equal(t.c_lflag & (ICANON | ECHO), 0);

    assert_true(p1_stream_read(stream, bytes, sizeof bytes, &n, &e));
    assert_int_equal(n, 0);
    const char sent[] = "/ABC5 broken\r\n/ABC5 whole\r\n!1234\r\n";
    assert_int_equal(write(meter, sent, sizeof sent - 1), (ssize_t)sizeof sent - 1);
    bool got = false;
    for (int i = 0; i < 100 && !got; i++) {
        struct pollfd fd = {p1_stream_fd(stream), POLLIN, 0};
        poll(&fd, 1, 100);
        assert_true(p1_stream_read(stream, bytes, sizeof bytes, &n, &e));
        str rest = {bytes, n};
        got = p1_framer_take(&framer, &rest, &telegram);
    }
    assert_str(telegram, "/ABC5 whole\r\n!1234");
    assert_int_equal(framer.dropped, 1);
    close(meter);
    close(port);
    bool ok = true;
    for (int i = 0; i < 100 && ok; i++) ok = p1_stream_read(stream, bytes, sizeof bytes, &n, &e) && n > 0;
    assert_false(ok);
    assert_int_equal(e.code, ERR_IO);
    p1_stream_close(stream);
}

TEST(a_port_of_today)
{
    read_a_line(P1_SERIAL, B115200, CS8);
}

TEST(a_port_of_the_first_meters)
{
    read_a_line(P1_SERIAL_9600, B9600, CS8);  // a pseudo-terminal keeps eight bits whatever it is asked
}

TEST(what_is_not_there_or_no_port_is_refused)
{
    err e;
    const struct p1_source none = {.kind = P1_SERIAL, .address = STR("/nowhere/port")};
    const struct p1_source file = {.kind = P1_SERIAL, .address = STR("/dev/null")};
    assert_null(p1_stream_open(&none, -1, &e));
    assert_int_equal(e.code, ERR_IO);
    assert_null(p1_stream_open(&file, -1, &e));
    assert_int_equal(e.code, ERR_IO);
}

RUN(CASE(sources_are_named), CASE(what_is_no_source_is_said), CASE(a_port_of_today),
    CASE(a_port_of_the_first_meters), CASE(what_is_not_there_or_no_port_is_refused))
