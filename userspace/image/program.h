/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: running other programs for what they print.
 */
#ifndef IMAGE_PROGRAM_H
#define IMAGE_PROGRAM_H

/**
 * struct program - a program that has run
 * @argv: its arguments, the last one followed by NULL
 * @in: its standard input, or zero: none
 * @status: its exit status as from waitpid(2)
 * @out: what it printed on standard output
 * @err: what it printed on standard error, without the last line break
 */
struct program {
	const char *const *argv;
	int in;
	int status;
	char *out;
	char *err;
};

/**
 * program_run() - run a program and wait for it
 * @p: @argv and @in are set; must be released with program_free()
 *
 * The outputs are kept up to 4 MiB.
 *
 * Return: 0, also if it fails, or a negative errno: it cannot be run.
 */
int program_run(struct program *p);

/** program_free() - release the outputs */
void program_free(struct program *p);

#endif /* IMAGE_PROGRAM_H */
