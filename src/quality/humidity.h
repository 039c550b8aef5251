// SPDX-License-Identifier: EUPL-1.2
// humidity.h: what damp air does to an optical dust meter, and the dust without it. Pure.
//
// A particle that takes up water scatters as a larger one, so that the meter reads too much. By kappa-Koehler theory with a dry
// density of 1.65 g/cm3:  dry = wet / (1 + (kappa / 1.65) / (100 / RH - 1)). In fog no formula helps: RH is cut off at RH_MOST.
// Experimental: kappa differs by place and day. peil makes such a series only where the operator asks for it, beside the raw one.
// Source   Petters and Kreidenweis 2007 (kappa-Koehler); Crilley et al. 2018, AMT 11, 709 (low-cost optical meters)
#ifndef PEIL_QUALITY_HUMIDITY_H
#define PEIL_QUALITY_HUMIDITY_H

#define HUMIDITY_KAPPA 0.35
#define HUMIDITY_RH_MOST 95.0
#define HUMIDITY_DAMP 97.0  // above, readings are marked
#define HUMIDITY_METHOD "kappa-koehler-1"

double humidity_dry(double wet, double rh_percent);  // NAN when either is; RH below 0 counts as 0

#endif
