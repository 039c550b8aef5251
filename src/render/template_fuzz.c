// SPDX-License-Identifier: EUPL-1.2
#include "render/template.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena *a = arena_new(1 << 20);
    struct view_maker m = {.a = a};
    struct view *root = view_root(&m);
    view_text(&m, root, STR("x"), STR("<&>"));
    struct view *list = view_list(&m, root, STR("l"));
    view_text(&m, view_object(&m, list, (str){0}), STR("x"), STR("1"));
    view_text(&m, view_object(&m, list, (str){0}), STR("y"), STR("2"));
    struct template *t;
    buf out = {.max = 1 << 16};
    err e;
    if (root && template_compile((str){(const char *)data, size}, a, &t, &e)) template_render(t, root, &out);
    buf_free(&out);
    arena_free(a);
    return 0;
}
