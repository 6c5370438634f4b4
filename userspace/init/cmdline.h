/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel command line, as far as this init uses it.
 */
#ifndef CMDLINE_H
#define CMDLINE_H

#include <stdbool.h>
#include <stddef.h>

/* Seconds to wait for a device: without options, and with rootwait. */
#define CMDLINE_WAIT		30
#define CMDLINE_ROOTWAIT	180
/* Longest wait that an option can ask for, in seconds. */
#define CMDLINE_WAIT_MAX	3600
/* Bytes of an error text. */
#define CMDLINE_WHY		256

/**
 * struct cmdline - options of the kernel command line
 * @root: device of the image
 * @rootflags: mount options, or NULL
 * @index: device with the index, or NULL: @root has it
 * @overlay: "tmpfs", a device, or NULL: no overlay
 * @overlay_size: size of the tmpfs, or NULL
 * @init: path of the init in the image, or NULL
 * @wait: seconds to wait for a device
 * @panic: value of panic=
 * @has_panic: panic= is given
 * @rw: rw is given after the last ro
 * @quiet: quiet is given
 * @words: all words without their quotes, each followed by a NUL byte
 * @words_end: end of @words
 * @why: the first error, or empty
 */
struct cmdline {
	const char *root;
	const char *rootflags;
	const char *index;
	const char *overlay;
	const char *overlay_size;
	const char *init;
	unsigned int wait;
	long panic;
	bool has_panic;
	bool rw;
	bool quiet;
	const char *words;
	const char *words_end;
	char why[CMDLINE_WHY];
};

/**
 * cmdline_parse() - parse the kernel command line
 * @cmdline: receives the options. Those of an end after an error (panic, quiet)
 *	are complete if @why is set, too
 * @text: the command line; changed, and kept by @cmdline
 *
 * The rules for blanks and quotes are those of the kernel. Words after "--" are
 * arguments of the init of the image; the kernel passes them to this one.
 *
 * Return: true, or false with @why set.
 */
bool cmdline_parse(struct cmdline *cmdline, char *text);

/**
 * cmdline_module() - parameters of a module on the kernel command line
 * @cmdline: parsed
 * @module: name of the module
 * @text: receives "parameter=value" words with blanks between them
 * @size: size of @text in bytes; parameters that do not fit are left out
 *
 * In the name of a module "-" and "_" are the same. Words that are options of
 * this init, such as stargz.index=, are left out.
 */
void cmdline_module(const struct cmdline *cmdline, const char *module,
		    char *text, size_t size);

#endif /* CMDLINE_H */
