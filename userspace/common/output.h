/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that appears whole or not at all.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

/* Most files that are being written at a time. */
#define OUTPUTS_MAX	3

/**
 * struct output - a file being written
 * @fd: write here
 * @path: its final name
 * @temp: its name until then, or NULL if it is written in place
 * @slot: where the signal handler finds @temp
 */
struct output {
	int fd;
	const char *path;
	char *temp;
	int slot;
};

/**
 * output_open() - begin a file
 * @out: filled
 * @path: its name; "-" is standard output. What exists and is not a regular
 *	file (a pipe, a device) is written in place
 *
 * Return: 0, or -1 with errno set. The temporary file is removed when the
 * program is stopped by a signal.
 */
int output_open(struct output *out, const char *path);

/** output_keep() - give the file its name; 0, or -1 with errno set */
int output_keep(struct output *out);

/** output_drop() - forget it */
void output_drop(struct output *out);

#endif /* OUTPUT_H */
