/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: making layers from a directory, a tar, another layer or dump text.
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
 * enum stargz_layer_format - layer formats that stargz_make() writes
 * @STARGZ_LAYER_ESTARGZ: eStargz, gzip
 * @STARGZ_LAYER_STARGZ: stargz (CRFS), gzip
 * @STARGZ_LAYER_ZSTD_CHUNKED: zstd:chunked, zstd
 * @STARGZ_LAYER_EXTERNAL_TOC: eStargz with its table of contents in a separate
 *	file, gzip
 */
enum stargz_layer_format {
	STARGZ_LAYER_ESTARGZ,
	STARGZ_LAYER_STARGZ,
	STARGZ_LAYER_ZSTD_CHUNKED,
	STARGZ_LAYER_EXTERNAL_TOC,
};

/*
 * Range and defaults of the maximum decoded size of a member in bytes. Smaller
 * members make small reads faster and layers larger. The defaults are the
 * smallest sizes with which a layer of usual files is not larger than gzip of
 * the tar, or squashfs with zstd of the files.
 */
#define STARGZ_MEMBER_MAX	(64u << 20)
#define STARGZ_MEMBER_MIN	4096u
#define STARGZ_MEMBER_GZIP	(256u << 10)
#define STARGZ_MEMBER_ZSTD	(2u << 20)

/* Highest (the lowest is 1) and default compression levels. */
#define STARGZ_LEVEL_GZIP_MAX	12
#define STARGZ_LEVEL_GZIP	6
#define STARGZ_LEVEL_ZSTD_MAX	22
#define STARGZ_LEVEL_ZSTD	16

/**
 * enum stargz_sort - the order of the files of a layer
 * @STARGZ_SORT_NONE: order of the source
 * @STARGZ_SORT_PATH: by path; the contents of a directory directly follow it
 * @STARGZ_SORT_TYPE: regular files last, grouped by suffix
 */
enum stargz_sort {
	STARGZ_SORT_NONE,
	STARGZ_SORT_PATH,
	STARGZ_SORT_TYPE,
};

/**
 * enum stargz_edit_time - changes of modification times
 * @STARGZ_TIMES_KEEP: no change
 * @STARGZ_TIMES_SET: set all times to the given one
 * @STARGZ_TIMES_LIMIT: set times after the given one to the given one
 */
enum stargz_edit_time {
	STARGZ_TIMES_KEEP,
	STARGZ_TIMES_SET,
	STARGZ_TIMES_LIMIT,
};

/* Range of times in a layer, in seconds since the Unix epoch. */
#define STARGZ_SECONDS_MIN	(-2147483647LL - 1)
#define STARGZ_SECONDS_MAX	(STARGZ_SECONDS_MIN + 18446744072LL)

/**
 * struct stargz_edit_owner - changes of user or group ids
 * @set: replace all ids by @id
 * @id: new id if @set is set
 * @offset: added to the result
 */
struct stargz_edit_owner {
	bool set;
	uint32_t id;
	int64_t offset;
};

/**
 * struct stargz_edit_map - a range of ids that become other ids
 * @from: first id in the source
 * @to: what it becomes
 * @count: number of ids
 */
struct stargz_edit_map {
	uint32_t from;
	uint32_t to;
	uint32_t count;
};

/**
 * struct stargz_edit - changes of the attributes of files
 * @struct_size: sizeof(struct stargz_edit)
 * @uid: changes of user ids
 * @gid: changes of group ids
 * @times: changes of modification times
 * @time: the time for @times in seconds since the Unix epoch, from
 *	%STARGZ_SECONDS_MIN to %STARGZ_SECONDS_MAX
 * @no_xattrs: omit extended attributes
 * @exclude_xattrs: shell patterns of names of extended attributes to omit, such as
 *	"trusted.*"
 * @exclude_xattr_count: number of @exclude_xattrs
 * @uid_map: ranges of user ids, before @uid changes them; an id in none of them
 *	is an error
 * @uid_map_count: number of @uid_map; zero: ids stay
 * @gid_map: the same of group ids
 * @gid_map_count: number of @gid_map
 *
 * The ids in access control lists do not change.
 */
struct stargz_edit {
	size_t struct_size;
	struct stargz_edit_owner uid;
	struct stargz_edit_owner gid;
	enum stargz_edit_time times;
	int64_t time;
	bool no_xattrs;
	const char *const *exclude_xattrs;
	size_t exclude_xattr_count;
	const struct stargz_edit_map *uid_map;
	size_t uid_map_count;
	const struct stargz_edit_map *gid_map;
	size_t gid_map_count;
};

/** struct stargz_exclude - rules for files to omit from a layer */
struct stargz_exclude;

/**
 * stargz_exclude_path() - omit a path and everything below it
 * @exclude: the rules; initially NULL
 * @path: the path
 * @err: filled in on failure
 *
 * Return: 0 or -ENOMEM.
 */
int stargz_exclude_path(struct stargz_exclude **exclude, const char *path,
			struct stargz_error *err);

/**
 * stargz_exclude_regex() - omit matching paths and everything below them
 * @exclude: the rules; initially NULL
 * @regex: POSIX extended regular expression that matches any part of a path
 *	without leading and trailing slashes
 * @err: filled in on failure
 *
 * Return: 0, -EINVAL if @regex is invalid, or -ENOMEM.
 */
int stargz_exclude_regex(struct stargz_exclude **exclude, const char *regex,
			 struct stargz_error *err);

/**
 * stargz_exclude_glob() - omit matching paths and everything below them
 * @exclude: the rules; initially NULL
 * @glob: pattern as in glob(7), but wildcards match slashes, too. It matches a
 *	path, or the part of a path after any slash. With a leading "/" or "./"
 *	it matches only whole paths.
 * @err: filled in on failure
 *
 * Return: 0, -EINVAL if a bracket expression is invalid, or -ENOMEM.
 */
int stargz_exclude_glob(struct stargz_exclude **exclude, const char *glob,
			struct stargz_error *err);

/**
 * stargz_exclude_free() - release
 * @exclude: the rules, or NULL
 */
void stargz_exclude_free(struct stargz_exclude *exclude);

/** struct stargz_expected - data of a layer's source, to verify the layer */
struct stargz_expected;

/**
 * struct stargz_make_options - options of stargz_make()
 * @struct_size: sizeof(struct stargz_make_options)
 * @format: format of the layer
 * @encoding: %STARGZ_ENCODING_ZSTD for zstd:chunked, else
 *	%STARGZ_ENCODING_GZIP; zero: the one of @format
 * @level: compression level; zero: %STARGZ_LEVEL_GZIP or %STARGZ_LEVEL_ZSTD
 * @workers: number of threads that compress; zero: one
 * @max_member: maximum decoded size of a member in bytes; zero:
 *	%STARGZ_MEMBER_GZIP or %STARGZ_MEMBER_ZSTD
 * @chunk_size: size in bytes of the chunks of larger files, at most
 *	@max_member; zero: @max_member
 * @min_member: minimum decoded size of a member in bytes; a chunk of at least
 *	this size starts a new member. Zero: one member for each chunk, the only
 *	value for %STARGZ_LAYER_STARGZ
 * @pad: the size of the layer is a multiple of this many bytes; zero: one
 * @digests: compute the digests of the layer and of the tar
 * @dump_path: file with the dump text of the tree, see stargz-dump(5), or NULL.
 *	With it, the source is a directory, layer or index with the content.
 * @exclude: rules for files to omit, or NULL
 * @edit: changes of attributes, or NULL
 * @one_file_system: of a directory: do not enter mount points
 * @diff_path: layer, index or device image to compare with, or NULL. The new
 *	layer gets only differences from it, with whiteouts for missing files.
 * @sort: the order
 * @first_path: file with paths that come first, one in a line, or NULL. A line
 *	may be a JSON object with "path". A path that does not exist gives a
 *	warning, unless it is from such an object.
 * @reuse_paths: layers whose compressed members may be copied. A layer that
 *	cannot be read gives a warning
 * @reuse_count: number of @reuse_paths
 * @skip: descriptors of output files, which are omitted from a layer of a
 *	directory; those of stargz_make() are always omitted
 * @skip_count: number of @skip
 * @expected: NULL, or set to data of the source for stargz_verify(), also on
 *	failure; the caller releases it with stargz_expected_free()
 * @warn: called with one line for each irregularity that does not stop the
 *	work, or NULL
 * @progress: called from time to time with the bytes done and the total,
 *	which is zero if it is not known; or NULL
 * @data: passed to @warn and @progress
 * @diff_by_time: do not compare the content of files with equal size and time.
 *	Without it, an index that has neither content nor digests is refused
 *	with -ENODATA
 * @overlay: the source is an upper directory of overlayfs, or a tar of one: its
 *	whiteouts and opaque directories become those of a layer. Not with
 *	@dump_path or @diff_path
 * @no_sparse: write zeroes instead of holes, also if the format supports holes
 * @ignore_failed_read: of a directory: omit files that cannot be opened or
 *	disappear, with a warning
 * @source_start: first byte of the source in its file; zero for a directory or
 *	pipe
 * @source_size: size of the source in bytes; zero: up to the end of the file
 * @source_digest: required digest "sha256:HEX" of the source, which is a tar or
 *	layer; or NULL. The call hashes the bytes that it uses
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
	bool no_sparse;
	bool ignore_failed_read;
	uint64_t source_start;
	uint64_t source_size;
	const char *source_digest;
};

/**
 * struct stargz_made - facts about the new layer
 * @size: size of the layer in bytes
 * @tar_size: size of the decoded tar in bytes
 * @toc: first byte of the compressed table of contents; zero if it is external
 * @toc_stored: its compressed size in bytes
 * @toc_size: its decoded size in bytes
 * @entries: number of its entries
 * @sha256: digest of the layer, with @digests of the options
 * @diff_id: digest of the tar, with @digests of the options
 * @toc_sha256: digest of the decoded table of contents
 * @toc_stored_sha256: digest of its compressed bytes
 * @about: on failure: the path in the options that caused it, or NULL: the
 *	source or the output
 * @unwritten: on failure: nonzero if a write failed
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
 * @source: a directory, a tar, compressed or not, or a layer, open for reading;
 *	all but the first may be a pipe. With @dump_path a directory, layer or
 *	index.
 * @opt: the options
 * @out: destination of the layer, written from its current position on
 * @toc: destination of an external table of contents; else ignored
 * @made: filled in, also on failure; or NULL
 * @err: filled in on failure
 *
 * The bytes of the layer depend on the source, the options and the versions of
 * the compression libraries, but not on the number of threads.
 *
 * Return: 0, or a negative errno: -EINVAL if the kind of the source is unknown
 * or options contradict each other; -EUCLEAN if the source is damaged or
 * changed during reading; -EBADMSG, also if its digest differs; -E2BIG, -ENOMEM,
 * or an errno of the system.
 */
int stargz_make(int source, const struct stargz_make_options *opt, int out,
		int toc, struct stargz_made *made, struct stargz_error *err);

/**
 * enum stargz_reader - programs that read layers lazily
 * @STARGZ_READER_CONTAINERD: stargz-snapshotter and others of containerd
 * @STARGZ_READER_PODMAN: containers/storage, the library of podman and CRI-O
 *
 * Both read the same annotations of eStargz. Each has its own of zstd:chunked, and
 * podman refuses a layer that has both. It also needs a frame for each file there:
 * @min_member zero.
 */
enum stargz_reader {
	STARGZ_READER_CONTAINERD,
	STARGZ_READER_PODMAN,
};

/**
 * typedef stargz_annotation_fn - callback for an annotation
 * @data: passed through
 * @key: the key
 * @value: the value; valid during the call
 */
typedef void (*stargz_annotation_fn)(void *data, const char *key,
				     const char *value);

/**
 * stargz_made_annotations() - the annotations of a layer in a manifest
 * @made: the layer
 * @format: its format
 * @reader: who reads the annotations
 * @fn: called for each of them
 * @data: passed to @fn
 */
void stargz_made_annotations(const struct stargz_made *made,
			     enum stargz_layer_format format,
			     enum stargz_reader reader,
			     stargz_annotation_fn fn, void *data);

/**
 * stargz_verify() - read a new layer and compare it with its source
 * @fd: the layer, open for reading
 * @opt: @toc_path if its table of contents is external, and callbacks, or NULL;
 *	the call ignores the rest
 * @expected: from stargz_make(); can be used once
 * @err: filled in on failure
 *
 * The call compares names, attributes, links and digests with the source, all
 * content with the digests, and the table of contents with the tar.
 *
 * Return: 0, -EUCLEAN or -EBADMSG if there is a difference, or another negative
 * errno as from stargz_check().
 */
int stargz_verify(int fd, const struct stargz_index_options *opt,
		  struct stargz_expected *expected, struct stargz_error *err);

/**
 * stargz_expected_free() - release
 * @expected: the data of the source, or NULL
 */
void stargz_expected_free(struct stargz_expected *expected);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_MAKE_H */
