// SPDX-License-Identifier: EUPL-1.2
// packet.h: MQTT 3.1.1 control packets as a subscriber meets them, between bytes and structs.
// Pure: no socket, no clock, no memory of its own; texts are views into the given bytes.
// Errors   ERR_SYNTAX: the peer breaks the protocol and the connection must be closed [MQTT-4.8.0-1]; `at`
// counts
//          from the packet's first byte
// Source   MQTT 3.1.1 (OASIS, 29 October 2014), sections 2 and 3
#ifndef PEIL_MQTT_PACKET_H
#define PEIL_MQTT_PACKET_H

#include "base/buf.h"
#include "base/err.h"

typedef enum {
    MQTT_CONNECT = 1,
    MQTT_CONNACK,
    MQTT_PUBLISH,
    MQTT_PUBACK,
    MQTT_PUBREC,
    MQTT_PUBREL,
    MQTT_PUBCOMP,
    MQTT_SUBSCRIBE,
    MQTT_SUBACK,
    MQTT_UNSUBSCRIBE,
    MQTT_UNSUBACK,
    MQTT_PINGREQ,
    MQTT_PINGRESP,
    MQTT_DISCONNECT,
} mqtt_packet_type;

#define MQTT_PACKET_MAX 268435455u             // longest remaining length, section 2.2.3
#define MQTT_HEAD_MAX (5u + 2u + 65535u + 2u)  // longest PUBLISH up to its payload
#define MQTT_SUBSCRIPTION_REFUSED 0x80         // in SUBACK
#define MQTT_ACK_SIZE 4u                       // PUBACK, PUBREC, PUBCOMP

// What a broker may send to a client that never publishes and never unsubscribes: CONNACK, PUBLISH, PUBREL,
// SUBACK, PINGRESP.
typedef struct {
    mqtt_packet_type type;
    bool duplicate, retained;  // PUBLISH
    uint8_t qos;               // PUBLISH
    uint16_t id;               // PUBLISH with QoS > 0, PUBREL, SUBACK
    str topic;                 // PUBLISH
    str payload;               // PUBLISH, only when the packet is whole
    size_t payload_size;       // PUBLISH
    bool session_present;      // CONNACK
    uint8_t return_code;       // CONNACK
    str return_codes;          // SUBACK, one per filter
    size_t size;               // of the whole packet
} mqtt_packet;

typedef enum {
    MQTT_READ_BAD,   // `e` is set
    MQTT_READ_MORE,  // more bytes are needed before anything can be said
    MQTT_READ_HEAD,  // a PUBLISH of which the payload is not complete; all but `payload` is set
    MQTT_READ_WHOLE,
} mqtt_read;

// Reads the packet at the front of `bytes`. MQTT_READ_MORE never asks for more than MQTT_HEAD_MAX bytes.
mqtt_read mqtt_packet_read(str bytes, mqtt_packet *out, err *e);

str mqtt_connect_refusal(uint8_t return_code);  // in words, table 3.1

// Writing. Texts must be valid (topic.h), ids not zero.
typedef struct {
    str client_id;
    str username, password;  // empty: none
    uint16_t keep_alive_s;
} mqtt_connect;

void mqtt_write_connect(buf *out, const mqtt_connect *c);  // clean session 0
void mqtt_write_subscribe(buf *out, uint16_t id, const str *filters, size_t count, uint8_t qos);
void mqtt_write_ack(buf *out, mqtt_packet_type type, uint16_t id);  // PUBACK, PUBREC or PUBCOMP
void mqtt_write_ping(buf *out);
void mqtt_write_disconnect(buf *out);

#endif
