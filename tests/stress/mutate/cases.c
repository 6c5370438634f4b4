// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mutate - cases: choosing the damage, applying it, and using the result.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/loop.h>
#include <linux/mount.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "cases.h"
#include "seal.h"

#define MAX_SEEDS	32
/* Tables that have a name. */
#define TABLES		(STARGZ_TABLE_PROPERTIES + 1)
#define MS_NOSUID	2
#define MS_NODEV	4

/* Taint bits: bad page (also KASAN), died, warned, soft lock-up. */
#define TAINTS		(1 << 5 | 1 << 7 | 1 << 9 | 1 << 14)

int mount(const char *source, const char *target, const char *type,
	  unsigned long flags, const void *data);
int umount2(const char *target, int flags);

enum value {
	VALUE_ZERO, VALUE_ONE, VALUE_MAX, VALUE_MAX_LESS_ONE, VALUE_SIGN,
	VALUE_LESS_SIGN, VALUE_MORE, VALUE_LESS, VALUE_FLIP, VALUE_RANDOM,
	VALUE_OTHER, VALUE_NEXT, VALUE_BOUND, VALUE_NEAR_BOUND, VALUES
};

static const char * const value_names[VALUES] = {
	"0", "1", "max", "max - 1", "sign", "sign - 1", "+ 1", "- 1", "a bit",
	"random", "another's", "the next one's", "a bound", "near a bound"
};

enum verify {
	VERIFY_DEFAULT, VERIFY_NONE, VERIFY_CRC, VERIFY_DIGEST, VERIFIES
};

static const char * const verify_names[VERIFIES] = {
	"", "none", "crc", "digest"
};

/* One case. */
struct lie {
	uint64_t number;
	struct seed *seed;
	const struct place *place;
	struct place bit;	/* the place, if each bit is one */
	enum value value;
	uint64_t old, new;
	uint64_t random;	/* for all else that is drawn */
	enum verify verify;
	bool fit;		/* the span's checksums fit the stream */
	bool sealed;		/* the hash tree fits the tables */
	bool wide;		/* limits of the superblock are at their largest */
	bool late;		/* told when it is mounted already */
	bool new_api, zlib, kill, remount, loop;
};

static struct seed seeds[MAX_SEEDS];
static unsigned int nr_seeds;
static struct report *report;
static const struct plan *plan;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static bool has_digests(const struct seed *s)
{
	return seed_super(s)->feature_compat & STARGZ_COMPAT_DIGESTS;
}

void cases_add_seed(const char *folder, char *line, const char *copies,
		    enum mode mode)
{
	struct seed *s = &seeds[nr_seeds];

	if (nr_seeds == MAX_SEEDS)
		errx(2, "too many seeds");
	seed_load(s, folder, line, copies);
	if (mode != MODE_FIELDS && !has_digests(s))
		return;
	seed_find_places(s);
	nr_seeds++;
}

/* Choosing the damage */

static uint64_t mask_of(unsigned int width)
{
	return width == 64 ? ~0ull : (1ull << width) - 1;
}

static uint64_t get_bits(const struct seed *s, const struct place *p)
{
	const uint8_t *data = s->file[p->file].now;
	uint64_t value = 0;
	unsigned int i;

	if (!p->width)
		return s->file[p->file].size;
	for (i = 0; i < p->width; i++)
		value |= (uint64_t)(data[(p->bit + i) / 8] >>
				    (p->bit + i) % 8 & 1) << i;
	return value;
}

/* Numbers that are likely to cause trouble in some field of the index. */
static uint64_t a_bound(const struct seed *s, uint64_t *random)
{
	const struct stargz_super_block *sb = seed_super(s);
	const uint64_t some[] = {
		sb->table[draw(random) % TABLES].count,
		sb->table[draw(random) % TABLES].offset,
		s->file[draw(random) % s->files].size,
		sb->max_span, sb->index_size, sb->tree_offset,
		STARGZ_BLOCK_SIZE, STARGZ_HISTORY_SIZE, STARGZ_PIECE_SIZE,
		STARGZ_DIGEST_SIZE, STARGZ_PROPERTIES_MAX,
		STARGZ_HISTORY_CLEN_MAX, STARGZ_SPAN_MAX, STARGZ_SYMLINK_MAX,
		STARGZ_XATTR_VALUE_MAX, STARGZ_XATTR_SET_MAX, STARGZ_MAX_BLOBS,
		1ull << 31, 1ull << 32, 1ull << 44,
	};

	return some[draw(random) % (sizeof(some) / sizeof(some[0]))];
}

static uint64_t new_value(struct lie *lie)
{
	const struct seed *s = lie->seed;
	const struct kind *kind = &s->kind[lie->place->kind];
	const struct place *places = s->places + kind->first;
	unsigned int width = lie->place->width ?: 24;
	uint64_t max = mask_of(width), sign = 1ull << (width - 1);

	switch (lie->value) {
	case VALUE_ZERO: return 0;
	case VALUE_ONE: return 1;
	case VALUE_MAX: return max;
	case VALUE_MAX_LESS_ONE: return max - 1;
	case VALUE_SIGN: return sign;
	case VALUE_LESS_SIGN: return sign - 1;
	case VALUE_MORE: return lie->old + 1;
	case VALUE_LESS: return lie->old - 1;
	case VALUE_FLIP: return lie->old ^ 1ull << draw(&lie->random) % width;
	case VALUE_OTHER:
		return get_bits(s, places + draw(&lie->random) % kind->count);
	case VALUE_NEXT:
		return get_bits(s, places + (lie->place - places + 1) %
				   kind->count);
	case VALUE_BOUND: return a_bound(s, &lie->random);
	case VALUE_NEAR_BOUND:
		return a_bound(s, &lie->random) + draw(&lie->random) % 3 - 1;
	default: return draw(&lie->random);
	}
}

static bool about_spans(const struct lie *lie)
{
	const char *name = lie->seed->kind[lie->place->kind].name;

	return !strncmp(name, "span.", 5) || !strncmp(name, "blob.", 5) ||
	       !strncmp(name, "extent.", 7) || !strncmp(name, "inode.", 6);
}

/* In the compressed stream of a span, or of a history. */
static bool in_stream(const struct lie *lie)
{
	const char *name = lie->seed->kind[lie->place->kind].name;

	return !strncmp(name, "deflate ", 8) || !strncmp(name, "gzip ", 5) ||
	       !strncmp(name, "zstd ", 5) || !strncmp(name, "stored ", 7);
}

/* In a file that is mounted, and in a field of its superblock. */
static bool in_super(const struct lie *lie)
{
	return !lie->place->file &&
	       lie->place->bit / 8 < sizeof(struct stargz_super_block);
}

/* What is drawn besides the place and the value. */
static void find_ways(struct lie *lie)
{
	const struct seed *s = lie->seed;
	uint64_t r = draw(&lie->random);
	unsigned int verify;

	lie->fit = in_stream(lie) && r % 2;
	lie->wide = about_spans(lie) && r / 2 % 4 == 0;
	lie->loop = s->image && r / (1 << 20) % 4 == 0;
	/*
	 * A mounted file cannot be written, but the file of a loop device can.
	 */
	lie->late = lie->loop && r / 8 % 2 == 0;
	lie->new_api = r / 64 % 4 == 0;
	lie->zlib = r / 256 % 8 == 0;
	lie->kill = r / 2048 % 16 == 0;
	lie->remount = r / 32768 % 32 == 0;
	lie->sealed = r / (1 << 22) % 8 || plan->mode == MODE_DIGEST;
	verify = r / (1 << 25) % (2 * VERIFIES);
	if (plan->mode == MODE_DIGEST)
		lie->verify = VERIFY_DIGEST;
	else if (verify < VERIFIES &&
		 (verify != VERIFY_DIGEST || has_digests(s)))
		lie->verify = verify;
}

/*
 * Case @number: seeds take turns. Within a seed, all pairs of a kind of place
 * and a kind of value take turns, in an order in which few cases cover all of
 * them.
 */
static void find_field(struct lie *lie, uint64_t seed, uint64_t number)
{
	struct seed *s = &seeds[number % nr_seeds];
	uint64_t pairs = (uint64_t)s->turns * VALUES, pair, r = seed;
	const struct kind *kind;

	pair = (number / nr_seeds * 7919 + draw(&r) % pairs) % pairs;
	kind = &s->kind[s->turn[pair / VALUES]];
	*lie = (struct lie) {
		.number = number,
		.seed = s,
		.value = pair % VALUES,
		.random = seed * 0x2545f4914f6cdd1d + number,
	};
	r = draw(&lie->random);
	lie->place = &s->places[kind->first + r % kind->count];
	lie->old = get_bits(s, lie->place);
	lie->new = new_value(lie) & mask_of(lie->place->width ?: 24);
	if (lie->new == lie->old)
		lie->new ^= 1ull << draw(&lie->random) %
			    (lie->place->width ?: 13);
	find_ways(lie);
}

/* Bit @bit of all files of all seeds, if there are so many. */
static struct seed *place_of_bit(uint64_t bit, struct place *place)
{
	struct seed *s;

	for (s = seeds; s < seeds + nr_seeds; s++) {
		unsigned int file;

		for (file = 0; file < s->files; file++) {
			uint64_t bits = 8 * s->file[file].size;

			if (bit < bits) {
				*place = (struct place) {
					.bit = bit, .file = file, .width = 1,
					.kind = seed_bit_kind(s),
				};
				return s;
			}
			bit -= bits;
		}
	}
	return NULL;
}

static bool find_bit(struct lie *lie, uint64_t number)
{
	*lie = (struct lie) {
		.number = number,
		.value = VALUE_FLIP,
		.random = number,
		.verify = VERIFY_DIGEST,
	};
	lie->seed = place_of_bit(number * plan->step, &lie->bit);
	if (!lie->seed)
		return false;
	lie->place = &lie->bit;
	lie->old = get_bits(lie->seed, lie->place);
	lie->new = !lie->old;
	return true;
}

static bool find_lie(struct lie *lie, uint64_t number)
{
	if (plan->mode == MODE_BITS)
		return find_bit(lie, number);
	find_field(lie, plan->seed, number);
	return true;
}

static void describe(const struct lie *lie, char *text, size_t room)
{
	const struct place *p = lie->place;

	snprintf(text, room, "%s: %s of file %u, byte %" PRIu64 " bit %u: %#" PRIx64
		 " -> %#" PRIx64 " (%s)%s%s%s%s%s%s%s%s%s%s%s",
		 lie->seed->name, lie->seed->kind[p->kind].name, p->file,
		 p->bit / 8, (unsigned int)(p->bit % 8), lie->old, lie->new,
		 value_names[lie->value], lie->fit ? ", fit" : "",
		 lie->wide ? ", wide" : "", lie->sealed ? ", sealed" : "",
		 lie->late ? ", late" : "", lie->new_api ? ", fsmount" : "",
		 lie->zlib ? ", zlib" : "", lie->kill ? ", kill" : "",
		 lie->remount ? ", remount" : "", lie->loop ? ", loop" : "",
		 lie->verify ? ", verify=" : "", verify_names[lie->verify]);
}

/* Applying the damage */

/* Changes of the copies; more than enough for one lie. */
static struct { unsigned int file; size_t at, len; } dirty[16];
static unsigned int nr_dirty;

/*
 * A mounted file cannot be opened for writing, and the last mount may not have
 * released its files yet.
 */
static int open_copy(const char *path)
{
	unsigned int left = 10000;
	int fd;

	while ((fd = open(path, O_WRONLY | O_CLOEXEC)) < 0 &&
	       errno == ETXTBSY && left--)
		usleep(1000);
	return fd;
}

/* A file that is open for writing cannot be mounted. */
static void flush(struct seed *s, unsigned int file, const uint8_t *data,
		  size_t at, size_t len)
{
	int fd = open_copy(s->file[file].path);

	if (fd < 0 || pwrite(fd, data + at, len, at) != (ssize_t)len)
		err(2, "case %" PRIu64 ": %s", (uint64_t)report->number,
		    s->file[file].path);
	close(fd);
}

static void touch(struct seed *s, unsigned int file, size_t at, size_t len)
{
	if (nr_dirty == sizeof(dirty) / sizeof(dirty[0]))
		errx(2, "too many places for one lie");
	dirty[nr_dirty].file = file;
	dirty[nr_dirty].at = at;
	dirty[nr_dirty++].len = len;
	flush(s, file, s->file[file].now, at, len);
}

static void put_bits(struct seed *s, const struct place *p, uint64_t value)
{
	uint8_t *data = s->file[p->file].now;
	unsigned int i;

	for (i = 0; i < p->width; i++) {
		uint8_t bit = 1 << (p->bit + i) % 8;

		if (value >> i & 1)
			data[(p->bit + i) / 8] |= bit;
		else
			data[(p->bit + i) / 8] &= ~bit;
	}
	touch(s, p->file, p->bit / 8,
	      (p->bit + p->width + 7) / 8 - p->bit / 8);
}

/*
 * Make checksums fit a lie in the index, unless the lie is about the checksum of
 * the superblock. A lie about the tree would be taken back with a new tree.
 */
static void seal(const struct lie *lie)
{
	struct seed *s = lie->seed;
	const struct stargz_super_block *sb = (void *)s->file[0].was;
	const char *name = s->kind[lie->place->kind].name;
	const uint64_t byte = lie->place->bit / 8;

	if (!strcmp(name, "super_block.crc32") || !strcmp(name, "hash") ||
	    !((!lie->place->file && byte < sb->index_size) || lie->fit))
		return;
	if (lie->sealed && strncmp(name, "super_block.tree_", 17)) {
		seal_tree(s->file[0].now, sb->index_size);
		touch(s, 0, sb->tree_offset, sb->index_size - sb->tree_offset);
	} else if (in_super(lie) || lie->wide) {
		seal_super(s->file[0].now);
	}
	touch(s, 0, 0, sizeof(*sb));
}

/* Set the CRC-32 of the pieces of a span. */
static void fit_pieces(struct seed *s, struct stargz_span *span,
		       const struct decoded *got)
{
	uint32_t *piece = seed_table(s, STARGZ_TABLE_PIECES);
	uint32_t nr = (got->bytes + STARGZ_PIECE_SIZE - 1) / STARGZ_PIECE_SIZE;

	if (!(span->flags & STARGZ_SPAN_CHECKED) ||
	    got->bytes <= STARGZ_PIECE_SIZE) {
		/* One record holds the sum of a short span only. */
		if (got->bytes > STARGZ_PIECE_SIZE)
			return;
		span->check = got->crc[0];
		span->flags |= STARGZ_SPAN_CHECKED;
		return;
	}
	memcpy(piece + span->check, got->crc, nr * sizeof(*piece));
	touch(s, 0, (uint8_t *)(piece + span->check) - s->file[0].now,
	      nr * sizeof(*piece));
}

static void fit_digests(struct seed *s, uint32_t nr, const struct decoded *got)
{
	const uint32_t *start = seed_table(s, STARGZ_TABLE_DIGEST_STARTS);
	struct stargz_digest *digest = seed_table(s, STARGZ_TABLE_DIGESTS);
	size_t len;

	if (!has_digests(s))
		return;
	len = (got->bytes + STARGZ_DIGEST_SIZE - 1) / STARGZ_DIGEST_SIZE *
	      sizeof(*digest);
	memcpy(digest + start[nr], got->digest, len);
	touch(s, 0, (uint8_t *)(digest + start[nr]) - s->file[0].now, len);
}

/* Set the checksums of a span to those of its current decoded bytes. */
static void fit_span(struct seed *s, uint32_t nr)
{
	struct stargz_span *span = seed_table(s, STARGZ_TABLE_SPANS);
	struct decoded got;

	span += nr;
	if (!span_decode(s, nr, &got))
		return;
	fit_pieces(s, span, &got);
	fit_digests(s, nr, &got);
	if (span->codec != STARGZ_CODEC_STORED)
		span->ulen = got.bytes;
	touch(s, 0, (uint8_t *)span - s->file[0].now, sizeof(*span));
}

/* The spans that a lie in a stream affects. */
static void fit_spans(const struct lie *lie)
{
	struct seed *s = lie->seed;
	const struct stargz_history *w = seed_table(s, STARGZ_TABLE_HISTORIES);
	uint64_t n = seed_count(s, STARGZ_TABLE_HISTORIES);
	uint64_t byte = lie->place->bit / 8, start;
	uint32_t nr;

	if (seed_span_at(s, lie->place->file, byte, &nr)) {
		fit_span(s, nr);
		return;
	}
	start = byte - seed_super(s)->table[STARGZ_TABLE_HISTORY_DATA].offset;
	for (; n; n--, w++)
		if (!lie->place->file && start >= w->offset &&
		    start < w->offset + w->clen)
			fit_span(s, w->span);
}

static void tell(const struct lie *lie)
{
	struct seed *s = lie->seed;
	struct stargz_super_block *sb = seed_super(s);

	if (!lie->place->width) {
		if (truncate(s->file[lie->place->file].path, lie->new))
			err(2, "truncate");
		return;
	}
	put_bits(s, lie->place, lie->new);
	if (lie->fit)
		fit_spans(lie);
	if (lie->wide) {
		sb->max_span = STARGZ_SPAN_MAX;
		sb->feature_incompat = 7;
	}
	if (plan->mode != MODE_BITS)
		seal(lie);
}

static void take_back(const struct lie *lie)
{
	struct seed *s = lie->seed;
	struct file *f = &s->file[lie->place->file];

	while (nr_dirty) {
		unsigned int i = --nr_dirty;
		struct file *d = &s->file[dirty[i].file];

		memcpy(d->now + dirty[i].at, d->was + dirty[i].at,
		       dirty[i].len);
		flush(s, dirty[i].file, d->was, dirty[i].at, dirty[i].len);
	}
	if (!lie->place->width) {
		if (truncate(f->path, f->size))
			err(2, "truncate");
		flush(s, lie->place->file, f->was, 0, f->size);
	}
}

/* Mounting */

static void complain(const char *why)
{
	printf("case %lu: %s: %s\n", report->number, why, report->what);
	fflush(stdout);
	report->complaints++;
}

/* Make a loop device of an image; false if this kernel has no support. */
static bool make_loop(struct file *f)
{
	struct loop_config config = {
		.fd = open(f->path, O_RDONLY | O_CLOEXEC),
		.info.lo_flags = LO_FLAGS_READ_ONLY,
	};
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	int nr = control < 0 ? -1 : ioctl(control, LOOP_CTL_GET_FREE), fd;

	if (nr >= 0) {
		snprintf(f->device, sizeof(f->device), "/dev/loop%d", nr);
		fd = open(f->device, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || ioctl(fd, LOOP_CONFIGURE, &config))
			err(2, "%s: no image on it", f->device);
		close(fd);
	}
	close(config.fd);
	close(control);
	return nr >= 0;
}

static const char *source_of(const struct lie *lie)
{
	const struct file *f = &lie->seed->file[lie->seed->image ? 0 : 1];

	return lie->loop ? f->device : f->path;
}

/* The digest of the undamaged index, as an option has it. */
static const char *digest_of(const struct seed *s, char text[80])
{
	unsigned int i;

	strcpy(text, "sha256:");
	for (i = 0; i < sizeof(s->digest); i++)
		sprintf(text + 7 + 2 * i, "%02x", s->digest[i]);
	return text;
}

static int mount_classic(const struct lie *lie)
{
	const struct seed *s = lie->seed;
	char options[2048], digest[80];
	unsigned int i;
	int len = 0;

	options[0] = '\0';
	if (!s->image)
		len += sprintf(options, "index=%s,", s->file[0].path);
	for (i = 2; i < s->files; i++)
		len += sprintf(options + len, "device=%s,", s->file[i].path);
	if (lie->zlib)
		len += sprintf(options + len, "decoder=zlib,");
	if (lie->verify)
		len += sprintf(options + len, "verify=%s,",
			       verify_names[lie->verify]);
	if (plan->mode == MODE_DIGEST)
		len += sprintf(options + len, "index_digest=%s,",
			       digest_of(s, digest));
	if (len)
		options[len - 1] = '\0';
	if (mount(source_of(lie), plan->dir, "stargz",
		  1 | MS_NOSUID | MS_NODEV, options))
		return -1;
	return open(plan->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int set_option(int fs, const char *key, const char *value)
{
	return syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, key, value, 0);
}

/* Never attached to a directory: the last close unmounts. */
static int mount_new(const struct lie *lie)
{
	const struct seed *s = lie->seed;
	int fs = syscall(SYS_fsopen, "stargz", FSOPEN_CLOEXEC), root = -1;
	int ret = set_option(fs, "source", source_of(lie)), error;
	unsigned int i;
	char digest[80];

	if (!ret && !s->image)
		ret = set_option(fs, "index", s->file[0].path);
	for (i = 2; !ret && i < s->files; i++)
		ret = set_option(fs, "device", s->file[i].path);
	if (!ret && lie->zlib)
		ret = set_option(fs, "decoder", "zlib");
	if (!ret && lie->verify)
		ret = set_option(fs, "verify", verify_names[lie->verify]);
	if (!ret && plan->mode == MODE_DIGEST)
		ret = set_option(fs, "index_digest", digest_of(s, digest));
	if (!ret)
		ret = syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL,
			      0);
	if (!ret)
		root = syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC,
			       MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID);
	error = errno;
	close(fs);
	errno = error;
	return root;
}

static void refused(void)
{
	report->refused++;
	switch (errno) {
	case EINVAL:
	case EUCLEAN:
	case EIO:
	case EOPNOTSUPP:
	case EFBIG:
	case EOVERFLOW:
	case EBADMSG:	/* not the index with the digest */
		return;
	}
	complain(strerrorname_np(errno));
}

/* Readers */

/* In memory shared with the readers. */
static struct shared {
	pthread_barrier_t begin, end;
	struct reader reader[READERS];
	char root[64];
} *shared;

/*
 * Processes, not threads: User Mode Linux has one host process for each address
 * space, and only one CPU at a time uses it.
 */
static void reader_process(struct reader *r)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		pthread_barrier_wait(&shared->begin);
		r->root = open(shared->root, O_RDONLY | O_DIRECTORY |
			       O_CLOEXEC);
		walk_tree(r);
		close(r->root);
		pthread_barrier_wait(&shared->end);
	}
}

/* One is enough to see all of the tree. */
static unsigned int readers(void)
{
	return plan->mode == MODE_BITS ? 1 : READERS;
}

static void start_readers(void)
{
	pthread_barrierattr_t attr;
	unsigned int i;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		err(2, "mmap");
	pthread_barrierattr_init(&attr);
	pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(&shared->begin, &attr, readers() + 1);
	pthread_barrier_init(&shared->end, &attr, readers() + 1);
	for (i = 0; i < readers(); i++) {
		report->reader[i] = fork();
		if (report->reader[i] < 0)
			err(2, "fork");
		if (!report->reader[i])
			reader_process(&shared->reader[i]);
	}
}

/* The tree is known if checksums that were not adjusted cover it. */
static bool is_exact(const struct lie *lie)
{
	const struct seed *s = lie->seed;
	const struct stargz_span *span;
	uint32_t nr;

	if (plan->mode != MODE_FIELDS)
		return true;
	if (!lie->place->width || lie->verify == VERIFY_NONE)
		return false;
	if (lie->verify == VERIFY_DIGEST && !lie->sealed && !lie->wide &&
	    !in_super(lie))
		return true;
	if (!in_stream(lie) || lie->fit)
		return false;
	span = seed_span_at(s, lie->place->file, lie->place->bit / 8, &nr);
	/* The checksum of a span covers its history. */
	if (!span)
		return true;
	return span->flags & STARGZ_SPAN_CHECKED ||
	       span->codec == STARGZ_CODEC_GZIP ||
	       lie->verify == VERIFY_DIGEST;
}

/* A mount without a directory has a path only in /proc. */
static void set_readers(struct lie *lie, int root)
{
	static const size_t blocks[] = { 4096, 1 << 16, 777, 16384 };
	static const unsigned int uses[READERS] = {
		USE_READ | USE_SEEK | USE_FIEMAP, USE_READ | USE_XATTRS,
		USE_SPOTS | USE_MAP, USE_READ | USE_HANDLES,
	};
	unsigned int i;

	snprintf(shared->root, sizeof(shared->root), "/proc/%d/fd/%d", getpid(),
		 root);
	for (i = 0; i < readers(); i++) {
		struct reader *r = &shared->reader[i];

		/* The main reader, and about every fourth other one. */
		r->use = uses[i] | (draw(&lie->random) & draw(&lie->random) &
				    USE_ALL);
		if (plan->mode == MODE_BITS)
			r->use = USE_READ | USE_XATTRS;
		r->block = blocks[draw(&lie->random) % 4];
		r->random = draw(&lie->random);
		r->seed = lie->seed;
		r->exact = is_exact(lie);
		r->learn = false;
	}
}

/* Kill a reader that is a separate process, wherever it is. */
static void kill_reader(struct lie *lie, int root)
{
	struct reader r = shared->reader[0];
	unsigned long us;
	double start;
	int status;
	pid_t pid;

	r.seed = NULL;
	r.root = root;
	pid = fork();
	if (pid < 0)
		err(2, "fork");
	while (!pid)
		walk_tree(&r);
	report->reader[READERS] = pid;
	usleep(draw(&lie->random) % 3000);
	start = now();
	kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status))
		complain("a killed reader is not dead of it");
	us = (now() - start) * 1e6;
	if (us > report->kill_us)
		report->kill_us = us;
	report->reader[READERS] = 0;
	report->killed++;
}

static unsigned long use_all(struct lie *lie, int root)
{
	unsigned long failures = 0;
	unsigned int i;

	set_readers(lie, root);
	pthread_barrier_wait(&shared->begin);
	if (lie->kill)
		kill_reader(lie, root);
	if (lie->remount && !lie->new_api)
		mount("none", plan->dir, NULL, 1 | 32 | MS_NOSUID | MS_NODEV,
		      lie->zlib ? "decoder=auto" : "decoder=zlib");
	pthread_barrier_wait(&shared->end);
	for (i = 0; i < readers(); i++) {
		failures += shared->reader[i].failures;
		if (shared->reader[i].complaints)
			complain(shared->reader[i].why);
	}
	return failures;
}

/* One case */

static void check_taint(void)
{
	static int fd = -1;
	static unsigned long known;
	unsigned long now_is;
	char text[32];
	ssize_t n;

	if (fd < 0)
		fd = open("/proc/sys/kernel/tainted", O_RDONLY | O_CLOEXEC);
	n = pread(fd, text, sizeof(text) - 1, 0);
	if (n <= 0)
		return;
	text[n] = '\0';
	now_is = strtoul(text, NULL, 10) & TAINTS;
	if (now_is & ~known)
		complain("the kernel complains");
	known |= now_is;
}

/* Is the first block not the one with the digest? */
static bool is_other_index(const struct seed *s)
{
	return memcmp(s->file[0].now, s->file[0].was, STARGZ_BLOCK_SIZE);
}

static void do_case(struct lie *lie)
{
	static bool no_loop;
	unsigned long failures;
	int root;

	if (lie->loop && !*lie->seed->file[0].device && !no_loop)
		no_loop = !make_loop(&lie->seed->file[0]);
	lie->loop &= !no_loop;
	lie->late &= lie->loop;
	if (!lie->late)
		tell(lie);
	root = lie->new_api ? mount_new(lie) : mount_classic(lie);
	if (root < 0) {
		refused();
	} else {
		if (plan->mode == MODE_DIGEST && is_other_index(lie->seed))
			complain("mounts with the digest of another index");
		if (lie->late)
			tell(lie);
		failures = use_all(lie, root);
		close(root);
		if (!lie->new_api && umount2(plan->dir, 0))
			err(2, "case %" PRIu64 ": umount", lie->number);
		if (failures)
			report->failed++;
		else
			report->fine++;
	}
	take_back(lie);
	report->done++;
}

/* Run each seed undamaged: all must succeed; record the content of files. */
static void learn(struct seed *s)
{
	struct lie lie = { .seed = s };
	struct reader r = {
		.use = USE_ALL, .block = 4096, .seed = s, .learn = true,
	};

	snprintf(report->what, sizeof(report->what), "%s, undamaged", s->name);
	report->since = now();
	r.root = mount_classic(&lie);
	if (r.root < 0)
		err(2, "%s: mount", s->name);
	walk_tree(&r);
	if (r.failures || r.complaints || r.visits < 10)
		errx(2, "%s: the undamaged seed is no good: %s", s->name,
		     r.why);
	close(r.root);
	if (umount2(plan->dir, 0))
		err(2, "%s: umount", s->name);
}

static void note_state(int fd, uint64_t number)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%-20" PRIu64 "\n", number);

	if (fd >= 0 && pwrite(fd, text, len, 0) != len)
		err(2, "%s", plan->state);
}

void cases_list(const struct plan *p)
{
	struct lie lie;
	char what[256];
	uint64_t n;

	plan = p;
	for (n = p->first; n < p->end && find_lie(&lie, n); n++) {
		describe(&lie, what, sizeof(what));
		printf("%" PRIu64 ": %s\n", n, what);
	}
}

void cases_run(const struct plan *p, struct report *to)
{
	unsigned long before[3], us;
	struct lie lie;
	unsigned int i;
	uint64_t n;
	int state;

	plan = p;
	report = to;
	state = p->state ? open(p->state, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) :
		-1;
	if (p->state && state < 0)
		err(2, "%s", p->state);
	walk_setup();
	report->learning = true;
	for (i = 0; i < nr_seeds; i++)
		learn(&seeds[i]);
	report->learning = false;
	start_readers();
	for (n = p->first; n < p->end && (!p->until || now() < p->until) &&
			   find_lie(&lie, n); n++) {
		report->number = n;
		describe(&lie, report->what, sizeof(report->what));
		note_state(state, n);
		before[0] = report->refused;
		before[1] = report->failed;
		report->since = now();
		do_case(&lie);
		us = (now() - report->since) * 1e6;
		if (us > report->slowest_us) {
			report->slowest_us = us;
			report->slowest = n;
		}
		check_taint();
		if (p->verbose)
			printf("%" PRIu64 ": %s: %s, %lu us\n", n, report->what,
			       report->refused != before[0] ? "refused" :
			       report->failed != before[1] ? "errors" : "fine",
			       us);
	}
	report->since = 0;
}
