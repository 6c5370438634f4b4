/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Standard descriptors that the caller closed.
 */
#ifndef STDFDS_H
#define STDFDS_H

/**
 * stdfds_open() - occupy the standard descriptors that are closed
 *
 * Otherwise the next file that is opened gets such a number, and messages are
 * written into it. To read from or write to a descriptor that this call has
 * opened fails with EBADF, as it does with a closed one. Called first in main();
 * ends the program if it cannot be done.
 */
void stdfds_open(void);

#endif /* STDFDS_H */
