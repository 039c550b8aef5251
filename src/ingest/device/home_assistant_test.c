// SPDX-License-Identifier: EUPL-1.2
// Announcements in the forms of Zigbee2MQTT (long keys), ESPHome (short keys) and Tasmota (base topic); expected readings by
// hand.
#include "ingest/device/testing.h"
#include "ingest/topic/discovery.h"

extern const struct device_adapter device_home_assistant;

static str announce(struct discovery *d, const char *topic, const char *body)
{
    str comes_on;
    if (!discovery_take(d, str_of(topic), str_of(body), &comes_on, &scene.e)) fail_msg("%s", scene.e.text);
    scene.site.discovered = discovery_rules(d);
    return comes_on;
}

static void decode_on(const char *topic, const char *body)
{
    scene.m.topic = str_of(topic);
    if (!decode(str_of(body))) fail_msg("%s", scene.e.text);
}

TEST(zigbee2mqtt)
{
    struct discovery *d = discovery_new();
    const str comes_on = announce(d, "homeassistant/sensor/0x00158d0001a2b3c4/temperature/config",
                                  "{\"state_topic\":\"zigbee2mqtt/"
                                  "garden\",\"device_class\":\"temperature\",\"unit_of_measurement\":\"°C\","
                                  "\"value_template\":\"{{ value_json.temperature "
                                  "}}\",\"device\":{\"identifiers\":[\"zigbee2mqtt_0x1\"]}}");
    assert_str(comes_on, "zigbee2mqtt/garden");
    announce(d, "homeassistant/sensor/0x00158d0001a2b3c4/pressure/config",
             "{\"state_topic\":\"zigbee2mqtt/"
             "garden\",\"device_class\":\"pressure\",\"unit_of_measurement\":\"hPa\","
             "\"value_template\":\"{{ value_json['pressure'] | round(1) }}\",\"device\":{\"identifiers\":"
             "\"zigbee2mqtt_0x1\"}}");
    decode_on("zigbee2mqtt/garden", "{\"temperature\":21.25,\"pressure\":1013.2,\"linkquality\":87}");
    assert_readings("zigbee2mqtt_0x1", "temperature temperature 21.25 Cel\n"
                                       "pressure pressure 101320.0 Pa converted\n");
    decode_on("zigbee2mqtt/garden", "{\"temperature\":\"unavailable\"}");
    assert_readings("", "");
    assert_rejects("");
    discovery_free(d);
}

TEST(esphome_in_short)
{
    struct discovery *d = discovery_new();
    announce(d, "homeassistant/sensor/noise-meter/sound/config",
             "{\"name\":\"sound\",\"unit_of_meas\":\"dBA\",\"stat_t\":\"noise-meter/sensor/sound/state\","
             "\"dev_cla\":\"sound_pressure\",\"dev\":{\"ids\":\"a1b2c3\",\"name\":\"noise-meter\"}}");
    decode_on("noise-meter/sensor/sound/state", "48.5");
    assert_readings("a1b2c3", "sound noise_laf 48.5 dB[SPL]{A}\n");
    discovery_free(d);
}

TEST(a_base_topic_stands_for_its_tilde)
{
    struct discovery *d = discovery_new();
    assert_str(
        announce(
            d, "homeassistant/sensor/plug_power/config",
            "{\"~\":\"home/plug\",\"stat_t\":\"~/power\",\"dev_cla\":\"power\",\"unit_of_meas\":\"kW\"}"),
        "home/plug/power");
    decode_on("home/plug/power", "0.25");
    assert_readings("plug_power", "plug_power power 250.00 W converted\n");
    discovery_free(d);
}

TEST(taken_back_and_replaced)
{
    struct discovery *d = discovery_new();
    const char *const topic = "homeassistant/sensor/x/t/config";
    announce(d, topic, "{\"state_topic\":\"a\",\"device_class\":\"temperature\"}");
    announce(d, topic, "{\"state_topic\":\"b\",\"device_class\":\"temperature\"}");
    assert_int_equal(discovery_rules(d)->count, 1);
    assert_str(discovery_rules(d)->all[0]->filter, "b");
    assert_int_equal(announce(d, topic, "").n, 0);
    assert_int_equal(discovery_rules(d)->count, 0);
    assert_int_equal(announce(d, "homeassistant/switch/x/t/config", "{\"command_topic\":\"c\"}").n, 0);
    discovery_free(d);
}

TEST(a_unit_that_is_not_of_the_quantity_makes_it_unknown)
{
    struct discovery *d = discovery_new();
    announce(d, "homeassistant/sensor/x/t/config",
             "{\"state_topic\":\"a\",\"device_class\":\"temperature\",\"unit_of_measurement\":\"lx\"}");
    decode_on("a", "20");
    assert_readings("x", "t ?t\n");
    discovery_free(d);
}

TEST(templates_that_compute_are_refused)
{
    struct discovery *d = discovery_new();
    str comes_on;
    assert_false(discovery_take(d, STR("homeassistant/sensor/x/t/config"),
                                STR("{\"state_topic\":\"a\",\"value_template\":\"{{ value_json.t * 2 }}\"}"),
                                &comes_on, &scene.e));
    assert_error(ERR_UNKNOWN, "peil does not follow the template '{{ value_json.t * 2 }}'");
    assert_int_equal(discovery_rules(d)->count, 0);
    discovery_free(d);
}

TEST(templates)
{
    static const struct {
        const char *text;
        const char *steps;  // joined by '/'; NULL: not followed
    } cases[] = {
        {"{{ value }}", ""},
        {"{{value|float}}", ""},
        {"{{ value_json.a.b }}", "a/b"},
        {"{{ value_json[\"a b\"][0].c | float | round(2) }}", "a b/0/c"},
        {"{{ value_json.a | default(0) }}", "a"},
        {"{{ value_json }}", NULL},
        {"{% if value %}1{% endif %}", NULL},
        {"{{ value_json.a }} {{ value_json.b }}", NULL},
        {"{{ value_json.a | multiply(3) }}", NULL},
        {"{{ value_json.a", NULL},
        {"{{ value_json[", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct json_place p;
        buf b = {.max = 1000};
        const bool ok = template_place(str_of(cases[i].text), scene.a, &p);
        if (ok != (cases[i].steps != NULL)) fail_msg("%s", cases[i].text);
        for (size_t k = 0; ok && k < p.count; k++) buf_print(&b, "%s%.*s", k ? "/" : "", STR_ARG(p.steps[k]));
        if (ok) assert_str(buf_str(&b), cases[i].steps);
        buf_free(&b);
    }
}

RUN_ADAPTER(device_home_assistant, SCENE(zigbee2mqtt), SCENE(esphome_in_short),
            SCENE(a_base_topic_stands_for_its_tilde), SCENE(taken_back_and_replaced),
            SCENE(a_unit_that_is_not_of_the_quantity_makes_it_unknown),
            SCENE(templates_that_compute_are_refused), SCENE(templates))
