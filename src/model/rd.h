// SPDX-License-Identifier: EUPL-1.2
// rd.h: places on the Dutch grid (RD New, EPSG:28992, metres) as WGS84 degrees; for what is about a metre exact, as where a
// station stands. Outlines of areas go through PROJ (area/import.h).
// Source   F.H. Schreutelkamp, G.L. Strang van Hees, "Benaderingsformules voor de transformatie tussen RD- en WGS84-kaartcoordinaten",
//          Geodesia 2001: within half a metre in the Netherlands
#ifndef PEIL_MODEL_RD_H
#define PEIL_MODEL_RD_H

#include <stdbool.h>

// False: not on the grid (x 0 to 300,000, y 300,000 to 625,000).
bool rd_to_wgs84(double x, double y, double *latitude, double *longitude);

#endif
