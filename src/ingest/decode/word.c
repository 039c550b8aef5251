// SPDX-License-Identifier: EUPL-1.2
#include "ingest/decode/word.h"

#define NAME_MAX_BYTES 64

static const struct row {
    str name;
    word_role role;
    str quantity, unit;
} rows[] = {
    {STR("temperature"), WORD_QUANTITY, STR("temperature")},
    {STR("temp"), WORD_QUANTITY, STR("temperature")},
    {STR("tempc"), WORD_QUANTITY, STR("temperature")},
    {STR("temperaturec"), WORD_QUANTITY, STR("temperature")},
    {STR("temperaturecelsius"), WORD_QUANTITY, STR("temperature")},
    {STR("tempf"), WORD_QUANTITY, STR("temperature"), STR("[degF]")},
    {STR("temperaturef"), WORD_QUANTITY, STR("temperature"), STR("[degF]")},
    {STR("airtemperature"), WORD_QUANTITY, STR("temperature")},
    {STR("ambienttemperature"), WORD_QUANTITY, STR("temperature")},
    {STR("externaltemperature"), WORD_QUANTITY, STR("temperature")},
    {STR("temperaturesensor"), WORD_QUANTITY, STR("temperature")},  // ChirpStack's Cayenne LPP
    {STR("tempcsht"), WORD_QUANTITY, STR("temperature")},           // Dragino
    {STR("tempcds"), WORD_QUANTITY, STR("temperature")},
    {STR("humidity"), WORD_QUANTITY, STR("humidity")},
    {STR("hum"), WORD_QUANTITY, STR("humidity")},
    {STR("rh"), WORD_QUANTITY, STR("humidity")},
    {STR("relativehumidity"), WORD_QUANTITY, STR("humidity")},
    {STR("airhumidity"), WORD_QUANTITY, STR("humidity")},
    {STR("humiditysensor"), WORD_QUANTITY, STR("humidity")},
    {STR("humsht"), WORD_QUANTITY, STR("humidity")},
    {STR("dewpoint"), WORD_QUANTITY, STR("dew_point")},
    {STR("pressure"), WORD_QUANTITY, STR("pressure")},
    {STR("airpressure"), WORD_QUANTITY, STR("pressure")},
    {STR("barometricpressure"), WORD_QUANTITY, STR("pressure")},
    {STR("atmosphericpressure"), WORD_QUANTITY, STR("pressure")},
    {STR("barometer"), WORD_QUANTITY, STR("pressure")},
    {STR("pressuresealevel"), WORD_QUANTITY, STR("pressure_sealevel")},
    {STR("seapressure"), WORD_QUANTITY, STR("pressure_sealevel")},
    {STR("pm1"), WORD_QUANTITY, STR("pm1")},
    {STR("pm1.0"), WORD_QUANTITY, STR("pm1")},
    {STR("pm25"), WORD_QUANTITY, STR("pm25")},
    {STR("pm2.5"), WORD_QUANTITY, STR("pm25")},
    {STR("pm4"), WORD_QUANTITY, STR("pm4")},
    {STR("pm4.0"), WORD_QUANTITY, STR("pm4")},
    {STR("pm10"), WORD_QUANTITY, STR("pm10")},
    {STR("pm10.0"), WORD_QUANTITY, STR("pm10")},
    {STR("blackcarbon"), WORD_QUANTITY, STR("black_carbon")},
    {STR("no"), WORD_QUANTITY, STR("no")},
    {STR("no2"), WORD_QUANTITY, STR("no2")},
    {STR("no2ppb"), WORD_QUANTITY, STR("no2"), STR("[ppb]")},
    {STR("o3"), WORD_QUANTITY, STR("o3")},
    {STR("ozone"), WORD_QUANTITY, STR("o3")},
    {STR("o3ppb"), WORD_QUANTITY, STR("o3"), STR("[ppb]")},
    {STR("so2"), WORD_QUANTITY, STR("so2")},
    {STR("so2ppb"), WORD_QUANTITY, STR("so2"), STR("[ppb]")},
    {STR("co"), WORD_QUANTITY, STR("co")},
    {STR("coppb"), WORD_QUANTITY, STR("co"), STR("[ppb]")},
    {STR("coppm"), WORD_QUANTITY, STR("co"), STR("[ppm]")},
    {STR("nh3"), WORD_QUANTITY, STR("nh3")},
    {STR("co2"), WORD_QUANTITY, STR("co2")},
    {STR("co2ppm"), WORD_QUANTITY, STR("co2")},
    {STR("hcho"), WORD_QUANTITY, STR("hcho")},
    {STR("vocindex"), WORD_QUANTITY, STR("voc_index")},
    {STR("noxindex"), WORD_QUANTITY, STR("nox_index")},
    {STR("laeq"), WORD_QUANTITY, STR("noise_laeq")},
    {STR("noiselaeq"), WORD_QUANTITY, STR("noise_laeq")},
    {STR("noise"), WORD_QUANTITY, STR("noise_laeq")},
    {STR("noiselevel"), WORD_QUANTITY, STR("noise_laeq")},
    {STR("dba"), WORD_QUANTITY, STR("noise_laeq")},
    {STR("laf"), WORD_QUANTITY, STR("noise_laf")},
    {STR("la"), WORD_QUANTITY, STR("noise_laf")},
    {STR("lafmax"), WORD_QUANTITY, STR("noise_la_max")},
    {STR("lamax"), WORD_QUANTITY, STR("noise_la_max")},
    {STR("noiselamax"), WORD_QUANTITY, STR("noise_la_max")},
    {STR("lamin"), WORD_QUANTITY, STR("noise_la_min")},
    {STR("noiselamin"), WORD_QUANTITY, STR("noise_la_min")},
    {STR("la10"), WORD_QUANTITY, STR("noise_l10")},
    {STR("l10"), WORD_QUANTITY, STR("noise_l10")},
    {STR("la90"), WORD_QUANTITY, STR("noise_l90")},
    {STR("l90"), WORD_QUANTITY, STR("noise_l90")},
    {STR("soundavg"), WORD_QUANTITY, STR("sound_average")},  // Elsys
    {STR("soundpeak"), WORD_QUANTITY, STR("sound_peak")},
    {STR("windspeed"), WORD_QUANTITY, STR("wind_speed")},
    {STR("windgust"), WORD_QUANTITY, STR("wind_gust")},
    {STR("winddirection"), WORD_QUANTITY, STR("wind_direction")},
    {STR("winddir"), WORD_QUANTITY, STR("wind_direction")},
    {STR("rain"), WORD_QUANTITY, STR("rain")},
    {STR("rainfall"), WORD_QUANTITY, STR("rain")},
    {STR("precipitation"), WORD_QUANTITY, STR("rain")},
    {STR("illuminance"), WORD_QUANTITY, STR("illuminance")},
    {STR("illuminancesensor"), WORD_QUANTITY, STR("illuminance")},
    {STR("light"), WORD_QUANTITY, STR("illuminance")},
    {STR("lightintensity"), WORD_QUANTITY, STR("illuminance")},
    {STR("luminosity"), WORD_QUANTITY, STR("illuminance")},
    {STR("lux"), WORD_QUANTITY, STR("illuminance")},
    {STR("solarradiation"), WORD_QUANTITY, STR("solar_radiation")},
    {STR("irradiance"), WORD_QUANTITY, STR("solar_radiation")},
    {STR("uvindex"), WORD_QUANTITY, STR("uv_index")},
    {STR("soilmoisture"), WORD_QUANTITY, STR("soil_moisture")},
    {STR("soiltemperature"), WORD_QUANTITY, STR("soil_temperature")},
    {STR("waterlevel"), WORD_QUANTITY, STR("water_level")},
    {STR("trafficcount"), WORD_QUANTITY, STR("traffic_count")},
    {STR("tilt"), WORD_QUANTITY, STR("tilt")},
    {STR("knock"), WORD_QUANTITY, STR("knock")},
    {STR("motion"), WORD_QUANTITY, STR("motion")},
    {STR("occupancy"), WORD_QUANTITY, STR("occupancy")},
    {STR("energy"), WORD_QUANTITY, STR("energy")},
    {STR("energykwh"), WORD_QUANTITY, STR("energy")},
    {STR("energywh"), WORD_QUANTITY, STR("energy"), STR("W.h")},
    {STR("power"), WORD_QUANTITY, STR("power")},
    {STR("powerw"), WORD_QUANTITY, STR("power")},
    {STR("activepower"), WORD_QUANTITY, STR("power")},
    {STR("powerfactor"), WORD_QUANTITY, STR("power_factor")},
    {STR("voltage"), WORD_QUANTITY, STR("voltage")},
    {STR("current"), WORD_QUANTITY, STR("current")},
    {STR("frequency"), WORD_QUANTITY, STR("frequency")},
    {STR("battery"), WORD_QUANTITY, STR("battery")},
    {STR("bat"), WORD_QUANTITY, STR("battery")},
    {STR("batterylevel"), WORD_QUANTITY, STR("battery")},
    {STR("batterypercent"), WORD_QUANTITY, STR("battery")},
    {STR("batteryvoltage"), WORD_QUANTITY, STR("battery_voltage")},
    {STR("batv"), WORD_QUANTITY, STR("battery_voltage")},
    {STR("vbat"), WORD_QUANTITY, STR("battery_voltage")},
    {STR("vdd"), WORD_QUANTITY, STR("battery_voltage")},
    {STR("rssi"), WORD_SIGNAL},
    {STR("latitude"), WORD_LATITUDE},
    {STR("lat"), WORD_LATITUDE},
    {STR("longitude"), WORD_LONGITUDE},
    {STR("lon"), WORD_LONGITUDE},
    {STR("lng"), WORD_LONGITUDE},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// "PM1.0" must not become pm10.
static bool is_point(str name, size_t i)
{
    const bool is_mark = name.p[i] == '.' || name.p[i] == '_';
    return is_mark && i > 0 && i + 1 < name.n && is_digit(name.p[i - 1]) && is_digit(name.p[i + 1]);
}

static str bare(str name, char out[static NAME_MAX_BYTES])
{
    size_t n = 0;
    for (size_t i = 0; i < name.n; i++) {
        const char c = name.p[i];
        if (c >= 'A' && c <= 'Z')
            out[n++] = (char)(c - 'A' + 'a');
        else if ((c >= 'a' && c <= 'z') || is_digit(c))
            out[n++] = c;
        else if (is_point(name, i))
            out[n++] = '.';
    }
    return (str){out, n};
}

// Keys of peil's own that others use for something else: the resistance of a gas sensor, a leak, millimetres.
static bool is_ambiguous(str name)
{
    static const str names[] = {STR("gas"), STR("water"), STR("distance")};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_eq(names[i], name)) return true;
    return false;
}

bool word_find(str name, struct word *out)
{
    char text[NAME_MAX_BYTES];
    if (name.n == 0 || name.n > NAME_MAX_BYTES) return false;
    const str wanted = bare(name, text);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *r = &rows[i];
        if (!str_eq(r->name, wanted)) continue;
        *out = (struct word){r->role, r->role == WORD_QUANTITY ? quantity_by_key(r->quantity) : NULL,
                             r->unit};
        return true;
    }
    const struct quantity *q = is_ambiguous(wanted) ? NULL : quantity_by_key(name);
    if (q) *out = (struct word){WORD_QUANTITY, q, {0}};
    return q != NULL;
}
