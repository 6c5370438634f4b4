/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: small allocations that exit if memory is short.
 */
#ifndef MOUNT_XALLOC_H
#define MOUNT_XALLOC_H

#include <stddef.h>

/**
 * xrealloc() - realloc(3) that does not return NULL
 * @ptr: old memory or NULL
 * @size: size in bytes, not zero
 *
 * Return: the memory.
 */
void *xrealloc(void *ptr, size_t size);

/**
 * xasprintf() - asprintf(3) that does not fail
 * @fmt: printf format
 *
 * Return: a new string.
 */
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * xappend() - append to a string
 * @text: an allocated string; the call frees it
 * @fmt: printf format
 *
 * Return: the longer string, which replaces @text.
 */
char *xappend(char *text, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * xabsolute() - make a path absolute without resolving it
 * @path: path
 *
 * Return: a new string, with symbolic links and ".." of @path.
 */
char *xabsolute(const char *path);

#endif /* MOUNT_XALLOC_H */
