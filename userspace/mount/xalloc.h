/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: small allocations; the program ends when memory does.
 */
#ifndef MOUNT_XALLOC_H
#define MOUNT_XALLOC_H

#include <stddef.h>

/**
 * xrealloc() - realloc(3) that does not return NULL
 * @ptr: old memory or NULL
 * @size: bytes, not zero
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
 * xappend() - add to the end of a string
 * @text: a string to be released by free(3)
 * @fmt: printf format
 *
 * Return: the longer string, instead of @text.
 */
char *xappend(char *text, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * xabsolute() - make a path absolute without looking at what is there
 * @path: path
 *
 * Return: a new string; symbolic links and ".." are left as they are.
 */
char *xabsolute(const char *path);

#endif /* MOUNT_XALLOC_H */
