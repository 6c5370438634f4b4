/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of temporary files, which every way out of the program removes.
 */
#ifndef OUTPUT_TEMP_H
#define OUTPUT_TEMP_H

/**
 * output_temp_open() - create a temporary file
 * @folder: where
 * @fd: set to its descriptor, for reading and writing
 * @name: set to its name; owned by the caller, who keeps it until the file is
 *	removed or forgotten
 *
 * Return: its place in the list, or -1 with errno set.
 */
int output_temp_open(const char *folder, int *fd, char **name);

/** output_temp_remove() - remove the file */
void output_temp_remove(int slot);

/** output_temp_forget() - the file has another name now */
void output_temp_forget(int slot);

#endif /* OUTPUT_TEMP_H */
