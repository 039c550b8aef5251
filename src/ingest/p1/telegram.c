// SPDX-License-Identifier: EUPL-1.2
#include "ingest/p1/telegram.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define GROUPS_MAX 64
#define ARTEFACT_SECONDS INT64_C(2147000000)  // 68 years: a counter that was never set

// ---- checksum ----------------------------------------------------------------------------------------------------

// CRC-16 with the reflected polynomial 0xA001, four bits at a time.
uint16_t p1_checksum(str s)
{
    static const uint16_t steps[16] = {0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401,
                                       0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400};
    unsigned crc = 0;
    for (size_t i = 0; i < s.n; i++) {
        const unsigned c = (unsigned char)s.p[i];
        crc = crc >> 4 ^ steps[(crc ^ c) & 15];
        crc = crc >> 4 ^ steps[(crc ^ c >> 4) & 15];
    }
    return (uint16_t)crc;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

// The digits behind '!'; leading zeros may be missing. False: there are none.
static bool checksum_given(str rest, unsigned *out)
{
    size_t n = 0;
    *out = 0;
    while (n < rest.n && n < 4 && hex_digit(rest.p[n]) >= 0)
        *out = *out << 4 | (unsigned)hex_digit(rest.p[n++]);
    return n > 0;
}

// Meters before DSMR 4 have no checksum; they tell no version either.
static bool checksum_check(str frame, str rest, bool has_version, err *e)
{
    unsigned given;
    const unsigned own = p1_checksum(frame);
    if (!checksum_given(rest, &given))
        return !has_version || err_set(e, ERR_SYNTAX, frame.n, "the checksum is missing");
    return given == own ||
           err_set(e, ERR_SYNTAX, frame.n, "the checksum is %04X, the telegram's own is %04X", given, own);
}

// ---- values ------------------------------------------------------------------------------------------------------

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// "000123.456" in thousandths; at most three decimals that are not 0, at most 15 digits.
static bool read_milli(str s, int64_t *out)
{
    int64_t v = 0;
    int decimals = -1;
    size_t digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '.' && decimals < 0) {
            decimals = 0;
            continue;
        }
        if (!is_digit(s.p[i]) || ++digits > 15) return false;
        if (decimals >= 3) {
            if (s.p[i] != '0') return false;
            continue;
        }
        v = v * 10 + (s.p[i] - '0');
        if (decimals >= 0) decimals++;
    }
    for (int d = decimals < 0 ? 0 : decimals; d < 3; d++) v *= 10;
    *out = v;
    return digits > 0;
}

static bool read_count(str s, int64_t *out)
{
    int64_t v = 0;
    if (s.n == 0 || s.n > 12) return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!is_digit(s.p[i])) return false;
        v = v * 10 + (s.p[i] - '0');
    }
    *out = v;
    return true;
}

static int two_digits(str s, size_t at)
{
    return (s.p[at] - '0') * 10 + (s.p[at + 1] - '0');
}

// YYMMDDhhmmss with S or W, in 2.2 and 3 without. What is no date (632525252525W, an empty one) is no fault: the device on
// that channel has not spoken yet.
static p1_time read_time(str s)
{
    const p1_time none = {0};
    instant ignored;
    if (s.n != 12 && s.n != 13) return none;
    for (size_t i = 0; i < 12; i++)
        if (!is_digit(s.p[i])) return none;
    p1_time t = {.is_given = true,
                 .local = {.year = 2000 + two_digits(s, 0),
                           .month = two_digits(s, 2),
                           .day = two_digits(s, 4),
                           .hour = two_digits(s, 6),
                           .minute = two_digits(s, 8),
                           .second = two_digits(s, 10)}};
    const char season = s.n == 13 ? s.p[12] : 0;
    if (season == 'S' || season == 's') t.season = 'S';
    if (season == 'W' || season == 'w') t.season = 'W';
    if (season && !t.season) return none;
    return t.local.year < 2070 && time_from_civil(t.local, &ignored) ? t : none;
}

// "00.143*kW" in thousandths of `unit`; the same with the unit's thousandth: "143*W".
static bool read_value(str group, str unit, int64_t *out)
{
    str rest = group, number = {0};
    str_cut(&rest, '*', &number);
    if (!read_milli(number, out)) return false;
    if (str_eq(rest, unit)) return true;
    if (unit.p[0] != 'k' || !str_eq(rest, str_slice(unit, 1, unit.n)) || *out % 1000) return false;
    *out /= 1000;
    return true;
}

// ---- lines -------------------------------------------------------------------------------------------------------

struct line {
    str code;                // "1-0:1.8.1"
    str groups[GROUPS_MAX];  // what stands in brackets
    size_t group_count;
    size_t at;  // in the telegram
};

// One that is not whole has no groups.
static void line_split(str text, struct line *out)
{
    size_t open;
    out->code = text;
    out->group_count = 0;
    if (!str_find(text, STR("("), &open)) return;
    out->code = str_slice(text, 0, open);
    for (str rest = str_slice(text, open, text.n); rest.n && out->group_count < GROUPS_MAX;) {
        const char *close = rest.p[0] == '(' ? memchr(rest.p, ')', rest.n) : NULL;
        if (!close) {
            out->group_count = 0;
            return;
        }
        const size_t n = (size_t)(close - rest.p);
        out->groups[out->group_count++] = str_slice(rest, 1, n);
        rest = str_slice(rest, n + 1, rest.n);
    }
}

static str group(const struct line *l, size_t i)
{
    return i < l->group_count ? l->groups[i] : (str){0};
}

static bool bad(struct p1_telegram *t, const struct line *l)
{
    if (t->bad_lines++ == 0) err_set(&t->first_bad, ERR_SYNTAX, l->at, "this line cannot be read");
    return false;
}

static const struct {
    str code;
    p1_register index;
    str unit;
} registers[] = {
    {STR("1-0:1.8.0"), P1_ENERGY_IN, STR("kWh")},     {STR("1-0:1.8.1"), P1_ENERGY_IN_T1, STR("kWh")},
    {STR("1-0:1.8.2"), P1_ENERGY_IN_T2, STR("kWh")},  {STR("1-0:2.8.0"), P1_ENERGY_OUT, STR("kWh")},
    {STR("1-0:2.8.1"), P1_ENERGY_OUT_T1, STR("kWh")}, {STR("1-0:2.8.2"), P1_ENERGY_OUT_T2, STR("kWh")},
    {STR("1-0:1.7.0"), P1_POWER_IN, STR("kW")},       {STR("1-0:2.7.0"), P1_POWER_OUT, STR("kW")},
    {STR("1-0:21.7.0"), P1_POWER_IN_L1, STR("kW")},   {STR("1-0:41.7.0"), P1_POWER_IN_L2, STR("kW")},
    {STR("1-0:61.7.0"), P1_POWER_IN_L3, STR("kW")},   {STR("1-0:22.7.0"), P1_POWER_OUT_L1, STR("kW")},
    {STR("1-0:42.7.0"), P1_POWER_OUT_L2, STR("kW")},  {STR("1-0:62.7.0"), P1_POWER_OUT_L3, STR("kW")},
    {STR("1-0:32.7.0"), P1_VOLTAGE_L1, STR("V")},     {STR("1-0:52.7.0"), P1_VOLTAGE_L2, STR("V")},
    {STR("1-0:72.7.0"), P1_VOLTAGE_L3, STR("V")},     {STR("1-0:31.7.0"), P1_CURRENT_L1, STR("A")},
    {STR("1-0:51.7.0"), P1_CURRENT_L2, STR("A")},     {STR("1-0:71.7.0"), P1_CURRENT_L3, STR("A")},
    {STR("1-0:1.4.0"), P1_DEMAND, STR("kW")},
};

static bool line_register(struct p1_telegram *t, const struct line *l, bool *is_mine)
{
    for (size_t i = 0; i < COUNT(registers); i++) {
        if (!str_eq(registers[i].code, l->code)) continue;
        *is_mine = true;
        int64_t v;
        if (!read_value(group(l, 0), registers[i].unit, &v)) return bad(t, l);
        t->registers[registers[i].index] = v;
        return true;
    }
    return true;
}

// ---- lines that are no register ----------------------------------------------------------------------------------

static bool line_time(struct p1_telegram *t, const struct line *l)
{
    t->time = read_time(group(l, 0));
    return true;
}

static bool line_id(struct p1_telegram *t, const struct line *l)
{
    t->id = group(l, 0);
    return true;
}

static bool line_version(struct p1_telegram *t, const struct line *l)
{
    t->version = group(l, 0);
    return true;
}

// The peak of this month: (time)(value).
static bool line_peak(struct p1_telegram *t, const struct line *l)
{
    t->peak_time = read_time(group(l, 0));
    if (read_value(group(l, 1), STR("kW"), &t->registers[P1_PEAK])) return true;
    t->registers[P1_PEAK] = P1_NONE;
    return bad(t, l);
}

// (n)(code)(code), then n times (month)(time)(value).
static bool line_peak_history(struct p1_telegram *t, const struct line *l)
{
    for (size_t i = 3; i + 2 < l->group_count; i += 3) {
        int64_t ignored;
        if (!read_value(l->groups[i + 2], STR("kW"), &ignored)) return bad(t, l);
        t->peak_history_count++;
    }
    return true;
}

// (n)(0-0:96.7.19), then n times (end)(seconds*s); also (), (0)(), (1)()()().
static bool line_failures(struct p1_telegram *t, const struct line *l)
{
    for (size_t i = 2; i + 1 < l->group_count && t->failure_count < P1_LOG_MAX; i += 2) {
        struct p1_failure f = {.end = read_time(l->groups[i])};
        str rest = l->groups[i + 1], seconds = {0};
        str_cut(&rest, '*', &seconds);
        if (!f.end.is_given || !read_count(seconds, &f.seconds)) continue;
        f.is_artefact = f.seconds >= ARTEFACT_SECONDS;
        t->failures[t->failure_count++] = f;
    }
    return true;
}

static bool line_pass_over(struct p1_telegram *t, const struct line *l)
{
    (void)t, (void)l;
    return true;
}

static const struct {
    str code;
    bool (*read)(struct p1_telegram *t, const struct line *l);
} lines[] = {
    {STR("1-3:0.2.8"), line_version},
    {STR("0-0:96.1.4"), line_version},
    {STR("0-0:1.0.0"), line_time},
    {STR("0-0:96.1.1"), line_id},
    {STR("0-0:42.0.0"), line_id},  // Luxembourg
    {STR("1-0:1.6.0"), line_peak},
    {STR("0-0:98.1.0"), line_peak_history},
    {STR("1-0:99.97.0"), line_failures},
    // What is known and not read: tariff, switch, limits, messages to the resident, counts of failures, reactive energy.
    {STR("0-0:96.14.0"), line_pass_over},
    {STR("0-0:96.3.10"), line_pass_over},
    {STR("0-0:17.0.0"), line_pass_over},
    {STR("1-0:31.4.0"), line_pass_over},
    {STR("0-0:96.13.0"), line_pass_over},
    {STR("0-0:96.13.1"), line_pass_over},
    {STR("0-0:96.13.2"), line_pass_over},
    {STR("0-0:96.13.3"), line_pass_over},
    {STR("0-0:96.13.4"), line_pass_over},
    {STR("0-0:96.13.5"), line_pass_over},
    {STR("0-0:96.7.21"), line_pass_over},
    {STR("0-0:96.7.9"), line_pass_over},
    {STR("1-0:32.32.0"), line_pass_over},
    {STR("1-0:52.32.0"), line_pass_over},
    {STR("1-0:72.32.0"), line_pass_over},
    {STR("1-0:32.36.0"), line_pass_over},
    {STR("1-0:52.36.0"), line_pass_over},
    {STR("1-0:72.36.0"), line_pass_over},
    {STR("1-0:3.8.0"), line_pass_over},
    {STR("1-0:4.8.0"), line_pass_over},
    {STR("1-0:3.7.0"), line_pass_over},
    {STR("1-0:4.7.0"), line_pass_over},
};

// A-B:C.D.E: nothing else is shown to anybody.
static bool is_code(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_digit(s.p[i]) && s.p[i] != '-' && s.p[i] != ':' && s.p[i] != '.') return false;
    return s.n > 0 && s.n <= 20;
}

static void line_unknown(struct p1_telegram *t, const struct line *l)
{
    if (!is_code(l->code))
        (void)bad(t, l);
    else if (t->unknown_count < P1_UNKNOWN_MAX)
        t->unknown[t->unknown_count++] = l->code;
}

// ---- M-Bus -------------------------------------------------------------------------------------------------------

static struct p1_channel *channel_of(struct p1_telegram *t, int number)
{
    for (size_t i = 0; i < t->channel_count; i++)
        if (t->channels[i].number == number) return &t->channels[i];
    if (t->channel_count == P1_CHANNELS_MAX) return NULL;
    t->channels[t->channel_count] = (struct p1_channel){.number = number, .milli = P1_NONE};
    return &t->channels[t->channel_count++];
}

static bool channel_type(struct p1_channel *c, const struct line *l)
{
    int64_t v;
    if (!read_count(group(l, 0), &v) || v > 255) return false;
    c->type = (int)v;
    return true;
}

static bool channel_id(struct p1_channel *c, const struct line *l)
{
    c->id = group(l, 0);
    return true;
}

static bool channel_value(struct p1_channel *c, str text, size_t at)
{
    str rest = text, number = {0};
    str_cut(&rest, '*', &number);
    if (!read_milli(number, &c->milli)) {
        c->milli = P1_NONE;
        return false;
    }
    if (rest.n) c->unit = rest;
    c->at = at;
    return true;
}

// (time)(value*unit)
static bool channel_reading(struct p1_channel *c, const struct line *l)
{
    c->time = read_time(group(l, 0));
    return channel_value(c, group(l, 1), l->at);
}

// DSMR 2.2 and 3: (time)(status)(60)(1)(0-n:24.2.1)(unit), and the value in brackets on the next line.
static bool channel_old_reading(struct p1_channel *c, const struct line *l)
{
    c->time = read_time(group(l, 0));
    c->unit = group(l, 5);
    return true;
}

static bool channel_pass_over(struct p1_channel *c, const struct line *l)
{
    (void)c, (void)l;
    return true;
}

static const struct {
    str code;  // behind 0-n:
    bool (*read)(struct p1_channel *c, const struct line *l);
} channel_lines[] = {
    {STR("24.1.0"), channel_type},
    {STR("96.1.0"), channel_id},
    {STR("96.1.1"), channel_id},  // Belgium
    {STR("24.2.1"), channel_reading},
    {STR("24.2.3"), channel_reading},  // Belgium, gas without correction for temperature
    {STR("24.3.0"), channel_old_reading},
    {STR("24.4.0"), channel_pass_over},
};

static bool line_channel(struct p1_telegram *t, const struct line *l, bool *is_mine)
{
    const str code = l->code;
    if (code.n < 5 || code.p[0] != '0' || code.p[1] != '-' || !is_digit(code.p[2]) || code.p[2] == '0' ||
        code.p[3] != ':')
        return true;
    for (size_t i = 0; i < COUNT(channel_lines); i++) {
        if (!str_eq(channel_lines[i].code, str_slice(code, 4, code.n))) continue;
        *is_mine = true;
        struct p1_channel *c = channel_of(t, code.p[2] - '0');
        return c && channel_lines[i].read(c, l) ? true : bad(t, l);
    }
    return true;
}

// ---- the whole ---------------------------------------------------------------------------------------------------

static void line_read(struct p1_telegram *t, const struct line *l)
{
    bool is_mine = false;
    if (l->group_count == 0) {
        (void)bad(t, l);
        return;
    }
    (void)line_register(t, l, &is_mine);
    if (!is_mine) (void)line_channel(t, l, &is_mine);
    for (size_t i = 0; i < COUNT(lines) && !is_mine; i++) {
        is_mine = str_eq(lines[i].code, l->code);
        if (is_mine) (void)lines[i].read(t, l);
    }
    if (!is_mine) line_unknown(t, l);
}

// NUL before the end of a line has been seen.
static str trim(str s)
{
    while (s.n > 0 && (s.p[s.n - 1] == '\r' || s.p[s.n - 1] == '\0' || s.p[s.n - 1] == ' ')) s.n--;
    return s;
}

static void lines_read(str body, size_t at, struct p1_telegram *t)
{
    const char *start = body.p;
    struct p1_channel *awaiting = NULL;
    str line;
    struct line l;
    while (str_cut(&body, '\n', &line)) {
        l.at = at + (size_t)(line.p - start);
        line = trim(line);
        if (line.n == 0) continue;
        line_split(line, &l);
        if (awaiting && l.code.n == 0) {
            if (!channel_value(awaiting, group(&l, 0), l.at)) (void)bad(t, &l);
            awaiting = NULL;
            continue;
        }
        awaiting = NULL;
        line_read(t, &l);
        if (str_ends(l.code, STR(":24.3.0")) && l.code.n > 2) awaiting = channel_of(t, l.code.p[2] - '0');
    }
}

static bool find_end(str text, size_t *at)
{
    for (size_t i = 1; i < text.n; i++)
        if (text.p[i] == '!' && text.p[i - 1] == '\n') {
            *at = i;
            return true;
        }
    return false;
}

bool p1_telegram_read(str text, struct p1_telegram *out, err *e)
{
    size_t end;
    const str all = str_trim(text);
    if (all.n == 0 || all.p[0] != '/') return err_set(e, ERR_SYNTAX, 0, "a telegram starts with '/'");
    if (!find_end(all, &end))
        return err_set(e, ERR_SYNTAX, all.n, "the telegram has no line that starts with '!'");
    str body = str_slice(all, 1, end), maker = {0};
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < P1_REGISTER_COUNT; i++) out->registers[i] = P1_NONE;
    str_cut(&body, '\n', &maker);
    out->maker = trim(maker);
    lines_read(body, (size_t)(body.p - all.p), out);
    return checksum_check(str_slice(all, 0, end + 1), str_slice(all, end + 1, all.n), out->version.n > 0, e);
}
