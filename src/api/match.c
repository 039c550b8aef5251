// SPDX-License-Identifier: EUPL-1.2
// Which resource a path means. A piece of a path that is written out wins over one that is a parameter.
#include "api/api.h"

extern const struct api_set *const api_set_table[];  // made by meson

const struct api_set *const *api_sets(void)
{
    return api_set_table;
}

static bool is_parameter(str piece)
{
    return piece.n > 2 && piece.p[0] == '{' && piece.p[piece.n - 1] == '}';
}

static int parameter_index(const struct api_resource *r, str name)
{
    for (int i = 0; r->parameters && r->parameters[i].name; i++)
        if (str_eq(str_of(r->parameters[i].name), name)) return i;
    return -1;
}

// Puts what stands in place of {name} into its value.
static bool take_piece(const struct api_resource *r, str name, str piece, arena *a, struct api_value *values)
{
    const int i = parameter_index(r, str_slice(name, 1, name.n - 1));
    err ignored;
    if (i < 0 || piece.n == 0 || !http_percent_decode(piece, false, a, &values[i].text, &ignored))
        return false;
    values[i].is_given = true;
    return true;
}

// False: another path. *parameters counts the pieces that were not written out.
static bool path_fits(const struct api_resource *r, str path, arena *a, struct api_value *values,
                      int *parameters)
{
    str wanted = str_of(r->path), piece, name;
    *parameters = 0;
    if (wanted.n == 0 || path.n == 0) return wanted.n == path.n;
    for (;;) {
        const bool has_name = str_cut(&wanted, '/', &name), has_piece = str_cut(&path, '/', &piece);
        if (has_name != has_piece) return false;
        if (!has_name) return true;
        if (is_parameter(name)) {
            ++*parameters;
            if (!take_piece(r, name, piece, a, values)) return false;
        } else if (!str_eq(name, piece)) {
            return false;
        }
    }
}

// What is written out of a path before its first parameter; most paths are others already there.
static bool begins_alike(const char *wanted, str path)
{
    size_t i = 0;
    while (i < path.n && wanted[i] == path.p[i]) i++;
    return wanted[i] == '{' || (wanted[i] == 0 && i == path.n);
}

struct finding {
    const struct api_resource *best;
    int parameters;
};

static void look_at(struct finding *f, const struct api_resource *r, str path, arena *a,
                    struct api_value values[static API_PARAMETERS_MAX], unsigned method, unsigned *allowed)
{
    if (!begins_alike(r->path, path)) return;
    struct api_value tried[API_PARAMETERS_MAX] = {0};
    int parameters;
    if (!path_fits(r, path, a, tried, &parameters)) return;
    *allowed |= (unsigned)r->method;
    if ((unsigned)r->method != method || (f->best && parameters >= f->parameters)) return;
    *f = (struct finding){r, parameters};
    for (int i = 0; i < API_PARAMETERS_MAX; i++) values[i] = tried[i];
}

const struct api_resource *api_find(http_method m, str path, arena *a,
                                    struct api_value values[static API_PARAMETERS_MAX], unsigned *allowed)
{
    struct finding f = {0};
    const unsigned method = m == HTTP_HEAD ? HTTP_GET : (unsigned)m;
    *allowed = 0;
    if (str_ends(path, STR("/"))) return NULL;  // str_cut would not see the empty last piece
    for (const struct api_set *const *s = api_set_table; *s; s++)
        for (const struct api_resource *r = (*s)->resources; r->path; r++)
            look_at(&f, r, path, a, values, method, allowed);
    return f.best;
}
