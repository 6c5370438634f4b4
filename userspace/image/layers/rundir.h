/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: what it has while the machine runs.
 */
#ifndef IMAGE_RUNDIR_H
#define IMAGE_RUNDIR_H

/* Where the parts are mounted, and where containers have their state. */
#define RUN_DIR		"/run/stargz-image"

#endif /* IMAGE_RUNDIR_H */
