/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * PAX extended headers: records of key and value. First all records of an entry
 * are collected, a later one replacing an earlier one with the same key; then
 * they are interpreted, see pax_apply.h.
 */
#ifndef SGZ_TAR_PAX_H
#define SGZ_TAR_PAX_H

#include <stdbool.h>

#include "base/xattr_pool.h"

/*
 * Maximum size of the extension headers of one entry in bytes, including global
 * ones before it. All of them are in memory at the same time.
 */
#define SGZ_TAR_EXTENSION_MAX	(4u << 20)
/* Maximum number of data segments of one sparse file, including empty ones. */
#define SGZ_TAR_RUNS_MAX	(4u << 20)

/** enum sgz_pax_key - keys with a single value */
enum sgz_pax_key {
	SGZ_PAX_PATH,
	SGZ_PAX_LINKPATH,
	SGZ_PAX_SIZE,
	SGZ_PAX_UID,
	SGZ_PAX_GID,
	SGZ_PAX_UNAME,
	SGZ_PAX_GNAME,
	SGZ_PAX_MTIME,
	SGZ_PAX_SELINUX,
	SGZ_PAX_ACL_ACCESS,
	SGZ_PAX_ACL_DEFAULT,
	SGZ_PAX_SPARSE_MAJOR,
	SGZ_PAX_SPARSE_MINOR,
	SGZ_PAX_SPARSE_NAME,
	SGZ_PAX_SPARSE_REALSIZE,
	SGZ_PAX_SPARSE_SIZE,
	SGZ_PAX_SPARSE_BLOCKS,
	SGZ_PAX_SPARSE_MAP,
	SGZ_PAX_KEYS
};

/**
 * struct sgz_pax_text - a value
 * @p: its bytes, or NULL if there is none
 * @len: length in bytes
 */
struct sgz_pax_text {
	const char *p;
	size_t len;
};

/**
 * struct sgz_pax - contents of the extension headers of an entry
 * @value: values by key
 * @xattrs: struct sgz_xattr, names unique
 * @slots: hash table by name of indexes in @xattrs plus one; empty if there are
 *	few attributes
 * @pairs: struct sgz_pax_text, alternating GNU.sparse.offset and numbytes
 * @bad_pairs: they did not alternate
 * @odd: as in struct sgz_tar_header
 * @gnu_name: content of a header of type L
 * @gnu_link: content of a header of type K
 * @bytes: number of bytes of extension headers read for the entry, at least a
 *	block for each
 * @arena: memory that the members above point to
 */
struct sgz_pax {
	struct sgz_pax_text value[SGZ_PAX_KEYS];
	struct sgz_vec xattrs;
	struct sgz_vec slots;
	struct sgz_vec pairs;
	bool bad_pairs;
	uint32_t odd;
	struct sgz_pax_text gnu_name;
	struct sgz_pax_text gnu_link;
	size_t bytes;
	struct sgz_arena arena;
};

/**
 * sgz_pax_collect() - collect the records of an extended header
 * @pax: filled in; records of an earlier header are discarded
 * @bytes: the records; must stay valid as long as @pax
 * @len: length in bytes
 *
 * A damaged record and all records after it are ignored.
 *
 * Return: 0, or -ENOMEM.
 */
int sgz_pax_collect(struct sgz_pax *pax, const char *bytes, size_t len);

/** sgz_pax_put_xattr() - add or replace an attribute; 0 or -ENOMEM */
int sgz_pax_put_xattr(struct sgz_pax *pax, const struct sgz_xattr *attr);

/** sgz_pax_number() - parse a decimal number in [0, @max]; 0 or -EUCLEAN */
int sgz_pax_number(const struct sgz_pax_text *text, uint64_t max,
		   uint64_t *value);

/** sgz_pax_reset() - discard the records, keep the memory for the next ones */
void sgz_pax_reset(struct sgz_pax *pax);

/** sgz_pax_free() - release */
void sgz_pax_free(struct sgz_pax *pax);

#endif /* SGZ_TAR_PAX_H */
