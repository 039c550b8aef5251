// SPDX-License-Identifier: EUPL-1.2
// Figures for the assessment of the demo town, all marked as demonstration: a file as CBS writes it, through the same import as
// any file; what departments entered by hand; targets. Two whole years, and this one as far as it has come.
#include "demo/demo.h"

#include "demo/signal.h"
#include "identity/identity.h"
#include "kpi/import/import.h"
#include "kpi/office.h"

#include <math.h>
#include <stdio.h>

#define WORK_BYTES_MAX ((size_t)256 << 20)
#define YEARS 3

static const struct principal deliverer = {.role = ROLE_EDITOR, .kind = PRINCIPAL_LOCAL, .name = "demo-a"};
static const struct principal checker = {.role = ROLE_EDITOR, .kind = PRINCIPAL_LOCAL, .name = "demo-b"};

// clang-format off
// What a department of a town of this size could enter, in the input's unit: the year before last, and last year.
static const struct {
    const char *input;
    double then, now;
    kpi_method method;
} by_hand[] = {
    {"households_with_internet", 27100, 27500, KPI_BY_HIGHER_LEVEL}, {"fixed_broadband_subscriptions", 26000, 26400, KPI_BY_HIGHER_LEVEL},
    {"wireless_broadband_subscriptions", 61000, 62500, KPI_BY_HIGHER_LEVEL}, {"area_covered_4g", 14.4, 14.4, KPI_BY_MEASUREMENT},
    {"wifi_hotspots_public", 42, 46, KPI_BY_MEASUREMENT}, {"smart_water_meters", 3100, 5200, KPI_BY_MEASUREMENT},
    {"water_meters", 27900, 28100, KPI_BY_MEASUREMENT}, {"water_network_km_ict", 60, 88, KPI_BY_MEASUREMENT},
    {"water_network_km", 212, 213, KPI_BY_MEASUREMENT}, {"drainage_km_ict", 41, 52, KPI_BY_MEASUREMENT},
    {"drainage_km", 246, 247, KPI_BY_MEASUREMENT}, {"smart_electricity_meters", 25800, 26600, KPI_BY_MEASUREMENT},
    {"electricity_meters", 29300, 29600, KPI_BY_MEASUREMENT}, {"electricity_customers", 29300, 29600, KPI_BY_MEASUREMENT},
    {"pt_stops_dynamic_info", 61, 66, KPI_BY_MEASUREMENT}, {"pt_stops", 94, 94, KPI_BY_MEASUREMENT},
    {"major_streets_km_ict", 18, 20, KPI_BY_MEASUREMENT}, {"major_streets_km", 41, 41, KPI_BY_MEASUREMENT},
    {"intersections_adaptive", 9, 12, KPI_BY_MEASUREMENT}, {"intersections_signalled", 31, 31, KPI_BY_MEASUREMENT},
    {"open_datasets_published", 84, 97, KPI_BY_MEASUREMENT}, {"datasets_inventoried", 190, 195, KPI_BY_MEASUREMENT},
    {"public_services_online", 118, 126, KPI_BY_MEASUREMENT}, {"procurements_electronic", 71, 76, KPI_BY_MEASUREMENT},
    {"procurements", 74, 78, KPI_BY_MEASUREMENT}, {"smes", 5120, 5190, KPI_BY_HIGHER_LEVEL},
    {"unemployed", 1310, 1240, KPI_BY_SURVEY}, {"labour_force", 30100, 30400, KPI_BY_SURVEY},
    {"households_basic_water", 28300, 28400, KPI_BY_ESTIMATE}, {"households_potable_water", 28300, 28400, KPI_BY_ESTIMATE},
    {"water_volume_supplied", 3080000, 3040000, KPI_BY_MEASUREMENT}, {"water_volume_utilised", 2940000, 2900000, KPI_BY_MEASUREMENT},
    {"households_wastewater_collection", 28200, 28300, KPI_BY_MEASUREMENT}, {"households_sanitation", 28300, 28400, KPI_BY_ESTIMATE},
    {"households_waste_collection", 28300, 28400, KPI_BY_MEASUREMENT}, {"customer_interruptions", 7900, 6800, KPI_BY_MEASUREMENT},
    {"customer_interruption_minutes", 490000, 402000, KPI_BY_MEASUREMENT}, {"households_electricity", 28300, 28400, KPI_BY_MEASUREMENT},
    {"pt_network_km", 74, 76, KPI_BY_MEASUREMENT}, {"inhabitants_near_pt_stop", 52100, 52600, KPI_BY_ESTIMATE},
    {"bicycle_network_km", 96, 99, KPI_BY_MEASUREMENT}, {"commuters", 27000, 27300, KPI_BY_SURVEY},
    {"commuters_private", 12600, 12300, KPI_BY_SURVEY}, {"commuters_public", 4300, 4500, KPI_BY_SURVEY},
    {"commuters_walking", 1900, 1950, KPI_BY_SURVEY}, {"commuters_cycling", 7900, 8250, KPI_BY_SURVEY},
    {"commuters_para", 200, 200, KPI_BY_SURVEY}, {"travel_time_peak", 21, 20.5, KPI_BY_MEASUREMENT},
    {"travel_time_free_flow", 16, 16, KPI_BY_MEASUREMENT}, {"shared_bicycles", 120, 180, KPI_BY_MEASUREMENT},
    {"shared_vehicles", 61, 84, KPI_BY_MEASUREMENT}, {"passenger_vehicles_low_carbon", 3100, 3900, KPI_BY_MEASUREMENT},
    {"public_building_area", 61000, 61000, KPI_BY_MEASUREMENT}, {"public_building_area_certified", 9800, 14500, KPI_BY_MEASUREMENT},
    {"public_building_area_ibms", 30500, 33000, KPI_BY_MEASUREMENT}, {"pedestrian_zone_area", 0.42, 0.45, KPI_BY_MEASUREMENT},
    {"plan_compact", 1, 1, KPI_BY_MEASUREMENT}, {"plan_connected", 1, 1, KPI_BY_MEASUREMENT}, {"plan_integrated", 1, 1, KPI_BY_MEASUREMENT},
    {"plan_inclusive", 1, 1, KPI_BY_MEASUREMENT}, {"plan_resilient", 0, 0, KPI_BY_MEASUREMENT},
    {"aq_pm25", 9.1, 8.7, KPI_BY_HIGHER_LEVEL}, {"aq_pm10", 16.4, 15.9, KPI_BY_HIGHER_LEVEL}, {"aq_no2", 21.3, 20.1, KPI_BY_HIGHER_LEVEL},
    {"ghg_emissions", 212000, 203000, KPI_BY_HIGHER_LEVEL}, {"water_volume_freshwater", 2900000, 2860000, KPI_BY_MEASUREMENT},
    {"wastewater_volume", 5100000, 5150000, KPI_BY_MEASUREMENT}, {"wastewater_primary", 5100000, 5150000, KPI_BY_MEASUREMENT},
    {"wastewater_secondary", 5100000, 5150000, KPI_BY_MEASUREMENT}, {"wastewater_tertiary", 4900000, 5000000, KPI_BY_MEASUREMENT},
    {"waste_total", 24800, 24300, KPI_BY_MEASUREMENT}, {"waste_landfill", 150, 120, KPI_BY_MEASUREMENT}, {"waste_burnt", 0, 0, KPI_BY_MEASUREMENT},
    {"waste_incinerated", 11900, 11200, KPI_BY_MEASUREMENT}, {"waste_open_dump", 0, 0, KPI_BY_MEASUREMENT},
    {"waste_recycled", 12350, 12600, KPI_BY_MEASUREMENT}, {"waste_other", 400, 380, KPI_BY_MEASUREMENT},
    {"antenna_sites", 48, 50, KPI_BY_MEASUREMENT}, {"antenna_sites_compliant", 48, 50, KPI_BY_MEASUREMENT},
    {"green_area", 342, 344, KPI_BY_MEASUREMENT}, {"inhabitants_near_green", 50200, 50900, KPI_BY_ESTIMATE},
    {"protected_area", 0.61, 0.61, KPI_BY_MEASUREMENT}, {"recreation_area", 410000, 412000, KPI_BY_MEASUREMENT},
    {"energy_renewable", 390, 452, KPI_BY_HIGHER_LEVEL}, {"energy_total", 4100, 4020, KPI_BY_HIGHER_LEVEL},
    {"thermal_energy_residential", 720000, 688000, KPI_BY_HIGHER_LEVEL}, {"public_building_energy", 8900000, 8400000, KPI_BY_MEASUREMENT},
    {"students", 8900, 8950, KPI_BY_MEASUREMENT}, {"students_ict_access", 8600, 8800, KPI_BY_SURVEY},
    {"students_primary_secondary", 8900, 8950, KPI_BY_MEASUREMENT}, {"school_age_population", 8700, 8760, KPI_BY_MEASUREMENT},
    {"higher_education_degrees", 14800, 15200, KPI_BY_HIGHER_LEVEL}, {"literate_adults", 42900, 43200, KPI_BY_ESTIMATE},
    {"physicians", 41, 42, KPI_BY_MEASUREMENT}, {"inhabitants_insured", 56600, 56800, KPI_BY_HIGHER_LEVEL},
    {"life_expectancy", 81.6, 81.8, KPI_BY_HIGHER_LEVEL}, {"live_births", 610, 602, KPI_BY_MEASUREMENT}, {"maternal_deaths", 0, 0, KPI_BY_MEASUREMENT},
    {"expenditure_culture", 6900000, 7100000, KPI_BY_MEASUREMENT}, {"expenditure_city", 182000000, 189000000, KPI_BY_MEASUREMENT},
    {"cultural_institutions", 19, 20, KPI_BY_MEASUREMENT}, {"hourly_earnings_female", 24.1, 25.2, KPI_BY_HIGHER_LEVEL},
    {"hourly_earnings_male", 26.9, 27.7, KPI_BY_HIGHER_LEVEL}, {"gini", 0.271, 0.268, KPI_BY_HIGHER_LEVEL},
    {"votes_municipal", 21900, 21900, KPI_BY_MEASUREMENT}, {"voters_eligible", 45100, 45100, KPI_BY_MEASUREMENT},
    {"children_0_3", 2380, 2360, KPI_BY_MEASUREMENT}, {"children_0_3_daycare", 1180, 1250, KPI_BY_ESTIMATE},
    {"city_gdp", 3100000000, 3200000000, KPI_BY_ESTIMATE}, {"disaster_deaths", 0, 0, KPI_BY_MEASUREMENT}, {"disaster_losses", 0, 0, KPI_BY_MEASUREMENT},
    {"resilience_plan", 1, 1, KPI_BY_MEASUREMENT}, {"emergency_response_minutes", 31200, 30100, KPI_BY_MEASUREMENT},
    {"emergency_calls", 3900, 3860, KPI_BY_MEASUREMENT}, {"police_officers", 61, 62, KPI_BY_ESTIMATE}, {"firefighters", 38, 38, KPI_BY_MEASUREMENT},
    {"violent_crimes", 310, 296, KPI_BY_MEASUREMENT}, {"traffic_deaths", 1, 0, KPI_BY_MEASUREMENT},
};

// What the town holds itself against; year 0 is the benchmark of the score, else a promise for that year.
static const struct {
    const char *point;
    int year;
    double target, worst;
    const char *source;
} aims[] = {
    {"EC:ICT:ICT:1C", 0, 100, 0, "SDG 17.8: iedereen"},           {"EC:ICT:ICT:2C", 0, 100, 0, "SDG 17.8: iedereen"},
    {"EC:ICT:WS:1C", 0, 100, 0, "drinkwaterbedrijf, meerjarenplan"}, {"EC:ICT:ES:1C", 0, 100, 0, "Europese richtlijn slimme meters"},
    {"EC:ICT:T:1C", 0, 100, 0, "vervoersplan"},                    {"EC:ICT:D:1A", 0, 100, 0, "rioleringsplan"},
    {"EC:ICT:PS:3A", 0, 100, 0, "Aanbestedingswet"},               {"EC:P:EM:1C", 0, 3, 20, "economische visie"},
    {"EC:I:WS:1C", 0, 100, 0, "SDG 6.1"},                          {"EC:I:WS:2C", 0, 100, 0, "SDG 6.1"},
    {"EC:I:WS:3C", 0, 0, 50, "drinkwaterbedrijf"},                 {"EC:I:WS:4C", 0, 100, 0, "SDG 6.2"},
    {"EC:I:T:2A", 0, 100, 0, "vervoersplan"},                      {"EC:I:T:8A", 0, 100, 0, "klimaatplan 2050"},
    {"EC:I:B:1A", 0, 100, 0, "duurzaam vastgoed"},                 {"EN:EN:AQ:1C/pm_25", 0, 5, 35, "WHO-advieswaarde 2021"},
    {"EN:EN:AQ:1C/pm_10", 0, 15, 70, "WHO-advieswaarde 2021"},     {"EN:EN:AQ:1C/no2", 0, 10, 40, "WHO-advieswaarde 2021"},
    {"EN:EN:AQ:2C", 0, 0, 10, "klimaatplan 2050"},                 {"EN:EN:WS:2C", 0, 100, 200, "waterbesparing"},
    {"EN:EN:WA:1C/recycled", 0, 75, 0, "VANG-doelstelling"},       {"EN:EN:WA:1C/landfill", 0, 0, 20, "VANG-doelstelling"},
    {"EN:EN:PSN:2A", 0, 100, 0, "groenvisie"},                     {"EN:E:E:1C", 0, 100, 0, "klimaatplan 2050"},
    {"SC:EH:ED:1C", 0, 100, 0, "onderwijsagenda"},                 {"SC:EH:ED:2C", 0, 100, 0, "SDG 4.1"},
    {"SC:EH:ED:4C", 0, 100, 0, "SDG 4.6"},                         {"SC:SH:SI:1C", 0, 1, 0, "SDG 5"},
    {"SC:SH:SI:2C", 0, 0.2, 0.6, "SDG 10"},                        {"SC:SH:SI:3C", 0, 0, 20, "SDG 1.2"},
    {"SC:SH:SI:4C", 0, 80, 0, "raadsbesluit"},                     {"SC:SH:SA:5A", 0, 8, 20, "veiligheidsregio"},
    {"EN:E:E:1C", 2030, 27, 0, "Regionale Energiestrategie"},      {"EC:I:T:8A", 2030, 35, 0, "klimaatplan"},
    {"EN:EN:AQ:1C/no2", 2030, 20, 40, "Schone Lucht Akkoord"},     {"SC:SH:SI:3C", 2028, 3.5, 20, "armoedebeleid"},
    {"EN:EN:WA:1C/recycled", 2025, 55, 0, "afvalplan"},            {"EC:ICT:ICT:1C", 2026, 98, 0, "digitale agenda"},
};
// clang-format on

struct filling {
    const struct kpi_office *office;
    struct kpi_acting by, check;
    int this_year;
};

// ---- As CBS would write it ---------------------------------------------------------------------------------------

static void area_row(buf *b, str code, double people, double share_of_children, double hectares, int year)
{
    const double growth = 1 + 0.004 * (year - 2025), n = round(people * growth / 5) * 5;
    buf_print(b, "\"%.*s\";%.0f;%.0f;%.0f;%.0f;%.0f;%d,%d;%d,%d;%.0f;%.0f;%.0f\r\n", STR_ARG(code), n,
              round(n * share_of_children / 5) * 5, round(n * 0.5 / 5) * 5, round(n * 0.507 / 5) * 5,
              round(2310 * growth / 10) * 10, 4, (int)(9 - 10 * share_of_children / 2), 36, 2,
              round(n * 0.093 / 5) * 5, round(n * 0.37 / 5) * 5, hectares);
}

static bool town_table(const struct filling *f, int year, arena *a, str *out, err *e)
{
    buf b = {.max = 1 << 20};
    BUF_LIT(
        &b,
        "\xef\xbb\xbf\"WijkenEnBuurten\";\"AantalInwoners_5\";\"k_0Tot15Jaar_8\";\"HuishoudensTotaal_29\";"
        "\"Woningvoorraad_35\";\"GemiddeldeElektriciteitslevering_53\";\"PersonenInArmoede_81\";"
        "\"GemGestandaardiseerdInkomen_83\";\"BedrijfsvestigingenTotaal_95\";\"PersonenautoSTotaal_104\";"
        "\"OppervlakteTotaal_115\"\r\n");
    area_row(&b, f->office->config.area, 57200, 0.155, 1449, year);
    if (f->office->config.areas) {
        const struct atlas *t = areas_take(f->office->config.areas);
        size_t count;
        const struct area *all = atlas_all(t, &count);
        for (size_t i = 0; i < count; i++) {
            if (all[i].level != AREA_NEIGHBOURHOOD || atlas_find(t, all[i].code, year) != &all[i]) continue;
            const uint64_t seed = demo_hash((uint64_t)i, 0x6b7069);
            area_row(&b, all[i].code, 400 + 3000 * demo_unit(seed, 1), 0.10 + 0.1 * demo_unit(seed, 2),
                     round(fmax(5, all[i].square_metres / 10000)), year);
        }
        areas_give(f->office->config.areas, t);
    }
    const bool ok = !b.failed && arena_copy(a, buf_str(&b), out);
    buf_free(&b);
    return ok || err_no_memory(e);
}

#define MAPPING(more)                                                                                  \
    "{\"peil_kpi_mapping\":1,\"source\":\"Voorbeeldgegevens in de vorm van CBS Kerncijfers wijken en " \
    "buurten\","                                                                                       \
    "\"method\":\"higher-level\",\"area\":\"WijkenEnBuurten\",\"inputs\":{\"inhabitants\":"            \
    "\"AantalInwoners\","                                                                              \
    "\"households\":\"HuishoudensTotaal\",\"city_area\":\"OppervlakteTotaal / 100\","                  \
    "\"enterprises\":\"BedrijfsvestigingenTotaal\",\"passenger_vehicles\":\"PersonenautoSTotaal\","    \
    "\"adults\":\"AantalInwoners - k_0Tot15Jaar\","                                                    \
    "\"inhabitants_poverty\":\"PersonenInArmoede * AantalInwoners / 100\"," more                       \
    "\"household_income\":\"GemGestandaardiseerdInkomen * 1000\"}}"

// This year's electricity is what the town's own meter counts.
static const char mapping[] = MAPPING(
    "\"electricity_consumption\":\"GemiddeldeElektriciteitslevering * Woningvoorraad\",");
static const char mapping_now[] = MAPPING("");

static bool import_year(struct filling *f, int year, err *e)
{
    struct kpi_import made;
    struct kpi_import_wish wish = {.mapping = str_of(year == f->this_year ? mapping_now : mapping),
                                   .year = year,
                                   .is_demo = true,
                                   .status = KPI_SUBMITTED};
    return town_table(f, year, f->by.arena, &wish.table, e) &&
           kpi_import_run(f->office->config.store, &f->by, &wish, &made, e);
}

// ---- By hand -----------------------------------------------------------------------------------------------------

static bool enter_one(struct store_tx *tx, struct filling *f, size_t i, int year, double number, err *e)
{
    struct kpi_value v;
    struct kpi_doubts doubts;
    if (kpi_input_find(f->office->set, str_of(by_hand[i].input)) < 0) return true;  // another set
    const struct kpi_entry x = {.year = year,
                                .area = f->office->config.area,
                                .input = str_of(by_hand[i].input),
                                .status = KPI_SUBMITTED,
                                .has_number = true,
                                .number = number,
                                .source = STR("Voorbeeldgegevens"),
                                .method = by_hand[i].method,
                                .origin = KPI_BY_HAND,
                                .is_demo = true,
                                .capture = (double)NAN};
    if (!kpi_enter(tx, &f->by, &x, &v, &doubts, e)) return err_within(e, "%s", by_hand[i].input);
    // A third still waits for the second pair of eyes.
    return i % 3 == 0 || kpi_move(tx, &f->check, year, x.area, x.input, KPI_VERIFIED, (str){0}, &v, e);
}

static bool enter_all(struct store_tx *tx, void *context, err *e)
{
    struct filling *f = context;
    for (size_t i = 0; i < sizeof by_hand / sizeof by_hand[0]; i++)
        if (!enter_one(tx, f, i, f->this_year - 2, by_hand[i].then, e) ||
            !enter_one(tx, f, i, f->this_year - 1, by_hand[i].now, e))
            return false;
    for (size_t i = 0; i < sizeof aims / sizeof aims[0]; i++) {
        if (!kpi_point_find(f->office->set, str_of(aims[i].point))) continue;
        if (!kpi_target_set(tx, &f->by, str_of(aims[i].point), aims[i].year, aims[i].target, true,
                            aims[i].worst, str_of(aims[i].source), STR("voorbeeld"), e))
            return err_within(e, "%s", aims[i].point);
    }
    return true;
}

bool demo_kpi_fill(const struct kpi_office *o, instant now, err *e)
{
    arena *a = arena_new(WORK_BYTES_MAX);
    if (!a) return err_no_memory(e);
    struct filling f = {.office = o,
                        .by = kpi_office_acting(o, &deliverer, now, a),
                        .check = kpi_office_acting(o, &checker, now, a),
                        .this_year = kpi_office_year(o, now)};
    bool ok = true;
    for (int back = YEARS - 1; ok && back >= 0; back--) ok = import_year(&f, f.this_year - back, e);
    ok = ok && store_run(o->config.store, enter_all, &f, e);
    arena_free(a);
    return ok || err_within(e, "figures of the demo town");
}
