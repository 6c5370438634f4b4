// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - directory listing.
 *
 * Position 0 is ".", 1 is "..", 2 + N is entry N. Positions are stable,
 * seekable and the same for every reader. The VFS holds the directory's i_rwsem
 * shared.
 */
#include "internal.h"

/* Number of records to read at once; small enough for the stack. */
#define STARGZ_DIR_BATCH	16

/* Names must be emitted in order; keep the last one for that check. */
struct stargz_dir_names {
	struct stargz_cursor cur;
	char buf[2][STARGZ_NAME_MAX];
	size_t last_len;
	unsigned int which;
};

/* Emit one entry: 1 done, 0 the buffer of the reader is full, or an errno. */
static int stargz_emit(struct inode *dir, struct dir_context *ctx,
		       const struct stargz_dirent *raw,
		       struct stargz_dir_names *names)
{
	struct super_block *sb = dir->i_sb;
	const char *last = names->buf[!names->which];
	char *name = names->buf[names->which];
	size_t len = raw->name_len;
	const char *why;
	int err;

	why = stargz_check_dirent(&STARGZ_SB(sb)->super, raw);
	if (!why) {
		err = stargz_cursor_read(&names->cur, le32_to_cpu(raw->name),
					 name, len);
		if (err)
			return err;
		why = stargz_check_name(name, len);
	}
	/* A lookup would not find a name that is out of order. */
	if (!why && names->last_len &&
	    stargz_name_cmp(last, names->last_len, name, len) >= 0)
		why = "unsorted names";
	if (why)
		return stargz_damaged(dir, why);
	if (!dir_emit(ctx, name, len, le32_to_cpu(raw->ino), raw->type))
		return 0;
	names->last_len = len;
	names->which = !names->which;
	return 1;
}

static int stargz_emit_all(struct inode *dir, struct dir_context *ctx,
			   struct stargz_cursor *dirents,
			   struct stargz_dir_names *names)
{
	const struct stargz_inode_info *si = STARGZ_I(dir);

	while (ctx->pos - 2 < si->b) {
		struct stargz_dirent raw[STARGZ_DIR_BATCH];
		u32 at = ctx->pos - 2;
		unsigned int i, n = min_t(u32, si->b - at, STARGZ_DIR_BATCH);
		int err;

		err = stargz_cursor_read(dirents, (u64)si->a + at, raw, n);
		if (err)
			return err;
		for (i = 0; i < n; i++, ctx->pos++) {
			err = stargz_emit(dir, ctx, &raw[i], names);
			if (err <= 0)
				return err;
		}
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static int stargz_iterate(struct file *file, struct dir_context *ctx)
{
	struct inode *dir = file_inode(file);
	struct stargz_cursor dirents =
		STARGZ_CURSOR(dir->i_sb, STARGZ_TABLE_DIRENTS);
	struct stargz_dir_names names = {
		.cur = STARGZ_CURSOR(dir->i_sb, STARGZ_TABLE_NAMES),
	};
	int err;

	if (!dir_emit_dots(file, ctx))
		return 0;
	err = stargz_emit_all(dir, ctx, &dirents, &names);
	stargz_cursor_end(&dirents);
	stargz_cursor_end(&names.cur);
	return err;
}

const struct file_operations stargz_dir_fops = {
	.llseek		= generic_file_llseek,
	.read		= generic_read_dir,
	.iterate_shared	= stargz_iterate,
};
