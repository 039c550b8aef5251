// SPDX-License-Identifier: EUPL-1.2
// Expected places by PROJ 9.1 without the correction grid, itself within a metre.
#include "model/rd.h"

#include "base/test.h"

#include <math.h>

TEST(places_are_within_a_metre_of_those_of_proj)
{
    static const double all[][4] = {
        {155000, 463000, 52.1551723, 5.3872035}, {200875, 347949, 51.1191892, 6.0424025},
        {234601, 581901, 53.2178000, 6.5789023}, {82000, 451000, 52.0425100, 4.3231433},
        {14000, 370000, 51.3016930, 3.3652011},  {277000, 612000, 53.4801507, 7.2248958},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        double latitude, longitude;
        assert_true(rd_to_wgs84(all[i][0], all[i][1], &latitude, &longitude));
        assert_true(fabs(latitude - all[i][2]) * 111200 < 1);
        assert_true(fabs(longitude - all[i][3]) * 69000 < 1);
    }
}

TEST(what_lies_off_the_grid_is_no_place)
{
    double latitude, longitude;
    assert_false(rd_to_wgs84(4.3, 52.0, &latitude, &longitude));
    assert_false(rd_to_wgs84(NAN, 463000, &latitude, &longitude));
}

RUN(CASE(places_are_within_a_metre_of_those_of_proj), CASE(what_lies_off_the_grid_is_no_place))
