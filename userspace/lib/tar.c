// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * From block to block of a tar stream, up to the header of an entry.
 */
#include <stdlib.h>
#include <string.h>

#include "tarheader.h"
#include "tarsparse.h"

int sgz_tar_damaged(const struct sgz_tar *tar, const char *why)
{
	return sgz_fail(tar->stream->ctx, -EUCLEAN,
			"tar: %s, before byte %llu of the stream", why,
			(unsigned long long)tar->pos);
}

/* Who wants the headers as they are gets a copy. */
static int keep_head(struct sgz_tar *tar, const void *bytes, size_t len)
{
	void *copy;

	if (!tar->head)
		return 0;
	copy = sgz_vec_add(tar->head, len, 1);
	if (!copy)
		return sgz_nomem(tar->stream->ctx);
	memcpy(copy, bytes, len);
	return 0;
}

int sgz_tar_read(struct sgz_tar *tar, void *buf, size_t len)
{
	int ret = sgz_stream_full(tar->stream, buf, len);

	tar->pos += len;
	return ret ? ret : keep_head(tar, buf, len);
}

int sgz_tar_skip(struct sgz_tar *tar, uint64_t len)
{
	int ret = sgz_stream_skip(tar->stream, len);

	tar->pos += len;
	return ret;
}

/* The next block: 1, or 0 if the stream ends here, or a negative errno. */
static int read_block(struct sgz_tar *tar, void *block)
{
	size_t have = 0;
	int ret;

	while (have < SGZ_TAR_BLOCK) {
		ssize_t n = sgz_stream_read(tar->stream, (char *)block + have,
					    SGZ_TAR_BLOCK - have);

		if (n < 0)
			return n;
		if (!n && have)
			return sgz_tar_damaged(tar, "cut off in a header");
		if (!n)
			return 0;
		have += n;
		tar->pos += n;
	}
	ret = keep_head(tar, block, SGZ_TAR_BLOCK);
	return ret ? ret : 1;
}

static int extension_failed(const struct sgz_tar *tar, int ret)
{
	if (ret == -ENOMEM)
		return sgz_nomem(tar->stream->ctx);
	if (ret == -E2BIG)
		return sgz_fail(tar->stream->ctx, ret,
				"tar: more extended attributes or holes than there may be, before byte %llu of the stream",
				(unsigned long long)tar->pos);
	return ret ? sgz_tar_damaged(tar, "damaged extension header") : 0;
}

/* The payload of an extension header, with a NUL after it. */
static int read_extension(struct sgz_tar *tar, uint64_t size, char **bytes)
{
	struct sgz_pax *pax = &tar->h.pax;
	char padding[SGZ_TAR_BLOCK];
	int ret;

	*bytes = NULL;
	if (size > SGZ_TAR_EXTENSION_MAX - pax->bytes)
		return sgz_fail(tar->stream->ctx, -E2BIG,
				"tar: extension headers of more than %u bytes, before byte %llu of the stream",
				SGZ_TAR_EXTENSION_MAX,
				(unsigned long long)tar->pos);
	*bytes = sgz_arena_room(&pax->arena, size + 1);
	if (!*bytes)
		return sgz_nomem(tar->stream->ctx);
	pax->bytes += size;
	(*bytes)[size] = '\0';
	ret = sgz_tar_read(tar, *bytes, size);
	if (!ret)
		ret = sgz_tar_read(tar, padding, sgz_tar_padding(size));
	return ret;
}

static int add_global(struct sgz_tar *tar, const char *bytes, size_t size)
{
	char *to;

	/* Zeroes at the end would hide the records of the next one. */
	size = strnlen(bytes, size);
	if (tar->globals.count + size > SGZ_TAR_GLOBALS_MAX)
		return sgz_fail(tar->stream->ctx, -E2BIG,
				"tar: global headers of more than %u bytes",
				SGZ_TAR_GLOBALS_MAX);
	to = sgz_vec_add(&tar->globals, size, 1);
	if (!to)
		return sgz_nomem(tar->stream->ctx);
	memcpy(to, bytes, size);
	return 0;
}

static void set_value(struct sgz_pax *pax, enum sgz_pax_key key,
		      const char *text)
{
	pax->value[key].p = text;
	pax->value[key].len = strlen(text);
}

/* One header that extends the next one. */
static int extend(struct sgz_tar *tar, const struct sgz_ustar *u)
{
	struct sgz_pax *pax = &tar->h.pax;
	char *bytes;
	int64_t size;
	int ret;

	if (sgz_tar_number(u->size, sizeof(u->size), &size) || size < 0)
		return sgz_tar_damaged(tar, "bad size in a header");
	ret = read_extension(tar, size, &bytes);
	if (ret)
		return ret;
	switch (u->type) {
	case 'L':
		set_value(pax, SGZ_PAX_PATH, bytes);
		return 0;
	case 'K':
		set_value(pax, SGZ_PAX_LINKPATH, bytes);
		return 0;
	case 'x':
		return extension_failed(tar, sgz_pax_collect(pax, bytes, size));
	default:
		return add_global(tar, bytes, size);
	}
}

/* Types that never have a payload, whatever their size says. */
static bool is_bare(char type)
{
	return type >= '1' && type <= '6';
}

static int finish(struct sgz_tar *tar, const struct sgz_ustar *u)
{
	struct sgz_tar_header *h = &tar->h;
	const char *fault = sgz_tar_block(h, u);
	int ret;

	if (fault)
		return sgz_tar_damaged(tar, fault);
	ret = extension_failed(tar, sgz_pax_apply(h));
	if (ret)
		return ret;
	if (is_bare(h->type))
		h->size = 0;
	ret = sgz_sparse_read(tar, u);
	return ret ? ret : 1;
}

static bool is_zero(const void *block)
{
	static const char zero[SGZ_TAR_BLOCK];

	return !memcmp(block, zero, sizeof(zero));
}

static bool is_extension(char type)
{
	return type == 'x' || type == 'g' || type == 'L' || type == 'K';
}

/* Forget the last entry; what global headers said holds for the next one. */
static int begin(struct sgz_tar *tar)
{
	struct sgz_pax *pax = &tar->h.pax;
	const struct sgz_vec *globals = &tar->globals;
	char *copy;

	sgz_pax_reset(pax);
	if (!globals->count)
		return 0;
	copy = sgz_arena_copy(&pax->arena, globals->data, globals->count);
	if (!copy)
		return sgz_nomem(tar->stream->ctx);
	return extension_failed(tar, sgz_pax_collect(pax, copy,
						     globals->count));
}

int sgz_tar_next(struct sgz_tar *tar)
{
	bool globals = true;

	for (;;) {
		struct sgz_ustar u;
		int ret;

		ret = globals ? begin(tar) : 0;
		if (!ret)
			ret = read_block(tar, &u);
		if (ret <= 0)
			return ret;
		if (is_zero(&u)) {
			tar->marked = true;
			return 0;
		}
		if (!sgz_tar_is_header(&u))
			return sgz_tar_damaged(tar, "damaged header");
		if (!is_extension(u.type))
			return finish(tar, &u);
		ret = extend(tar, &u);
		if (ret)
			return ret;
		globals = u.type == 'g';
	}
}

/* Before there was a type for directories they had a slash at the end. */
static mode_t file_or_directory(const struct sgz_tar_header *h)
{
	return h->name_len && h->name[h->name_len - 1] == '/' ? S_IFDIR :
								S_IFREG;
}

const char *sgz_tar_type(const struct sgz_tar_header *h, mode_t *type)
{
	static const mode_t plain[] = { 0, S_IFLNK, S_IFCHR, S_IFBLK, S_IFDIR,
		S_IFIFO };

	switch (h->type) {
	case '\0':
	case '0':
	case '7':
		*type = file_or_directory(h);
		return NULL;
	case '1' ... '6':
		*type = plain[h->type - '1'];
		return NULL;
	case 'S':
		*type = S_IFREG;
		return NULL;
	case 'D':	/* with a list of names, for incremental backups */
		*type = S_IFDIR;
		return NULL;
	case 'M':
		return "continued from another volume, left out";
	case 'V':
		return "volume label, left out";
	default:
		return "of an unknown type, left out";
	}
}

void sgz_tar_close(struct sgz_tar *tar)
{
	sgz_vec_free(&tar->globals);
	sgz_vec_free(&tar->h.runs);
	sgz_pax_free(&tar->h.pax);
}
