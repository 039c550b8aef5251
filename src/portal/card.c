// SPDX-License-Identifier: EUPL-1.2
#include "portal/card.h"

#include "base/queue.h"
#include "base/utf8.h"
#include "portal/page.h"

#include <cairo-ft.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#define MARGIN 80
#define SHRINK_LEAST 0.5  // of a long name; what is longer still is cut off by the edge
#define HEAD_HEIGHT 90
#define PILL_ROOM 420  // for the word in it
#define LETTERS_MOST 100
#define TEXT_BYTES_MAX (4 * LETTERS_MOST + 1)

typedef enum { CARD_REGULAR, CARD_BOLD, CARD_FACES } card_weight;

struct cards {
    char font_path[PATH_MAX];
    const json *classes;  // {"air-1": ["#8cc8f0", "#000"]}: fill, and text on it
    struct lock *lock;    // guards what follows
    int busy;
    FT_Library library;  // opened by the first picture
    FT_Face faces[CARD_FACES];
    cairo_font_face_t *fonts[CARD_FACES];
};

struct cards *cards_new(const char *web_directory, const struct site *site, err *e)
{
    struct cards *c = calloc(1, sizeof *c);
    if (!c || !(c->lock = lock_new())) {
        free(c);
        (void)err_no_memory(e);
        return NULL;
    }
    c->classes = site->classes;
    snprintf(c->font_path, sizeof c->font_path, "%s%.*s", web_directory,
             STR_ARG(site_asset(site, STR("text.woff2"))));
    return c;
}

void cards_free(struct cards *c)
{
    if (!c) return;
    for (int i = 0; i < CARD_FACES; i++)
        if (c->fonts[i]) cairo_font_face_destroy(c->fonts[i]);
    if (c->library) {
        cairo_debug_reset_static_data();  // cairo keeps scaled fonts, which point into the faces
        FT_Done_FreeType(c->library);
    }
    lock_free(c->lock);
    free(c);
}

// ---- The typeface ------------------------------------------------------------------------------------------------

static bool open_face(struct cards *c, card_weight w)
{
    if (FT_New_Face(c->library, c->font_path, 0, &c->faces[w]) != 0) return false;
    return (c->fonts[w] = cairo_ft_font_face_create_for_ft_face(c->faces[w], 0)) != NULL;
}

static bool open_fonts(struct cards *c)
{
    if (c->fonts[CARD_BOLD]) return true;
    if (!c->library && FT_Init_FreeType(&c->library) != 0) return false;
    return open_face(c, CARD_REGULAR) && open_face(c, CARD_BOLD);
}

static bool begin(struct cards *c, err *e)
{
    lock_take(c->lock);
    const bool is_free = c->busy < CARDS_AT_ONCE, has_fonts = is_free && open_fonts(c);
    c->busy += has_fonts;
    lock_drop(c->lock);
    if (!is_free) return err_set(e, ERR_BUSY, ERR_NOWHERE, "pictures are being drawn; ask again in a moment");
    return has_fonts || err_set(e, ERR_CONFIG, ERR_NOWHERE, "cannot read the typeface %s", c->font_path);
}

static void end(struct cards *c)
{
    lock_take(c->lock);
    c->busy--;
    lock_drop(c->lock);
}

// One file holds all weights.
static void choose_font(struct cards *c, cairo_t *k, card_weight w, double size)
{
    cairo_font_options_t *o = cairo_font_options_create();
    cairo_font_options_set_antialias(o, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_variations(o, w == CARD_BOLD ? "wght=700" : "wght=400");
    cairo_set_font_face(k, c->fonts[w]);
    cairo_set_font_options(k, o);
    cairo_set_font_size(k, size);
    cairo_font_options_destroy(o);
}

// ---- Drawing -------------------------------------------------------------------------------------------------------

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0;
}

// "#8cc8f0" or "#000".
static void choose_colour(cairo_t *k, str s)
{
    double part[3] = {0};
    const size_t digits = s.n == 7 ? 2 : 1;
    for (size_t i = 0; (s.n == 7 || s.n == 4) && i < 3; i++) {
        const char *p = s.p + 1 + i * digits;
        part[i] = (hex(p[0]) * 16 + hex(p[digits - 1])) / 255.0;
    }
    cairo_set_source_rgb(k, part[0], part[1], part[2]);
}

struct line {
    card_weight weight;
    double size, x, y;
    str colour;
    bool is_centred;
};

static void draw_text(struct cards *c, cairo_t *k, const struct line *l, str text)
{
    char copy[TEXT_BYTES_MAX];
    cairo_text_extents_t seen;
    snprintf(copy, sizeof copy, "%.*s", STR_ARG(utf8_slice(text, 0, LETTERS_MOST)));
    choose_font(c, k, l->weight, l->size);
    cairo_text_extents(k, copy, &seen);
    const double room = l->is_centred ? PILL_ROOM : CARD_WIDTH - MARGIN - l->x;
    if (seen.x_advance > room) {
        const double shrink = room / seen.x_advance;
        choose_font(c, k, l->weight, l->size * (shrink < SHRINK_LEAST ? SHRINK_LEAST : shrink));
        cairo_text_extents(k, copy, &seen);
    }
    choose_colour(k, l->colour);
    cairo_move_to(k, l->is_centred ? l->x - seen.x_advance / 2 : l->x, l->y);
    cairo_show_text(k, copy);
}

static void draw_pill(struct cards *c, cairo_t *k, str class, str word)
{
    const double left = 640, top = 310, width = 480, round = 65, turn = 1.5707963267948966;
    const json *colours = c->classes ? json_get(c->classes, class) : NULL;
    if (!colours || colours->count < 2) return;
    cairo_new_path(k);
    cairo_arc(k, left + round, top + round, round, turn, 3 * turn);
    cairo_arc(k, left + width - round, top + round, round, -turn, turn);
    cairo_close_path(k);
    choose_colour(k, colours->first->text);
    cairo_fill_preserve(k);
    choose_colour(k, STR("#222222"));
    cairo_set_line_width(k, 3);
    cairo_stroke(k);
    draw_text(c, k,
              &(struct line){CARD_BOLD, 60, left + width / 2, top + 82, colours->first->next->text, true},
              word);
}

static str shown(const struct view *object, const char *key)
{
    const struct view *v = object ? view_find(object, str_of(key)) : NULL;
    return v && v->kind == VIEW_TEXT ? v->text : (str){0};
}

static str either(str a, str b)
{
    return a.n ? a : b;
}

static str unit_line(const struct page *p, str unit, str when)
{
    str out = unit;
    if (when.n && !arena_print(p->a, &out, "%.*s · %.*s", STR_ARG(unit), STR_ARG(when))) return unit;
    return out;
}

static void draw(struct cards *c, const struct page *p, cairo_t *k)
{
    static const struct line head = {CARD_BOLD, 40, MARGIN, 59, STR("#ffffff"), false},
                             name = {CARD_BOLD, 64, MARGIN, 190, STR("#14292f"), false},
                             subject = {CARD_REGULAR, 40, MARGIN, 250, STR("#4b6067"), false},
                             figure = {CARD_BOLD, 150, MARGIN, 420, STR("#14292f"), false},
                             unit = {CARD_REGULAR, 40, MARGIN, 480, STR("#4b6067"), false},
                             since = {CARD_BOLD, 64, MARGIN, 380, STR("#14292f"), false},
                             foot = {CARD_REGULAR, 40, MARGIN, 580, STR("#4b6067"), false};
    const struct view *root = p->root, *card = view_find(root, STR("card"));  // a meter's reading
    const str number = either(shown(card, "value"), shown(root, "value"));
    choose_colour(k, STR("#f4f6f4"));
    cairo_paint(k);
    choose_colour(k, shown(root, "brand_light"));
    cairo_rectangle(k, 0, 0, CARD_WIDTH, HEAD_HEIGHT);
    cairo_fill(k);
    draw_text(c, k, &head,
              words_fill(p->words, p->a, STR("app.name"), FILLS({STR("town"), shown(root, "town")})));
    draw_text(c, k, &name, shown(root, "name"));
    draw_text(c, k, &subject, either(shown(root, "card_quantity"), shown(root, "layer_name")));
    if (number.n) {
        draw_text(c, k, &figure, number);
        draw_text(
            c, k, &unit,
            unit_line(p, either(shown(root, "card_unit"), shown(root, "layer_unit")), shown(card, "when")));
    } else {
        draw_text(c, k, &since, shown(card, "when"));
    }
    if (either(shown(card, "word"), shown(root, "headline_word")).n)
        draw_pill(c, k, either(shown(card, "class"), shown(root, "headline_class")),
                  either(shown(card, "word"), shown(root, "headline_word")));
    if (shown(root, "demo").n) draw_text(c, k, &foot, page_text(p, STR("frame.demo")));
}

static cairo_status_t write_bytes(void *context, const unsigned char *bytes, unsigned int count)
{
    buf *out = context;
    buf_add(out, (str){(const char *)bytes, count});
    return out->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

bool card_draw(struct cards *c, const struct page *p, buf *out, err *e)
{
    if (!begin(c, e)) return false;
    cairo_surface_t *s = cairo_image_surface_create(CAIRO_FORMAT_RGB24, CARD_WIDTH, CARD_HEIGHT);
    cairo_t *k = cairo_create(s);
    draw(c, p, k);
    const bool ok = cairo_status(k) == CAIRO_STATUS_SUCCESS &&
                    cairo_surface_write_to_png_stream(s, write_bytes, out) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(k);
    cairo_surface_destroy(s);
    end(c);
    return ok || err_no_memory(e);
}
