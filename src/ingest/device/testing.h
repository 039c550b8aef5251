// SPDX-License-Identifier: EUPL-1.2
// testing.h: what the adapters' tests share: a message, and its readings as lines of text.
#ifndef PEIL_INGEST_DEVICE_TESTING_H
#define PEIL_INGEST_DEVICE_TESTING_H

#include "ingest/device.h"

#include "base/test.h"

#define RECEIVED ((instant)1767261600 * TIME_SECOND)  // 2026-01-01T10:00:00Z, when a scene's message arrives

// The message is the test's to fill; the rest is the scene's.
struct scene {
    const struct device_adapter *adapter;
    struct device_message m;
    struct device_site site;  // Europe/Amsterdam, the descriptions that peil comes with
    arena *a;
    struct device_result out;
    err e;
};

extern struct scene scene;

// For RUN_ADAPTER; the directories of seeds and of descriptions are the program's arguments.
int scene_set_up(void **state);
int scene_tear_down(void **state);
int scene_run(int argc, char **argv, const struct device_adapter *adapter, const struct CMUnitTest *tests,
              size_t count);

#define SCENE(name) cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)
#define RUN_ADAPTER(adapter, ...)                                                        \
    int main(int argc, char **argv)                                                      \
    {                                                                                    \
        const struct CMUnitTest tests[] = {__VA_ARGS__};                                 \
        return scene_run(argc, argv, &(adapter), tests, sizeof tests / sizeof tests[0]); \
    }

str scene_file(const char *name);    // of the adapter's seeds; lives as long as the scene
bool decode(str body);               // into scene.out or scene.e
void decode_file(const char *name);  // must work

// One line a reading: "SENSOR QUANTITY VALUE UNIT [flags]"; "-" for no sensor, "?NAME" for what peil does not know. Not
// shown: that there was no device time. Devices must all be the same and called `device`.
void assert_readings(const char *device, const char *expected);
void assert_rejects(const char *expected);           // one sentence a line
void assert_time(const char *expected);              // of all readings; NULL: none has one
void assert_error(err_code code, const char *text);  // of a message that was refused

// Each message that is cut short or has one bit flipped is read or refused, and nothing else happens.
void survives_every_cut_and_flip(str body);

#endif
