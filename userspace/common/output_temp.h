/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of temporary files. They are removed at exit and by fatal signals.
 */
#ifndef OUTPUT_TEMP_H
#define OUTPUT_TEMP_H

/**
 * output_temp_open() - create a temporary file
 * @folder: the folder
 * @fd: set to its descriptor, for reading and writing
 * @name: set to its name; the caller frees it after output_temp_remove() or
 *	output_temp_forget()
 *
 * Return: its slot in the list, or -1 with errno set.
 */
int output_temp_open(const char *folder, int *fd, char **name);

/** output_temp_remove() - remove the file */
void output_temp_remove(int slot);

/** output_temp_forget() - take the file, which was renamed, from the list */
void output_temp_forget(int slot);

#endif /* OUTPUT_TEMP_H */
