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
 * typedef stargz_fault_fn - callback for a fault
 * @data: @data of the options
 * @code: negative errno: -EUCLEAN, -EBADMSG and -E2BIG mean damage, others are
 *	errors of the system
 * @text: one line without newline; valid during the call
 */
typedef void (*stargz_fault_fn)(void *data, int code, const char *text);

/**
 * struct stargz_check_options - options of stargz_check()
 * @struct_size: sizeof(struct stargz_check_options)
 * @index: options for the index of a layer, with the callbacks for warnings and
 *	progress; or NULL. The call ignores @check, @layer_digest unless @full
 *	is set, and what stargz_open() ignores
 * @threads: number of threads that decode; zero: one
 * @full: check each record, all content, every checksum and digest; else only
 *	the hash tree of an index and the sizes of blobs, or that a layer is
 *	complete: its table of contents can be read, or without one
 *	the whole compressed stream
 * @fault: called for each fault, in the order of the files, at most 1000
 *	times; or NULL
 * @data: passed to @fault
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
 * struct stargz_checked - result of a check
 * @faults: number of faults
 * @known: nonzero if @stats is filled in
 * @stats: counts of entries, inodes and so on
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
 * @count: number of files, at least one
 * @opt: the options
 * @checked: filled in, also on failure; or NULL
 * @opened: NULL, or set to a handle as of stargz_open() if @opt->full is set
 *	and there are no faults, else to NULL
 * @err: filled in on failure
 *
 * Return: 0 if the check is complete; then @opt->fault got the faults. Or a
 * negative errno if the check ended early: -EINVAL if the file is neither
 * layer, index nor device image; -EUCLEAN, -EBADMSG or -E2BIG if damage
 * prevents further checks; -ENOMEM; or an errno of read(2).
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
