// SPDX-License-Identifier: EUPL-1.2
#include "mqtt/config.h"

#include "mqtt/packet.h"

#define TOPICS_MAX 1000
#define PAYLOAD_MAX ((size_t)1024 * 1024)
#define IN_FLIGHT_MAX 1000
#define KEEP_ALIVE_S 30
#define PAUSE_MAX_MS 30000

static bool config_error(err *e, const char *what)
{
    return err_set(e, ERR_CONFIG, ERR_NOWHERE, "MQTT: %s", what);
}

static bool is_name(str s)
{
    return s.n > 0 && mqtt_text_is_valid(s);
}

static bool check_tls(const mqtt_config *c, err *e)
{
    if ((c->cert_file.n > 0) != (c->key_file.n > 0))
        return config_error(e, "a client certificate needs its key");
    if (c->cert_file.n > 0 && c->ca_file.n == 0)
        return config_error(e, "a client certificate needs a CA file");
    return true;
}

static bool check_config(const mqtt_config *c, err *e)
{
    if (!is_name(c->host)) return config_error(e, "the host is missing or not a name");
    if (c->port < 1 || c->port > 65535) return config_error(e, "the port must be 1 to 65535");
    if (!is_name(c->client_id)) return config_error(e, "the client id is missing or not a text");
    if (c->username.n > 0 && !mqtt_text_is_valid(c->username))
        return config_error(e, "the user name is not a text");
    if (c->password.n > 0 && c->username.n == 0) return config_error(e, "a password needs a user name");
    if (c->password.n > MQTT_TEXT_MAX) return config_error(e, "the password is too long");
    if (c->payload_max > MQTT_PACKET_MAX)
        return config_error(e, "the largest payload must be at most 268435455 bytes");
    if (c->in_flight_max > UINT16_MAX) return config_error(e, "at most 65535 messages can be in flight");
    if (c->keep_alive_s < 0 || c->keep_alive_s > UINT16_MAX)
        return config_error(e, "keep-alive must be 0 to 65535 s");
    if (c->pause_max_ms < 0) return config_error(e, "the pause between attempts cannot be negative");
    if (c->topic_count < 1 || c->topic_count > TOPICS_MAX)
        return config_error(e, "give 1 to 1000 topics to subscribe to");
    for (size_t i = 0; i < c->topic_count; i++)
        if (!mqtt_filter_is_valid(c->topics[i])) return config_error(e, "a topic filter is not valid");
    return check_tls(c, e);
}

static size_t config_bytes(const mqtt_config *c)
{
    size_t n = 4096;
    for (size_t i = 0; i < c->topic_count; i++) n += sizeof(str) + c->topics[i].n + 32;
    return n + c->host.n + c->client_id.n + c->username.n + c->password.n + c->ca_file.n + c->cert_file.n +
           c->key_file.n;
}

static bool copy_texts(mqtt_config *c, arena *to)
{
    str *const texts[] = {&c->host,    &c->client_id, &c->username, &c->password,
                          &c->ca_file, &c->cert_file, &c->key_file};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!arena_copy(to, *texts[i], texts[i])) return false;
    str *topics = ARENA_ARRAY(to, c->topic_count, str);
    if (topics == NULL) return false;
    for (size_t i = 0; i < c->topic_count; i++)
        if (!arena_copy(to, c->topics[i], &topics[i])) return false;
    c->topics = topics;
    return true;
}

arena *mqtt_config_copy(const mqtt_config *c, mqtt_config *out, err *e)
{
    if (!check_config(c, e)) return NULL;
    arena *memory = arena_new(config_bytes(c));
    mqtt_config copy = *c;
    if (memory == NULL || !copy_texts(&copy, memory)) {
        (void)err_no_memory(e);
        arena_free(memory);
        return NULL;
    }
    if (copy.payload_max == 0) copy.payload_max = PAYLOAD_MAX;
    if (copy.in_flight_max == 0) copy.in_flight_max = IN_FLIGHT_MAX;
    if (copy.pause_max_ms == 0) copy.pause_max_ms = PAUSE_MAX_MS;
    if (copy.keep_alive_s == 0) copy.keep_alive_s = KEEP_ALIVE_S;
    *out = copy;
    return memory;
}
