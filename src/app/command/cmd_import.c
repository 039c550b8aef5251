// SPDX-License-Identifier: EUPL-1.2
#include "app/command/admin_client.h"
#include "app/command/command.h"
#include "app/command/import_areas.h"
#include "app/command/open_store.h"
#include "app/command/progress.h"
#include "ingest/csv.h"
#include "ingest/table/import.h"
#include "ingest/table/map.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PIECE_BYTES (CSV_PIECE_BYTES - ((size_t)64 << 10))  // and a line: it is stored as one piece
#define LINE_BYTES_MAX ((size_t)1 << 20)
#define MAPPED_LINE_MAX ((size_t)64 << 10)  // a hundred values
// All or nothing: a line of the file is never stored by half.
#define MAPPED_BYTES (CSV_PIECE_BYTES - 2 * MAPPED_LINE_MAX)
#define MAPPED_LINES ((size_t)65536)

static const struct flag flags[] = {
    {"datastream", "ID", "the Datastream of every line, when the file has no column for it", NULL, NULL},
    {"mapping", "FILE", "which column is what, for files of others: unit, time zone, decimal comma", NULL,
     NULL},
    {"device", "NAME", "with --mapping: the device of every line, when the file has no column for it", NULL,
     NULL},
    {"from-line", "N", "pass over the lines before this one: to go on with what broke off", NULL, NULL},
    {"year", "N", "import areas: the year of boundaries that do not say theirs (default: this year)", NULL,
     NULL},
    {0},
};

struct importing {
    struct invocation *in;
    const char *path;
    entity_id stream;
    str header;
    struct admin_client *client;
    int64_t number;  // of the import that the running peil has under way; 0: each piece is one of its own
    struct store *store;  // NULL: the running peil imports
    struct ingest *ingest;
    struct csv_import *own;  // into the store
    bool has_begun;          // with the file's lines
    bool is_told;            // to the audit log
    int64_t line;            // number of the next line
    int64_t done_line;       // lines before are on disk or refused
    int64_t from_line;       // lines before are passed over
    int64_t stored, refused, known;
    struct csv_map *map;  // NULL: the file is in peil's own form
    int64_t *sources;     // of a map: the line of the file that each line handed in came from
};

// The number in the file of a line that was handed in.
static int64_t line_in_file(const struct importing *i, int64_t line)
{
    return i->map ? i->sources[line - 1] : line;
}

static void refusal_print(int64_t line, str why, void *context)
{
    const struct importing *i = context;
    fprintf(stderr, "%s:%lld: %.*s\n", i->path, (long long)line_in_file(i, line), STR_ARG(why));
}

static bool is_of_devices(const struct importing *i)
{
    return i->map && csv_map_is_of_devices(i->map);
}

// Lines of a map have numbers of their own: their file's are done when all that came from them is.
static void report_take(struct importing *i, const struct csv_report *report)
{
    i->stored += report->stored;
    i->refused += report->refused;
    i->known += report->known;
    if (!i->map) i->done_line += report->lines;
}

// ---- By the running peil -----------------------------------------------------------------------------------------

static int64_t number_of(const json *answer, str name)
{
    int64_t n;
    err ignored;
    const json *found = json_get(answer, name);
    return found && num_parse_int(found->text, &n, &ignored) ? n : 0;
}

static void refusals_print(struct importing *i, const json *answer)
{
    const json *refusals = json_get(answer, STR("refusals"));
    for (const json *r = refusals ? refusals->first : NULL; r; r = r->next) {
        const json *message = json_get(r, STR("message"));
        if (message) refusal_print(number_of(r, STR("line")), message->text, i);
    }
}

static bool answer_take(struct importing *i, const json *answer, err *e)
{
    const struct csv_report report = {.stored = number_of(answer, STR("stored")),
                                      .refused = number_of(answer, STR("refused")),
                                      .known = number_of(answer, STR("known")),
                                      .lines = number_of(answer, STR("lines"))};
    const json *fault = json_get(answer, STR("fault"));
    refusals_print(i, answer);
    report_take(i, &report);
    return !fault || err_set(e, ERR_STORE, ERR_NOWHERE, "%.*s", STR_ARG(fault->text));
}

// The header is sent too where the piece is an import of its own.
static bool lines_by_service(struct importing *i, str lines, const char *path, bool with_header, arena *a,
                             err *e)
{
    json *answer;
    buf whole = {.max = CSV_PIECE_BYTES + 4 * LINE_BYTES_MAX + MAPPED_BYTES};
    if (with_header) {
        buf_add(&whole, i->header);
        buf_add_char(&whole, '\n');
        buf_add(&whole, lines);
    }
    const bool ok = whole.failed ? err_no_memory(e)
                                 : admin_client_ask(i->client, "POST", path,
                                                    with_header ? buf_str(&whole) : lines, a, &answer, e);
    buf_free(&whole);
    return ok && answer_take(i, answer, e);
}

static bool begin_by_service(struct importing *i, arena *a, err *e)
{
    json *answer;
    str path;
    if (!arena_print(a, &path, "/import?begin=1&stream=%lld", (long long)i->stream)) return err_no_memory(e);
    if (!admin_client_ask(i->client, "POST", path.p, i->header, a, &answer, e)) return false;
    i->number = number_of(answer, STR("import"));
    return true;
}

static bool piece_by_service(struct importing *i, str lines, arena *a, err *e)
{
    str path;
    const bool ok = i->number
                        ? arena_print(a, &path, "/import?import=%lld&first_line=%lld", (long long)i->number,
                                      (long long)i->line)
                        : arena_print(a, &path, "/import?stream=%lld&first_line=%lld&devices=%d&tell=%d",
                                      (long long)i->stream, (long long)(i->map ? 1 : i->line),
                                      is_of_devices(i), !i->is_told);
    if (!ok) return err_no_memory(e);
    if (!lines_by_service(i, lines, path.p, i->number == 0, a, e)) return false;
    i->is_told = true;
    return true;
}

static bool end_by_service(struct importing *i, arena *a, err *e)
{
    str path;
    if (!arena_print(a, &path, "/import?import=%lld&end=1", (long long)i->number)) return err_no_memory(e);
    i->number = 0;
    return lines_by_service(i, (str){0}, path.p, false, a, e);
}

// ---- Into the store ----------------------------------------------------------------------------------------------

static bool store_take(struct importing *i, err *e)
{
    const ingest_config ic = {0};
    return command_open_store(i->in, STORE_TO_WRITE, &i->store, e) &&
           (i->ingest = ingest_new(i->store, &ic, e));
}

static bool begin_in_store(struct importing *i, err *e)
{
    struct csv_layout layout;
    return csv_layout_read(i->header, i->stream, &layout, e) &&
           (i->own = csv_import_new(i->store, i->ingest, &layout, e));
}

static bool table_into_store(struct importing *i, str lines, struct csv_report *report, err *e)
{
    buf body = {.max = MAPPED_BYTES + 4 * LINE_BYTES_MAX};
    buf_add(&body, i->header);
    buf_add_char(&body, '\n');
    buf_add(&body, lines);
    const bool ok = body.failed ? err_no_memory(e)
                                : table_import(i->ingest, buf_str(&body), 1, time_now(), report, e);
    buf_free(&body);
    return ok;
}

static bool piece_into_store(struct importing *i, str lines, err *e)
{
    struct csv_report report = {.refuse = refusal_print, .context = i};
    bool ok;
    if (is_of_devices(i))
        ok = table_into_store(i, lines, &report, e);
    else
        ok = csv_import_add(i->own, lines, i->map ? 1 : i->line, time_now(), &report, e) &&
             (!i->map || csv_import_finish(i->own, &report, e));
    report_take(i, &report);
    if (!ok || i->is_told) return ok;
    i->is_told = true;
    return csv_import_note(i->store, i->stream, time_now(), e);
}

static bool end_in_store(struct importing *i, err *e)
{
    struct csv_report report = {.refuse = refusal_print, .context = i};
    const bool ok = csv_import_finish(i->own, &report, e);
    report_take(i, &report);
    csv_import_free(i->own);
    i->own = NULL;
    return ok;
}

// ---- A piece of lines --------------------------------------------------------------------------------------------

// Lines of a map are done with before the next ones are made, for their numbers tell where they came from.
static bool begin(struct importing *i, arena *a, err *e)
{
    i->has_begun = true;
    i->is_told = false;
    if (!i->client && !(i->client = admin_client_new(&i->in->settings, e))) return false;
    if (!i->store && !i->map && !begin_by_service(i, a, e)) {
        // Nobody is running on the store: open it ourselves, but never after another file has gone to a running peil.
        if (e->code != ERR_ABSENT || i->stored || i->refused || !store_take(i, e)) return false;
    }
    return !i->store || is_of_devices(i) || begin_in_store(i, e);
}

static bool piece_import(struct importing *i, str lines, arena *a, err *e)
{
    if (!i->has_begun && !begin(i, a, e)) return false;
    if (!i->store) {
        if (piece_by_service(i, lines, a, e)) return true;
        if (e->code != ERR_ABSENT || !i->map || i->stored || i->refused) return false;
        if (!store_take(i, e) || (!is_of_devices(i) && !begin_in_store(i, e))) return false;
    }
    return piece_into_store(i, lines, e);
}

// Waits until all that was handed in is on disk.
static bool end(struct importing *i, arena *a, err *e)
{
    const bool ok = (!i->number || end_by_service(i, a, e)) && (!i->own || end_in_store(i, e));
    i->has_begun = false;
    return ok;
}

// ---- Files of others ---------------------------------------------------------------------------------------------

static bool hand_in(struct importing *i, buf *lines, size_t *count, arena *a, err *e)
{
    const bool ok = *count == 0 || piece_import(i, buf_str(lines), a, e);
    buf_clear(lines);
    *count = 0;
    return ok;
}

struct mapping_line {
    struct importing *i;
    int64_t number;
};

static void refuse_mapped(const err *why, void *context)
{
    const struct mapping_line *l = context;
    fprintf(stderr, "%s:%lld: %s\n", l->i->path, (long long)l->number, why->text);
    l->i->refused++;
}

// One line of the file; what it becomes joins `lines`.
static void map_line(struct importing *i, str line, int64_t number, buf *lines, size_t *count)
{
    struct mapping_line l = {i, number};
    size_t added;
    err why;
    if (str_trim(line).n == 0) return;
    if (!csv_map_line(i->map, line, lines, &added, refuse_mapped, &l, &why)) {
        refuse_mapped(&why, &l);
        return;
    }
    for (size_t k = 0; k < added; k++) i->sources[(*count)++] = number;
}

static bool piece_map(struct importing *i, str piece, arena *a, err *e)
{
    buf lines = {.max = MAPPED_BYTES + 2 * MAPPED_LINE_MAX};
    const size_t most = is_of_devices(i) ? TABLE_LINES_MAX - CSV_MAP_VALUES_MAX : MAPPED_LINES;
    size_t count = 0;
    str line;
    bool ok = true;
    int64_t number = i->line;
    if (!i->sources && !(i->sources = malloc((MAPPED_LINES + CSV_MAP_VALUES_MAX) * sizeof *i->sources)))
        return err_no_memory(e);
    while (ok && piece.n > 0 && str_cut(&piece, '\n', &line)) {
        map_line(i, line, number++, &lines, &count);
        if (lines.n >= MAPPED_BYTES || count >= most) {
            arena_reset(a);
            ok = hand_in(i, &lines, &count, a, e);
            if (ok) i->done_line = number;
        }
    }
    ok = ok && hand_in(i, &lines, &count, a, e);
    if (ok) i->line = i->done_line = number;
    buf_free(&lines);
    return ok;
}

// ---- The file, piece by piece ------------------------------------------------------------------------------------

static int64_t lines_in(str s)
{
    int64_t n = 0;
    for (size_t k = 0; k < s.n; k++) n += s.p[k] == '\n';
    return n;
}

static bool header_take(struct importing *i, FILE *f, err *e)
{
    if (i->map && csv_map_has_columns(i->map)) {
        i->line = i->done_line = 1;
        i->header = csv_map_header_out(i->map);
        return csv_map_header(i->map, (str){0}, e);
    }
    char *line = NULL;
    size_t capacity = 0;
    const ssize_t n = getline(&line, &capacity, f);
    const bool ok = n > 0 && (size_t)n <= LINE_BYTES_MAX &&
                    arena_copy(i->in->arena, str_trim((str){line, (size_t)n}), &i->header);
    free(line);
    i->line = i->done_line = 2;
    if (ok && i->map) {
        if (!csv_map_header(i->map, i->header, e)) return err_within(e, "%s", i->path);
        i->header = csv_map_header_out(i->map);
    }
    // A file without lines is looked at too.
    struct csv_layout layout;
    if (ok && !i->map && !csv_layout_read(i->header, i->stream, &layout, e))
        return err_within(e, "%s", i->path);
    return ok || err_set(e, ERR_SYNTAX, 0, "%s: expected a header line", i->path);
}

// Reads on until the piece ends at the end of a line.
static bool piece_read(FILE *f, char *piece, size_t *n, err *e)
{
    *n = fread(piece, 1, PIECE_BYTES, f);
    while (*n == PIECE_BYTES || (*n > PIECE_BYTES && piece[*n - 1] != '\n')) {
        const int c = fgetc(f);
        if (c == EOF) break;
        if (*n == PIECE_BYTES + LINE_BYTES_MAX)
            return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a line is longer than 1 MiB");
        piece[(*n)++] = (char)c;
        if (c == '\n') break;
    }
    return !ferror(f) || err_set(e, ERR_IO, ERR_NOWHERE, "reading: %s", strerror(errno));
}

// What is left of a piece behind the lines that are not wanted.
static str pass_over(struct importing *i, str lines)
{
    str ignored;
    while (lines.n > 0 && i->line < i->from_line && str_cut(&lines, '\n', &ignored)) i->done_line = ++i->line;
    return lines;
}

static bool lines_import(struct importing *i, str lines, arena *a, err *e)
{
    if (!piece_import(i, lines, a, e)) return false;
    i->line += lines_in(lines);
    return true;
}

static bool pieces_import(struct importing *i, FILE *f, int64_t size, err *e)
{
    char *piece = malloc(PIECE_BYTES + LINE_BYTES_MAX);
    arena *a = arena_new((size_t)64 << 20);
    struct progress p = progress_start("importing");
    bool ok = (piece && a) || err_no_memory(e);
    for (size_t n = 1; ok && n > 0;) {
        ok = piece_read(f, piece, &n, e);
        if (!ok || n == 0) break;
        const str lines = pass_over(i, (str){piece, n});
        arena_reset(a);
        if (lines.n > 0) ok = i->map ? piece_map(i, lines, a, e) : lines_import(i, lines, a, e);
        progress_show(&p, ftell(f), size);
    }
    err second;
    if (a && !end(i, a, ok ? e : &second)) ok = false;
    progress_end(&p);
    arena_free(a);
    free(piece);
    return ok;
}

static bool file_import(struct importing *i, err *e)
{
    FILE *f = strcmp(i->path, "-") == 0 ? stdin : fopen(i->path, "re");
    if (!f)
        return err_set(e, errno == ENOENT ? ERR_ABSENT : ERR_IO, ERR_NOWHERE, "cannot open %s: %s", i->path,
                       strerror(errno));
    struct stat st = {0};
    fstat(fileno(f), &st);
    const bool ok = header_take(i, f, e) && pieces_import(i, f, st.st_size, e);
    if (f != stdin) fclose(f);
    if (!ok && i->done_line > 2)
        fprintf(stderr, "%s: all lines before %lld are done; go on with --from-line %lld\n", i->path,
                (long long)i->done_line, (long long)i->done_line);
    // Nobody was left to say what became of the lines that it had taken.
    if (!ok && !i->store && e->code == ERR_ABSENT)
        fprintf(stderr,
                "%s: peil stopped meanwhile, and some lines behind these may be done too: look which is the "
                "last one before going on\n",
                i->path);
    return ok;
}

static bool options_take(struct importing *i, err *e)
{
    const char *stream = flag_value(i->in, "datastream"), *from = flag_value(i->in, "from-line"),
               *mapping = flag_value(i->in, "mapping");
    if (stream && !num_parse_int(str_of(stream), &i->stream, e)) {
        e->code = ERR_USAGE;
        return err_within(e, "--datastream");
    }
    if (from && !num_parse_int(str_of(from), &i->from_line, e)) {
        e->code = ERR_USAGE;
        return err_within(e, "--from-line");
    }
    if (mapping && stream)
        return err_set(e, ERR_USAGE, ERR_NOWHERE,
                       "the mapping names the Datastreams: no --datastream besides");
    if (mapping && !csv_map_load(mapping, &i->map, e)) return false;
    const str device = str_of(flag_value(i->in, "device"));
    if (i->map) return csv_map_name_device(i->map, device, e);
    return device.n == 0 || err_set(e, ERR_USAGE, ERR_NOWHERE, "--device is for files with a --mapping");
}

static void tell_all(const struct importing *i)
{
    printf("%lld stored, %lld refused", (long long)i->stored, (long long)i->refused);
    if (i->known) printf(", %lld known already", (long long)i->known);
    printf("\n");
}

static int run(struct invocation *in, err *e)
{
    if (in->word_count > 1 && strcmp(in->words[0], "areas") == 0)
        return import_areas(in, in->words + 1, in->word_count - 1, e);
    struct importing i = {.in = in};
    if (!options_take(&i, e)) return -1;
    bool ok = true;
    for (int k = 0; ok && k < in->word_count; k++) {
        i.path = in->words[k];
        ok = file_import(&i, e);
    }
    admin_client_free(i.client);
    csv_import_free(i.own);
    if (i.store) store_close(i.store);
    ingest_free(i.ingest);
    csv_map_free(i.map);
    free(i.sources);
    if (ok || i.stored || i.refused || i.known) tell_all(&i);
    return ok ? (i.refused ? 1 : 0) : -1;
}

const struct command command_import = {
    .name = "import",
    .summary = "take in observations from CSV files, or areas from GeoJSON",
    .words = "[areas] FILE...",
    .words_min = 1,
    .words_max = 10000,
    .flags = flags,
    .about =
        "The header names the columns: phenomenonTime (or time), result (or value), and Datastream/id "
        "unless --datastream\n"
        "is given; others are passed over. Times need a zone. A line that is refused is reported with "
        "its number, the others\n"
        "are stored. FILE - is the standard input. Works on a running peil and on a stopped one. What breaks "
        "off "
        "says where to\n"
        "go on.\n"
        "Files of others need --mapping: lines 'time COLUMN [COLUMN]', 'value COLUMN DATASTREAM [QUANTITY "
        "UNIT]', and "
        "where the\n"
        "file is so 'decimal ,', 'dates dmy', 'zone Europe/Amsterdam', 'separator ;'. With 'value COLUMN "
        "QUANTITY UNIT' the\n"
        "readings are of devices, whose Things and Datastreams are found or made. Mappings for files of "
        "Luchtmeetnet,\n"
        "Samen Meten, RIVM, Madavi and noise meters lie in share/peil/csv; docs/devices/csv.md says more.\n"
        "With the word 'areas' the files are GeoJSON (WGS84 or RD New, EPSG:28992) of neighbourhoods, "
        "districts, "
        "municipalities and so on,\n"
        "with the property names of CBS, NUTS, LAU or BAG, or code, name, level, parent and year. Boundaries "
        "hold from their year until\n"
        "those of a later year replace them. A geometry that is not valid is repaired, or refused with the "
        "number of its feature.",
    .examples =
        "  peil import --data data --mapping logger.map logger.csv\n"
        "  peil import --data data --mapping madavi.map --device esp8266-1234567 data-esp8266-1234567.csv\n"
        "  peil import --data data --datastream 12 january.csv\n"
        "  zcat archive.csv.gz | peil import --data data -\n"
        "  peil import --data data areas buurten_2024.geojson gemeenten_2024.geojson\n",
    .run = run,
};
