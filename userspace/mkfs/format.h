/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options of the format of layers, for the tables of programs that make layers.
 */
#ifndef FORMAT_H
#define FORMAT_H

#include "option_table.h"
#include "stargz/make.h"

/* Words of -z and --format. */
extern const char *const format_algs[];
extern const char *const format_names[];

/* Rows of -z, --chunk-size, --max-member and --min-chunk-size. */
#define FORMAT_COMPRESSION						\
	.kind = OPTION_TEXT, .argument = "ALG[,LEVEL]", .words = format_algs, \
	.help = "compress with gzip, level 1 to 12 (default 6), or zstd, level " \
		"1 to 22 (default 16)"
#define FORMAT_CHUNK_SIZE						\
	.kind = OPTION_SIZE, .argument = "N",				\
	.min = STARGZ_MEMBER_MIN, .max = STARGZ_MEMBER_MAX,		\
	.help = "split larger files into chunks of N bytes",		\
	.preset = "--max-member"
#define FORMAT_MAX_MEMBER						\
	.kind = OPTION_SIZE, .argument = "N",				\
	.min = STARGZ_MEMBER_MIN, .max = STARGZ_MEMBER_MAX,		\
	.help = "maximum decoded size of a member",			\
	.preset = "256K; zstd: 2M"
#define FORMAT_MIN_MEMBER						\
	.kind = OPTION_SIZE, .argument = "N", .max = STARGZ_MEMBER_MAX,	\
	.help = "let files share a member until its decoded size is N; 0: a " \
		"member for each file",					\
	.preset = "an eighth of --max-member"

/* Takers of the values of -z and --format, for struct stargz_make_options. */
const char *format_take_compression(void *at, const struct option_value *value);
const char *format_take(void *at, const struct option_value *value);

/** format_init() - set the values that no option has changed */
void format_init(struct stargz_make_options *make);

/** format_settle() - derive what has no option from what has one */
void format_settle(struct stargz_make_options *make);

/**
 * format_check() - check the combination
 * @make: after format_settle()
 * @what: set to the option or value
 *
 * Return: NULL, or why @what is wrong.
 */
const char *format_check(const struct stargz_make_options *make,
			 const char **what);

#endif /* FORMAT_H */
