/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: the time stamp counter, which TCG passes to the guest.
 */
#ifndef IMAGE_TSC_H
#define IMAGE_TSC_H

/** tsc_khz() - measure its frequency, for 20 ms; returns kHz */
unsigned long tsc_khz(void);

#endif /* IMAGE_TSC_H */
