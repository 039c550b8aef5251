// SPDX-License-Identifier: EUPL-1.2
// A set from its JSON: what all readers share, and the whole of it.
#include "kpi/set/reader.h"

#include <string.h>

#define FORMAT_VERSION 1
#define TEXT_ID_MAX 80

bool is_id(str s, const char *also)
{
    for (size_t i = 0; i < s.n; i++) {
        const char c = s.p[i];
        const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                             c == '_';
        if (!is_word && !strchr(also, c)) return false;
    }
    return s.n > 0 && s.n <= TEXT_ID_MAX;
}

bool need_id(struct reading *r, const json *j, const char *key, const char *also, str *out)
{
    const json *t;
    if (!json_need(j, str_of(key), JSON_TEXT, &t, r->e)) return false;
    *out = t->text;
    return is_id(t->text, also) ||
           err_set(r->e, ERR_SYNTAX, t->at, "an id has 1 to %d letters, digits or '_'%s%s, not '%.*s'",
                   TEXT_ID_MAX, *also ? " or any of " : "", also, STR_ARG(str_slice(t->text, 0, 40)));
}

bool text_read(struct reading *r, const json *j, const char *key, bool is_needed, struct kpi_text *out)
{
    const json *t = json_get(j, str_of(key));
    if (!t && !is_needed) return true;
    if (!json_need(j, str_of(key), JSON_OBJECT, &t, r->e)) return false;
    for (language l = 0; l < LANGUAGE_COUNT; l++) {
        const json *in;
        if (!json_need(t, language_code(l), JSON_TEXT, &in, r->e)) return err_within(r->e, "\"%s\"", key);
        out->in[l] = in->text;
    }
    return true;
}

bool number_read(struct reading *r, const json *j, const char *key, double fallback, double *out)
{
    const json *n = json_get(j, str_of(key));
    *out = fallback;
    if (!n) return true;
    if (!json_need(j, str_of(key), JSON_NUMBER, &n, r->e)) return false;
    return num_parse_double(n->text, out, r->e) || err_within(r->e, "\"%s\"", key);
}

bool flag_read(const json *j, const char *key, bool fallback)
{
    const json *f = json_get(j, str_of(key));
    return f ? f->type == JSON_TRUE : fallback;
}

bool inside(struct reading *r, const json *text, const char *what)
{
    r->e->at = text->at + 1 + (r->e->at == ERR_NOWHERE ? 0 : r->e->at);
    return err_within(r->e, "%s", what);
}

bool unit_read(struct reading *r, const json *j, str *text, struct kpi_unit *unit, struct kpi_text *label)
{
    const json *u;
    if (!json_need(j, STR("unit"), JSON_TEXT, &u, r->e)) return false;
    *text = u->text;
    if (!kpi_unit_parse(u->text, &r->set->nouns, unit, r->e)) return inside(r, u, "\"unit\"");
    label->in[LANGUAGE_NL] = label->in[LANGUAGE_EN] = u->text;
    return text_read(r, j, "unit_label", false, label);
}

bool list_read(struct reading *r, const json *j, const char *key, bool is_needed, size_t most,
               const json **out, size_t *count)
{
    *out = json_get(j, str_of(key));
    *count = 0;
    if (!*out && !is_needed) return true;
    if (!json_need(j, str_of(key), JSON_ARRAY, out, r->e)) return false;
    *count = (*out)->count;
    return *count <= most ||
           err_set(r->e, ERR_LIMIT, (*out)->at, "\"%s\" has more than %zu items", key, most);
}

void *room_for(struct reading *r, size_t count, size_t bytes)
{
    void *p = arena_array(r->arena, count + 1, bytes);
    if (!p) err_no_memory(r->e);
    return p;
}

bool texts_read(struct reading *r, const json *j, const char *key, str **out, size_t *count)
{
    const json *list;
    if (!list_read(r, j, key, false, 100, &list, count)) return false;
    *out = ROOM(r, *count, str);
    if (!*out) return false;
    size_t n = 0;
    for (const json *t = list ? list->first : NULL; t; t = t->next) {
        if (t->type != JSON_TEXT) return err_set(r->e, ERR_TYPE, t->at, "\"%s\" holds texts only", key);
        (*out)[n++] = t->text;
    }
    return true;
}

// ---- The whole ---------------------------------------------------------------------------------------------------

static bool head_read(struct reading *r, const json *root)
{
    const json *version;
    double number;
    if (root->type != JSON_OBJECT) return err_set(r->e, ERR_TYPE, root->at, "a set is an object");
    if (!json_need(root, STR("peil_kpi_set"), JSON_NUMBER, &version, r->e)) return false;
    if (!num_parse_double(version->text, &number, r->e) || number != FORMAT_VERSION)
        return err_set(r->e, ERR_UNSUPPORTED, version->at, "this peil reads version %d of the format",
                       FORMAT_VERSION);
    r->set->version = json_text(root, STR("version"));
    r->set->source = json_text(root, STR("source"));
    return need_id(r, root, "id", "-", &r->set->id) && text_read(r, root, "name", true, &r->set->name);
}

bool kpi_set_read(str source, arena *a, struct kpi_set **out, err *e)
{
    json *root;
    struct reading r = {.arena = a, .set = ARENA_NEW(a, struct kpi_set), .e = e};
    if (!r.set) return err_no_memory(e);
    r.set->population = -1;
    if (!json_parse(source, a, &root, e)) return false;
    if (!head_read(&r, root) || !nouns_read(&r, root) || !inputs_read(&r, root) || !groups_read(&r, root) ||
        !indicators_read(&r, root) || !checks_read(&r, root))
        return false;
    *out = r.set;
    return true;
}
