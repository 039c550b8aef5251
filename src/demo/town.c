// SPDX-License-Identifier: EUPL-1.2
#include "demo/town.h"

#include "demo/signal.h"

#include <stdio.h>

// clang-format off
static const struct demo_kind_info kinds[DEMO_KIND_COUNT] = {
    [DEMO_AIR] = {STR("Luchtmeter"), STR("Meter van een bewoner (voorbeeldgegevens)"),
                  STR("citizen"), STR("Bewoner"),
                  STR("SDS011 en BME280"), STR("Optische fijnstofmeter met temperatuur, vocht en luchtdruk"),
                  {"pm25", "pm10", "temperature", "humidity", "pressure"}, TIME_MINUTE},
    [DEMO_REFERENCE] = {STR("Meetstation"), STR("Meetstation van de gemeente (voorbeeldgegevens)"),
                  STR("reference"), STR("Gemeente Rijswijk"),
                  STR("Referentiemeetstation"), STR("Gekeurde meetapparatuur voor lucht"),
                  {"no2", "o3", "pm25", "pm10"}, TIME_MINUTE},
    [DEMO_NOISE] = {STR("Geluidmeter"), STR("Geluidmeter van de gemeente, slaat geen geluid op (voorbeeldgegevens)"),
                  STR("municipal"), STR("Gemeente Rijswijk"),
                  STR("DNMS"), STR("Geluidmeter, klasse 2"),
                  {"noise_laeq", "noise_la_max"}, TIME_MINUTE},
    [DEMO_WEATHER] = {STR("Weerstation"), STR("Weerstation op een school (voorbeeldgegevens)"),
                  STR("municipal"), STR("Basisschool"),
                  STR("Weerstation"), STR("Temperatuur, vocht, druk, wind en regen"),
                  {"temperature", "humidity", "pressure", "wind_speed", "wind_direction", "rain"}, TIME_MINUTE},
    [DEMO_SIGN] = {STR("Slim verkeersbord"), STR("Bamboe verkeersbord met sensor (voorbeeldgegevens)"),
                  STR("municipal"), STR("Gemeente Rijswijk"),
                  STR("Bordsensor"), STR("Scheefstand, klappen, temperatuur en batterij van een verkeersbord"),
                  {"tilt", "knock", "temperature", "battery"}, 15 * TIME_MINUTE},
    [DEMO_GRID] = {STR("Hoofdmeter"), STR("Hoofdmeter van stroom, gas en water van de hele stad (voorbeeldgegevens)"),
                  STR("municipal"), STR("Netbeheerder en drinkwaterbedrijf"),
                  STR("Hoofdmeter"), STR("Meterstanden van stroom, gas en water"),
                  {"energy", "gas", "water"}, 15 * TIME_MINUTE,
                  {"electricity_consumption", "thermal_energy_residential", "water_volume_supplied"}, "GM0603"},
    [DEMO_BUILDING] = {STR("Gebouwmeter"), STR("Meterstanden van het stadhuis en andere openbare gebouwen (voorbeeldgegevens)"),
                  STR("municipal"), STR("Gemeente Rijswijk"),
                  STR("Gebouwmeter"), STR("Meterstanden van stroom en gas"),
                  {"energy", "gas"}, 15 * TIME_MINUTE,
                  {"public_building_energy", "public_building_energy"}, "GM0603"},
};

static const struct demo_neighbourhood neighbourhoods[] = {
    {STR("Cromvliet"), 4.3406, 52.0597, 0.5},        {STR("Leeuwendaal"), 4.3423, 52.0552, 0.3},
    {STR("Oud-Rijswijk"), 4.3295, 52.0565, 0.6},     {STR("Bomenbuurt"), 4.3403, 52.0501, 0.3},
    {STR("Welgelegen"), 4.3297, 52.0549, 0.3},       {STR("Rembrandtkwartier"), 4.3339, 52.0508, 0.4},
    {STR("Havenkwartier"), 4.3376, 52.0471, 0.6},    {STR("Hoornwijck"), 4.3477, 52.0496, 0.9},
    {STR("Broekpolder"), 4.3461, 52.0456, 0.8},      {STR("Julianapark"), 4.3198, 52.0512, 0.3},
    {STR("Huis te Lande"), 4.3178, 52.0434, 0.4},    {STR("Te Werve"), 4.3264, 52.0455, 0.2},
    {STR("Plaspoelpolder"), 4.3354, 52.0415, 0.8},   {STR("Stationskwartier"), 4.3217, 52.0396, 0.7},
    {STR("Spoorzicht"), 4.3096, 52.0460, 0.4},       {STR("Kleurenbuurt"), 4.3141, 52.0413, 0.4},
    {STR("Artiestenbuurt"), 4.3173, 52.0374, 0.4},   {STR("Muziekbuurt"), 4.3223, 52.0332, 0.4},
    {STR("Wilhelminapark"), 4.3303, 52.0270, 0.2},   {STR("Overvoorde"), 4.3036, 52.0426, 0.2},
    {STR("Strijp"), 4.2975, 52.0369, 0.3},           {STR("Presidentenbuurt"), 4.3030, 52.0378, 0.3},
    {STR("Ministerbuurt"), 4.3089, 52.0353, 0.3},    {STR("Stervoorde"), 4.3143, 52.0296, 0.3},
    {STR("Eikelenburg"), 4.3047, 52.0255, 0.3},      {STR("Hoekpolder"), 4.3146, 52.0227, 0.2},
    {STR("Sion"), 4.3257, 52.0189, 0.5},             {STR("Elsenburg"), 4.3396, 52.0332, 0.4},
    {STR("Pasgeld"), 4.3457, 52.0274, 0.3},          {STR("Haantje"), 4.3387, 52.0220, 0.3},
    {STR("Kraayenburg"), 4.3509, 52.0328, 0.6},      {STR("Vrijenban"), 4.3522, 52.0261, 0.4},
};

// How many of each kind; 62 in all.
static const struct { demo_kind kind; int count; } fleet[] = {
    {DEMO_AIR, 18}, {DEMO_REFERENCE, 3}, {DEMO_NOISE, 14}, {DEMO_WEATHER, 3}, {DEMO_SIGN, 22},
    {DEMO_GRID, 1}, {DEMO_BUILDING, 1},
};
// clang-format on

#define NEIGHBOURHOODS ((int)(sizeof neighbourhoods / sizeof neighbourhoods[0]))

size_t demo_device_count(void)
{
    size_t n = 0;
    for (size_t k = 0; k < sizeof fleet / sizeof fleet[0]; k++) n += (size_t)fleet[k].count;
    return n;
}

const struct demo_kind_info *demo_kind_of(demo_kind k)
{
    return &kinds[k];
}

// Which kind the device is, and the how-manieth of its kind.
static demo_kind kind_at(size_t index, int *within)
{
    size_t k = 0;
    int i = (int)index;
    while (i >= fleet[k].count) i -= fleet[k++].count;
    *within = i;
    return fleet[k].kind;
}

struct demo_device demo_device_at(size_t index)
{
    int within;
    const demo_kind kind = kind_at(index, &within);
    const uint64_t seed = demo_hash((uint64_t)index, 0x746f776e);
    // 13 and 32 have no common factor: the devices of a kind spread over all neighbourhoods before any gets a second.
    const struct demo_neighbourhood *where = &neighbourhoods[(within * 13 + (int)kind * 5) % NEIGHBOURHOODS];
    struct demo_device d = {
        .number = (int)index,
        .kind = kind,
        .where = where,
        .longitude = where->longitude + (demo_unit(seed, 1) - 0.5) * 0.0030,
        .latitude = where->latitude + (demo_unit(seed, 2) - 0.5) * 0.0018,
        .offset = (instant)(demo_hash(seed, 3) % (uint64_t)(kinds[kind].period / TIME_SECOND)) * TIME_SECOND,
    };
    snprintf(d.key, sizeof d.key, "esp8266-%d", 10000000 + (int)index);
    snprintf(d.name, sizeof d.name, "%.*s %.*s %d", STR_ARG(kinds[kind].title), STR_ARG(where->name),
             within + 1);
    return d;
}
