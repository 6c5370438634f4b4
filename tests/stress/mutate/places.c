// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mutate - seeds, and the places for lies in them: every field of every record
 * of every table of the index, and the parts of the compressed streams.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "mutate.h"
#include "seal.h"

#define MAX_PLACES	200000
/* Maximum number of compressed symbols of a block, which are all alike. */
#define SYMBOL_PLACES	12

/* Separators in a list of seeds. */
#define BLANKS		"\n\t "

struct field {
	const char *name;
	int table;		/* -1: the superblock */
	unsigned int offset, bytes;
};

#define FIELD_OF(table, type, member) \
	{ #type "." #member, table, offsetof(struct stargz_##type, member), \
	  sizeof(((struct stargz_##type *)0)->member) }
#define FIELD(table, type, member) \
	FIELD_OF(STARGZ_TABLE_##table, type, member)
#define SUPER(member)	FIELD_OF(-1, super_block, member)
/* A table of 32-bit numbers. */
#define NUMBER(table, name)	{ name, STARGZ_TABLE_##table, 0, 4 }

static const struct field fields[] = {
	SUPER(magic), SUPER(crc32), SUPER(version), SUPER(size),
	SUPER(feature_compat), SUPER(feature_incompat), SUPER(max_span),
	SUPER(uuid), SUPER(index_size), SUPER(data_bytes), SUPER(tree_offset),
	SUPER(tree_root), SUPER(label), SUPER(creator), SUPER(reserved),
	FIELD(INODES, inode, mode), FIELD(INODES, inode, flags),
	FIELD(INODES, inode, nlink), FIELD(INODES, inode, uid),
	FIELD(INODES, inode, gid), FIELD(INODES, inode, size),
	FIELD(INODES, inode, mtime), FIELD(INODES, inode, a),
	FIELD(INODES, inode, b), FIELD(INODES, inode, xattr),
	FIELD(INODES, inode, parent),
	FIELD(DIRENTS, dirent, ino), FIELD(DIRENTS, dirent, name),
	FIELD(DIRENTS, dirent, name_len), FIELD(DIRENTS, dirent, type),
	FIELD(DIRENTS, dirent, reserved),
	FIELD(EXTENTS, extent, pos), FIELD(EXTENTS, extent, span),
	FIELD(EXTENTS, extent, offset),
	FIELD(SPANS, span, start), FIELD(SPANS, span, clen),
	FIELD(SPANS, span, ulen), FIELD(SPANS, span, check),
	FIELD(SPANS, span, blob), FIELD(SPANS, span, codec),
	FIELD(SPANS, span, flags),
	FIELD(BLOBS, blob, size), FIELD(BLOBS, blob, start),
	FIELD(BLOBS, blob, used), FIELD(BLOBS, blob, source),
	FIELD(BLOBS, blob, digests), FIELD(BLOBS, blob, reserved),
	FIELD(BLOBS, blob, sha256), FIELD(BLOBS, blob, diffid),
	FIELD(BLOBS, blob, toc),
	FIELD(HISTORIES, history, span), FIELD(HISTORIES, history, clen),
	FIELD(HISTORIES, history, offset), FIELD(HISTORIES, history, ulen),
	FIELD(HISTORIES, history, reserved),
	FIELD(DIGESTS, digest, sha256),
	NUMBER(PIECES, "piece"), NUMBER(DIGEST_STARTS, "digest start"),
	NUMBER(PREFETCH, "span to prefetch"),
};

static const unsigned int record_sizes[STARGZ_TABLES] = STARGZ_RECORD_SIZES;

/* Seeds */

static uint8_t *read_whole(const char *path, size_t *size)
{
	struct stat st;
	uint8_t *data;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || fstat(fd, &st))
		err(2, "%s", path);
	data = malloc(st.st_size + 1);
	if (!data || read(fd, data, st.st_size) != st.st_size)
		err(2, "%s", path);
	close(fd);
	*size = st.st_size;
	return data;
}

/* Read a file of the seed, and write the copy that will be damaged. */
static void load_file(struct seed *s, const char *folder, const char *name,
		      const char *copies)
{
	struct file *f = &s->file[s->files];
	char path[512];
	int fd;

	if (s->files == MAX_FILES)
		errx(2, "%s: too many files", s->name);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f->was = read_whole(path, &f->size);
	f->now = malloc(f->size + 1);
	if (!f->now)
		err(2, "%s", path);
	memcpy(f->now, f->was, f->size);
	if (snprintf(path, sizeof(path), "%s/%s.%u", copies, s->name,
		     s->files) >= (int)sizeof(f->path))
		errx(2, "%s: name too long", path);
	strcpy(f->path, path);
	fd = open(f->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, f->was, f->size) != (ssize_t)f->size)
		err(2, "%s", f->path);
	close(fd);
	s->files++;
}

/* @line: name, index or "-", and sources. */
void seed_load(struct seed *s, const char *folder, char *line,
	       const char *copies)
{
	char *save, *word = strtok_r(line, BLANKS, &save);

	memset(s, 0, sizeof(*s));
	if (!word)
		errx(2, "%s/list: an empty line", folder);
	snprintf(s->name, sizeof(s->name), "%s", word);
	word = strtok_r(NULL, BLANKS, &save);
	if (word && strcmp(word, "-"))
		load_file(s, folder, word, copies);
	else
		s->image = true;
	while ((word = strtok_r(NULL, BLANKS, &save)))
		load_file(s, folder, word, copies);
	if (!s->files || s->file[0].size < STARGZ_BLOCK_SIZE)
		errx(2, "%s: no index", s->name);
	seal_sha256(s->file[0].was, STARGZ_BLOCK_SIZE, s->digest);
}

/* Places */

static unsigned int find_kind(struct seed *s, const char *name)
{
	unsigned int i;

	for (i = 0; i < s->kinds; i++)
		if (!strcmp(s->kind[i].name, name))
			return i;
	if (s->kinds == MAX_KINDS)
		errx(2, "too many kinds of places");
	s->kind[s->kinds].name = strdup(name);
	return s->kinds++;
}

static void add_bits(struct seed *s, const char *name, unsigned int file,
		     uint64_t bit, unsigned int width)
{
	if (bit + width > s->file[file].size * 8)
		return;
	if (s->nr_places == MAX_PLACES)
		errx(2, "%s: too many places", s->name);
	s->places[s->nr_places++] = (struct place) {
		.bit = bit,
		.kind = find_kind(s, name),
		.file = file,
		.width = width,
	};
}

/* Long fields without a meaning for the kernel, in parts. */
static void add_field(struct seed *s, const char *name, unsigned int file,
		      uint64_t byte, unsigned int bytes)
{
	while (bytes > 8) {
		add_bits(s, name, file, 8 * byte, 64);
		byte += 8;
		bytes -= 8;
	}
	add_bits(s, name, file, 8 * byte, 8 * bytes);
}

static uint64_t table_offset(const struct seed *s, int table)
{
	return seed_super(s)->table[table].offset;
}

static void add_records(struct seed *s, const struct field *f)
{
	uint64_t i;

	if (f->table < 0) {
		add_field(s, f->name, 0, f->offset, f->bytes);
		return;
	}
	for (i = 0; i < seed_count(s, f->table); i++)
		add_field(s, f->name, 0, table_offset(s, f->table) + f->offset +
			  i * record_sizes[f->table], f->bytes);
}

static void add_tables(struct seed *s)
{
	unsigned int i, nr, at;
	char name[32];

	for (i = 0; i < STARGZ_TABLES; i++) {
		at = offsetof(struct stargz_super_block, table[i]);
		/* Those without a name all have the same meaning. */
		nr = i <= STARGZ_TABLE_PROPERTIES ?
		     i : STARGZ_TABLE_PROPERTIES + 1;
		snprintf(name, sizeof(name), "super_block.table[%u].offset", nr);
		add_field(s, name, 0, at, 8);
		snprintf(name, sizeof(name), "super_block.table[%u].count", nr);
		add_field(s, name, 0, at + 8, 8);
	}
}

/* Consecutive sets fill the table. */
static void add_xattrs(struct seed *s)
{
	uint64_t at = 0, size = seed_count(s, STARGZ_TABLE_XATTRS);
	uint64_t base = size ? table_offset(s, STARGZ_TABLE_XATTRS) : 0;
	const uint8_t *table = s->file[0].now + base;

	while (at + sizeof(struct stargz_xattr_set) <= size) {
		const struct stargz_xattr_set *set = (const void *)(table + at);
		uint64_t next = at + set->size;

		add_field(s, "xattr_set.size", 0, base + at, 4);
		add_field(s, "xattr_set.count", 0, base + at + 4, 4);
		at += sizeof(*set);
		while (at + sizeof(struct stargz_xattr) <= next) {
			const struct stargz_xattr *x =
				(const void *)(table + at);

			add_field(s, "xattr.value_len", 0, base + at, 4);
			add_field(s, "xattr.name_len", 0, base + at + 4, 1);
			add_field(s, "xattr.prefix", 0, base + at + 5, 1);
			add_field(s, "xattr.reserved", 0, base + at + 6, 2);
			add_field(s, "xattr name", 0, base + at + 8, 1);
			add_field(s, "xattr value", 0,
				  base + at + 8 + x->name_len, 4);
			at += (sizeof(*x) + x->name_len + x->value_len + 3) &
			      ~3ull;
		}
		at = next;
	}
}

static void add_bytes(struct seed *s, const char *name, int table)
{
	uint64_t i;

	for (i = 0; i < seed_count(s, table); i++)
		add_field(s, name, 0, table_offset(s, table) + i, 1);
}

/* The zeroes behind the superblock, and the hash tree. */
static void add_blocks(struct seed *s)
{
	const struct stargz_super_block *sb = seed_super(s);
	uint64_t at;

	for (at = sizeof(*sb); at < STARGZ_BLOCK_SIZE; at += 512)
		add_field(s, "super_block padding", 0, at, 8);
	for (at = sb->tree_offset; at < sb->index_size; at += STARGZ_HASH_SIZE)
		add_field(s, "hash", 0, at, 8);
}

/* Deflate: RFC 1951, 3.2.3 and the following sections. */

static unsigned int bits_at(const struct seed *s, unsigned int file,
			    uint64_t bit, unsigned int n)
{
	const struct file *f = &s->file[file];
	unsigned int value = 0, i;

	for (i = 0; i < n && bit + i < 8 * f->size; i++)
		value |= (f->now[(bit + i) / 8] >> (bit + i) % 8 & 1) << i;
	return value;
}

static void add_block(struct seed *s, unsigned int file, uint64_t bit)
{
	unsigned int i, type = bits_at(s, file, bit + 1, 2);

	add_bits(s, "deflate last block", file, bit, 1);
	add_bits(s, "deflate type of block", file, bit + 1, 2);
	bit += 3;
	if (type == 0) {
		bit = (bit + 7) & ~7ull;
		add_bits(s, "deflate stored length", file, bit, 16);
		add_bits(s, "deflate stored complement", file, bit + 16, 16);
		add_bits(s, "deflate stored byte", file, bit + 32, 8);
		return;
	}
	if (type == 2) {
		unsigned int codes = bits_at(s, file, bit + 10, 4) + 4;

		add_bits(s, "deflate literal codes", file, bit, 5);
		add_bits(s, "deflate distance codes", file, bit + 5, 5);
		add_bits(s, "deflate length codes", file, bit + 10, 4);
		bit += 14;
		for (i = 0; i < codes; i++, bit += 3)
			add_bits(s, "deflate length of length code", file, bit,
				 3);
		for (i = 0; i < 2 * SYMBOL_PLACES; i++)
			add_bits(s, "deflate code lengths", file, bit + 11 * i,
				 7);
		bit += 512;
	}
	for (i = 0; i < SYMBOL_PLACES; i++)
		add_bits(s, "deflate symbols", file, bit + 1 + 97 * i, 13);
}

/*
 * Add the blocks of one stream. Returns the number of input bytes of the
 * stream, or 0 if it extends beyond the input.
 */
static size_t add_stream(struct seed *s, unsigned int file, uint64_t start,
			 size_t len, unsigned int bit, const uint8_t *history)
{
	static uint8_t out[1 << 16];
	const uint8_t *p = s->file[file].now + start;
	z_stream z = { .next_in = (void *)p, .avail_in = len };
	uint64_t last = ~0ull, here;
	int ret;

	if (inflateInit2(&z, -15))
		errx(2, "zlib");
	if (history)
		inflateSetDictionary(&z, history, STARGZ_HISTORY_SIZE);
	if (bit) {
		inflatePrime(&z, 8 - bit, p[0] >> bit);
		z.next_in++;
		z.avail_in--;
	}
	do {
		z.next_out = out;
		z.avail_out = sizeof(out);
		ret = inflate(&z, Z_BLOCK);
		here = 8 * (start + (z.next_in - p)) - (z.data_type & 7);
		/* At the start, or after a block that is not the last. */
		if (ret == Z_OK && z.data_type & 128 && !(z.data_type & 64) &&
		    here != last) {
			add_block(s, file, here);
			last = here;
		}
	} while (ret == Z_OK && (z.avail_in || !z.avail_out));
	inflateEnd(&z);
	return ret == Z_STREAM_END ? (size_t)(z.next_in - p) : 0;
}

static size_t add_gzip_header(struct seed *s, unsigned int file, uint64_t at,
			      size_t len)
{
	size_t size = gzip_header(s->file[file].now + at, len), i;

	if (!size)
		return 0;
	add_field(s, "gzip magic", file, at, 2);
	add_field(s, "gzip method", file, at + 2, 1);
	add_field(s, "gzip flags", file, at + 3, 1);
	add_field(s, "gzip time", file, at + 4, 4);
	if (s->file[file].now[at + 3] & 4)
		add_field(s, "gzip extra length", file, at + 10, 2);
	for (i = 10; i < size; i++)
		add_field(s, "gzip header byte", file, at + i, 1);
	return size;
}

/* Members; with @part the first one has begun before. */
static void add_members(struct seed *s, unsigned int file, uint64_t at,
			size_t len, bool part, unsigned int bit,
			const uint8_t *history)
{
	size_t used = 0;

	while (len) {
		if (!part) {
			used = add_gzip_header(s, file, at, len);
			if (!used)
				return;
		}
		used += add_stream(s, file, at + used, len - used, bit,
				   history);
		if (!used || len - used < 8)
			return;
		add_field(s, "gzip crc", file, at + used, 4);
		add_field(s, "gzip size", file, at + used + 4, 4);
		at += used + 8;
		len -= used + 8;
		part = false;
		bit = 0;
		history = NULL;
		used = 0;
	}
}

/* zstd: RFC 8878, 3.1.1 */

static uint32_t bytes_at(const struct seed *s, unsigned int file, uint64_t at,
			 unsigned int n)
{
	const struct file *f = &s->file[file];
	uint32_t value = 0;

	while (n--)
		value = value << 8 |
			(at + n < f->size ? f->now[at + n] : 0);
	return value;
}

static void add_sequences(struct seed *s, unsigned int file, uint64_t at)
{
	unsigned int i;

	add_field(s, "zstd number of sequences", file, at, 1);
	for (i = 1; i < 4; i++)
		add_field(s, "zstd modes and tables", file, at + i, 1);
	for (i = 4; i < 24; i += 3)
		add_field(s, "zstd sequences", file, at + i, 1);
}

/* The literals of a compressed block come first, then the sequences. */
static void add_literals(struct seed *s, unsigned int file, uint64_t at)
{
	static const uint8_t packed_head[] = { 3, 3, 4, 5 };
	static const uint8_t plain_head[] = { 1, 2, 1, 3 };
	unsigned int type = bytes_at(s, file, at, 1) & 3;
	unsigned int format = bytes_at(s, file, at, 1) >> 2 & 3;
	unsigned int head, size, i;
	uint64_t value;

	head = type < 2 ? plain_head[format] : packed_head[format];
	value = bytes_at(s, file, at, 4) |
		(uint64_t)bytes_at(s, file, at + 4, 1) << 32;
	for (i = 0; i < head; i++)
		add_field(s, "zstd head of literals", file, at + i, 1);
	add_field(s, "zstd tree of literals", file, at + head, 1);
	add_field(s, "zstd tree of literals", file, at + head + 1, 1);
	if (type == 0)
		size = value >> (format & 1 ? 4 : 3) & ((1 << 20) - 1);
	else if (type == 1)
		size = 1;
	else if (format < 2)
		size = value >> 14 & 1023;
	else
		size = format == 2 ? value >> 18 & 16383 : value >> 22 & 262143;
	if (type == 0 && head == 1)
		size &= 31;
	else if (type == 0 && head == 2)
		size &= 4095;
	add_sequences(s, file, at + head + size);
}

static uint64_t add_frame(struct seed *s, unsigned int file, uint64_t at,
			  uint64_t end)
{
	static const uint8_t sizes[] = { 0, 2, 4, 8 }, ids[] = { 0, 1, 2, 4 };
	unsigned int head, size = 0;
	uint32_t block;

	add_field(s, "zstd magic", file, at, 4);
	add_field(s, "zstd frame descriptor", file, at + 4, 1);
	head = bytes_at(s, file, at + 4, 1);
	at += 5;
	if (!(head & 32))
		add_field(s, "zstd window", file, at++, 1);
	at += ids[head & 3];
	size = sizes[head >> 6];
	if (!size && head & 32)
		size = 1;
	if (size)
		add_field(s, "zstd content size", file, at, size);
	at += size;
	do {
		block = bytes_at(s, file, at, 3);
		add_bits(s, "zstd last block", file, 8 * at, 1);
		add_bits(s, "zstd type of block", file, 8 * at + 1, 2);
		add_bits(s, "zstd size of block", file, 8 * at + 3, 21);
		at += 3;
		if ((block >> 1 & 3) == 2)
			add_literals(s, file, at);
		at += (block >> 1 & 3) == 1 ? 1 : block >> 3;
	} while (!(block & 1) && at < end);
	if (head & 4) {
		add_field(s, "zstd checksum", file, at, 4);
		at += 4;
	}
	return at;
}

static void add_frames(struct seed *s, unsigned int file, uint64_t at,
		       uint64_t end)
{
	while (at + 8 < end) {
		uint32_t magic = bytes_at(s, file, at, 4);

		if (magic == 0xfd2fb528) {
			at = add_frame(s, file, at, end);
		} else if (magic >> 4 == 0x184d2a5) {
			add_field(s, "zstd skippable magic", file, at, 4);
			add_field(s, "zstd skippable size", file, at + 4, 4);
			at += 8 + bytes_at(s, file, at + 4, 4);
		} else {
			return;
		}
	}
}

/* Both kinds of compressed data to which an index refers */

static const uint8_t *history_of(const struct seed *s, uint32_t nr)
{
	static uint8_t history[STARGZ_HISTORY_SIZE];
	const struct stargz_history *w = seed_table(s, STARGZ_TABLE_HISTORIES);
	uint64_t n = seed_count(s, STARGZ_TABLE_HISTORIES);

	for (; n; n--, w++)
		if (w->span == nr && history_decode(s, w, history))
			return history;
	return NULL;
}

static void add_span(struct seed *s, uint32_t nr)
{
	const struct stargz_span *span = seed_table(s, STARGZ_TABLE_SPANS);
	unsigned int file, i;
	uint64_t start;

	span += nr;
	file = span_file(s, span, &start);
	if (file == MAX_FILES)
		return;
	switch (span->codec) {
	case STARGZ_CODEC_STORED:
		for (i = 0; i < SYMBOL_PLACES; i++)
			add_field(s, "stored byte", file, start +
				  (uint64_t)span->clen * i / SYMBOL_PLACES, 1);
		break;
	case STARGZ_CODEC_GZIP:
		add_members(s, file, start, span->clen, false, 0, NULL);
		break;
	case STARGZ_CODEC_DEFLATE:
		add_members(s, file, start, span->clen, true, span->flags & 7,
			    history_of(s, nr));
		break;
	case STARGZ_CODEC_ZSTD:
		add_frames(s, file, start, start + span->clen);
		break;
	}
}

static void add_histories(struct seed *s)
{
	const struct stargz_history *w = seed_table(s, STARGZ_TABLE_HISTORIES);
	uint64_t n = seed_count(s, STARGZ_TABLE_HISTORIES);

	for (; n; n--, w++)
		add_stream(s, 0, table_offset(s, STARGZ_TABLE_HISTORY_DATA) +
			   w->offset, w->clen, 0, NULL);
}

static int by_kind(const void *a, const void *b)
{
	const struct place *p = a, *q = b;

	if (p->kind != q->kind)
		return p->kind < q->kind ? -1 : 1;
	if (p->file != q->file)
		return p->file < q->file ? -1 : 1;
	return p->bit < q->bit ? -1 : p->bit > q->bit;
}

/* Kinds with many places get more turns. */
static void give_turns(struct seed *s)
{
	unsigned int i, n;

	for (i = 0; i < s->kinds; i++) {
		const struct kind *k = &s->kind[i];

		n = k->count < 4 || !strncmp(k->name, "super_block.", 12) ? 1 : 3;
		while (n--)
			s->turn[s->turns++] = i;
	}
}

/* Fill seed.places and seed.kind from the current files. */
void seed_find_places(struct seed *s)
{
	unsigned int i;
	uint32_t n;

	s->places = calloc(MAX_PLACES, sizeof(*s->places));
	if (!s->places)
		err(2, "malloc");
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		add_records(s, &fields[i]);
	add_tables(s);
	add_xattrs(s);
	add_bytes(s, "name", STARGZ_TABLE_NAMES);
	add_bytes(s, "property", STARGZ_TABLE_PROPERTIES);
	add_blocks(s);
	add_histories(s);
	for (n = 0; n < seed_count(s, STARGZ_TABLE_SPANS); n++)
		add_span(s, n);
	for (i = 0; i < s->files; i++)
		add_bits(s, i ? "length of a source" : "length of the index",
			 i, 0, 0);
	qsort(s->places, s->nr_places, sizeof(*s->places), by_kind);
	for (n = s->nr_places; n-- > 0;) {
		s->kind[s->places[n].kind].first = n;
		s->kind[s->places[n].kind].count++;
	}
	give_turns(s);
}

/* The kind of a place that is any bit of a file. */
unsigned int seed_bit_kind(struct seed *s)
{
	return find_kind(s, "a bit");
}

/* The span that contains this byte of a source, or NULL. */
const struct stargz_span *seed_span_at(const struct seed *s, unsigned int file,
				       uint64_t byte, uint32_t *nr)
{
	const struct stargz_span *span = seed_table(s, STARGZ_TABLE_SPANS);
	uint64_t start;

	for (*nr = 0; *nr < seed_count(s, STARGZ_TABLE_SPANS); ++*nr, span++)
		if (span_file(s, span, &start) == file && byte >= start &&
		    byte < start + span->clen)
			return span;
	return NULL;
}
