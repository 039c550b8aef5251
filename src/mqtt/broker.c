// SPDX-License-Identifier: EUPL-1.2
#include "mqtt/broker.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/time.h"
#include "mqtt/runner.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_TIMEOUT (10 * TIME_SECOND)
#define STOP_TIMEOUT_MS 10000
#define RESTART_PAUSE_MS 200
#define RESTART_PAUSE_MOST_MS 5000
#define STABLE_AFTER (10 * TIME_SECOND)

struct mqtt_broker {
    const char *program;
    char *config_path, *log_path;
    int port;
    int lock_fd;  // held by us and by the child: a new peil waits until the old one's broker has saved its
                  // queue
    runner runner;
    _Atomic pid_t pid;
    _Atomic int deaths;
};

static bool io_error(err *e, const char *what, const char *path)
{
    char text[128];
    return err_set(e, ERR_IO, ERR_NOWHERE, "%s %s: %s", what, path, strerror_r(errno, text, sizeof text));
}

static const char *find_program(void)
{
    static const char *const places[] = {"/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto",
                                         "/usr/bin/mosquitto", "/usr/local/bin/mosquitto"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (access(places[i], X_OK) == 0) return places[i];
    return NULL;
}

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static bool find_free_port(int *out, err *e)
{
    struct sockaddr_in a = loopback(0);
    socklen_t n = sizeof a;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&a, n) == 0 &&
                    getsockname(fd, (struct sockaddr *)&a, &n) == 0;
    if (!ok) (void)io_error(e, "free port on", "127.0.0.1");
    if (fd >= 0) close(fd);
    *out = ntohs(a.sin_port);
    return ok;
}

static bool accepts(int port)
{
    const struct sockaddr_in a = loopback(port);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool ok = fd >= 0 && connect(fd, (const struct sockaddr *)&a, sizeof a) == 0;
    if (fd >= 0) close(fd);
    return ok;
}

// The configuration file.

static void add_config(buf *out, const struct mqtt_broker *b, const mqtt_broker_config *c)
{
    buf_print(out, "# Written by peil at each start.\nlistener %d 127.0.0.1\n", b->port);
    buf_add(out, c->settings);
    if (c->password_file.n > 0)
        buf_print(out, "allow_anonymous false\npassword_file %.*s\n", STR_ARG(c->password_file));
    else
        BUF_LIT(out, "allow_anonymous true\n");
    buf_print(out, "persistence true\npersistence_location %.*s/\nautosave_interval 5\n",
              STR_ARG(c->directory));
    BUF_LIT(out, "max_queued_messages 1000000\nmax_inflight_messages 200\n");
    buf_print(out, "log_dest file %s\nlog_type error\nlog_type warning\n", b->log_path);
    // It says who subscribes to what, so that peil announces on topics that are asked for (sta/mqtt/mqtt.h).
    BUF_LIT(out, "log_dest topic\nlog_type subscribe\n");
    // As another user it would lose the signal that ends it together with peil: prctl(2), PR_SET_PDEATHSIG.
    if (geteuid() == 0) BUF_LIT(out, "user root\n");
}

static bool write_file(const char *path, str bytes, err *e)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const bool ok = fd >= 0 && write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n;
    if (!ok) (void)io_error(e, "write", path);
    if (fd >= 0) close(fd);
    return ok;
}

static bool write_config(const struct mqtt_broker *b, const mqtt_broker_config *c, err *e)
{
    buf text = {.max = 256 * 1024};
    add_config(&text, b, c);
    const bool ok = text.failed ? err_no_memory(e)
                                : write_file(b->config_path, buf_str(&text), e) &&
                                      write_file(b->log_path, STR(""), e);
    buf_free(&text);
    return ok;
}

// The process. Between fork and exec only what is safe after a fork of a program with threads.
static _Noreturn void become_broker(const struct mqtt_broker *b, pid_t parent)
{
    char *const arguments[] = {(char[]){"mosquitto"}, (char[]){"-c"}, b->config_path, NULL};
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(0);  // died before prctl
    (void)setpgid(0, 0);                // Ctrl-C is for peil, which ends its broker when all is said
    const int log = open(b->log_path, O_WRONLY | O_APPEND);
    if (log >= 0 && (dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0)) _exit(127);
    (void)fcntl(b->lock_fd, F_SETFD, 0);
    execv(b->program, arguments);
    _exit(127);
}

static pid_t start_process(const struct mqtt_broker *b)
{
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0) become_broker(b, parent);
    return pid;
}

// Waits until the process ends (true) or stop is wanted.
static bool ends_before_stop(const struct mqtt_broker *b, pid_t pid)
{
    const int pid_fd = pidfd_open(pid, 0);
    if (pid_fd < 0) return false;
    struct pollfd fds[] = {{pid_fd, POLLIN, 0}, {b->runner.stop_fd, POLLIN, 0}};
    while (poll(fds, 2, -1) < 0 && errno == EINTR) {}
    close(pid_fd);
    return fds[1].revents == 0;
}

static void end_process(pid_t pid)
{
    const int pid_fd = pidfd_open(pid, 0);
    struct pollfd fd = {pid_fd, POLLIN, 0};
    (void)kill(pid, SIGTERM);
    if (pid_fd < 0 || poll(&fd, 1, STOP_TIMEOUT_MS) == 0) (void)kill(pid, SIGKILL);
    if (pid_fd >= 0) close(pid_fd);
}

// The parent-death signal comes when the thread that forked ends: so this one does, and stays as long as the
// process.
static void *watch(void *argument)
{
    struct mqtt_broker *b = argument;
    int pause_ms = RESTART_PAUSE_MS;
    while (!runner_stops_within(&b->runner, 0)) {
        const instant began = time_monotonic_us();
        const pid_t pid = start_process(b);
        if (pid > 0) {
            atomic_store(&b->pid, pid);
            if (!ends_before_stop(b, pid)) end_process(pid);
            atomic_store(&b->pid, 0);
            while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
        }
        atomic_fetch_add(&b->deaths, 1);
        if (runner_stops_within(&b->runner, 0)) break;
        if (time_monotonic_us() - began > STABLE_AFTER) pause_ms = RESTART_PAUSE_MS;
        log_warning("the private MQTT broker ended, it is started again", "port=%d pause_ms=%d", b->port,
                    pause_ms);
        if (runner_stops_within(&b->runner, pause_ms)) break;
        pause_ms = pause_ms * 2 < RESTART_PAUSE_MOST_MS ? pause_ms * 2 : RESTART_PAUSE_MOST_MS;
    }
    return NULL;
}

// Starting.

static bool lock_directory(struct mqtt_broker *b, const char *path, err *e)
{
    b->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (b->lock_fd < 0) return io_error(e, "open", path);
    const instant deadline = time_monotonic_us() + START_TIMEOUT;
    while (flock(b->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) return io_error(e, "lock", path);
        if (time_monotonic_us() > deadline)
            return err_set(e, ERR_BUSY, ERR_NOWHERE, "another MQTT broker uses %s", path);
        (void)poll(NULL, 0, 20);
    }
    return true;
}

static bool start_error(const struct mqtt_broker *b, err *e)
{
    buf log = {.max = 64 * 1024};
    err ignored;
    (void)!file_read(b->log_path, &log, &ignored);
    const str text = str_slice(str_trim(buf_str(&log)), 0, 300);
    (void)err_set(e, ERR_IO, ERR_NOWHERE, "Mosquitto does not start: %.*s", STR_ARG(text));
    buf_free(&log);
    return false;
}

static bool wait_until_it_accepts(const struct mqtt_broker *b, err *e)
{
    const instant deadline = time_monotonic_us() + START_TIMEOUT;
    while (time_monotonic_us() < deadline && atomic_load(&b->deaths) == 0) {
        if (atomic_load(&b->pid) != 0 && accepts(b->port)) return true;
        (void)poll(NULL, 0, 10);
    }
    return start_error(b, e);
}

static bool has_control_byte(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ') return true;
    return false;
}

static bool start(struct mqtt_broker *b, const mqtt_broker_config *c, err *e)
{
    if (c->directory.n == 0 || has_control_byte(c->directory) || has_control_byte(c->password_file))
        return err_set(e, ERR_CONFIG, ERR_NOWHERE,
                       "the MQTT broker needs a directory whose name has no control characters");
    b->program = find_program();
    if (b->program == NULL)
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "no mosquitto found; install the package mosquitto");
    char *lock_path = NULL;
    bool ok = asprintf(&b->config_path, "%.*s/mosquitto.conf", STR_ARG(c->directory)) > 0 &&
              asprintf(&b->log_path, "%.*s/mosquitto.log", STR_ARG(c->directory)) > 0 &&
              asprintf(&lock_path, "%.*s/mosquitto.lock", STR_ARG(c->directory)) > 0;
    ok = ok ? lock_directory(b, lock_path, e) : err_no_memory(e);
    free(lock_path);
    b->port = c->port;
    return ok && (b->port != 0 || find_free_port(&b->port, e)) && write_config(b, c, e) &&
           runner_start(&b->runner, "mqtt-broker", watch, b, e) && wait_until_it_accepts(b, e);
}

struct mqtt_broker *mqtt_broker_start(const mqtt_broker_config *c, err *e)
{
    struct mqtt_broker *b = calloc(1, sizeof *b);
    if (b == NULL) {
        (void)err_no_memory(e);
        return NULL;
    }
    b->lock_fd = -1;
    b->runner = RUNNER_NONE;
    if (start(b, c, e)) return b;
    mqtt_broker_stop(b);
    return NULL;
}

int mqtt_broker_port(const struct mqtt_broker *b)
{
    return b->port;
}

pid_t mqtt_broker_pid(const struct mqtt_broker *b)
{
    return atomic_load(&b->pid);
}

void mqtt_broker_stop(struct mqtt_broker *b)
{
    if (b == NULL) return;
    runner_close(&b->runner);
    if (b->lock_fd >= 0) close(b->lock_fd);
    free(b->config_path);
    free(b->log_path);
    free(b);
}
