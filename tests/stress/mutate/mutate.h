/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Declarations shared by the parts of mutate. main.c describes the program.
 */
#ifndef MUTATE_H
#define MUTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "stargz_fs.h"

#define MAX_FILES	8
#define MAX_KINDS	256
#define MAX_INODES	256
#define READERS		4
/* Most decoded bytes of a span of a seed. */
#define MOST_DECODED	(1 << 20)

/* Properties of an inode that have a checksum. */
enum sum { SUM_STAT, SUM_TARGET, SUM_XATTRS, SUM_NAMES, SUMS };

/* A place for a lie: bits of one file of a seed. */
struct place {
	uint64_t bit;		/* counted from the lowest bit of byte 0 */
	uint16_t kind;
	uint8_t file;
	uint8_t width;		/* bits; 0: the length of the file */
};

/* Places of the same meaning, consecutive in seed.places. */
struct kind {
	const char *name;
	uint32_t first, count;
};

/*
 * One source: its original and its current content. The copy is in the guest.
 */
struct file {
	char path[256];		/* what is written to */
	char device[32];	/* a loop device of it, or "" */
	size_t size;
	uint8_t *was, *now;
};

/*
 * A layer with its index. File 0 is the index and the sources follow, or file 0
 * is a device image and the only file.
 */
struct seed {
	char name[64];
	struct file file[MAX_FILES];
	unsigned int files;
	bool image;
	struct kind kind[MAX_KINDS];
	unsigned int kinds;
	uint8_t turn[3 * MAX_KINDS];	/* which kind of place, in turn */
	unsigned int turns;
	struct place *places;
	uint32_t nr_places;
	/* What each inode holds, by its number. */
	struct { uint8_t *data; size_t len; } content[MAX_INODES];
	struct { bool known; uint32_t crc; } sum[MAX_INODES][SUMS];
	unsigned char digest[STARGZ_HASH_SIZE];	/* of the index */
};

static inline struct stargz_super_block *seed_super(const struct seed *s)
{
	return (void *)s->file[0].now;
}

/* A table of the index; its records. */
static inline void *seed_table(const struct seed *s, int table)
{
	return s->file[0].now + seed_super(s)->table[table].offset;
}

static inline uint64_t seed_count(const struct seed *s, int table)
{
	return seed_super(s)->table[table].count;
}

/* places.c */
void seed_load(struct seed *s, const char *folder, char *line, const char *copies);
void seed_find_places(struct seed *s);
unsigned int seed_bit_kind(struct seed *s);
const struct stargz_span *seed_span_at(const struct seed *s, unsigned int file,
				       uint64_t byte, uint32_t *nr);

/* decode.c */
struct decoded {
	uint32_t bytes;		/* that came out, at most span.ulen */
	uint32_t crc[MOST_DECODED / STARGZ_PIECE_SIZE];
	unsigned char digest[MOST_DECODED / STARGZ_DIGEST_SIZE]
			    [STARGZ_HASH_SIZE];
};

unsigned int span_file(const struct seed *s, const struct stargz_span *span,
		       uint64_t *start);
bool span_decode(const struct seed *s, uint32_t nr, struct decoded *out);
bool history_decode(const struct seed *s, const struct stargz_history *w,
		    uint8_t *history);
size_t gzip_header(const uint8_t *p, size_t len);

/* walk.c */
enum {
	USE_READ	= 1,	/* all of each file, in order */
	USE_SPOTS	= 2,	/* pages at random places */
	USE_MAP		= 4,	/* pages that are mapped */
	USE_SEEK	= 8,	/* SEEK_HOLE and SEEK_DATA */
	USE_FIEMAP	= 16,
	USE_XATTRS	= 32,
	USE_HANDLES	= 64,
	USE_ALL		= 127,
};

struct reader {
	unsigned int use;
	size_t block;
	uint64_t random;
	int root;		/* may be open for its path only */
	int top;		/* the same, open for reading */
	/* The expected tree; recorded from undamaged seeds. */
	struct seed *seed;
	bool exact, learn;
	/* Results. */
	unsigned long failures, visits;
	/* Number of errors that do not indicate damage, and one of them. */
	unsigned long complaints;
	char why[160];
};

void walk_tree(struct reader *r);
void walk_setup(void);

/* A pseudo-random number; advances the state. */
static inline uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	/* Finaliser of splitmix64, by Vigna. */
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

#endif /* MUTATE_H */
