/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * stargz - on-disk format of the index.
 *
 * An index describes the directory tree of one or more container layer blobs.
 * It maps the bytes of each file to the bytes of a blob that decode to them.
 * The blobs are never modified. This header defines the format; the kernel
 * module and the userspace tools include it. Documentation/index-format.rst
 * describes the format in prose.
 *
 * All integers are little endian. All tables are arrays of fixed-size records
 * or byte heaps. The index contains no pointer chains, and no step needs more
 * than one table look-up. Readers validate every record each time they read it,
 * because the index may be damaged or hostile, or may change underneath.
 */
#ifndef STARGZ_FS_H
#define STARGZ_FS_H

#include <linux/types.h>
#ifdef __KERNEL__
#include <linux/build_bug.h>
#else
#include <assert.h>
#endif

/* "StGz" read as a little-endian 32-bit number; also statfs(2) f_type. */
#define STARGZ_SUPER_MAGIC	0x7a477453
#define STARGZ_VERSION		1

/*
 * Size of a block, in bytes. The superblock has the first block for itself. The
 * hash tree has one hash for each block of the tables.
 */
#define STARGZ_BLOCK_SIZE	4096
/* Hashes in a block of the hash tree, and the most levels that a tree has. */
#define STARGZ_TREE_ARITY	128
#define STARGZ_TREE_LEVELS	8
/* Size of a SHA-256 hash, in bytes. */
#define STARGZ_HASH_SIZE	32
/* Every table starts at a multiple of this many bytes. */
#define STARGZ_TABLE_ALIGN	8

/* The root directory is always the first record of the inode table. */
#define STARGZ_ROOT_INO		1
/* Highest inode number; other code uses 2^32 - 1 for "none". */
#define STARGZ_MAX_INODES	0xfffffffeu
/* Longest name of a directory entry, in bytes. */
#define STARGZ_NAME_MAX		255
/* Longest target of a symbolic link, in bytes, without a terminator. */
#define STARGZ_SYMLINK_MAX	4095
/* Largest value of one extended attribute, in bytes (XATTR_SIZE_MAX). */
#define STARGZ_XATTR_VALUE_MAX	65536
/* Largest set of extended attributes of one inode, in bytes. */
#define STARGZ_XATTR_SET_MAX	1048576
/* Largest regular file, in bytes: the maximum of off_t. */
#define STARGZ_FILE_SIZE_MAX	0x7fffffffffffffffULL
/* Largest device numbers: the maximum of dev_t on Linux. */
#define STARGZ_MAJOR_MAX	0xfff
#define STARGZ_MINOR_MAX	0xfffff
/* Largest decoded size of a compressed span, in bytes. */
#define STARGZ_SPAN_MAX		67108864
/*
 * A compressed span has at most ulen + ulen / 8 + STARGZ_SPAN_SLACK compressed
 * bytes (1.25 MiB). Decoding yields the ulen bytes of the span and, to reach a
 * checksum, at most 1 MiB after them. Incompressible data grows by less than an
 * eighth, even in the smallest stored blocks that encoders make. ulen * 9 / 8
 * bytes, 1.125 MiB for the tail and 128 KiB for the headers of members and
 * frames are therefore enough. A higher limit would only let a hostile blob
 * make readers fetch and skip bytes that decode to nothing.
 */
#define STARGZ_SPAN_SLACK	1310720
/* Longest history before a span, in bytes. */
#define STARGZ_HISTORY_SIZE	32768
/* Longest compressed history; deflate adds little to incompressible data. */
#define STARGZ_HISTORY_CLEN_MAX	40960
/* Maximum number of blobs of one index. */
#define STARGZ_MAX_BLOBS	4096
/* Decoded bytes that one CRC-32 covers, and that one SHA-256 covers. */
#define STARGZ_PIECE_SIZE	32768
#define STARGZ_DIGEST_SIZE	131072
/* Sizes of the text fields of the superblock, in bytes. */
#define STARGZ_LABEL_SIZE	32
#define STARGZ_CREATOR_SIZE	32
/* Largest table of properties, in bytes. */
#define STARGZ_PROPERTIES_MAX	65536

/*
 * Times are unsigned nanoseconds since STARGZ_TIME_BASE seconds from the Unix
 * epoch (1901-12-13 20:45:52 UTC); the last representable second is in 2486.
 */
#define STARGZ_TIME_BASE	(-2147483647LL - 1)
#define STARGZ_TIME_MAX		(STARGZ_TIME_BASE + 18446744073LL)

/**
 * enum stargz_table_id - position of a table in stargz_super_block.table[]
 * @STARGZ_TABLE_INODES: struct stargz_inode, inode number minus one
 * @STARGZ_TABLE_DIRENTS: struct stargz_dirent; the entries of one directory are
 *	contiguous and sorted by name
 * @STARGZ_TABLE_NAMES: bytes; entry names and symbolic link targets, without
 *	terminators
 * @STARGZ_TABLE_EXTENTS: struct stargz_extent; the extents of one file are
 *	contiguous and sorted by file offset
 * @STARGZ_TABLE_SPANS: struct stargz_span, sorted by blob and start
 * @STARGZ_TABLE_BLOBS: struct stargz_blob
 * @STARGZ_TABLE_XATTRS: bytes; struct stargz_xattr_set at 4-byte boundaries
 * @STARGZ_TABLE_HISTORIES: struct stargz_history, sorted by span
 * @STARGZ_TABLE_HISTORY_DATA: bytes; compressed histories
 * @STARGZ_TABLE_DIGESTS: struct stargz_digest; those of one span are contiguous
 *	and in the order of the bytes that they cover
 * @STARGZ_TABLE_PIECES: __le32; CRC-32 of pieces. Those of one span are
 *	contiguous and in the order of the bytes that they cover
 * @STARGZ_TABLE_DIGEST_STARTS: __le32, by span number; the first record of the
 *	span in the digest table. Empty if the index has no digests
 * @STARGZ_TABLE_PREFETCH: __le32; numbers of spans, in the order in which a
 *	workload needs them. A hint; may hold any numbers
 * @STARGZ_TABLE_PROPERTIES: bytes; "key=value" texts, each followed by a NUL
 *	byte, at most %STARGZ_PROPERTIES_MAX. The kernel ignores them
 * @STARGZ_TABLES: number of slots; a slot that is not listed above is zero
 */
enum stargz_table_id {
	STARGZ_TABLE_INODES	= 0,
	STARGZ_TABLE_DIRENTS	= 1,
	STARGZ_TABLE_NAMES	= 2,
	STARGZ_TABLE_EXTENTS	= 3,
	STARGZ_TABLE_SPANS	= 4,
	STARGZ_TABLE_BLOBS	= 5,
	STARGZ_TABLE_XATTRS	= 6,
	STARGZ_TABLE_HISTORIES	= 7,
	STARGZ_TABLE_HISTORY_DATA = 8,
	STARGZ_TABLE_DIGESTS	= 9,
	STARGZ_TABLE_PIECES	= 10,
	STARGZ_TABLE_DIGEST_STARTS = 11,
	STARGZ_TABLE_PREFETCH	= 12,
	STARGZ_TABLE_PROPERTIES	= 13,
	STARGZ_TABLES		= 16,
};

/**
 * struct stargz_table - position of a table
 * @offset: bytes from the start of the index; a multiple of
 *	%STARGZ_TABLE_ALIGN, and zero if the table is empty
 * @count: number of records (bytes for a heap)
 */
struct stargz_table {
	__le64 offset;
	__le64 count;
};

/* feature_incompat: a reader must refuse unknown bits. */
#define STARGZ_INCOMPAT_STORED	0x00000001u	/* %STARGZ_CODEC_STORED spans */
#define STARGZ_INCOMPAT_DEFLATE	0x00000002u	/* %STARGZ_CODEC_DEFLATE spans */
#define STARGZ_INCOMPAT_ZSTD	0x00000004u	/* %STARGZ_CODEC_ZSTD spans */

/* feature_compat: a reader may ignore unknown bits. */
#define STARGZ_COMPAT_DIGESTS	0x00000001u	/* every span has digests */
#define STARGZ_COMPAT_RAW_VIEW	0x00000002u	/* whiteouts are .wh. files */
#define STARGZ_COMPAT_MERGED	0x00000004u	/* whiteouts were applied */
#define STARGZ_COMPAT_CHAINED	0x00000008u	/* lower layers were known */
#define STARGZ_COMPAT_OPEN	0x00000010u	/* depends on lower layers */

/**
 * struct stargz_super_block - the first 512 bytes of the index
 * @magic: %STARGZ_SUPER_MAGIC
 * @crc32: CRC-32 (IEEE 802.3, as in gzip) of these 512 bytes with this field
 *	taken as zero
 * @version: %STARGZ_VERSION; any other value is refused
 * @size: %STARGZ_BLOCK_SIZE; the bytes of the block after this structure are
 *	zero. Development versions wrote 512 and put a table there
 * @feature_compat: STARGZ_COMPAT_* bits
 * @feature_incompat: STARGZ_INCOMPAT_* bits
 * @max_span: largest @ulen of all compressed spans, in bytes, at most
 *	%STARGZ_SPAN_MAX
 * @uuid: identity of the tree, derived from the digests of the blobs and the
 *	options of the indexer
 * @index_size: size of the whole index in bytes; the end of the hash tree
 * @data_bytes: sum of the sizes of all regular files, each inode once;
 *	statfs(2) reports it as used space
 * @table: the tables, by &enum stargz_table_id
 * @tree_offset: bytes from the start of the index to the hash tree, a multiple
 *	of %STARGZ_BLOCK_SIZE; the end of the tables
 * @tree_root: SHA-256 of the highest block of the hash tree, or of the only
 *	block of the tables
 * @label: name of the volume, padded with NUL bytes, without a terminator if it
 *	takes all bytes
 * @creator: program that made the index, likewise
 * @reserved: zero
 *
 * The hash tree has the form of those of fs-verity and dm-verity with SHA-256,
 * blocks of 4096 bytes and no salt: a block holds the hashes of 128 blocks of
 * the level below and is padded with zeroes; the levels lie one after the other
 * from the highest to the lowest, which hashes the blocks from the second one of
 * the index up to @tree_offset. The SHA-256 of the first block of the index
 * therefore stands for every byte of the index.
 */
struct stargz_super_block {
	__le32 magic;
	__le32 crc32;
	__le16 version;
	__le16 size;
	__le32 feature_compat;
	__le32 feature_incompat;
	__le32 max_span;
	__u8 uuid[16];
	__le64 index_size;
	__le64 data_bytes;
	struct stargz_table table[STARGZ_TABLES];
	__le64 tree_offset;
	__u8 tree_root[STARGZ_HASH_SIZE];
	__u8 label[STARGZ_LABEL_SIZE];
	__u8 creator[STARGZ_CREATOR_SIZE];
	__u8 reserved[96];
};

/* stargz_inode.flags */
#define STARGZ_INODE_INLINE	0x0001	/* @a, @b: the only extent of the file */
#define STARGZ_INODE_IMPLIED	0x0002	/* directory without an entry */

/**
 * struct stargz_inode - one file system object; inode number minus one is its
 *	position in the table
 * @mode: S_IFMT type and 07777 permission bits, as in stat(2)
 * @flags: STARGZ_INODE_* bits; unknown bits are damage
 * @nlink: number of names; for a directory 2 plus its sub-directories
 * @uid: owner
 * @gid: group
 * @size: regular file: bytes; symbolic link: length of the target, 1 to
 *	%STARGZ_SYMLINK_MAX; else zero
 * @mtime: nanoseconds since %STARGZ_TIME_BASE
 * @a: see below
 * @b: see below
 * @xattr: zero, or one plus the offset of the struct stargz_xattr_set in the
 *	xattr table in units of 4 bytes
 * @parent: directory: inode number of the parent. It is smaller than that of
 *	the directory, which rules out loops; the root is its own parent. Else
 *	zero
 *
 * ================== ============================== =======================
 * type               @a                             @b
 * ================== ============================== =======================
 * directory          first record in dirents        number of entries
 * regular, inline    span, or %STARGZ_NO_SPAN       offset in the span
 * regular            first record in extents        number of extents
 * regular, empty     zero                           zero
 * symbolic link      offset in names                zero
 * device             major                          minor
 * fifo, socket       zero                           zero
 * ================== ============================== =======================
 */
struct stargz_inode {
	__le16 mode;
	__le16 flags;
	__le32 nlink;
	__le32 uid;
	__le32 gid;
	__le64 size;
	__le64 mtime;
	__le32 a;
	__le32 b;
	__le32 xattr;
	__le32 parent;
};

/**
 * struct stargz_dirent - one name in a directory
 * @ino: inode number, 1 to the number of inodes
 * @name: offset of the name in names
 * @name_len: 1 to %STARGZ_NAME_MAX bytes
 * @type: S_IFMT type of the inode shifted right by 12 (DT_* of readdir(3))
 * @reserved: zero
 *
 * The entries of a directory are sorted by name as strings of unsigned bytes,
 * a prefix before the longer name, without duplicates. "." and ".." are not
 * stored.
 */
struct stargz_dirent {
	__le32 ino;
	__le32 name;
	__u8 name_len;
	__u8 type;
	__le16 reserved;
};

/* Span number of a hole, which reads as zeroes. */
#define STARGZ_NO_SPAN		0xffffffffu

/**
 * struct stargz_extent - an extent of a file
 * @pos: first byte in the file; zero for the first extent of a file, then
 *	strictly increasing. An extent ends where the next one starts, and the
 *	last one at the end of the file
 * @span: span that holds the bytes, or %STARGZ_NO_SPAN for a hole
 * @offset: offset of the first byte in the decoded span
 */
struct stargz_extent {
	__le64 pos;
	__le32 span;
	__le32 offset;
};

/**
 * enum stargz_codec - how a span is decoded
 * @STARGZ_CODEC_STORED: the bytes are the content
 * @STARGZ_CODEC_GZIP: one or more consecutive RFC 1952 members, starting at the
 *	header of the first; some may be empty
 * @STARGZ_CODEC_DEFLATE: RFC 1951 data of a member, starting at a block, at bit
 *	(stargz_span.flags & %STARGZ_SPAN_BIT_MASK) of the first byte. The
 *	history table may have a history for the span. The member may end
 *	within the span; its trailer covers more than the span and is skipped.
 *	Further members may follow as above. %STARGZ_SPAN_CHECKED is always
 *	set
 * @STARGZ_CODEC_ZSTD: one or more consecutive RFC 8878 frames, with skippable
 *	frames among them
 */
enum stargz_codec {
	STARGZ_CODEC_STORED	= 0,
	STARGZ_CODEC_GZIP	= 1,
	STARGZ_CODEC_DEFLATE	= 2,
	STARGZ_CODEC_ZSTD	= 3,
};

/* stargz_span.flags */
#define STARGZ_SPAN_BIT_MASK	0x07	/* first bit in the first byte */
#define STARGZ_SPAN_CHECKED	0x08	/* @check is set */

/**
 * struct stargz_span - a range of a blob that decodes on its own
 * @start: first compressed byte, from the start of the blob
 * @clen: upper bound of the compressed length, in bytes; the codec may stop
 *	earlier. @start + @clen is at most @used of the blob. For a compressed
 *	span @clen is at most @ulen + @ulen / 8 + %STARGZ_SPAN_SLACK
 * @ulen: decoded bytes that extents may refer to, 1 to %STARGZ_SPAN_MAX (any
 *	number for stored spans). The compressed bytes may decode to more: tar
 *	padding and headers, or the next span, follow the content
 * @check: with %STARGZ_SPAN_CHECKED: if @ulen is at most %STARGZ_PIECE_SIZE, the
 *	CRC-32 of the @ulen decoded bytes; else the first record in the piece
 *	table, which has one for every %STARGZ_PIECE_SIZE decoded bytes and for
 *	the rest. Readers verify these instead of the checksums of members and
 *	frames
 * @blob: position in the blob table
 * @codec: &enum stargz_codec
 * @flags: STARGZ_SPAN_* bits
 */
struct stargz_span {
	__le64 start;
	__le32 clen;
	__le32 ulen;
	__le32 check;
	__le16 blob;
	__u8 codec;
	__u8 flags;
};

/**
 * struct stargz_history - history of a %STARGZ_CODEC_DEFLATE span
 * @span: span number
 * @clen: compressed bytes in the history data table, 1 to
 *	%STARGZ_HISTORY_CLEN_MAX
 * @offset: offset in the history data table
 * @ulen: bytes of history, 1 to %STARGZ_HISTORY_SIZE; bytes to which the span
 *	never refers may have any value
 * @reserved: zero
 *
 * The history data is an RFC 1951 stream that decodes to @ulen bytes.
 */
struct stargz_history {
	__le32 span;
	__le32 clen;
	__le64 offset;
	__le32 ulen;
	__le32 reserved;
};

/* stargz_blob.digests */
#define STARGZ_BLOB_SHA256	0x0001	/* @sha256 is set */
#define STARGZ_BLOB_DIFFID	0x0002	/* @diffid is set */
#define STARGZ_BLOB_TOC		0x0004	/* @toc is set */

/**
 * struct stargz_blob - one layer blob
 * @size: size in bytes
 * @start: offset of the first byte in the source
 * @used: end of the last span, from the start of the blob, at most @size
 * @source: zero: the source that holds this index; N: the Nth source given at
 *	mount time, counted from one
 * @digests: STARGZ_BLOB_* bits; unknown bits are ignored
 * @reserved: zero
 * @sha256: SHA-256 of the blob, its digest in an OCI manifest; else zero
 * @diffid: SHA-256 of the tar archive that the blob decodes to, its diffID in
 *	an OCI image configuration; else zero
 * @toc: SHA-256 of its uncompressed table of contents, the JSON text; else zero
 *
 * The source must extend at least to @start + @used. It may be larger than
 * @start + @size, because disks are padded. It may be smaller, because a loop
 * device drops a partial last sector, which holds only the end of the data from
 * which the index was made.
 */
struct stargz_blob {
	__le64 size;
	__le64 start;
	__le64 used;
	__le32 source;
	__le16 digests;
	__le16 reserved;
	__u8 sha256[STARGZ_HASH_SIZE];
	__u8 diffid[STARGZ_HASH_SIZE];
	__u8 toc[STARGZ_HASH_SIZE];
};

/**
 * enum stargz_xattr_prefix - prefix of a stored attribute name
 * @STARGZ_XATTR_USER: "user."
 * @STARGZ_XATTR_TRUSTED: "trusted."
 * @STARGZ_XATTR_SECURITY: "security."
 * @STARGZ_XATTR_ACL_ACCESS: "system.posix_acl_access", stored name empty
 * @STARGZ_XATTR_ACL_DEFAULT: "system.posix_acl_default", stored name empty
 */
enum stargz_xattr_prefix {
	STARGZ_XATTR_USER	= 1,
	STARGZ_XATTR_TRUSTED	= 2,
	STARGZ_XATTR_SECURITY	= 3,
	STARGZ_XATTR_ACL_ACCESS	= 4,
	STARGZ_XATTR_ACL_DEFAULT = 5,
};

/**
 * struct stargz_xattr - one extended attribute
 * @value_len: bytes, 0 to %STARGZ_XATTR_VALUE_MAX
 * @name_len: bytes of the stored name; with the prefix at most 255
 * @prefix: &enum stargz_xattr_prefix
 * @reserved: zero
 *
 * The name follows the header, and the value follows the name. The next
 * attribute starts at the next 4-byte boundary. ACL values are in the xattr
 * format of acl(5), version 2.
 */
struct stargz_xattr {
	__le32 value_len;
	__u8 name_len;
	__u8 prefix;
	__le16 reserved;
};

/**
 * struct stargz_xattr_set - the extended attributes of one or more inodes
 * @size: size in bytes including this header, a multiple of 4, at most
 *	%STARGZ_XATTR_SET_MAX
 * @count: number of struct stargz_xattr that follow, sorted by prefix and
 *	name, without duplicates
 */
struct stargz_xattr_set {
	__le32 size;
	__le32 count;
};

/**
 * struct stargz_digest - digest of decoded bytes of a span
 * @sha256: SHA-256 of %STARGZ_DIGEST_SIZE decoded bytes, or of the rest up to
 *	stargz_span.ulen
 */
struct stargz_digest {
	__u8 sha256[STARGZ_HASH_SIZE];
};

/* Size of a record of each table, in bytes; zero for an unlisted slot. */
#define STARGZ_RECORD_SIZES {						\
	[STARGZ_TABLE_INODES]       = sizeof(struct stargz_inode),	\
	[STARGZ_TABLE_DIRENTS]      = sizeof(struct stargz_dirent),	\
	[STARGZ_TABLE_NAMES]        = 1,				\
	[STARGZ_TABLE_EXTENTS]      = sizeof(struct stargz_extent),	\
	[STARGZ_TABLE_SPANS]        = sizeof(struct stargz_span),	\
	[STARGZ_TABLE_BLOBS]        = sizeof(struct stargz_blob),	\
	[STARGZ_TABLE_XATTRS]       = 1,				\
	[STARGZ_TABLE_HISTORIES]    = sizeof(struct stargz_history),	\
	[STARGZ_TABLE_HISTORY_DATA] = 1,				\
	[STARGZ_TABLE_DIGESTS]      = sizeof(struct stargz_digest),	\
	[STARGZ_TABLE_PIECES]       = sizeof(__le32),			\
	[STARGZ_TABLE_DIGEST_STARTS] = sizeof(__le32),			\
	[STARGZ_TABLE_PREFETCH]     = sizeof(__le32),			\
	[STARGZ_TABLE_PROPERTIES]   = 1,				\
}

#define STARGZ_SIZE(name, size)	\
	static_assert(sizeof(struct name) == (size), #name " has a wrong size")

STARGZ_SIZE(stargz_table, 16);
STARGZ_SIZE(stargz_super_block, 512);
STARGZ_SIZE(stargz_inode, 48);
STARGZ_SIZE(stargz_dirent, 12);
STARGZ_SIZE(stargz_extent, 16);
STARGZ_SIZE(stargz_span, 24);
STARGZ_SIZE(stargz_history, 24);
STARGZ_SIZE(stargz_blob, 128);
STARGZ_SIZE(stargz_xattr, 8);
STARGZ_SIZE(stargz_xattr_set, 8);
STARGZ_SIZE(stargz_digest, 32);

#undef STARGZ_SIZE

#endif /* STARGZ_FS_H */
