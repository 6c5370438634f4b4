/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: checking layers, indexes and device images.
 */
#ifndef STARGZ_CHECK_H
#define STARGZ_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <stargz/open.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * typedef stargz_fault_fn - is called with a thing that is wrong
 * @data: as given in the options
 * @code: negative errno: -EUCLEAN, -EBADMSG or -E2BIG it is damaged; others say
 *	what the system refused
 * @text: one line without newline; valid during the call
 */
typedef void (*stargz_fault_fn)(void *data, int code, const char *text);

/**
 * struct stargz_check_options - how something is checked
 * @struct_size: sizeof(struct stargz_check_options)
 * @index: how the index of a layer is made, and where warnings and progress
 *	go; or NULL. @check and @offset, @size, @merge, @below, @device_image
 *	are ignored.
 * @threads: how many decode; zero: one
 * @full: check everything: each record, all content, every checksum and digest;
 *	else only superblock, bounds of tables and sizes of blobs, or that a layer
 *	is complete: its table of contents can be read, or without one all of
 *	the compressed stream
 * @fault: called with what is wrong, in the order of the files, up to 1000
 *	times; or NULL
 * @data: handed to @fault
 */
struct stargz_check_options {
	size_t struct_size;
	const struct stargz_index_options *index;
	unsigned int threads;
	bool full;
	stargz_fault_fn fault;
	void *data;
};

/**
 * struct stargz_checked - what was found
 * @faults: how many things are wrong
 * @known: @stats is filled
 * @stats: how much of what there is
 * @reserved: zero
 */
struct stargz_checked {
	uint64_t faults;
	uint64_t known;
	struct stargz_index_stats stats;
	uint64_t reserved[4];
};

/**
 * stargz_check() - check a layer, an index or a device image
 * @fds: as for stargz_open()
 * @count: how many, at least one
 * @opt: how
 * @checked: filled, also on failure; or NULL
 * @opened: NULL, or set to a handle for stargz_close() if @opt->full is set and
 *	nothing is wrong, else to NULL. It is as one by stargz_open().
 * @err: filled on failure
 *
 * Return: 0 if the work could be done, with what is wrong told by
 * @opt->fault; or a negative errno, also one that says what is wrong first of
 * all: -EINVAL it is nothing that can be checked, -EUCLEAN, -EBADMSG, -E2BIG it
 * is damaged, -ENOMEM, and what read(2) gives.
 */
int stargz_check(const int *fds, size_t count,
		 const struct stargz_check_options *opt,
		 struct stargz_checked *checked, struct stargz_opened **opened,
		 struct stargz_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_CHECK_H */
