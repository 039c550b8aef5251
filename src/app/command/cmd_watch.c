// SPDX-License-Identifier: EUPL-1.2
#include "app/command/command.h"
#include "app/serve/peil.h"
#include "base/file.h"
#include "base/log.h"
#include "base/num.h"
#include "fetch/fetch.h"
#include "sign/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define READ_BYTES 4096
#define READS_AT_ONCE 64
#define TICK_TIME (10 * TIME_SECOND)
#define SAVE_TIME TIME_HOUR
#define OPEN_AGAIN_TIME (10 * TIME_SECOND)
#define SEND_AGAIN_TIME TIME_MINUTE
#define SEND_AGAIN_MOST (30 * TIME_MINUTE)
#define NUMBER_LEAP 1000
#define NUMBER_ROUND 1000000

static const struct flag flags[] = {
    {"meter", "WHERE",
     "a serial port (/dev/ttyUSB0), tcp:HOST:PORT, or - for the standard input (default: -)", NULL, NULL},
    {"baud", "N", "speed of the serial port: 115200 or 9600 (default: 115200)", NULL, NULL},
    {"key", "FILE", "what enrolment gave for this home; readable by its owner only", NULL, NULL},
    {"state", "FILE", "where the learnt rhythm is kept (default: peil-watch.state)", NULL, NULL},
    {"town", "URL", "the town's peil: https://peil.example.nl; without it nothing is sent", NULL, NULL},
    {"ask", "COMMAND", "runs in the home an hour before the town is told: a lamp, a bell", NULL, NULL},
    {"cap", "DAYS", "hard limit: 1 to 14 days (default: 7)", NULL, NULL},
    {"replay", NULL, "read a recording by the meter's own clock and print what would have been said", NULL,
     NULL},
    {0},
};

struct watching {
    const struct invocation *in;
    struct sign_watch watch;
    struct sign_key key;
    const char *state_file, *meter;
    str url;
    struct fetcher *fetcher;
    int fd;
    bool is_ended;  // the standard input is read to its end
    instant saved_at, open_at, send_at;
    instant send_wait;
};

static volatile sig_atomic_t must_stop, is_well;

static void on_signal(int number)
{
    if (number == SIGUSR1)
        is_well = 1;
    else
        must_stop = 1;
}

// ---- The meter ---------------------------------------------------------------------------------------------------

static bool set_line(int fd, const char *baud)
{
    struct termios t;
    if (tcgetattr(fd, &t) != 0) return !isatty(fd);  // a pipe or a file has no speed
    cfmakeraw(&t);
    const bool is_slow = baud && strcmp(baud, "9600") == 0;
    cfsetspeed(&t, is_slow ? B9600 : B115200);
    if (is_slow) {  // DSMR 2.2 and 3.0: 7E1
        t.c_cflag = (t.c_cflag & ~(tcflag_t)CSIZE) | CS7 | PARENB;
        t.c_iflag |= ISTRIP;
    }
    t.c_cflag |= CLOCAL | CREAD;
    return tcsetattr(fd, TCSANOW, &t) == 0;
}

static int open_tcp(const char *where)
{
    char host[256];
    const char *colon = strrchr(where, ':');
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *all = NULL;
    int fd = -1;
    if (!colon || (size_t)(colon - where) >= sizeof host) return -1;
    memcpy(host, where, (size_t)(colon - where));
    host[colon - where] = 0;
    if (getaddrinfo(host, colon + 1, &hints, &all) != 0) return -1;
    for (const struct addrinfo *a = all; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(all);
    return fd;
}

static int open_meter(const struct watching *x)
{
    if (strcmp(x->meter, "-") == 0) return STDIN_FILENO;
    if (strncmp(x->meter, "tcp:", 4) == 0) return open_tcp(x->meter + 4);
    const int fd = open(x->meter, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0 && !set_line(fd, flag_value(x->in, "baud"))) {
        close(fd);
        return -1;
    }
    return fd;
}

static void close_meter(struct watching *x, instant now)
{
    x->is_ended = x->fd == STDIN_FILENO || x->watch.is_replay;
    if (x->fd > STDIN_FILENO) close(x->fd);
    x->fd = -1;
    x->open_at = now + OPEN_AGAIN_TIME;
}

// Waits for what the meter says; what came stands in `bytes`.
static str read_meter(struct watching *x, instant wait, char bytes[static READ_BYTES])
{
    struct pollfd p = {.fd = x->fd, .events = POLLIN};
    const int ready = poll(&p, x->fd >= 0 ? 1 : 0, (int)(wait / 1000));
    if (ready <= 0 || x->fd < 0) return (str){0};
    const ssize_t n = read(x->fd, bytes, READ_BYTES);
    if (n > 0) return (str){bytes, (size_t)n};
    if (n == 0 || (errno != EAGAIN && errno != EINTR)) close_meter(x, time_now());
    return (str){0};
}

// ---- The learnt rhythm on disk -----------------------------------------------------------------------------------

static bool save(struct watching *x, err *e)
{
    buf b = {.max = SIGN_WATCH_STATE_MAX};
    sign_watch_save(&x->watch, &b);
    const bool ok = b.failed ? err_no_memory(e) : file_replace(x->state_file, buf_str(&b), e);
    buf_free(&b);
    return ok;
}

static bool load(struct watching *x, err *e)
{
    if (!x->state_file) return true;
    buf b = {.max = SIGN_WATCH_STATE_MAX};
    bool ok = file_read(x->state_file, &b, e);
    if (!ok && e->code == ERR_ABSENT)
        ok = true;
    else
        ok = ok && (sign_watch_load(&x->watch, buf_str(&b), e) || err_within(e, "%s", x->state_file));
    buf_free(&b);
    return ok;
}

// ---- The town ----------------------------------------------------------------------------------------------------

// Away, paused and well as the resident or a person of the care desk said on the town's page.
static void take_answer(struct watching *x, str body, instant now)
{
    arena *a = arena_new(1 << 16);
    json *root;
    err ignored;
    instant from, until, well;
    if (a && json_parse(body, a, &root, &ignored)) {
        if (time_parse(json_text(root, STR("awayFrom")), &from, &ignored) &&
            time_parse(json_text(root, STR("awayUntil")), &until, &ignored) &&
            (from != x->watch.home.away_from || until != x->watch.home.away_to))
            sign_home_away(&x->watch.home, x->watch.zone, from, until);
        const json *away = json_get(root, STR("awayUntil"));
        if (away && away->type == JSON_NULL && x->watch.home.away_to > now)
            sign_home_away(&x->watch.home, x->watch.zone, now, TIME_NONE);  // back before the day
        if (time_parse(json_text(root, STR("wellAt")), &well, &ignored))
            sign_watch_well_since(&x->watch, well);
        const json *paused = json_get(root, STR("paused"));
        const bool is_paused = paused && paused->type == JSON_TRUE;
        if (is_paused != x->watch.home.is_paused)
            sign_home_pause(&x->watch.home, x->watch.zone, is_paused, now);
    }
    arena_free(a);
}

// The resident stopped: nothing is sent any more, and what was learnt is deleted here too.
static void forget(struct watching *x)
{
    log_notice("consent was withdrawn: the learnt rhythm is deleted");
    unlink(x->state_file);
    must_stop = 1;
    x->state_file = NULL;
}

// A recording has times; beside a meter the line alone is shown, as it would leave.
static void print_line(const struct watching *x, const char *text, instant now)
{
    char when[TIME_TEXT_MAX];
    if (x->watch.is_replay)
        printf("%.*s %s\n", (int)time_write(when, now), when, text);
    else
        printf("%s\n", text);
    fflush(stdout);
}

static void send_message(struct watching *x, struct sign_message *m, instant now)
{
    char text[SIGN_MESSAGE_BYTES + 1], signature[SIGN_SIGNATURE_CHARS + 1], header[SIGN_SIGNATURE_CHARS + 32];
    if (now < x->send_at) return;
    memcpy(m->pseudonym, x->key.pseudonym, sizeof m->pseudonym);
    sign_message_write(m, text);
    if (x->url.n == 0) {
        print_line(x, text, now);
        sign_watch_sent(&x->watch, m);
        return;
    }
    sign_message_seal(str_of(text), x->key.seed, signature);
    snprintf(header, sizeof header, "Peil-Signature: %s", signature);
    const char *const headers[] = {"Content-Type: application/json", header, NULL};
    const fetch_request q = {
        .method = "POST", .url = x->url.p, .headers = headers, .body = str_of(text), .answer_max = 4096};
    fetch_answer answer = {0};
    err e = {0};
    if (fetch_run(x->fetcher, &q, &answer, &e) && answer.status < 300) {
        sign_watch_sent(&x->watch, m);
        take_answer(x, answer.body, now);
        x->send_wait = 0;
        x->saved_at = 0;  // a number that was heard must not come again after a power cut
    } else if (e.code == ERR_NONE && answer.status == 409) {
        // The town heard a later number: what was kept here is older. Go on well behind it, or no line would ever be heard again.
        x->watch.number = (x->watch.number + NUMBER_LEAP) % NUMBER_ROUND;
    } else if (e.code == ERR_NONE && answer.status == 410) {
        forget(x);
    } else {
        x->send_wait = x->send_wait == 0 ? SEND_AGAIN_TIME : 2 * x->send_wait;
        if (x->send_wait > SEND_AGAIN_MOST) x->send_wait = SEND_AGAIN_MOST;
        x->send_at = now + x->send_wait;
        log_warning("the town could not be told", "again_s=%d", (int)(x->send_wait / TIME_SECOND));
    }
}

// ---- The loop ----------------------------------------------------------------------------------------------------

static void ask_in_the_home(const struct watching *x, instant now)
{
    const char *command = flag_value(x->in, "ask");
    if (x->watch.is_replay) {
        print_line(x, "ask in the home", now);
        return;
    }
    if (command && fork() == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
}

// Decides, says what is to be said, and keeps what was learnt.
static bool look(struct watching *x, err *e)
{
    struct sign_message m;
    const instant now = x->watch.is_replay ? x->watch.newest : time_now();
    if (now == 0) return true;
    if (is_well) sign_watch_well(&x->watch, now);
    is_well = 0;
    const sign_do what = sign_watch_tick(&x->watch, now, &m);
    if (what == SIGN_DO_ASK) ask_in_the_home(x, now);
    if (what == SIGN_DO_SEND) send_message(x, &m, now);
    if (!x->state_file || now - x->saved_at < SAVE_TIME) return true;
    x->saved_at = now;
    return save(x, e);
}

// A recording has its own time, so the home is looked at after each telegram; beside a meter it is now, and all that has come counts.
static bool round_once(struct watching *x, err *e)
{
    char bytes[READ_BYTES];
    if (x->fd < 0 && !x->is_ended && time_now() >= x->open_at) {
        x->fd = open_meter(x);
        if (x->fd < 0) close_meter(x, time_now());
    }
    for (int i = 0; i < READS_AT_ONCE; i++) {
        str rest = read_meter(x, i == 0 ? TICK_TIME : 0, bytes);
        if (rest.n == 0) break;
        while (sign_watch_take(&x->watch, &rest, time_now()))
            if (x->watch.is_replay && !look(x, e)) return false;
    }
    return look(x, e);
}

static bool read_key(struct watching *x, err *e)
{
    const char *file = flag_value(x->in, "key");
    struct stat s;
    if (!file) {
        memset(x->key.pseudonym, '-', SIGN_PSEUDONYM_CHARS);
        return x->url.n == 0 || err_set(e, ERR_USAGE, ERR_NOWHERE, "--town needs --key FILE");
    }
    if (stat(file, &s) == 0 && (s.st_mode & 077) != 0)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "%s can be read by others: chmod 600", file);
    buf b = {.max = 4096};
    const bool ok = file_read(file, &b, e) &&
                    (sign_key_read(buf_str(&b), &x->key, e) || err_within(e, "%s", file));
    buf_free(&b);
    return ok;
}

static bool begin(struct watching *x, struct tz **zone, err *e)
{
    const struct invocation *in = x->in;
    struct sign_parameters p = sign_parameters_standard();
    const char *town = flag_value(in, "town"), *cap = flag_value(in, "cap");
    const bool is_replay = flag_given(in, "replay");
    str zone_name;
    double days;
    if (is_replay && town)
        return err_set(e, ERR_USAGE, ERR_NOWHERE, "--replay tells the town nothing: leave out --town");
    if (cap &&
        (!num_parse_double(str_of(cap), &days, e) || !sign_parameter_set(&p, STR("cap_h"), 24 * days, e)))
        return err_within(e, "--cap");
    if (town && strncmp(town, "https://", 8) != 0 && strncmp(town, "http://127.0.0.1", 16) != 0 &&
        strncmp(town, "http://localhost", 16) != 0)
        return err_set(e, ERR_USAGE, ERR_NOWHERE, "--town must begin with https://");
    if (town && !arena_print(in->arena, &x->url, "%s/api/v1/signs-of-life", town)) return err_no_memory(e);
    if (!arena_copy(in->arena, in->settings.portal.zone, &zone_name)) return err_no_memory(e);
    if (!read_key(x, e) || !(*zone = tz_load(zone_name.p, e))) return false;
    sign_watch_begin(&x->watch, &p, *zone, (int)randombytes_uniform(12 * 60) + 8 * 60);
    x->watch.is_replay = is_replay;
    return load(x, e);
}

static void catch_signals(void)
{
    struct sigaction s = {.sa_handler = on_signal};
    sigaction(SIGTERM, &s, NULL);
    sigaction(SIGINT, &s, NULL);
    sigaction(SIGUSR1, &s, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
}

static int run(struct invocation *in, err *e)
{
    static struct watching x;
    struct tz *zone = NULL;
    x.in = in;
    x.fd = -1;
    x.meter = flag_value(in, "meter") ? flag_value(in, "meter") : "-";
    x.state_file = flag_value(in, "state");
    if (!x.state_file && !flag_given(in, "replay")) x.state_file = "peil-watch.state";
    bool ok = sodium_init() >= 0 || err_set(e, ERR_INTERNAL, ERR_NOWHERE, "libsodium does not start");
    ok = ok && begin(&x, &zone, e) && (x.fetcher = fetcher_new(e));
    catch_signals();
    x.saved_at = time_now();
    while (ok && !must_stop && !x.is_ended) ok = round_once(&x, e);
    if (ok && x.state_file) ok = save(&x, e);
    log_info("watch ends", "telegrams=%lld refused=%lld", (long long)x.watch.telegrams,
             (long long)x.watch.refused);
    fetcher_free(x.fetcher);
    tz_free(zone);
    sodium_memzero(&x.key, sizeof x.key);
    return ok ? 0 : -1;
}

const struct command command_watch = {
    .name = "watch",
    .summary = "watch over a home beside its smart meter, and tell the town only when it falls silent",
    .words = "",
    .words_min = 0,
    .words_max = 0,
    .flags = flags,
    .about = "Reads the P1 port of a smart meter, learns the rhythm of the home and decides here. The town "
             "gets one signed line a "
             "day, always\nof the same length, that holds no times: ok, look, or fault. Before \"look\" is "
             "sent, --ask COMMAND runs "
             "in the home; the\nsignal SIGUSR1 (a button) within the hour says that all is well. Without "
             "--town the lines are printed.",
    .examples = "  peil watch --meter /dev/ttyUSB0 --key home.key --town https://peil.example.nl\n"
                "  peil watch --meter tcp:192.168.1.20:23 --key home.key --town https://peil.example.nl "
                "--ask 'blink-lamp'\n"
                "  peil watch --replay --meter telegrams.txt --state tried.state\n",
    .run = run,
};
