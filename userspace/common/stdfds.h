/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Standard descriptors that are closed when the program starts.
 */
#ifndef STDFDS_H
#define STDFDS_H

/**
 * stdfds_open() - occupy closed standard descriptors
 *
 * Otherwise the next open() returns such a number, and messages go to that
 * file. Reads and writes of an occupied descriptor fail with EBADF, as with a
 * closed one. Call it first in main(). It exits on failure.
 */
void stdfds_open(void);

#endif /* STDFDS_H */
