/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What fuzz targets share that make layers.
 */
#ifndef FUZZ_MAKE_H
#define FUZZ_MAKE_H

#include <stargz/stargz.h>

/**
 * make_and_verify() - make a layer of a small fixed tar, and verify a layer made
 * @opt: options; @format and @expected are set
 */
void make_and_verify(struct stargz_make_options *opt);

/** memory_file() - an empty file in memory, to be written from its start */
void memory_file(int *fd);

#endif /* FUZZ_MAKE_H */
