// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - messages about mounted file systems.
 *
 * Each mount has its own ratelimit. A damaged or hostile image can therefore
 * neither flood the log nor suppress the messages of another mount. The
 * ratelimit has its own lock; nothing else is shared.
 */
#include "internal.h"

/**
 * stargz_err() - log an error of a mounted file system
 * @sb: the file system
 * @fmt: printf() format, without newline
 */
void stargz_err(const struct super_block *sb, const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	if (!__ratelimit(&STARGZ_SB(sb)->ratelimit))
		return;
	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	pr_err("stargz (%s): %pV\n", sb->s_id, &vaf);
	va_end(args);
}

/**
 * stargz_damaged() - log damage of an inode
 * @inode: the inode
 * @why: description of the damage
 *
 * Return: -EFSCORRUPTED.
 */
int stargz_damaged(const struct inode *inode, const char *why)
{
	stargz_err(inode->i_sb, "inode %u: %s", stargz_ino(inode), why);
	stargz_report_metadata(inode->i_sb, -EFSCORRUPTED);
	return -EFSCORRUPTED;
}
