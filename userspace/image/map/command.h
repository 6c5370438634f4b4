/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: map.
 */
#ifndef IMAGE_MAP_COMMAND_H
#define IMAGE_MAP_COMMAND_H

struct settings;

/** command_map() - draw the map of a mount; returns the exit code */
int command_map(struct settings *s);

#endif /* IMAGE_MAP_COMMAND_H */
