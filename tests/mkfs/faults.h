/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the linker's --wrap calls instead of a function, and the function.
 */
#ifndef FAULTS_H
#define FAULTS_H

#include "layer/compress.h"
#include "layer/pack.h"
#include "layer/toc_write.h"

int __real_sgz_tar_write(struct sgz_vec *head, const struct sgz_tar_header *h);
int __wrap_sgz_tar_write(struct sgz_vec *head, const struct sgz_tar_header *h);

int __real_sgz_toc_item_entry(struct sgz_toc_item *r,
			      const struct sgz_tar_header *h, mode_t type);
int __wrap_sgz_toc_item_entry(struct sgz_toc_item *r,
			      const struct sgz_tar_header *h, mode_t type);

int __real_sgz_toc_item_chunk(struct sgz_toc_item *r,
			      const struct sgz_tar_header *h, const struct sgz_file_chunk *piece);
int __wrap_sgz_toc_item_chunk(struct sgz_toc_item *r,
			      const struct sgz_tar_header *h, const struct sgz_file_chunk *piece);

int __real_sgz_toc_writer_add(struct sgz_toc_writer *w, struct sgz_toc_item *r,
			      uint64_t unit, uint64_t inner);
int __wrap_sgz_toc_writer_add(struct sgz_toc_writer *w, struct sgz_toc_item *r,
			      uint64_t unit, uint64_t inner);

int __real_sgz_toc_writer_known(struct sgz_toc_writer *w, struct sgz_late *late,
				const uint8_t *sha256);
int __wrap_sgz_toc_writer_known(struct sgz_toc_writer *w, struct sgz_late *late,
				const uint8_t *sha256);

int __real_sgz_pack_add(struct sgz_pack *p, const void *bytes, size_t len);
int __wrap_sgz_pack_add(struct sgz_pack *p, const void *bytes, size_t len);

int __real_sgz_compress(struct sgz_compressor *c, const void *bytes, size_t len,
			struct sgz_vec *out);
int __wrap_sgz_compress(struct sgz_compressor *c, const void *bytes, size_t len,
			struct sgz_vec *out);

int __real_sgz_spool_add(struct sgz_spool *spool, const void *bytes,
			 size_t len);
int __wrap_sgz_spool_add(struct sgz_spool *spool, const void *bytes,
			 size_t len);

#endif /* FAULTS_H */
