// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - checks of single index records.
 *
 * Pure functions over a copy of a record and the bounds of the tables: no
 * I/O, no locks, no allocation. Each returns NULL or a text that says what is
 * wrong. Who reads a record calls its check before using any field.
 */
#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "internal.h"

/* Deflate turns one byte into at most 1032, plus a little for the header. */
#define STARGZ_DEFLATE_RATIO	1032
#define STARGZ_DEFLATE_SLACK	1024

/* Are records [@first, @first + @count) within table @id? */
static bool stargz_in_table(const struct stargz_super_info *super,
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
	/* A parent always comes first, which rules out loops. */
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

	if (size > MAX_LFS_FILESIZE)
		return "file too large";
	if (le16_to_cpu(raw->flags) & STARGZ_INODE_INLINE) {
		if (!size)
			return "empty file with an extent";
		return NULL;
	}
	if (!size)
		return a || b ? "empty file with extents" : NULL;
	/* One byte at least comes from each extent. */
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
	if (dev ? a >> (32 - MINORBITS) || b > MINORMASK : a || b)
		return "bad device number";
	return NULL;
}

/**
 * stargz_check_inode() - check an inode record
 * @super: bounds of the tables
 * @ino: its inode number
 * @raw: the record
 *
 * Return: NULL, or what is wrong.
 */
const char *stargz_check_inode(const struct stargz_super_info *super, u32 ino,
			       const struct stargz_inode *raw)
{
	umode_t mode = le16_to_cpu(raw->mode);
	u16 flags = le16_to_cpu(raw->flags);

	if (flags & ~STARGZ_INODE_INLINE || (flags && !S_ISREG(mode)))
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
 * Return: NULL, or what is wrong.
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
	switch (raw->type) {
	case DT_DIR:
	case DT_REG:
	case DT_LNK:
	case DT_CHR:
	case DT_BLK:
	case DT_FIFO:
	case DT_SOCK:
		return NULL;
	default:
		return "unknown type in directory entry";
	}
}

/**
 * stargz_check_name() - check the name of a directory entry
 * @name: the bytes
 * @len: how many
 *
 * Return: NULL, or what is wrong.
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

/* Is it a codec that the superblock announces, and are the flags its own? */
static bool stargz_codec_known(const struct stargz_super_info *super,
			       const struct stargz_span *raw)
{
	u8 flags = raw->flags;

	switch (raw->codec) {
	case STARGZ_CODEC_STORED:
		return super->features & STARGZ_INCOMPAT_STORED &&
		       !(flags & ~STARGZ_SPAN_CRC);
	case STARGZ_CODEC_GZIP:
		return !(flags & ~STARGZ_SPAN_CRC);
	case STARGZ_CODEC_DEFLATE:
		/* Nothing but the CRC tells wrong bytes from right ones. */
		return super->features & STARGZ_INCOMPAT_DEFLATE &&
		       flags & STARGZ_SPAN_CRC &&
		       !(flags & ~(STARGZ_SPAN_CRC | STARGZ_SPAN_BIT_MASK));
	case STARGZ_CODEC_ZSTD:
		return super->features & STARGZ_INCOMPAT_ZSTD &&
		       !(flags & ~STARGZ_SPAN_CRC);
	default:
		return false;
	}
}

/* Stored spans may be larger than what has to fit into memory. */
static const char *stargz_check_stored(const struct stargz_span *raw)
{
	if (!raw->ulen || raw->ulen != raw->clen)
		return "bad size of stored span";
	if (raw->flags & STARGZ_SPAN_CRC &&
	    le32_to_cpu(raw->ulen) > STARGZ_SPAN_MAX)
		return "stored span too large for a checksum";
	return NULL;
}

/**
 * stargz_check_span() - check a span record
 * @super: limits of the index
 * @blobs: the blob table
 * @nr_blobs: its length
 * @raw: the record
 *
 * Return: NULL, or what is wrong.
 */
const char *stargz_check_span(const struct stargz_super_info *super,
			      const struct stargz_blob_info *blobs,
			      unsigned int nr_blobs,
			      const struct stargz_span *raw)
{
	u16 blob = le16_to_cpu(raw->blob);
	u32 clen = le32_to_cpu(raw->clen);
	u32 ulen = le32_to_cpu(raw->ulen);
	u64 end;

	if (blob >= nr_blobs)
		return "span without blob";
	if (!clen || check_add_overflow(le64_to_cpu(raw->start), (u64)clen,
					&end) ||
	    end > blobs[blob].used)
		return "span out of range";
	if (!stargz_codec_known(super, raw))
		return "unknown codec or flags of span";
	if (raw->codec == STARGZ_CODEC_STORED)
		return stargz_check_stored(raw);
	if (!ulen || ulen > super->max_span)
		return "bad decoded size of span";
	/* In a zstd frame a run of one byte has no end but that of a block. */
	if (raw->codec == STARGZ_CODEC_ZSTD)
		return NULL;
	if (ulen > (u64)clen * STARGZ_DEFLATE_RATIO + STARGZ_DEFLATE_SLACK)
		return "impossible compression ratio of span";
	return NULL;
}

/**
 * stargz_check_xattr_set() - check the head of a set of extended attributes
 * @super: bounds of the tables
 * @offset: where the set starts in the table, bytes
 * @raw: the head
 *
 * Return: NULL, or what is wrong.
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
 * stargz_check_xattr() - check the head of an extended attribute
 * @raw: the head
 * @left: bytes left in the set, from the head on
 * @size: set to the bytes up to the next attribute
 *
 * Return: NULL, or what is wrong.
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

/**
 * stargz_name_cmp() - order of names in a directory
 * @a: bytes of a name
 * @alen: how many
 * @b: bytes of another
 * @blen: how many
 *
 * Return: less than, equal to or greater than zero, as memcmp().
 */
int stargz_name_cmp(const char *a, size_t alen, const char *b, size_t blen)
{
	int diff = memcmp(a, b, min(alen, blen));

	if (diff)
		return diff;
	return alen < blen ? -1 : alen > blen;
}

/**
 * stargz_time_decode() - convert a time of the index
 * @raw: nanoseconds since %STARGZ_TIME_BASE
 *
 * Return: the time.
 */
struct timespec64 stargz_time_decode(u64 raw)
{
	struct timespec64 ts;
	u32 nsec;

	ts.tv_sec = div_u64_rem(raw, NSEC_PER_SEC, &nsec) + STARGZ_TIME_BASE;
	ts.tv_nsec = nsec;
	return ts;
}
