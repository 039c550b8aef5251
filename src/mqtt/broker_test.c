// SPDX-License-Identifier: EUPL-1.2
#include "base/test_directory.h"
#include "mqtt/broker.h"

#include "mqtt/testing.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

extern char **environ;

static int set_up(void **state)
{
    static char directory[TEST_DIRECTORY_MAX];
    test_directory_make(directory);
    *state = directory;
    return 0;
}

static int tear_down(void **state)
{
    test_directory_remove(*state);
    return 0;
}

static struct mqtt_broker *start(const char *directory)
{
    err e;
    struct mqtt_broker *b = mqtt_broker_start(&(mqtt_broker_config){.directory = str_of(directory)}, &e);
    if (b == NULL) fail_msg("%s", e.text);
    return b;
}

struct change {
    const struct mqtt_broker *broker;
    pid_t before;
};

static bool runs_as_another(void *context)
{
    const struct change *c = context;
    const pid_t now = mqtt_broker_pid(c->broker);
    return now > 0 && now != c->before;
}

static bool has_ended(void *context)
{
    return kill(*(pid_t *)context, 0) != 0;
}

static void it_starts_again_on_the_same_port_when_killed(void **state)
{
    struct mqtt_broker *b = start(*state);
    struct change c = {b, mqtt_broker_pid(b)};
    const int port = mqtt_broker_port(b);
    assert_true(c.before > 0);
    kill(c.before, SIGKILL);
    assert_true(comes_true(runs_as_another, &c));
    assert_int_equal(mqtt_broker_port(b), port);
    mqtt_broker_stop(b);
}

static void stopping_ends_the_process_and_keeps_its_queue(void **state)
{
    struct mqtt_broker *b = start(*state);
    pid_t pid = mqtt_broker_pid(b);
    mqtt_broker_stop(b);
    assert_true(has_ended(&pid));
    char file[100];
    struct stat found;
    snprintf(file, sizeof file, "%s/mosquitto.db", (const char *)*state);
    assert_int_equal(stat(file, &found), 0);
}

// This program as one that starts a broker, prints its process number and waits to be killed.
static int run_owner(const char *directory)
{
    err e;
    struct mqtt_broker *b = mqtt_broker_start(&(mqtt_broker_config){.directory = str_of(directory)}, &e);
    if (b == NULL) return 1;
    printf("%ld\n", (long)mqtt_broker_pid(b));
    fflush(stdout);
    pause();
    return 0;
}

static pid_t start_owner(const char *directory, pid_t *broker)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    char program[] = "/proc/self/exe";
    char word[] = "own";
    char path[64];
    snprintf(path, sizeof path, "%s", directory);
    char *const arguments[] = {program, word, path, NULL};
    pid_t pid = 0;
    assert_int_equal(posix_spawn(&pid, program, &actions, NULL, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    char text[32] = "";
    assert_true(read(ends[0], text, sizeof text - 1) > 0);
    close(ends[0]);
    *broker = (pid_t)strtol(text, NULL, 10);
    return pid;
}

static void it_never_outlives_a_killed_owner_and_the_next_waits_for_its_queue(void **state)
{
    pid_t broker = 0;
    const pid_t owner = start_owner(*state, &broker);
    assert_true(broker > 0);
    kill(owner, SIGKILL);
    waitpid(owner, NULL, 0);
    struct mqtt_broker *b = start(*state);  // at once, in the same directory
    assert_true(comes_true(has_ended, &broker));
    assert_true(mqtt_broker_pid(b) > 0);
    mqtt_broker_stop(b);
}

static void a_configuration_that_cannot_work_says_why(void **state)
{
    err e = {0};
    assert_null(mqtt_broker_start(&(mqtt_broker_config){.directory = STR("/nonexistent")}, &e));
    assert_int_equal(e.code, ERR_IO);
    assert_null(mqtt_broker_start(&(mqtt_broker_config){.directory = STR("/tmp\nuser root")}, &e));
    assert_int_equal(e.code, ERR_CONFIG);
    const mqtt_broker_config c = {.directory = str_of(*state), .settings = STR("no_such_setting true\n")};
    assert_null(mqtt_broker_start(&c, &e));
    assert_int_equal(e.code, ERR_IO);
    assert_non_null(strstr(e.text, "Mosquitto does not start"));
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "own") == 0) return run_owner(argv[2]);
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(it_starts_again_on_the_same_port_when_killed),
        TEST(stopping_ends_the_process_and_keeps_its_queue),
        TEST(it_never_outlives_a_killed_owner_and_the_next_waits_for_its_queue),
        TEST(a_configuration_that_cannot_work_says_why),
    };
    return cmocka_run_group_tests_name("mqtt/broker", tests, NULL, NULL);
}
