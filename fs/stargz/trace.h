/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stargz - tracepoints of the read path. Numbers only, no locks.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM stargz

#if !defined(STARGZ_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define STARGZ_TRACE_H

#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/tracepoint.h>

/* Readahead mapped an extent of a file to a span that it will read. */
TRACE_EVENT(stargz_plan,
	TP_PROTO(const struct inode *inode, u64 pos, u64 len, u32 span,
		 u32 offset),
	TP_ARGS(inode, pos, len, span, offset),
	TP_STRUCT__entry(
		__field(dev_t, dev)
		__field(u32, ino)
		__field(u64, pos)
		__field(u64, len)
		__field(u32, span)
		__field(u32, offset)
	),
	TP_fast_assign(
		__entry->dev = inode->i_sb->s_dev;
		__entry->ino = inode->i_ino;
		__entry->pos = pos;
		__entry->len = len;
		__entry->span = span;
		__entry->offset = offset;
	),
	TP_printk("dev %d:%d ino %u pos %llu len %llu span %u offset %u",
		  MAJOR(__entry->dev), MINOR(__entry->dev), __entry->ino,
		  __entry->pos, __entry->len, __entry->span, __entry->offset)
);

/* A span was decoded, or decoding failed. */
TRACE_EVENT(stargz_decode,
	TP_PROTO(const struct super_block *sb, u32 span, u32 clen, u32 ulen,
		 u64 ns, int err),
	TP_ARGS(sb, span, clen, ulen, ns, err),
	TP_STRUCT__entry(
		__field(dev_t, dev)
		__field(u32, span)
		__field(u32, clen)
		__field(u32, ulen)
		__field(u64, ns)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->dev = sb->s_dev;
		__entry->span = span;
		__entry->clen = clen;
		__entry->ulen = ulen;
		__entry->ns = ns;
		__entry->err = err;
	),
	TP_printk("dev %d:%d span %u clen %u ulen %u ns %llu err %d",
		  MAJOR(__entry->dev), MINOR(__entry->dev), __entry->span,
		  __entry->clen, __entry->ulen, __entry->ns, __entry->err)
);

/* A folio was finished, uptodate or with an error. */
TRACE_EVENT(stargz_complete,
	TP_PROTO(const struct inode *inode, u64 pos, u64 len, int err),
	TP_ARGS(inode, pos, len, err),
	TP_STRUCT__entry(
		__field(dev_t, dev)
		__field(u32, ino)
		__field(u64, pos)
		__field(u64, len)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->dev = inode->i_sb->s_dev;
		__entry->ino = inode->i_ino;
		__entry->pos = pos;
		__entry->len = len;
		__entry->err = err;
	),
	TP_printk("dev %d:%d ino %u pos %llu len %llu err %d",
		  MAJOR(__entry->dev), MINOR(__entry->dev), __entry->ino,
		  __entry->pos, __entry->len, __entry->err)
);

#endif /* STARGZ_TRACE_H */

/*
 * The directory of this file is an include path of trace.o; see the Makefile.
 */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
