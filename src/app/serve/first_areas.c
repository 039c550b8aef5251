// SPDX-License-Identifier: EUPL-1.2
#include "app/serve/inside.h"

#include "area/import.h"
#include "base/file.h"
#include "base/log.h"

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

// On the first start the neighbourhoods of the file become areas; later ones come by peil import areas. After whoever listens.
bool first_areas_start(struct peil *p, err *e)
{
    const str named = p->settings.portal.areas_file;
    str path;
    bool has = false;
    if (!arena_copy(p->arena, named.n ? named : STR(PEIL_SHARE "/demo/rijswijk.geojson"), &path))
        return err_no_memory(e);
    if (!has_areas(p, &has, e)) return false;
    if (has || (!named.n && access(path.p, F_OK) != 0)) return true;
    if (import_areas_file(p, path.p, e)) return true;
    if (e->code != ERR_READ_ONLY && e->code != ERR_DISK_FULL) return false;
    log_warning("areas not imported", "why=%s", err_code_name(e->code).p);
    return true;
}
