/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: making layers, from a directory, a tar, another layer or the text
 * of a tree.
 */
#ifndef STARGZ_MAKE_H
#define STARGZ_MAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <stargz/digest.h>
#include <stargz/error.h>
#include <stargz/footer.h>
#include <stargz/index.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * enum stargz_layer_format - formats that can be made
 * @STARGZ_LAYER_ESTARGZ: eStargz, gzip
 * @STARGZ_LAYER_STARGZ: stargz (CRFS), gzip
 * @STARGZ_LAYER_ZSTD_CHUNKED: zstd:chunked, zstd
 * @STARGZ_LAYER_EXTERNAL_TOC: eStargz with its table of contents in a file of
 *	its own, gzip
 */
enum stargz_layer_format {
	STARGZ_LAYER_ESTARGZ,
	STARGZ_LAYER_STARGZ,
	STARGZ_LAYER_ZSTD_CHUNKED,
	STARGZ_LAYER_EXTERNAL_TOC,
};

/*
 * Most bytes of a member, at least and at most, and when nothing is asked for.
 * The defaults are the least with which a layer of usual files is not larger
 * than what others make of them: gzip of the tar, squashfs with zstd of the
 * files. The less, the faster a few bytes are read.
 */
#define STARGZ_MEMBER_MAX	(64u << 20)
#define STARGZ_MEMBER_MIN	4096u
#define STARGZ_MEMBER_GZIP	(256u << 10)
#define STARGZ_MEMBER_ZSTD	(2u << 20)

/* Levels: from 1 to the highest, and when nothing is asked for. */
#define STARGZ_LEVEL_GZIP_MAX	12
#define STARGZ_LEVEL_GZIP	6
#define STARGZ_LEVEL_ZSTD_MAX	22
#define STARGZ_LEVEL_ZSTD	16

/**
 * enum stargz_sort - the order of the files of a layer
 * @STARGZ_SORT_NONE: as they come
 * @STARGZ_SORT_PATH: by path, what is in a directory right after it
 * @STARGZ_SORT_TYPE: regular files last, those with one suffix together
 */
enum stargz_sort {
	STARGZ_SORT_NONE,
	STARGZ_SORT_PATH,
	STARGZ_SORT_TYPE,
};

/**
 * enum stargz_edit_time - what is done to times
 * @STARGZ_TIMES_KEEP: nothing
 * @STARGZ_TIMES_SET: all become the given one
 * @STARGZ_TIMES_LIMIT: those after it become the given one
 */
enum stargz_edit_time {
	STARGZ_TIMES_KEEP,
	STARGZ_TIMES_SET,
	STARGZ_TIMES_LIMIT,
};

/* Times that a layer can have, in seconds since the Unix epoch. */
#define STARGZ_SECONDS_MIN	(-2147483647LL - 1)
#define STARGZ_SECONDS_MAX	(STARGZ_SECONDS_MIN + 18446744072LL)

/**
 * struct stargz_edit_owner - what is done to users or groups
 * @set: all become @id
 * @id: as @set says
 * @offset: added after that
 */
struct stargz_edit_owner {
	bool set;
	uint32_t id;
	int64_t offset;
};

/**
 * struct stargz_edit - what is changed in a layer
 * @struct_size: sizeof(struct stargz_edit)
 * @uid: of users
 * @gid: of groups
 * @times: of times
 * @time: seconds since the Unix epoch, from %STARGZ_SECONDS_MIN to
 *	%STARGZ_SECONDS_MAX
 * @no_xattrs: leave out extended attributes
 *
 * Who is named in an access control list is not changed.
 */
struct stargz_edit {
	size_t struct_size;
	struct stargz_edit_owner uid;
	struct stargz_edit_owner gid;
	enum stargz_edit_time times;
	int64_t time;
	bool no_xattrs;
};

/** struct stargz_exclude - what is left out of a layer */
struct stargz_exclude;

/**
 * stargz_exclude_path() - leave out a path and what is below it
 * @exclude: the rules; NULL at first
 * @path: the path
 * @err: filled on failure
 *
 * Return: 0 or -ENOMEM.
 */
int stargz_exclude_path(struct stargz_exclude **exclude, const char *path,
			struct stargz_error *err);

/**
 * stargz_exclude_regex() - leave out what matches, and what is below it
 * @exclude: the rules; NULL at first
 * @regex: POSIX extended regular expression. It is compared with paths that
 *	have no slash at their start or end, and may match any part of them.
 * @err: filled on failure
 *
 * Return: 0, -EINVAL if it is no such expression, or -ENOMEM.
 */
int stargz_exclude_regex(struct stargz_exclude **exclude, const char *regex,
			 struct stargz_error *err);

/**
 * stargz_exclude_free() - release
 * @exclude: the rules, or NULL
 */
void stargz_exclude_free(struct stargz_exclude *exclude);

/** struct stargz_expected - what the source of a layer said, to verify it */
struct stargz_expected;

/**
 * struct stargz_make_options - how a layer is made
 * @struct_size: sizeof(struct stargz_make_options)
 * @format: what is made
 * @encoding: %STARGZ_ENCODING_ZSTD for zstd:chunked, else
 *	%STARGZ_ENCODING_GZIP; zero: what belongs to @format
 * @level: of compression; zero: %STARGZ_LEVEL_GZIP or %STARGZ_LEVEL_ZSTD
 * @workers: threads that compress; zero: one
 * @max_member: most bytes of a member; zero: %STARGZ_MEMBER_GZIP or
 *	%STARGZ_MEMBER_ZSTD
 * @chunk_size: larger files are cut in pieces of so many bytes, at most
 *	@max_member; zero: @max_member
 * @min_member: bytes before a member may end; a piece of at least that size
 *	begins a member of its own. Zero: each piece has one; has to be for
 *	%STARGZ_LAYER_STARGZ
 * @pad: the size of the layer is a multiple of so many bytes; zero: of one
 * @digests: take those of the layer and of the tar
 * @dump_path: file with the text of the tree that is wanted, see
 *	stargz-dump(5); then the source, a directory, layer or index, is where
 *	content is taken from; or NULL
 * @exclude: what is left out, or NULL
 * @edit: what is changed, or NULL
 * @one_file_system: of a directory: do not enter what is mounted below it
 * @diff_path: only what differs from that layer, index or device image, with
 *	whiteouts for what is gone; or NULL
 * @sort: the order
 * @first_path: file with paths that come first, one a line, or NULL. A line
 *	may be a JSON object with "path"; such a file need not exist.
 * @reuse_paths: layers of which members may be copied as they are
 * @reuse_count: how many
 * @skip: descriptors of files that are being written and must not be in a layer
 *	of a directory; those for stargz_make() need not be among them
 * @skip_count: how many
 * @expected: NULL, or set to what the source says, for stargz_verify(), also on
 *	failure; to be released by stargz_expected_free()
 * @warn: called with one line per oddity that does not stop the work, or NULL
 * @progress: called now and then with bytes done and bytes in all, zero if that
 *	is not known; or NULL
 * @data: handed to @warn and @progress
 * @diff_by_time: of files of equal size and time content is not compared. Else
 *	an index that has neither content nor digests is refused with -ENODATA
 * @overlay: the source is an upper directory of overlayfs, or a tar of one: its
 *	whiteouts and opaque directories become those of a layer. Not with
 *	@dump_path, nor with @diff_path
 */
struct stargz_make_options {
	size_t struct_size;
	enum stargz_layer_format format;
	enum stargz_encoding encoding;
	int level;
	unsigned int workers;
	uint32_t max_member;
	uint32_t chunk_size;
	uint32_t min_member;
	uint32_t pad;
	bool digests;
	const char *dump_path;
	const struct stargz_exclude *exclude;
	const struct stargz_edit *edit;
	bool one_file_system;
	const char *diff_path;
	enum stargz_sort sort;
	const char *first_path;
	const char *const *reuse_paths;
	size_t reuse_count;
	const int *skip;
	size_t skip_count;
	struct stargz_expected **expected;
	void (*warn)(void *data, const char *line);
	void (*progress)(void *data, uint64_t done, uint64_t total);
	void *data;
	bool diff_by_time;
	bool overlay;
};

/**
 * struct stargz_made - what was made
 * @size: bytes of the layer
 * @tar_size: bytes of the tar that it is unpacked to
 * @toc: first byte of the compressed table of contents; zero if it is external
 * @toc_stored: bytes of it
 * @toc_size: bytes of it when decoded
 * @entries: entries of it
 * @sha256: digest of the layer, if digests are taken
 * @diff_id: digest of the tar, likewise
 * @toc_sha256: digest of the decoded table of contents
 * @toc_stored_sha256: digest of its compressed bytes
 * @about: on failure: path in the options that it is about, or NULL: the source
 *	or what is written
 * @unwritten: on failure: writing failed
 * @reserved: zero
 */
struct stargz_made {
	uint64_t size;
	uint64_t tar_size;
	uint64_t toc;
	uint64_t toc_stored;
	uint64_t toc_size;
	uint64_t entries;
	uint8_t sha256[STARGZ_SHA256_LEN];
	uint8_t diff_id[STARGZ_SHA256_LEN];
	uint8_t toc_sha256[STARGZ_SHA256_LEN];
	uint8_t toc_stored_sha256[STARGZ_SHA256_LEN];
	const char *about;
	uint64_t unwritten;
	uint64_t reserved[8];
};

/**
 * stargz_make() - make a layer
 * @source: a directory, or a tar, compressed or not, or a layer, also from a
 *	pipe; with @dump_path a directory, layer or index. Open for reading.
 * @opt: how
 * @out: the layer is written there, from the current position on
 * @toc: an external table of contents is written there; else ignored
 * @made: filled, also on failure; or NULL
 * @err: filled on failure
 *
 * What is made depends on source and options and on the versions of the
 * libraries that compress, not on the number of threads.
 *
 * Return: 0, or a negative errno: -EINVAL the source is nothing of the kind, or
 * the options contradict each other; -EUCLEAN it is damaged, or changed while
 * it was read; -EBADMSG, -E2BIG, -ENOMEM and what the system gives.
 */
int stargz_make(int source, const struct stargz_make_options *opt, int out,
		int toc, struct stargz_made *made, struct stargz_error *err);

/**
 * stargz_verify() - read a layer back and compare it with what its source said
 * @fd: the layer, open for reading
 * @opt: @toc_path if its table of contents is external, and callbacks; the
 *	rest is ignored; or NULL
 * @expected: from stargz_make(); can be used once
 * @err: filled on failure
 *
 * Names, attributes, links and digests are compared, all content is decoded and
 * compared with these digests, and the table of contents with the tar.
 *
 * Return: 0, -EUCLEAN or -EBADMSG if something is not the same, or another
 * negative errno as stargz_check().
 */
int stargz_verify(int fd, const struct stargz_index_options *opt,
		  struct stargz_expected *expected, struct stargz_error *err);

/**
 * stargz_expected_free() - release
 * @expected: what the source said, or NULL
 */
void stargz_expected_free(struct stargz_expected *expected);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_MAKE_H */
