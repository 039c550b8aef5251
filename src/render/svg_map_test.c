// SPDX-License-Identifier: EUPL-1.2
#include "render/svg_map.h"

#include "base/test.h"

static struct place corners[] = {{4.30, 52.00}, {4.34, 52.00}, {4.34, 52.03}, {4.30, 52.03}, {4.30, 52.00}};
static struct ring ring = {corners, 5};
static struct outline area = {
    .code = {"A", 1}, .name = {"A & B", 5}, .rings = &ring, .ring_count = 1, .middle = {4.32, 52.015}};
static struct outlines one_area = {
    .all = &area, .count = 1, .south_west = {4.30, 52.00}, .north_east = {4.34, 52.03}};

struct fixture {
    struct outlines *o;
    buf out;
};

static struct fixture start(void)
{
    return (struct fixture){.o = &one_area, .out = {.max = 1 << 18}};
}

static void end(struct fixture *f)
{
    buf_free(&f->out);
}

static bool shows(const struct fixture *f, const char *text)
{
    size_t at;
    return str_find(buf_str(&f->out), str_of(text), &at);
}

static struct map_marker marker(double longitude, double latitude)
{
    return (struct map_marker){.place = {longitude, latitude},
                               .shape = MARK_SQUARE,
                               .class = STR("air-1"),
                               .state = STR("fresh"),
                               .text = STR("8"),
                               .label = STR("M: 8"),
                               .href = STR("/meter/1"),
                               .attributes = STR("data-stream=\"1\"")};
}

TEST(a_marker_in_the_middle_of_the_area_stands_in_the_middle_of_the_frame)
{
    struct fixture f = start();
    struct map_marker m[] = {marker(4.32, 52.015)};
    svg_map(&f.out, f.o, NULL, m, 1, STR("Kaart"));
    // Mercator puts half of the degrees a hair south of half of the height.
    assert_true(shows(&f, "<svg x=\"50.00%\" y=\"50.0"));
    assert_true(
        shows(&f, "href=\"/meter/1\" class=\"marker fresh air-1\" aria-label=\"M: 8\" data-stream=\"1\""));
    end(&f);
}

TEST(names_and_labels_are_escaped)
{
    struct fixture f = start();
    struct map_marker m[] = {marker(4.32, 52.015)};
    m[0].label = STR("<script>");
    svg_map(&f.out, f.o, NULL, m, 1, STR("\"quoted\""));
    assert_true(shows(&f, "A &amp; B"));
    assert_true(shows(&f, "aria-label=\"&quot;quoted&quot;\""));
    assert_false(shows(&f, "<script>"));
    end(&f);
}

TEST(markers_outside_the_town_are_left_to_the_list)
{
    struct fixture f = start();
    struct map_marker m[] = {marker(10, 52), marker(4.32, 10)};
    svg_map(&f.out, f.o, NULL, m, 2, STR("Kaart"));
    assert_false(shows(&f, "class=\"marker"));
    end(&f);
}

TEST(without_outlines_the_frame_fits_the_markers)
{
    struct fixture f = start();
    struct map_marker m[] = {marker(4.30, 52.01), marker(4.34, 52.01)};
    svg_map(&f.out, NULL, NULL, m, 2, STR("Kaart"));
    assert_true(shows(&f, "<svg x=\"2.33%\" y=\"50.00%\""));  // the margin of 14 of 600
    assert_true(shows(&f, "<svg x=\"97.67%\" y=\"50.00%\""));
    end(&f);
}

TEST(markers_at_one_place_move_apart)
{
    struct fixture f = start();
    struct map_marker m[] = {marker(4.32, 52.015), marker(4.32, 52.0151)};
    svg_map(&f.out, f.o, NULL, m, 2, STR("Kaart"));
    assert_true(shows(&f, "transform=\"translate(0 -12)\"") || shows(&f, "transform=\"translate(0 -11)\""));
    assert_true(shows(&f, "transform=\"translate(0 12)\"") || shows(&f, "transform=\"translate(0 11)\""));
    end(&f);
}

TEST(a_map_of_nothing_is_an_empty_frame)
{
    struct fixture f = start();
    svg_map(&f.out, NULL, NULL, NULL, 0, STR("Kaart"));
    assert_str(buf_str(&f.out), "<svg class=\"map-plot\" role=\"group\" aria-label=\"Kaart\"></svg>");
    end(&f);
}

TEST(an_area_shows_its_class_and_leads_to_its_page_by_name)
{
    struct fixture f = start();
    const struct map_area areas[] = {
        {.class = STR("lki-4"), .href = STR("/gebied/A"), .label = STR("A & B: slecht"), .is_hatched = true}};
    svg_map(&f.out, f.o, areas, NULL, 0, STR("Kaart"));
    assert_true(
        shows(&f, "<a href=\"/gebied/A\" aria-label=\"A &amp; B: slecht\"><g class=\"area classed lki-4\">"));
    assert_true(shows(&f, "fill=\"url(#hatch)\""));
    assert_true(shows(&f, "id=\"hatch\""));
    end(&f);
}

RUN(CASE(an_area_shows_its_class_and_leads_to_its_page_by_name),
    CASE(a_marker_in_the_middle_of_the_area_stands_in_the_middle_of_the_frame),
    CASE(names_and_labels_are_escaped), CASE(markers_outside_the_town_are_left_to_the_list),
    CASE(without_outlines_the_frame_fits_the_markers), CASE(markers_at_one_place_move_apart),
    CASE(a_map_of_nothing_is_an_empty_frame))
