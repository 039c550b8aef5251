// SPDX-License-Identifier: EUPL-1.2
#include "app/serve/inside.h"

#include "area/import.h"
#include "base/file.h"
#include "base/log.h"
#include "portal/postcode.h"

#include <unistd.h>

#define AREAS_FILE_BYTES_MAX ((size_t)64 << 20)

static bool has_areas(struct peil *p, bool *out, err *e)
{
    const struct atlas *t = areas_take(p->areas);
    const struct area **all;
    size_t count;
    arena *a = arena_new((size_t)64 << 20);
    const bool ok = (a || err_no_memory(e)) &&
                    atlas_level(t, AREA_NEIGHBOURHOOD, areas_year_of(p->areas, time_now()), a, &all, &count,
                                e);
    *out = ok && count > 0;
    arena_free(a);
    areas_give(p->areas, t);
    return ok;
}

static bool import_areas_file(struct peil *p, const char *path, err *e)
{
    struct area_import made = {0};
    buf b = {.max = AREAS_FILE_BYTES_MAX};
    const bool ok = file_read(path, &b, e) && area_import(p->store, buf_str(&b), time_now(), &made, e) &&
                    areas_reload(p->areas, e);
    buf_free(&b);
    if (ok)
        log_notice("areas imported", "file=%s stored=%lld refused=%lld", path, (long long)made.stored,
                   (long long)made.refused);
    return ok || err_within(e, "portal.areas_file");
}

static bool import_postcodes_file(struct peil *p, const char *path, err *e)
{
    struct postcode_import made = {0};
    buf b = {.max = AREAS_FILE_BYTES_MAX};
    const bool ok = file_read(path, &b, e) &&
                    postcodes_import(p->store, p->areas, buf_str(&b), time_now(), &made, e);
    buf_free(&b);
    if (ok)
        log_notice("postcodes imported", "file=%s stored=%lld refused=%lld", path, (long long)made.stored,
                   (long long)made.refused);
    return ok || err_within(e, "portal.postcodes_file");
}

static bool has_postcodes(struct peil *p, bool *out, err *e)
{
    struct snapshot *at;
    if (!snapshot_open(p->store, &at, e)) return false;
    const bool ok = postcodes_exist(at, out, e);
    snapshot_close(at);
    return ok;
}

static bool first_postcodes(struct peil *p, err *e)
{
    const str named = p->settings.portal.postcodes_file;
    str path;
    bool has = false;
    if (!named.n && !p->settings.portal.demo) return true;
    if (!arena_copy(p->arena, named.n ? named : STR(PEIL_SHARE "/demo/postcodes.csv"), &path))
        return err_no_memory(e);
    if (!has_postcodes(p, &has, e)) return false;
    if (has || (!named.n && access(path.p, F_OK) != 0)) return true;
    return import_postcodes_file(p, path.p, e);
}

// What cannot be written now is no reason not to start.
static bool is_for_later(const err *e, const char *what)
{
    if (e->code != ERR_READ_ONLY && e->code != ERR_DISK_FULL) return false;
    log_warning("not imported", "what=%s why=%s", what, err_code_name(e->code).p);
    return true;
}

static bool first_neighbourhoods(struct peil *p, err *e)
{
    const str named = p->settings.portal.areas_file;
    str path;
    bool has = false;
    if (!arena_copy(p->arena, named.n ? named : STR(PEIL_SHARE "/demo/rijswijk.geojson"), &path))
        return err_no_memory(e);
    if (!has_areas(p, &has, e)) return false;
    if (has || (!named.n && access(path.p, F_OK) != 0)) return true;
    return import_areas_file(p, path.p, e);
}

// On the first start the neighbourhoods of the file become areas; later ones come by peil import areas. After whoever listens.
bool first_areas_start(struct peil *p, err *e)
{
    return (first_neighbourhoods(p, e) || is_for_later(e, "areas")) &&
           (first_postcodes(p, e) || is_for_later(e, "postcodes"));
}
