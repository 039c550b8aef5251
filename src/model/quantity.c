// SPDX-License-Identifier: EUPL-1.2
#include "model/quantity.h"

// Of hourly means of dust. RIVM's validation lets negative values pass that the noise of the signal explains ("Validatie van fijn-stof
// (PM10) meetresultaten van het Landelijk Meetnet Luchtkwaliteit", 1994, test b); stations publish down to about -6 (Luchtmeetnet,
// NL49007, February 2020). The same as of gases in the table.
#define REFERENCE_LEAST_UG_M3 (-10)

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

// Definitions: pollutants of the European Environment Agency's air quality vocabulary, QUDT quantity kinds,
// and an own URN where neither has the word.
#define EEA(n) STR("http://dd.eionet.europa.eu/vocabulary/aq/pollutant/" n)
#define QUDT(n) STR("http://qudt.org/vocab/quantitykind/" n)
#define OWN(n) STR("urn:peil:quantity:" n)

// symbol, unit_name: of each UCUM code. Braces are UCUM's own way of noting what the unit code itself cannot
// say.
#define UG_M3 STR("ug/m3"), STR("µg/m³"), STR("microgram per cubic metre")
#define PPM STR("[ppm]"), STR("ppm"), STR("parts per million")
#define CELSIUS STR("Cel"), STR("°C"), STR("degree Celsius")
#define PERCENT STR("%"), STR("%"), STR("percent")
#define PASCAL STR("Pa"), STR("Pa"), STR("pascal")
#define DB_A STR("dB[SPL]{A}"), STR("dB(A)"), STR("A-weighted decibel")
#define DBM STR("dB{mW}"), STR("dBm"), STR("decibel-milliwatt")
#define DECIBEL STR("dB"), STR("dB"), STR("decibel")
#define DEGREE STR("deg"), STR("°"), STR("degree")
#define PER_CM3 STR("/cm3"), STR("1/cm³"), STR("particles per cubic centimetre")
#define NUMBER STR("1"), STR(""), STR("number")
#define LUX STR("lx"), STR("lx"), STR("lux")
#define M_S STR("m/s"), STR("m/s"), STR("metre per second")
#define KM_H STR("km/h"), STR("km/h"), STR("kilometre per hour")
#define MM STR("mm"), STR("mm"), STR("millimetre")
#define METRE STR("m"), STR("m"), STR("metre")
#define M3 STR("m3"), STR("m³"), STR("cubic metre")
#define KWH STR("kW.h"), STR("kWh"), STR("kilowatt hour")
#define WATT STR("W"), STR("W"), STR("watt")
#define VOLT STR("V"), STR("V"), STR("volt")
#define AMPERE STR("A"), STR("A"), STR("ampere")
#define HERTZ STR("Hz"), STR("Hz"), STR("hertz")
#define W_M2 STR("W/m2"), STR("W/m²"), STR("watt per square metre")
#define GIGAJOULE STR("GJ"), STR("GJ"), STR("gigajoule")
#define L_MIN STR("L/min"), STR("L/min"), STR("litre per minute")

// Ranges: what the sensors can truly show. SDS011 ends at 999.9; below zero a gas reference monitor wanders
// near zero.
// clang-format off
static const struct quantity quantities[] = {
    // air
    {STR("pm1"),   STR("Fijnstof PM1"),     STR("Particulate matter PM1"),   UG_M3, EEA("6002"), 0, 999.9, 1, false},
    {STR("pm25"),  STR("Fijnstof PM2,5"),   STR("Particulate matter PM2.5"), UG_M3, EEA("6001"), 0, 999.9, 1, false},
    {STR("pm4"),   STR("Fijnstof PM4"),     STR("Particulate matter PM4"),   UG_M3, OWN("pm4"),  0, 999.9, 1, false},
    {STR("pm10"),  STR("Fijnstof PM10"),    STR("Particulate matter PM10"),  UG_M3, EEA("5"),    0, 999.9, 1, false},
    {STR("particles"), STR("Aantal deeltjes"), STR("Particle number"),       PER_CM3, OWN("particles"), 0, 1000000, 0, false},
    {STR("black_carbon"), STR("Roet"),      STR("Black carbon"),             UG_M3, EEA("391"), -1, 500, 1, false},
    {STR("no"),    STR("Stikstofmonoxide"), STR("Nitrogen monoxide"),        UG_M3, EEA("38"), -10, 2000, 1, false},
    {STR("no2"),   STR("Stikstofdioxide"),  STR("Nitrogen dioxide"),         UG_M3, EEA("8"),  -10, 1000, 1, false},
    {STR("o3"),    STR("Ozon"),             STR("Ozone"),                    UG_M3, EEA("7"),  -10, 600, 1, false},
    {STR("so2"),   STR("Zwaveldioxide"),    STR("Sulphur dioxide"),          UG_M3, EEA("1"),  -10, 2000, 1, false},
    {STR("co"),    STR("Koolmonoxide"),     STR("Carbon monoxide"),          UG_M3, EEA("10"), -100, 100000, 0, false},
    {STR("nh3"),   STR("Ammoniak"),         STR("Ammonia"),                  UG_M3, EEA("35"), -10, 1000, 1, false},
    {STR("benzene"), STR("Benzeen"),        STR("Benzene"),                  UG_M3, EEA("20"), -1, 1000, 1, false},
    {STR("co2"),   STR("Koolstofdioxide"),  STR("Carbon dioxide"),           PPM,   EEA("71"), 250, 10000, 0, false},
    {STR("hcho"),  STR("Formaldehyde"),     STR("Formaldehyde"),             UG_M3, OWN("hcho"), 0, 10000, 0, false},
    {STR("voc"),   STR("Vluchtige organische stoffen"), STR("Volatile organic compounds"), UG_M3, OWN("voc"), 0, 60000, 0, false},
    {STR("voc_index"), STR("VOC-index"),    STR("VOC index"),                NUMBER, OWN("voc_index"), 0, 500, 0, false},
    {STR("nox_index"), STR("NOx-index"),    STR("NOx index"),                NUMBER, OWN("nox_index"), 0, 500, 0, false},

    // weather
    {STR("temperature"), STR("Temperatuur"), STR("Temperature"),             CELSIUS, QUDT("Temperature"), -40, 60, 1, false},
    {STR("humidity"), STR("Luchtvochtigheid"), STR("Relative humidity"),     PERCENT, QUDT("RelativeHumidity"), 0, 100, 0, false},
    {STR("dew_point"), STR("Dauwpunt"),     STR("Dew point"),                CELSIUS, OWN("dew_point"), -60, 60, 1, false},
    {STR("pressure"), STR("Luchtdruk"),     STR("Air pressure"),             PASCAL, QUDT("AtmosphericPressure"), 85000, 108500, 0, false},
    {STR("pressure_sealevel"), STR("Luchtdruk op zeeniveau"), STR("Air pressure at sea level"),
                                                                             PASCAL, OWN("pressure_sealevel"), 85000, 108500, 0, false},
    {STR("wind_speed"), STR("Windsnelheid"), STR("Wind speed"),              M_S, OWN("wind_speed"), 0, 75, 1, false},
    {STR("wind_gust"), STR("Windstoot"),    STR("Wind gust"),                M_S, OWN("wind_gust"), 0, 100, 1, false},
    {STR("wind_direction"), STR("Windrichting"), STR("Wind direction"),      DEGREE, OWN("wind_direction"), 0, 360, 0, false},
    {STR("rain"), STR("Neerslag"),          STR("Rain"),                     MM, OWN("rain"), 0, 500, 1, false},
    {STR("illuminance"), STR("Lichtsterkte"), STR("Illuminance"),            LUX, QUDT("Illuminance"), 0, 200000, 0, false},
    {STR("solar_radiation"), STR("Zonnestraling"), STR("Solar radiation"),   W_M2, QUDT("Irradiance"), 0, 1500, 0, false},
    {STR("uv_index"), STR("UV-index"),      STR("UV index"),                 NUMBER, OWN("uv_index"), 0, 20, 1, false},
    {STR("soil_moisture"), STR("Bodemvocht"), STR("Soil moisture"),          PERCENT, OWN("soil_moisture"), 0, 100, 0, false},
    {STR("soil_temperature"), STR("Bodemtemperatuur"), STR("Soil temperature"), CELSIUS, OWN("soil_temperature"), -40, 60, 1, false},
    {STR("water_level"), STR("Waterstand"), STR("Water level"),              METRE, OWN("water_level"), -50, 500, 2, false},

    // noise
    {STR("noise_laeq"), STR("Geluid"),      STR("Noise"),                    DB_A, QUDT("SoundPressureLevel"), 20, 130, 0, true},
    {STR("noise_laf"), STR("Geluid, momentaan"), STR("Noise, momentary"),    DB_A, OWN("noise_laf"), 20, 140, 0, true},
    {STR("noise_la_min"), STR("Geluid, laagste"), STR("Noise, lowest"),      DB_A, OWN("noise_la_min"), 20, 130, 0, true},
    {STR("noise_la_max"), STR("Geluid, hoogste"), STR("Noise, highest"),     DB_A, OWN("noise_la_max"), 20, 140, 0, true},
    {STR("noise_l10"), STR("Geluid, 10% van de tijd overschreden"), STR("Noise exceeded 10% of the time"),
                                                                             DB_A, OWN("noise_l10"), 20, 130, 0, true},
    {STR("noise_l90"), STR("Achtergrondgeluid (90% van de tijd overschreden)"), STR("Background noise (exceeded 90% of the time)"),
                                                                             DB_A, OWN("noise_l90"), 20, 130, 0, true},
    {STR("sound_average"), STR("Geluid, ongeijkt gemiddelde"), STR("Sound, uncalibrated average"),
                                                                             DECIBEL, OWN("sound_average"), 0, 140, 0, true},
    {STR("sound_peak"), STR("Geluid, ongeijkte piek"), STR("Sound, uncalibrated peak"),
                                                                             DECIBEL, OWN("sound_peak"), 0, 140, 0, true},

    // street and traffic signs
    {STR("traffic_count"), STR("Verkeer"),  STR("Traffic count"),            NUMBER, OWN("traffic_count"), 0, 100000, 0, false},
    {STR("traffic_speed"), STR("Snelheid"), STR("Traffic speed"),            KM_H, OWN("traffic_speed"), 0, 250, 0, false},
    {STR("tilt"),   STR("Scheefstand"),     STR("Tilt"),                     DEGREE, OWN("tilt"), 0, 180, 1, false},
    {STR("tilt_x"), STR("Scheefstand, dwars"), STR("Tilt, across"),          DEGREE, OWN("tilt_x"), -180, 180, 1, false},
    {STR("tilt_y"), STR("Scheefstand, langs"), STR("Tilt, along"),           DEGREE, OWN("tilt_y"), -180, 180, 1, false},
    {STR("knock"),  STR("Stoten"),          STR("Knocks"),                   NUMBER, OWN("knock"), 0, 10000, 0, false},
    {STR("motion"), STR("Beweging"),        STR("Motion"),                   NUMBER, OWN("motion"), 0, 10000, 0, false},
    {STR("occupancy"), STR("Bezetting"),    STR("Occupancy"),                NUMBER, OWN("occupancy"), 0, 10000, 0, false},
    {STR("counter"), STR("Teller"),         STR("Counter"),                  NUMBER, OWN("counter"), 0, 1e12, 0, false},
    {STR("distance"), STR("Afstand"),       STR("Distance"),                 METRE, OWN("distance"), 0, 10000, 3, false},

    // meters
    {STR("energy"), STR("Stroomverbruik"),  STR("Electricity used"),         KWH, QUDT("Energy"), 0, 1e9, 3, false},
    {STR("energy_t1"), STR("Stroomverbruik, tarief 1"), STR("Electricity used, tariff 1"), KWH, OWN("energy_t1"), 0, 1e9, 3, false},
    {STR("energy_t2"), STR("Stroomverbruik, tarief 2"), STR("Electricity used, tariff 2"), KWH, OWN("energy_t2"), 0, 1e9, 3, false},
    {STR("energy_returned"), STR("Stroom teruggeleverd"), STR("Electricity returned"), KWH, OWN("energy_returned"), 0, 1e9, 3, false},
    {STR("energy_returned_t1"), STR("Stroom teruggeleverd, tarief 1"), STR("Electricity returned, tariff 1"),
                                                                             KWH, OWN("energy_returned_t1"), 0, 1e9, 3, false},
    {STR("energy_returned_t2"), STR("Stroom teruggeleverd, tarief 2"), STR("Electricity returned, tariff 2"),
                                                                             KWH, OWN("energy_returned_t2"), 0, 1e9, 3, false},
    {STR("power"),  STR("Vermogen"),        STR("Power"),                    WATT, QUDT("ActivePower"), -1e6, 1e6, 0, false},
    {STR("power_demand"), STR("Gemiddeld vermogen in dit kwartier"), STR("Average power in this quarter of an hour"),
                                                                             WATT, OWN("power_demand"), 0, 1e6, 0, false},
    {STR("power_peak"), STR("Hoogste kwartiervermogen van de maand"), STR("Highest quarter-hour power of the month"),
                                                                             WATT, OWN("power_peak"), 0, 1e6, 0, false},
    {STR("power_factor"), STR("Arbeidsfactor"), STR("Power factor"),         NUMBER, QUDT("PowerFactor"), -1, 1, 2, false},
    {STR("voltage"), STR("Spanning"),       STR("Voltage"),                  VOLT, QUDT("Voltage"), 0, 500, 1, false},
    {STR("current"), STR("Stroomsterkte"),  STR("Current"),                  AMPERE, QUDT("ElectricCurrent"), -5000, 5000, 1, false},
    {STR("frequency"), STR("Netfrequentie"), STR("Mains frequency"),         HERTZ, QUDT("Frequency"), 45, 65, 2, false},
    {STR("gas"),    STR("Gasverbruik"),     STR("Gas used"),                 M3, OWN("gas"), 0, 1e9, 3, false},
    {STR("water"),  STR("Waterverbruik"),   STR("Water used"),               M3, OWN("water"), 0, 1e9, 3, false},
    {STR("water_flow"), STR("Waterstroom"), STR("Water flow"),               L_MIN, OWN("water_flow"), 0, 10000, 1, false},
    {STR("heat"),   STR("Warmteverbruik"),  STR("Heat used"),                GIGAJOULE, OWN("heat"), 0, 1e9, 3, false},

    {STR("state_of_charge"), STR("Laadtoestand thuisbatterij"), STR("State of charge of a home battery"),
                                                                             PERCENT, OWN("state_of_charge"), 0, 100, 0, false},

    // the device itself
    {STR("battery"), STR("Batterij"),       STR("Battery"),                  PERCENT, OWN("battery"), 0, 100, 0, false},
    {STR("battery_voltage"), STR("Batterijspanning"), STR("Battery voltage"), VOLT, OWN("battery_voltage"), 0, 60, 2, false},
    {STR("rssi"),   STR("Signaalsterkte"),  STR("Signal strength"),          DBM, OWN("rssi"), -150, 0, 0, false},
    {STR("snr"),    STR("Signaal-ruisverhouding"), STR("Signal-to-noise ratio"), DECIBEL, OWN("snr"), -40, 60, 1, false},
};
// clang-format on

const struct quantity *quantity_all(size_t *count)
{
    *count = COUNT(quantities);
    return quantities;
}

const struct quantity *quantity_by_key(str key)
{
    for (size_t i = 0; i < COUNT(quantities); i++)
        if (str_eq(quantities[i].key, key)) return &quantities[i];
    return NULL;
}

const struct quantity *quantity_by_definition(str uri)
{
    for (size_t i = 0; i < COUNT(quantities); i++)
        if (str_eq(quantities[i].definition, uri)) return &quantities[i];
    return NULL;
}

double quantity_least(const struct quantity *q, bool is_reference)
{
    return is_reference && q->least == 0 && str_eq(q->ucum, STR("ug/m3")) ? REFERENCE_LEAST_UG_M3 : q->least;
}
