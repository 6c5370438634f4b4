// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * stargz - the validity rules of an index: the superblock with the bounds of
 * the tables, and the fields of single records.
 *
 * Every function here is pure. It examines a copy of a record and the bounds of
 * the tables. It does no I/O, takes no lock and allocates nothing. It returns
 * NULL, or a text that names the violated rule. The kernel calls it each time
 * before it uses a field of a record, because the index may change underneath.
 * Userspace compiles the same file, so both refuse the same indexes for the
 * same reasons.
 */
#ifdef __KERNEL__
#include <asm/byteorder.h>
#include <linux/align.h>
#include <linux/crc32.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/time64.h>
#else
#include <errno.h>

#include "base/record-compat.h"
#endif

#include "record.h"

/* Some kernels do not define this name, which file systems share. */
#ifndef EFSCORRUPTED
#define EFSCORRUPTED	EUCLEAN
#endif

static const u8 stargz_record_sizes[STARGZ_TABLES] =
	STARGZ_RECORD_SIZES;

/**
 * stargz_record_size() - size of a record of a table, in bytes
 * @id: the table
 *
 * Return: the size, or zero for a slot without a table.
 */
size_t stargz_record_size(enum stargz_table_id id)
{
	return stargz_record_sizes[id];
}

static const char *stargz_check_table(const struct stargz_table *raw,
				      enum stargz_table_id id, u64 tables_end,
				      struct stargz_table_info *info)
{
	u64 bytes, end;

	info->offset = le64_to_cpu(raw->offset);
	info->count = le64_to_cpu(raw->count);
	if (!info->count)
		return info->offset ? "empty table with an offset" : NULL;
	if (info->offset % STARGZ_TABLE_ALIGN)
		return "misaligned table";
	if (info->offset < STARGZ_BLOCK_SIZE)
		return "table overlaps the superblock";
	if (check_mul_overflow(info->count, (u64)stargz_record_size(id),
			       &bytes) ||
	    check_add_overflow(info->offset, bytes, &end) || end > tables_end)
		return "table beyond the end of the tables";
	/* Positions in history data have 64 bits, all others 32. */
	if (id != STARGZ_TABLE_HISTORY_DATA && id != STARGZ_TABLE_XATTRS &&
	    info->count > U32_MAX)
		return "table too long";
	return NULL;
}

static bool stargz_tables_overlap(const struct stargz_super_info *super)
{
	unsigned int i, j;

	for (i = 0; i < STARGZ_TABLES; i++) {
		const struct stargz_table_info *a = &super->table[i];
		u64 end = a->offset + a->count * stargz_record_size(i);

		for (j = 0; j < STARGZ_TABLES; j++) {
			const struct stargz_table_info *b = &super->table[j];

			if (i != j && a->count && b->count &&
			    b->offset >= a->offset && b->offset < end)
				return true;
		}
	}
	return false;
}

static const char *stargz_check_tables(const struct stargz_super_block *raw,
				       struct stargz_super_info *super)
{
	const struct stargz_table_info *t = super->table;
	const char *why;
	unsigned int i;

	for (i = 0; i < STARGZ_TABLES; i++) {
		/* A later minor format may fill slots unknown to this code. */
		if (!stargz_record_size(i))
			continue;
		why = stargz_check_table(&raw->table[i], i,
					 le64_to_cpu(raw->tree_offset),
					 &super->table[i]);
		if (why)
			return why;
	}
	if (stargz_tables_overlap(super))
		return "overlapping tables";
	if (!t[STARGZ_TABLE_INODES].count)
		return "no inodes";
	if (t[STARGZ_TABLE_INODES].count > STARGZ_MAX_INODES)
		return "too many inodes";
	if (t[STARGZ_TABLE_BLOBS].count > STARGZ_MAX_BLOBS)
		return "too many blobs";
	if (t[STARGZ_TABLE_PROPERTIES].count > STARGZ_PROPERTIES_MAX)
		return "too many properties";
	if (super->compat & STARGZ_COMPAT_DIGESTS &&
	    t[STARGZ_TABLE_DIGEST_STARTS].count !=
	    t[STARGZ_TABLE_SPANS].count)
		return "spans without digests";
	return NULL;
}

static u32 stargz_super_crc(const struct stargz_super_block *raw)
{
	static const u8 zero[sizeof(raw->crc32)];
	const u8 *p = (const u8 *)raw;
	const size_t at = offsetof(struct stargz_super_block, crc32);
	u32 crc;

	crc = crc32_le(~0, p, at);
	crc = crc32_le(crc, zero, sizeof(zero));
	crc = crc32_le(crc, p + at + sizeof(zero),
		       sizeof(*raw) - at - sizeof(zero));
	return ~crc;
}

/**
 * stargz_tree_shape() - compute the position of the levels of the hash tree
 * @offset: stargz_super_block.tree_offset, a multiple of the block size
 * @shape: filled in
 *
 * Return: false if the tables have no block.
 */
bool stargz_tree_shape(u64 offset, struct stargz_tree_shape *shape)
{
	u64 blocks[STARGZ_TREE_LEVELS];
	u64 n = offset / STARGZ_BLOCK_SIZE;
	unsigned int i;

	memset(shape, 0, sizeof(*shape));
	if (n < 2)
		return false;
	shape->leaves = n - 1;
	shape->end = n;
	/* 2^52 blocks at most, and 7 bits a level. */
	for (n = shape->leaves; n > 1; ) {
		n = DIV_ROUND_UP_ULL(n, STARGZ_TREE_ARITY);
		blocks[shape->levels++] = n;
	}
	/* The highest level comes first. */
	for (i = shape->levels; i--; ) {
		shape->level[i] = shape->end;
		shape->end += blocks[i];
	}
	return true;
}

static const char *stargz_check_tree(const struct stargz_super_block *raw,
				     struct stargz_super_info *super)
{
	u64 offset = le64_to_cpu(raw->tree_offset);

	if (offset % STARGZ_BLOCK_SIZE || offset > super->index_size ||
	    !stargz_tree_shape(offset, &super->tree))
		return "bad position of the hash tree";
	if (super->tree.end != super->index_size / STARGZ_BLOCK_SIZE)
		return "bad size of the hash tree";
	memcpy(super->root, raw->tree_root, sizeof(super->root));
	return NULL;
}

/* Fields that say what the block is: not damaged, but of no use here. */
static const char *stargz_super_identify(const struct stargz_super_block *raw)
{
	if (le32_to_cpu(raw->magic) != STARGZ_SUPER_MAGIC)
		return "no stargz superblock";
	if (le16_to_cpu(raw->version) != STARGZ_VERSION)
		return "unknown format version";
	if (le16_to_cpu(raw->size) == sizeof(*raw))
		return "made by a development version, make the index again";
	return NULL;
}

static const char *stargz_super_sizes(const struct stargz_super_block *raw,
				      u64 source_size,
				      struct stargz_super_info *super)
{
	super->index_size = le64_to_cpu(raw->index_size);
	if (super->index_size % STARGZ_BLOCK_SIZE ||
	    super->index_size < 2 * STARGZ_BLOCK_SIZE)
		return "bad index size";
	if (super->index_size > source_size)
		return "truncated index";
	super->data_bytes = le64_to_cpu(raw->data_bytes);
	super->max_span = le32_to_cpu(raw->max_span);
	super->compat = le32_to_cpu(raw->feature_compat);
	super->features = le32_to_cpu(raw->feature_incompat);
	if (super->max_span > STARGZ_SPAN_MAX)
		return "spans too large";
	memcpy(super->uuid, raw->uuid, sizeof(super->uuid));
	return NULL;
}

/**
 * stargz_super_check() - check and decode a superblock
 * @block: the first block of the index, %STARGZ_BLOCK_SIZE bytes
 * @source_size: size of the file or device that holds the index, bytes
 * @super: filled in
 * @err: set to the errno for the mount on failure: -EINVAL not an index or an
 *	unknown version, -EFSCORRUPTED damaged
 *
 * Does not check feature bits.
 *
 * Return: NULL, or the violated rule.
 */
const char *stargz_super_check(const void *block, u64 source_size,
			       struct stargz_super_info *super, int *err)
{
	const struct stargz_super_block *raw = block;
	const char *why;

	memset(super, 0, sizeof(*super));
	*err = -EINVAL;
	why = stargz_super_identify(raw);
	if (why)
		return why;
	*err = -EFSCORRUPTED;
	if (le16_to_cpu(raw->size) != STARGZ_BLOCK_SIZE)
		return "bad superblock size";
	if (le32_to_cpu(raw->crc32) != stargz_super_crc(raw))
		return "superblock checksum mismatch";
	if (memchr_inv(raw + 1, 0, STARGZ_BLOCK_SIZE - sizeof(*raw)))
		return "data behind the superblock";
	why = stargz_super_sizes(raw, source_size, super);
	if (!why)
		why = stargz_check_tree(raw, super);
	return why ? why : stargz_check_tables(raw, super);
}

/**
 * stargz_in_table() - do records exist?
 * @super: bounds of the tables
 * @id: the table
 * @first: number of the first record
 * @count: number of records; may be zero
 *
 * Return: true if all of them are within the table.
 */
bool stargz_in_table(const struct stargz_super_info *super,
		     enum stargz_table_id id, u64 first, u64 count)
{
	u64 end;

	return !check_add_overflow(first, count, &end) &&
	       end <= super->table[id].count;
}

static const char *stargz_check_dir(const struct stargz_super_info *super,
				    u32 ino, const struct stargz_inode *raw)
{
	u32 parent = le32_to_cpu(raw->parent);

	if (!stargz_in_table(super, STARGZ_TABLE_DIRENTS,
			     le32_to_cpu(raw->a), le32_to_cpu(raw->b)))
		return "directory entries out of range";
	if (raw->size)
		return "directory with a size";
	/* A parent has a smaller inode number, which rules out loops. */
	if (ino == STARGZ_ROOT_INO ? parent != ino :
				     !parent || parent >= ino)
		return "bad parent directory";
	return NULL;
}

static const char *stargz_check_file(const struct stargz_super_info *super,
				     const struct stargz_inode *raw)
{
	u64 size = le64_to_cpu(raw->size);
	u32 a = le32_to_cpu(raw->a), b = le32_to_cpu(raw->b);

	if (size > STARGZ_FILE_SIZE_MAX)
		return "file too large";
	if (le16_to_cpu(raw->flags) & STARGZ_INODE_INLINE) {
		if (!size)
			return "empty file with an extent";
		return NULL;
	}
	if (!size)
		return a || b ? "empty file with extents" : NULL;
	/* Each extent has at least one byte. */
	if (!b || b > size)
		return "bad number of extents";
	if (!stargz_in_table(super, STARGZ_TABLE_EXTENTS, a, b))
		return "extents out of range";
	return NULL;
}

static const char *stargz_check_symlink(const struct stargz_super_info *super,
					const struct stargz_inode *raw)
{
	u64 size = le64_to_cpu(raw->size);

	if (!size || size > STARGZ_SYMLINK_MAX)
		return "bad length of symbolic link";
	if (!stargz_in_table(super, STARGZ_TABLE_NAMES, le32_to_cpu(raw->a),
			     size))
		return "target of symbolic link out of range";
	return NULL;
}

static const char *stargz_check_special(const struct stargz_inode *raw,
					bool dev)
{
	u32 a = le32_to_cpu(raw->a), b = le32_to_cpu(raw->b);

	if (raw->size)
		return "special file with a size";
	if (dev ? a > STARGZ_MAJOR_MAX || b > STARGZ_MINOR_MAX : a || b)
		return "bad device number";
	return NULL;
}

/**
 * stargz_check_inode() - check an inode record
 * @super: bounds of the tables
 * @ino: its inode number
 * @raw: the record
 *
 * Return: NULL, or the violated rule.
 */
const char *stargz_check_inode(const struct stargz_super_info *super, u32 ino,
			       const struct stargz_inode *raw)
{
	u16 mode = le16_to_cpu(raw->mode);
	u16 flags = le16_to_cpu(raw->flags);

	if (flags & ~(S_ISREG(mode) ? STARGZ_INODE_INLINE :
		      S_ISDIR(mode) ? STARGZ_INODE_IMPLIED : 0))
		return "unknown inode flags";
	if (!raw->nlink)
		return "inode without links";
	if (raw->parent && !S_ISDIR(mode))
		return "parent of a non-directory";
	if (raw->xattr && !stargz_in_table(super, STARGZ_TABLE_XATTRS,
					   4ULL * (le32_to_cpu(raw->xattr) - 1),
					   sizeof(struct stargz_xattr_set)))
		return "extended attributes out of range";

	switch (mode & S_IFMT) {
	case S_IFDIR:
		return stargz_check_dir(super, ino, raw);
	case S_IFREG:
		return stargz_check_file(super, raw);
	case S_IFLNK:
		return stargz_check_symlink(super, raw);
	case S_IFCHR:
	case S_IFBLK:
		return stargz_check_special(raw, true);
	case S_IFIFO:
	case S_IFSOCK:
		return stargz_check_special(raw, false);
	default:
		return "unknown file type";
	}
}

/**
 * stargz_check_dirent() - check a directory entry record
 * @super: bounds of the tables
 * @raw: the record
 *
 * Return: NULL, or the violated rule.
 */
const char *stargz_check_dirent(const struct stargz_super_info *super,
				const struct stargz_dirent *raw)
{
	u32 ino = le32_to_cpu(raw->ino);

	if (!ino || ino > super->table[STARGZ_TABLE_INODES].count)
		return "directory entry without inode";
	if (!raw->name_len ||
	    !stargz_in_table(super, STARGZ_TABLE_NAMES, le32_to_cpu(raw->name),
			     raw->name_len))
		return "name out of range";
	if (raw->reserved)
		return "reserved field of directory entry is set";
	switch (raw->type << 12) {
	case S_IFDIR:
	case S_IFREG:
	case S_IFLNK:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		return NULL;
	default:
		return "unknown type in directory entry";
	}
}

/**
 * stargz_check_name() - check the name of a directory entry
 * @name: the bytes
 * @len: number of bytes
 *
 * Return: NULL, or the violated rule.
 */
const char *stargz_check_name(const char *name, size_t len)
{
	if (!len || len > STARGZ_NAME_MAX)
		return "bad length of name";
	if (memchr(name, '/', len) || memchr(name, '\0', len))
		return "name with a slash or NUL";
	if (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')))
		return "name is . or ..";
	return NULL;
}

/**
 * stargz_check_child() - check that an inode matches its directory entry
 * @dir: inode number of the directory
 * @type: type in the entry
 * @ino: inode number in the entry
 * @mode: mode of the inode
 * @parent: parent of the inode
 *
 * Each directory has one parent, which has a smaller inode number, so the tree
 * has no loops.
 *
 * Return: NULL, or the violated rule.
 */
const char *stargz_check_child(u32 dir, u8 type, u32 ino, u16 mode, u32 parent)
{
	if ((mode & S_IFMT) != type << 12)
		return "type differs from its directory entry";
	if (S_ISDIR(mode) && (ino <= dir || parent != dir))
		return "is not a child of the directory that names it";
	return NULL;
}

/**
 * stargz_check_target() - check the target of a symbolic link
 * @target: the bytes
 * @len: number of bytes, as stargz_check_inode() allows
 *
 * Return: NULL, or the violated rule.
 */
const char *stargz_check_target(const char *target, size_t len)
{
	if (memchr(target, '\0', len))
		return "target of symbolic link holds a NUL";
	return NULL;
}

/* Does the superblock announce the codec, and are the flags valid for it? */
static bool stargz_codec_known(const struct stargz_super_info *super,
			       const struct stargz_span *raw)
{
	u8 flags = raw->flags;

	switch (raw->codec) {
	case STARGZ_CODEC_STORED:
		return super->features & STARGZ_INCOMPAT_STORED &&
		       !(flags & ~STARGZ_SPAN_CHECKED);
	case STARGZ_CODEC_GZIP:
		return !(flags & ~STARGZ_SPAN_CHECKED);
	case STARGZ_CODEC_DEFLATE:
		/* Only the CRCs can detect wrong bytes. */
		return super->features & STARGZ_INCOMPAT_DEFLATE &&
		       flags & STARGZ_SPAN_CHECKED &&
		       !(flags & ~(STARGZ_SPAN_CHECKED | STARGZ_SPAN_BIT_MASK));
	case STARGZ_CODEC_ZSTD:
		return super->features & STARGZ_INCOMPAT_ZSTD &&
		       !(flags & ~STARGZ_SPAN_CHECKED);
	default:
		return false;
	}
}

/* Stored spans need not fit into memory, so they may be larger. */
static const char *stargz_check_stored(const struct stargz_span *raw)
{
	if (!raw->ulen || raw->ulen != raw->clen)
		return "bad size of stored span";
	return NULL;
}

/* Do the CRCs exist? */
static bool stargz_pieces_exist(const struct stargz_super_info *super,
				const struct stargz_span *raw)
{
	u32 ulen = le32_to_cpu(raw->ulen);

	return !(raw->flags & STARGZ_SPAN_CHECKED) ||
	       ulen <= STARGZ_PIECE_SIZE ||
	       stargz_in_table(super, STARGZ_TABLE_PIECES,
			       le32_to_cpu(raw->check),
			       stargz_span_pieces(ulen));
}

/**
 * stargz_check_span() - check a span record
 * @super: limits of the index
 * @used: number of bytes of the blob @raw->blob that spans may refer to; 0 if
 *	the index has no such blob
 * @raw: the record
 *
 * A valid span that is not stored needs at most stargz_span_clen_max() bytes of
 * memory for compressed bytes, and as many bytes of work. No other code limits
 * compressed bytes.
 *
 * Return: NULL, or the violated rule.
 */
const char *stargz_check_span(const struct stargz_super_info *super, u64 used,
			      const struct stargz_span *raw)
{
	u32 clen = le32_to_cpu(raw->clen);
	u32 ulen = le32_to_cpu(raw->ulen);
	u64 end;

	if (!used)
		return "span without blob";
	if (!clen || check_add_overflow(le64_to_cpu(raw->start), (u64)clen,
					&end) ||
	    end > used)
		return "span out of range";
	if (!stargz_codec_known(super, raw))
		return "unknown codec or flags of span";
	if (!stargz_pieces_exist(super, raw))
		return "checksums of span out of range";
	if (raw->codec == STARGZ_CODEC_STORED)
		return stargz_check_stored(raw);
	if (!ulen || ulen > super->max_span)
		return "bad decoded size of span";
	if (clen > stargz_span_clen_max(ulen))
		return "too many compressed bytes in span";
	/* In a zstd frame only the block size limits a run of one byte. */
	if (raw->codec == STARGZ_CODEC_ZSTD)
		return NULL;
	if (ulen > stargz_deflate_ulen_max(clen))
		return "impossible compression ratio of span";
	return NULL;
}

/**
 * stargz_check_digests() - check where the digests of a span start
 * @super: bounds of the tables
 * @raw: the span, which passed stargz_check_span()
 * @start: its record in the table of starts
 *
 * Return: NULL, or the violated rule.
 */
const char *stargz_check_digests(const struct stargz_super_info *super,
				 const struct stargz_span *raw, u32 start)
{
	if (!stargz_in_table(super, STARGZ_TABLE_DIGESTS, start,
			     stargz_span_digests(le32_to_cpu(raw->ulen))))
		return "digests of span out of range";
	return NULL;
}

/**
 * stargz_check_extent() - check an extent record of a file
 * @raw: the record
 * @pos: the byte of the file for which the extent was looked up; the first byte
 *	of the extent if all extents of a file are checked in order
 * @end: start of the next extent, or the file size after the last
 * @size: size of the file
 *
 * A valid extent holds @pos and ends within the file. Check its span with
 * stargz_check_span() and stargz_check_content().
 *
 * Return: NULL, or the violated rule.
 */
const char *stargz_check_extent(const struct stargz_extent *raw, u64 pos,
				u64 end, u64 size)
{
	if (le64_to_cpu(raw->pos) > pos || pos >= end || end > size)
		return "unsorted extents";
	return NULL;
}

/**
 * stargz_check_content() - check that an extent lies within its span
 * @raw: the span, which passed stargz_check_span()
 * @offset: first byte in the decoded span
 * @len: length of the extent, in bytes
 *
 * Return: NULL, or the violated rule.
 */
const char *stargz_check_content(const struct stargz_span *raw, u32 offset,
				 u64 len)
{
	u32 ulen = le32_to_cpu(raw->ulen);

	if (offset > ulen || len > ulen - offset)
		return "extent beyond its span";
	return NULL;
}

/**
 * stargz_check_history() - check the record of a history
 * @super: bounds of the tables
 * @raw: the record
 *
 * A valid history has at most %STARGZ_HISTORY_CLEN_MAX compressed and
 * %STARGZ_HISTORY_SIZE decoded bytes.
 *
 * Return: NULL, or the violated rule.
 */
const char *stargz_check_history(const struct stargz_super_info *super,
				 const struct stargz_history *raw)
{
	u32 clen = le32_to_cpu(raw->clen), ulen = le32_to_cpu(raw->ulen);

	if (!ulen || ulen > STARGZ_HISTORY_SIZE || !clen ||
	    clen > STARGZ_HISTORY_CLEN_MAX)
		return "bad size of history";
	if (!stargz_in_table(super, STARGZ_TABLE_HISTORY_DATA,
			     le64_to_cpu(raw->offset), clen))
		return "history out of range";
	if (raw->reserved)
		return "reserved field of history is set";
	return NULL;
}

/**
 * stargz_check_blob_record() - check a blob record
 * @raw: the record
 *
 * Does not check that the source exists and is large enough.
 *
 * Return: NULL, or the violated rule.
 */
const char *stargz_check_blob_record(const struct stargz_blob *raw)
{
	u64 size = le64_to_cpu(raw->size), end;

	if (le64_to_cpu(raw->used) > size)
		return "more of the blob is used than there is";
	if (check_add_overflow(le64_to_cpu(raw->start), size, &end) ||
	    end > STARGZ_FILE_SIZE_MAX)
		return "blob out of range";
	return NULL;
}

/**
 * stargz_check_xattr_set() - check the header of a set of extended attributes
 * @super: bounds of the tables
 * @offset: offset of the set in the table, bytes
 * @raw: the header
 *
 * Return: NULL, or the violated rule.
 */
const char *stargz_check_xattr_set(const struct stargz_super_info *super,
				   u64 offset,
				   const struct stargz_xattr_set *raw)
{
	u32 size = le32_to_cpu(raw->size);

	if (size < sizeof(*raw) || size % 4 || size > STARGZ_XATTR_SET_MAX ||
	    !stargz_in_table(super, STARGZ_TABLE_XATTRS, offset, size))
		return "set of extended attributes out of range";
	if (le32_to_cpu(raw->count) >
	    (size - sizeof(*raw)) / sizeof(struct stargz_xattr))
		return "bad number of extended attributes";
	return NULL;
}

/**
 * stargz_check_xattr() - check the header of an extended attribute
 * @raw: the header
 * @left: bytes left in the set, from the header on
 * @size: set to the distance to the next attribute, bytes
 *
 * Return: NULL, or the violated rule.
 */
const char *stargz_check_xattr(const struct stargz_xattr *raw, u32 left,
			       u32 *size)
{
	u32 value_len = le32_to_cpu(raw->value_len);
	bool acl;

	if (raw->reserved)
		return "reserved field of extended attribute is set";
	if (value_len > STARGZ_XATTR_VALUE_MAX)
		return "value of extended attribute too large";
	*size = ALIGN(sizeof(*raw) + raw->name_len + value_len, 4);
	if (*size > left)
		return "extended attribute out of range";
	acl = raw->prefix == STARGZ_XATTR_ACL_ACCESS ||
	      raw->prefix == STARGZ_XATTR_ACL_DEFAULT;
	if (acl ? raw->name_len != 0 :
		  raw->prefix < STARGZ_XATTR_USER ||
		  raw->prefix > STARGZ_XATTR_SECURITY || !raw->name_len)
		return "bad name of extended attribute";
	return NULL;
}

/* Length of the prefix of a name in bytes, by enum stargz_xattr_prefix. */
static size_t stargz_xattr_prefix_len(u8 prefix)
{
	switch (prefix) {
	case STARGZ_XATTR_USER:
		return sizeof("user.") - 1;
	case STARGZ_XATTR_TRUSTED:
		return sizeof("trusted.") - 1;
	case STARGZ_XATTR_SECURITY:
		return sizeof("security.") - 1;
	default:
		return 0;
	}
}

/**
 * stargz_check_xattr_name() - check the name of an extended attribute
 * @raw: the header, which passed stargz_check_xattr()
 * @name: the @raw->name_len bytes after the header
 *
 * Return: NULL, or the violated rule.
 */
const char *stargz_check_xattr_name(const struct stargz_xattr *raw,
				    const char *name)
{
	if (stargz_xattr_prefix_len(raw->prefix) + raw->name_len >
	    STARGZ_NAME_MAX)
		return "name of extended attribute too long";
	if (memchr(name, '\0', raw->name_len))
		return "name of extended attribute holds a NUL";
	return NULL;
}

/**
 * stargz_name_cmp() - compare names in directory order
 * @a: bytes of a name
 * @alen: number of bytes of @a
 * @b: bytes of another name
 * @blen: number of bytes of @b
 *
 * Return: less than, equal to or greater than zero, as memcmp().
 */
int stargz_name_cmp(const char *a, size_t alen, const char *b, size_t blen)
{
	int diff = memcmp(a, b, min_t(size_t, alen, blen));

	if (diff)
		return diff;
	return alen < blen ? -1 : alen > blen;
}

/**
 * stargz_time_decode() - convert a time of the index
 * @raw: nanoseconds since %STARGZ_TIME_BASE
 * @nsec: set to the nanoseconds of the second
 *
 * Return: the seconds since the Unix epoch, rounded down.
 */
s64 stargz_time_decode(u64 raw, u32 *nsec)
{
	return (s64)div_u64_rem(raw, NSEC_PER_SEC, nsec) + STARGZ_TIME_BASE;
}
