/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: recording the tracepoints of a mount.
 */
#ifndef IMAGE_RECORD_H
#define IMAGE_RECORD_H

#include "map.h"

/**
 * record() - record the events of a mount
 * @map: the map; @dev is that of the mount
 * @seconds: how long, or zero: until a signal
 * @argv: a command, whose end ends the recording, or NULL
 *
 * The events go to an instance of tracefs of our own, which is removed at the end.
 * SIGINT and SIGTERM end the recording.
 *
 * Return: %EXIT_OK, or the exit code after an error message.
 */
enum exit_code record(struct map *map, unsigned int seconds,
		      char *const *argv);

#endif /* IMAGE_RECORD_H */
