// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Compare deflate decoders: ours, zlib, libdeflate. Members are kept in memory.
 * In each round every member is decoded by one decoder after the other. The
 * fastest time of each decoder and member counts, which removes most of the
 * influence of other load.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "inflate.h"

/* Maximum member size of an eStargz blob. */
#define CHUNK		(4U << 20)
#define SMALL		8192

#define NR_DECODERS	5

struct member {
	u8 *in;
	size_t in_len;
	size_t out_len;
	double best[NR_DECODERS];	/* seconds */
};

struct decoder {
	const char *name;
	bool (*decode)(const struct member *m, u8 *out);
	double sum;		/* of the best times of members, seconds */
};

static struct member *members;
static size_t nr_members;
static struct stargz_inflate ours;
static struct libdeflate_decompressor *libdeflate;
static z_stream zlib;

static void *alloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		errx(1, "out of memory");
	return p;
}

static bool decode_ours(const struct member *m, u8 *out)
{
	size_t pos = 0;

	stargz_inflate_start(&ours, m->in, m->in_len, 0);
	stargz_inflate_run(&ours, out, &pos, m->out_len);
	return stargz_inflate_run(&ours, out, &pos, pos) == STARGZ_INFLATE_END &&
	       pos == m->out_len;
}

static bool decode_generic(const struct member *m, u8 *out)
{
	size_t pos = 0;

	stargz_inflate_start(&ours, m->in, m->in_len, 0);
	ours.bmi2 = false;
	stargz_inflate_run(&ours, out, &pos, m->out_len);
	return stargz_inflate_run(&ours, out, &pos, pos) == STARGZ_INFLATE_END &&
	       pos == m->out_len;
}

/* The second member of decode_two(). */
static const struct member *beside(const struct member *m)
{
	return m > members ? m - 1 : m + (nr_members > 1);
}

/* Side by side with its neighbour, as the kernel decodes spans. */
static bool decode_two(const struct member *m, u8 *out)
{
	static struct stargz_inflate other;
	const struct member *n = beside(m);
	struct stargz_inflate_part part[2] = {
		{ .s = &ours, .base = out, .end = m->out_len },
		{ .s = &other, .base = out + m->out_len, .end = n->out_len },
	}, *p;
	int i;

	stargz_inflate_start(&ours, m->in, m->in_len, 0);
	stargz_inflate_start(&other, n->in, n->in_len, 0);
	do {
		p = stargz_inflate_two(&part[0], &part[1]);
		if (p->pos < p->end)
			stargz_inflate_run(p->s, p->base, &p->pos, p->end);
	} while (part[0].pos < part[0].end && part[1].pos < part[1].end);
	for (i = 0, p = part; i < 2; i++, p++) {
		if (p->pos < p->end)
			stargz_inflate_run(p->s, p->base, &p->pos, p->end);
		if (stargz_inflate_run(p->s, p->base, &p->pos, p->pos) !=
		    STARGZ_INFLATE_END || p->pos != p->end)
			return false;
	}
	return true;
}

static bool decode_zlib(const struct member *m, u8 *out)
{
	inflateReset(&zlib);
	zlib.next_in = m->in;
	zlib.avail_in = m->in_len;
	zlib.next_out = out;
	zlib.avail_out = m->out_len;
	return inflate(&zlib, Z_FINISH) == Z_STREAM_END && !zlib.avail_out;
}

static bool decode_libdeflate(const struct member *m, u8 *out)
{
	return !libdeflate_deflate_decompress(libdeflate, m->in, m->in_len,
					      out, m->out_len, NULL);
}

static struct decoder decoders[NR_DECODERS] = {
	{ .name = "stargz", .decode = decode_ours },
	{ .name = "stargz-generic", .decode = decode_generic },
	{ .name = "zlib", .decode = decode_zlib },
	{ .name = "libdeflate", .decode = decode_libdeflate },
	{ .name = "stargz-two", .decode = decode_two },
};

static void add_member(const u8 *in, size_t in_len, size_t out_len)
{
	struct member *m;

	if (!(nr_members & (nr_members - 1))) {
		members = realloc(members, sizeof(*members) *
				  (nr_members ? 2 * nr_members : 1));
		if (!members)
			errx(1, "out of memory");
	}
	m = &members[nr_members++];
	m->in = memcpy(alloc(in_len), in, in_len);
	m->in_len = in_len;
	m->out_len = out_len;
	memset(m->best, 0, sizeof(m->best));
}

/* Compress as eStargz does: one member for each 4 MiB. */
static void add_plain(const u8 *data, size_t len, int level)
{
	size_t n;

	for (; len; data += n, len -= n) {
		z_stream z = { 0 };
		size_t room;
		u8 *out;

		n = len < CHUNK ? len : CHUNK;
		if (deflateInit2(&z, level, Z_DEFLATED, -MAX_WBITS, 8,
				 Z_DEFAULT_STRATEGY) != Z_OK)
			errx(1, "deflateInit2");
		room = deflateBound(&z, n);
		out = alloc(room);
		z.next_in = (u8 *)data;
		z.avail_in = n;
		z.next_out = out;
		z.avail_out = room;
		if (deflate(&z, Z_FINISH) != Z_STREAM_END)
			errx(1, "deflate");
		add_member(out, z.total_out, n);
		deflateEnd(&z);
		free(out);
	}
}

/* Split a file of gzip members, with zlib. */
static void add_gzip(const char *path, const u8 *data, size_t len)
{
	static u8 sink[65536];

	while (len) {
		z_stream z = { .next_in = (u8 *)data, .avail_in = len };
		gz_header header = { 0 };
		size_t start = 0;
		int res;

		if (inflateInit2(&z, MAX_WBITS + 16) != Z_OK)
			errx(1, "inflateInit2");
		inflateGetHeader(&z, &header);
		do {
			z.next_out = sink;
			z.avail_out = sizeof(sink);
			res = inflate(&z, Z_BLOCK);
			if (!start && header.done == 1)
				start = z.total_in;
		} while (res == Z_OK);
		if (res != Z_STREAM_END)
			errx(1, "%s: not gzip", path);
		if (z.total_out)
			add_member(data + start, z.total_in - start - 8,
				   z.total_out);
		data += z.total_in;
		len -= z.total_in;
		inflateEnd(&z);
	}
}

static void add_file(const char *path, int level)
{
	int fd = open(path, O_RDONLY);
	size_t done = 0;
	struct stat st;
	ssize_t n;
	u8 *data;

	if (fd < 0 || fstat(fd, &st))
		err(1, "%s", path);
	data = alloc(st.st_size);
	while (done < (size_t)st.st_size) {
		n = read(fd, data + done, st.st_size - done);
		if (n <= 0)
			err(1, "%s", path);
		done += n;
	}
	close(fd);
	if (level < 0)
		add_gzip(path, data, done);
	else
		add_plain(data, done, level);
	free(data);
}

/* CPU time of this process, in seconds. */
static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Decode a member once with each decoder. */
static void try_member(struct member *m, u8 *out)
{
	size_t i;

	for (i = 0; i < NR_DECODERS; i++) {
		double start = now(), time;

		if (!decoders[i].decode(m, out))
			errx(1, "%s: cannot decode a member", decoders[i].name);
		time = now() - start;
		/* Divide the time by the share of the bytes. */
		if (decoders[i].decode == decode_two)
			time *= (double)m->out_len /
				(m->out_len + beside(m)->out_len);
		if (!m->best[i] || time < m->best[i])
			m->best[i] = time;
	}
}

static bool within(const struct member *m, size_t min, size_t max)
{
	return m->out_len >= min && m->out_len < max;
}

static size_t largest_of(size_t min, size_t max)
{
	size_t i, largest = 0;

	for (i = 0; i < nr_members; i++)
		if (within(&members[i], min, max) &&
		    members[i].out_len > largest)
			largest = members[i].out_len;
	return largest;
}

/* Run all rounds over the members of a size, and print a line per decoder. */
static void bench(const char *what, size_t min, size_t max, int rounds)
{
	size_t i, nr = 0, in = 0, out = 0;
	u8 *buf = alloc(largest_of(min, max) + largest_of(0, SIZE_MAX));
	int r;

	for (r = 0; r < rounds; r++)
		for (i = 0; i < nr_members; i++)
			if (within(&members[i], min, max))
				try_member(&members[i], buf);
	free(buf);
	for (i = 0; i < NR_DECODERS; i++)
		decoders[i].sum = 0;
	for (i = 0; i < nr_members; i++) {
		const struct member *m = &members[i];

		if (!within(m, min, max))
			continue;
		nr++;
		in += m->in_len;
		out += m->out_len;
		for (r = 0; r < NR_DECODERS; r++)
			decoders[r].sum += m->best[r];
	}
	if (!nr)
		return;
	printf("# %s: %zu members, %zu bytes, %.3f of it compressed\n",
	       what, nr, out, (double)in / out);
	for (i = 0; i < NR_DECODERS; i++)
		printf("%s\t%s\t%.0f\t%.2f\t%.2f\n", what, decoders[i].name,
		       out / decoders[i].sum / 1e6,
		       decoders[2].sum / decoders[i].sum,
		       decoders[3].sum / decoders[i].sum);
}

static void usage(FILE *to)
{
	fputs("Usage: decoder [-l LEVEL] [-r ROUNDS] FILE...\n\n"
	      "Decodes the members of gzip files or, with -l, of files that it\n"
	      "compresses itself with zlib, and prints for all and for small\n"
	      "members, separated by tabs: which, decoder, MB/s of output, and\n"
	      "how many times as fast as zlib and as libdeflate it is.\n\n"
	      "  -l LEVEL   compress the files, at level 0 to 9\n"
	      "  -r ROUNDS  each decoder so many times; default 5\n", to);
}

int main(int argc, char **argv)
{
	int c, level = -1, rounds = 5;

	while ((c = getopt(argc, argv, "l:r:h")) != -1) {
		switch (c) {
		case 'l':
			level = atoi(optarg);
			break;
		case 'r':
			rounds = atoi(optarg);
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind == argc || level > 9 || rounds < 1) {
		usage(stderr);
		return 2;
	}
	libdeflate = libdeflate_alloc_decompressor();
	if (!libdeflate || inflateInit2(&zlib, -MAX_WBITS) != Z_OK)
		errx(1, "out of memory");
	while (optind < argc)
		add_file(argv[optind++], level);
	bench("all", 0, SIZE_MAX, rounds);
	bench("small", 0, SMALL, rounds * 5);
	return 0;
}
