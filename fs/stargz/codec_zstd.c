// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - zstd frames (RFC 8878).
 *
 * A span is a sequence of whole frames, possibly with skippable frames between
 * them. A frame is decoded in one call, straight to its destination, if the
 * whole frame is wanted and in memory and the frame is not large: such a call
 * cannot be interrupted. All other frames go through the sink of the stream,
 * slice by slice. That needs memory for the window of the frame. If memory is
 * short, decodes take turns with a preallocated reserve, which suffices for the
 * window sizes that every decoder must support.
 *
 * Locking: one mutex protects the reserve. Another limits large windows to one
 * at a time. A decode holds either from its beginning to its end. The holder
 * waits for reads of the blob and for no lock, so a task may wait for the
 * mutexes with folios locked.
 */
#include <linux/mutex.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/zstd.h>
#include <linux/zstd_errors.h>

#include "internal.h"

/* Maximum window of a frame. */
#define STARGZ_ZSTD_WINDOW_MAX	SZ_32M
/* Window of the reserve; RFC 8878 3.1.1.1.2 recommends supporting it. */
#define STARGZ_ZSTD_WINDOW_RESERVE	SZ_8M

/* Maximum compressed and decoded size of a frame to decode in one call. */
#define STARGZ_ZSTD_AT_ONCE	SZ_4M

/*
 * Maximum number of bytes after the wanted ones that are decoded only to reach
 * the checksum of a frame.
 */
#define STARGZ_ZSTD_TAIL_MAX	SZ_1M

/* Maximum size of a frame header, RFC 8878 3.1.1.1. */
#define STARGZ_ZSTD_HEADER_MAX	18

/* Compressed bytes of a slice. */
#define STARGZ_ZSTD_SLICE	SZ_64K

/* Held by the one decode whose window exceeds that of the reserve. */
static DEFINE_MUTEX(stargz_zstd_large);

/* Workspace for one decode if memory is short. */
static struct {
	struct mutex lock;		/* all fields */
	unsigned int users;		/* mounts with zstd */
	void *workspace;		/* allocated while @users is not 0 */
} stargz_zstd_reserve = {
	.lock = __MUTEX_INITIALIZER(stargz_zstd_reserve.lock),
};

/**
 * struct stargz_zstd - decode state of a span, in strm->state
 * @ds: state of a frame that is decoded slice by slice, or NULL
 * @workspace: memory of @ds
 * @share: held memory of the cgroup that @workspace is charged to
 * @window: maximum window that @workspace allows, bytes
 * @skip: remaining bytes of a skippable frame
 * @ulen: decoded size of the span
 * @pos: number of decoded bytes; may exceed @ulen at the end
 * @reserved: @workspace is the reserve, whose lock is held
 * @large: the mutex of large windows is held
 * @inside: inside a frame
 */
struct stargz_zstd {
	zstd_dstream *ds;
	void *workspace;
	struct stargz_share share;
	size_t window;
	u64 skip;
	u32 ulen;
	u32 pos;
	bool reserved;
	bool large;
	bool inside;
};

static_assert(sizeof(struct stargz_zstd) <= STARGZ_CODEC_STATE);

static struct stargz_zstd *stargz_zstd(const struct stargz_decode *d)
{
	return (struct stargz_zstd *)d->strm->state;
}

static int stargz_zstd_error(struct stargz_decode *d, const char *why)
{
	d->strm->why = why;
	return -EFSCORRUPTED;
}

/* Verify @n decoded bytes at @data; copy them unless @in_place. */
static int stargz_zstd_take(struct stargz_decode *d, const u8 *data, u32 n,
			    bool in_place)
{
	const struct stargz_want *want = &d->want;
	struct stargz_zstd *z = stargz_zstd(d);
	u32 start = max(z->pos, want->from);
	u32 end = min(z->pos + n, want->to);

	if (start < end && !in_place)
		memcpy(want->out + (start - want->from),
		       data + (start - z->pos), end - start);
	z->pos += n;
	return d->checked ? stargz_check_add(d, data, n) : 0;
}

/*
 * Decode a frame of @size compressed bytes to its destination. Returns 1 on
 * success, 0 if the frame has more bytes than are wanted there or if memory is
 * short, or a negative errno.
 */
static int stargz_zstd_at_once(struct stargz_decode *d, size_t size)
{
	struct stargz_stream *strm = d->strm;
	struct stargz_zstd *z = stargz_zstd(d);
	size_t bound = zstd_dctx_workspace_bound(), n;
	u8 *out = d->want.out + (z->pos - d->want.from);
	zstd_dctx *ctx;
	int err;

	if (!strm->zstd)
		strm->zstd = stargz_alloc(bound, 0);
	if (!strm->zstd)
		return 0;
	ctx = zstd_init_dctx(strm->zstd, bound);
	if (!ctx)
		return stargz_zstd_error(d, "zstd does not start");
	n = zstd_decompress_dctx(ctx, out, min_t(u32, d->want.to - z->pos,
						 STARGZ_ZSTD_AT_ONCE),
				 d->in.next, size);
	if (zstd_is_error(n)) {
		if (zstd_get_error_code(n) == ZSTD_error_dstSize_tooSmall)
			return 0;
		return stargz_zstd_error(d, zstd_get_error_name(n));
	}
	d->in.next += size;
	d->in.avail -= size;
	err = stargz_zstd_take(d, out, n, true);
	return err ? err : 1;
}

/* May the frame be decoded in one call, according to its header? */
static bool stargz_zstd_fits(const struct stargz_decode *d,
			     const zstd_frame_header *head)
{
	const struct stargz_want *want = &d->want;
	u32 pos = stargz_zstd(d)->pos;

	if (pos < want->from || pos >= want->to)
		return false;
	return head->frameContentSize == ZSTD_CONTENTSIZE_UNKNOWN ||
	       (head->frameContentSize <= want->to - pos &&
		head->frameContentSize <= STARGZ_ZSTD_AT_ONCE);
}

static void stargz_zstd_free(struct stargz_zstd *z)
{
	kvfree(z->workspace);
	z->workspace = NULL;
	stargz_share_drop(&z->share);
}

/* Get memory for frames with windows of up to @window bytes. */
static int stargz_zstd_workspace(struct stargz_decode *d, size_t window)
{
	struct stargz_zstd *z = stargz_zstd(d);
	size_t bound;

	if (z->ds && window <= z->window)
		return 0;
	if (z->reserved)
		return -ENOMEM;
	if (window > STARGZ_ZSTD_WINDOW_RESERVE && !z->large) {
		if (mutex_lock_killable(&stargz_zstd_large))
			return -EINTR;
		z->large = true;
	}
	bound = zstd_dstream_workspace_bound(window);
	stargz_zstd_free(z);
	z->ds = NULL;
	/* A large window has no fallback; the mutex allows one at a time. */
	if (z->large || stargz_share_take(&z->share, bound))
		z->workspace = stargz_alloc(bound, __GFP_ACCOUNT);
	if (!z->workspace) {
		stargz_share_drop(&z->share);
		if (window > STARGZ_ZSTD_WINDOW_RESERVE)
			return -ENOMEM;
		window = STARGZ_ZSTD_WINDOW_RESERVE;
		bound = zstd_dstream_workspace_bound(window);
		if (mutex_lock_killable(&stargz_zstd_reserve.lock))
			return -EINTR;
		z->workspace = stargz_zstd_reserve.workspace;
		z->reserved = true;
	}
	z->window = window;
	z->ds = zstd_init_dstream(window, z->workspace, bound);
	return z->ds ? 0 : stargz_zstd_error(d, "zstd does not start");
}

static const char *stargz_zstd_check(const zstd_frame_header *head)
{
	if (head->windowSize > STARGZ_ZSTD_WINDOW_MAX)
		return "zstd window too large";
	if (head->frameContentSize != ZSTD_CONTENTSIZE_UNKNOWN &&
	    head->frameContentSize > STARGZ_SPAN_MAX)
		return "zstd frame too large";
	return NULL;
}

/* Begin the frame, skippable or not, whose header is @head. */
static int stargz_zstd_frame(struct stargz_decode *d,
			     const zstd_frame_header *head)
{
	struct stargz_zstd *z = stargz_zstd(d);
	const char *why;
	size_t size;
	int ret;

	if (head->frameType == ZSTD_skippableFrame) {
		/* The magic number and the length precede the content. */
		z->skip = 8 + head->frameContentSize;
		return 0;
	}
	why = stargz_zstd_check(head);
	if (why)
		return stargz_zstd_error(d, why);
	if (stargz_input_whole(&d->in) && stargz_zstd_fits(d, head)) {
		/* Visits every block, so limit the number of bytes. */
		size = min_t(size_t, d->in.avail, STARGZ_ZSTD_AT_ONCE);
		size = zstd_find_frame_compressed_size(d->in.next, size);
		ret = zstd_is_error(size) ? 0 : stargz_zstd_at_once(d, size);
		if (ret)
			return min(ret, 0);
	}
	ret = stargz_zstd_workspace(d, head->windowSize);
	if (ret)
		return ret;
	zstd_reset_dstream(z->ds);
	z->inside = true;
	return 0;
}

/* Begin the next frame. */
static int stargz_zstd_next(struct stargz_decode *d)
{
	zstd_frame_header head;
	size_t ret;
	int err;

	err = stargz_input_need(&d->in, STARGZ_ZSTD_HEADER_MAX);
	if (err)
		return err;
	if (!d->in.avail)
		return stargz_zstd_error(d, "zstd frames are too short");
	ret = zstd_get_frame_header(&head, d->in.next, d->in.avail);
	if (ret)
		return stargz_zstd_error(d, zstd_is_error(ret) ?
					 "not a zstd frame" :
					 "truncated zstd header");
	return stargz_zstd_frame(d, &head);
}

/* Skip a part of a skippable frame. */
static int stargz_zstd_skip(struct stargz_decode *d)
{
	struct stargz_zstd *z = stargz_zstd(d);
	int err = stargz_input_need(&d->in, 1);
	size_t n = min_t(u64, z->skip, d->in.avail);

	if (err)
		return err;
	if (!n)
		return stargz_zstd_error(d, "truncated zstd frame");
	d->in.next += n;
	d->in.avail -= n;
	z->skip -= n;
	return 0;
}

/* Decode one slice of a frame. */
static int stargz_zstd_slice(struct stargz_decode *d)
{
	struct stargz_zstd *z = stargz_zstd(d);
	zstd_out_buffer out = {
		.dst = d->strm->sink, .size = STARGZ_SINK_SIZE,
	};
	zstd_in_buffer in;
	size_t left;
	int err;

	err = stargz_input_need(&d->in, 1);
	if (err)
		return err;
	in = (zstd_in_buffer) {
		.src = d->in.next,
		.size = min_t(size_t, d->in.avail, STARGZ_ZSTD_SLICE),
	};
	left = zstd_decompress_stream(z->ds, &out, &in);
	if (zstd_is_error(left) &&
	    zstd_get_error_code(left) == ZSTD_error_memory_allocation)
		return -ENOMEM;
	if (zstd_is_error(left))
		return stargz_zstd_error(d, zstd_get_error_name(left));
	if (left && !out.pos && !in.pos)
		return stargz_zstd_error(d, "truncated zstd frame");
	d->in.next += in.pos;
	d->in.avail -= in.pos;
	if (!left)
		z->inside = false;
	return stargz_zstd_take(d, d->strm->sink, out.pos, false);
}

/* 1 if the span is complete and verified, or if its tail is too long. */
static int stargz_zstd_progress(const struct stargz_decode *d)
{
	const struct stargz_zstd *z = stargz_zstd(d);

	if (z->inside && !d->checked)
		return z->pos >= z->ulen + STARGZ_ZSTD_TAIL_MAX;
	return z->pos >= z->ulen;
}

static int stargz_zstd_run(struct stargz_decode *d)
{
	struct stargz_zstd *z = stargz_zstd(d);
	int ret;

	if (z->inside)
		ret = stargz_zstd_slice(d);
	else if (z->skip)
		ret = stargz_zstd_skip(d);
	else
		ret = stargz_zstd_next(d);
	return ret < 0 ? ret : stargz_zstd_progress(d);
}

static int stargz_zstd_begin(struct stargz_decode *d)
{
	*stargz_zstd(d) = (struct stargz_zstd) {
		.ulen = le32_to_cpu(d->raw->ulen),
	};
	return 0;
}

static int stargz_zstd_end(struct stargz_decode *d, int ret)
{
	struct stargz_zstd *z = stargz_zstd(d);

	if (z->reserved)
		mutex_unlock(&stargz_zstd_reserve.lock);
	else
		stargz_zstd_free(z);
	if (z->large)
		mutex_unlock(&stargz_zstd_large);
	return ret;
}

static bool stargz_zstd_locks(const struct stargz_decode *d)
{
	const struct stargz_zstd *z = stargz_zstd(d);

	return z->reserved || z->large;
}

/*
 * The frames may hold more bytes than the span but not fewer. Unless
 * stargz_decode.checked is set, the checksum of a frame is verified, except that
 * of a frame that continues for more than %STARGZ_ZSTD_TAIL_MAX bytes after the
 * span. There is no @pair: a thread that
 * decodes two spans at a time could wait for the reserve that it holds itself.
 */
const struct stargz_codec_ops stargz_codec_zstd = {
	.name	= "zstd",
	.begin	= stargz_zstd_begin,
	.run	= stargz_zstd_run,
	.end	= stargz_zstd_end,
	.locks	= stargz_zstd_locks,
};

/**
 * stargz_zstd_hold() - allocate the reserve for a mount
 *
 * Return: 0, then stargz_zstd_release() is needed, or -ENOMEM.
 */
int stargz_zstd_hold(void)
{
	size_t bound = zstd_dstream_workspace_bound(STARGZ_ZSTD_WINDOW_RESERVE);
	/* Outside the lock: reclaim may wait for readers that wait for it. */
	void *spare = kvmalloc(bound, GFP_KERNEL | __GFP_NOWARN);
	int err = 0;

	mutex_lock(&stargz_zstd_reserve.lock);
	if (!stargz_zstd_reserve.workspace)
		swap(stargz_zstd_reserve.workspace, spare);
	if (stargz_zstd_reserve.workspace)
		stargz_zstd_reserve.users++;
	else
		err = -ENOMEM;
	mutex_unlock(&stargz_zstd_reserve.lock);
	kvfree(spare);
	return err;
}

/**
 * stargz_zstd_release() - undo stargz_zstd_hold()
 */
void stargz_zstd_release(void)
{
	void *unused = NULL;

	mutex_lock(&stargz_zstd_reserve.lock);
	if (!--stargz_zstd_reserve.users)
		swap(stargz_zstd_reserve.workspace, unused);
	mutex_unlock(&stargz_zstd_reserve.lock);
	kvfree(unused);
}
