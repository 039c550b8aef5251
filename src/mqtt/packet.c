// SPDX-License-Identifier: EUPL-1.2
#include "mqtt/packet.h"

#include "mqtt/topic.h"

// A packet being read: the position moves on, nothing beyond `end` is touched.
typedef struct {
    const char *p;
    size_t at;
    size_t end;
} cursor;

static size_t left(const cursor *c)
{
    return c->end - c->at;
}

static uint8_t take_byte(cursor *c)
{
    return (uint8_t)c->p[c->at++];
}

static uint16_t take_u16(cursor *c)
{
    const unsigned high = take_byte(c);
    return (uint16_t)(high << 8 | take_byte(c));
}

static str take(cursor *c, size_t n)
{
    const str s = {c->p + c->at, n};
    c->at += n;
    return s;
}

static mqtt_read bad(err *e, size_t at, const char *why)
{
    (void)err_set(e, ERR_SYNTAX, at, "%s", why);
    return MQTT_READ_BAD;
}

static mqtt_read read_connack(cursor *c, mqtt_packet *out, err *e)
{
    const uint8_t flags = take_byte(c);
    out->return_code = take_byte(c);
    out->session_present = flags == 1;
    if (flags > 1) return bad(e, c->at - 2, "reserved flags of CONNACK are set");
    if (flags == 1 && out->return_code != 0)
        return bad(e, c->at - 2, "CONNACK refuses but speaks of a session");
    return MQTT_READ_WHOLE;
}

static mqtt_read read_id(cursor *c, mqtt_packet *out, err *e)
{
    out->id = take_u16(c);
    return out->id > 0 ? MQTT_READ_WHOLE : bad(e, c->at - 2, "packet identifier 0");
}

static mqtt_read read_suback(cursor *c, mqtt_packet *out, err *e)
{
    if (read_id(c, out, e) == MQTT_READ_BAD) return MQTT_READ_BAD;
    const size_t first = c->at;
    out->return_codes = take(c, left(c));
    for (size_t i = 0; i < out->return_codes.n; i++) {
        const uint8_t code = (uint8_t)out->return_codes.p[i];
        if (code > 2 && code != MQTT_SUBSCRIPTION_REFUSED)
            return bad(e, first + i, "unknown return code in SUBACK");
    }
    return MQTT_READ_WHOLE;
}

static mqtt_read read_nothing(cursor *c, mqtt_packet *out, err *e)
{
    (void)c, (void)out, (void)e;
    return MQTT_READ_WHOLE;
}

// What is due for each type, tables 2.1 and 2.2; a row of zeros is a packet that only clients send, or one
// that answers something that we never send. PUBLISH is longer than fits a row.
static const struct {
    uint8_t flags;
    size_t shortest, longest;  // remaining length
    mqtt_read (*read)(cursor *c, mqtt_packet *out, err *e);
} forms[16] = {
    [MQTT_CONNACK] = {0, 2, 2, read_connack},
    [MQTT_PUBREL] = {2, 2, 2, read_id},
    [MQTT_SUBACK] = {0, 3, MQTT_TEXT_MAX, read_suback},
    [MQTT_PINGRESP] = {0, 0, 0, read_nothing},
};

// Section 2.2.3. MQTT_READ_HEAD means that the length is complete.
static mqtt_read read_remaining_length(cursor *c, size_t *out, err *e)
{
    size_t length = 0;
    for (unsigned shift = 0; shift <= 21; shift += 7) {
        if (left(c) == 0) return MQTT_READ_MORE;
        const uint8_t byte = take_byte(c);
        length |= (size_t)(byte & 0x7f) << shift;
        if (byte & 0x80) continue;
        if (byte == 0 && shift > 0)
            return bad(e, c->at - 1, "remaining length is longer than it needs to be");
        *out = length;
        return MQTT_READ_HEAD;
    }
    return bad(e, c->at - 1, "remaining length has more than four bytes");
}

static bool publish_flags(uint8_t flags, mqtt_packet *out, err *e)
{
    out->duplicate = (flags & 8) != 0;
    out->qos = flags >> 1 & 3;
    out->retained = (flags & 1) != 0;
    if (out->qos == 3) return err_set(e, ERR_SYNTAX, 0, "PUBLISH with QoS 3");
    if (out->qos == 0 && out->duplicate) return err_set(e, ERR_SYNTAX, 0, "duplicate PUBLISH with QoS 0");
    return true;
}

// Section 3.3. `remaining` may reach beyond what has arrived.
static mqtt_read read_publish(cursor *c, size_t remaining, mqtt_packet *out, err *e)
{
    const size_t id_size = out->qos > 0 ? 2 : 0;
    if (remaining < 2 + 1 + id_size) return bad(e, 1, "PUBLISH is too short for a topic");
    if (left(c) < 2) return MQTT_READ_MORE;
    const size_t topic_size = take_u16(c);
    const size_t head = 2 + topic_size + id_size;
    if (head > remaining) return bad(e, c->at - 2, "topic is longer than its PUBLISH");
    if (left(c) < topic_size + id_size) return MQTT_READ_MORE;

    out->topic = take(c, topic_size);
    if (!mqtt_topic_is_valid(out->topic))
        return bad(e, c->at - topic_size, "topic is empty, not UTF-8, or has a NUL or a wildcard");
    if (id_size > 0 && read_id(c, out, e) == MQTT_READ_BAD) return MQTT_READ_BAD;
    out->payload_size = remaining - head;
    if (left(c) < out->payload_size) return MQTT_READ_HEAD;
    out->payload = take(c, out->payload_size);
    return MQTT_READ_WHOLE;
}

mqtt_read mqtt_packet_read(str bytes, mqtt_packet *out, err *e)
{
    if (bytes.n == 0) return MQTT_READ_MORE;
    cursor c = {bytes.p, 0, bytes.n};
    const uint8_t first = take_byte(&c);
    const unsigned type = first >> 4;
    const uint8_t flags = first & 15;
    *out = (mqtt_packet){.type = (mqtt_packet_type)type};

    const bool is_publish = type == MQTT_PUBLISH;
    if (is_publish && !publish_flags(flags, out, e)) return MQTT_READ_BAD;
    if (!is_publish && forms[type].read == NULL)
        return bad(e, 0, "a packet that a broker does not send here");
    if (!is_publish && flags != forms[type].flags) return bad(e, 0, "reserved flags of the fixed header");

    size_t remaining = 0;
    const mqtt_read length = read_remaining_length(&c, &remaining, e);
    if (length != MQTT_READ_HEAD) return length;
    out->size = c.at + remaining;
    if (is_publish) return read_publish(&c, remaining, out, e);

    if (remaining < forms[type].shortest || remaining > forms[type].longest)
        return bad(e, 1, "length does not fit the packet's type");
    if (left(&c) < remaining) return MQTT_READ_MORE;
    c.end = out->size;
    return forms[type].read(&c, out, e);
}

str mqtt_connect_refusal(uint8_t return_code)
{
    static const str words[] = {
        STR("accepted"),
        STR("the broker does not speak MQTT 3.1.1"),
        STR("the broker does not allow this client id"),
        STR("the broker is not available"),
        STR("wrong user name or password"),
        STR("the broker does not allow this client"),
    };
    const size_t count = sizeof words / sizeof *words;
    return return_code < count ? words[return_code]
                               : STR("refused for a reason that MQTT 3.1.1 does not know");
}

static void add_u8(buf *out, unsigned v)
{
    buf_add_char(out, (char)(unsigned char)v);
}

static void add_u16(buf *out, unsigned v)
{
    add_u8(out, v >> 8 & 0xff);
    add_u8(out, v & 0xff);
}

static void add_text(buf *out, str s)
{
    add_u16(out, (unsigned)s.n);
    buf_add(out, s);
}

static void add_header(buf *out, mqtt_packet_type type, unsigned flags, size_t remaining)
{
    add_u8(out, (unsigned)type << 4 | flags);
    do {
        const unsigned low = remaining & 0x7f;
        remaining >>= 7;
        add_u8(out, remaining > 0 ? low | 0x80 : low);
    } while (remaining > 0);
}

void mqtt_write_connect(buf *out, const mqtt_connect *c)
{
    enum { HAS_PASSWORD = 0x40, HAS_USERNAME = 0x80, LEVEL_3_1_1 = 4 };
    unsigned flags = 0;
    size_t remaining = 2 + 4 + 1 + 1 + 2 + 2 + c->client_id.n;
    if (c->username.n > 0) {
        flags |= HAS_USERNAME;
        remaining += 2 + c->username.n;
    }
    if (c->password.n > 0) {
        flags |= HAS_PASSWORD;
        remaining += 2 + c->password.n;
    }
    add_header(out, MQTT_CONNECT, 0, remaining);
    add_text(out, STR("MQTT"));
    add_u8(out, LEVEL_3_1_1);
    add_u8(out, flags);
    add_u16(out, c->keep_alive_s);
    add_text(out, c->client_id);
    if (c->username.n > 0) add_text(out, c->username);
    if (c->password.n > 0) add_text(out, c->password);
}

void mqtt_write_subscribe(buf *out, uint16_t id, const str *filters, size_t count, uint8_t qos)
{
    size_t remaining = 2;
    for (size_t i = 0; i < count; i++) remaining += 2 + filters[i].n + 1;
    add_header(out, MQTT_SUBSCRIBE, 2, remaining);
    add_u16(out, id);
    for (size_t i = 0; i < count; i++) {
        add_text(out, filters[i]);
        add_u8(out, qos);
    }
}

void mqtt_write_ack(buf *out, mqtt_packet_type type, uint16_t id)
{
    add_header(out, type, 0, 2);
    add_u16(out, id);
}

void mqtt_write_ping(buf *out)
{
    add_header(out, MQTT_PINGREQ, 0, 0);
}

void mqtt_write_disconnect(buf *out)
{
    add_header(out, MQTT_DISCONNECT, 0, 0);
}
