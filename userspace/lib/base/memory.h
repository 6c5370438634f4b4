/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Growing arrays, and an arena for strings that live until the index is
 * complete.
 */
#ifndef SGZ_BASE_MEMORY_H
#define SGZ_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct sgz_vec - growing array of equal elements
 * @data: the elements
 * @count: number of used elements
 * @room: number of allocated elements
 */
struct sgz_vec {
	void *data;
	size_t count;
	size_t room;
};

/**
 * sgz_vec_add() - append elements
 * @vec: array, initially zeroed
 * @n: number of elements to append
 * @size: size of one element in bytes; the same in each call
 *
 * Return: the first new element, zeroed, or NULL if memory is short.
 */
void *sgz_vec_add(struct sgz_vec *vec, size_t n, size_t size);

/**
 * sgz_vec_room() - allocate bytes for the caller to fill
 * @vec: array of bytes; its content is lost
 * @len: number of bytes
 *
 * Return: the bytes, uninitialised, or NULL if memory is short.
 */
void *sgz_vec_room(struct sgz_vec *vec, size_t len);

/** sgz_vec_free() - release an array and make it empty */
void sgz_vec_free(struct sgz_vec *vec);

/**
 * struct sgz_arena - memory that is freed as a whole
 * @block: newest block
 * @used: used bytes of @block
 * @room: size of @block in bytes
 */
struct sgz_arena {
	struct sgz_arena_block *block;
	size_t used;
	size_t room;
};

/**
 * sgz_arena_room() - allocate memory for the caller to fill
 * @arena: the arena; initially zeroed
 * @len: number of bytes
 *
 * Return: the bytes, unaligned and uninitialised, or NULL if memory is short.
 */
char *sgz_arena_room(struct sgz_arena *arena, size_t len);

/**
 * sgz_arena_copy() - keep a copy of some bytes
 * @arena: the arena; initially zeroed
 * @bytes: the bytes
 * @len: number of bytes
 *
 * Return: the copy, unaligned, or NULL if memory is short.
 */
char *sgz_arena_copy(struct sgz_arena *arena, const void *bytes, size_t len);

/** sgz_arena_reset() - free all copies, but keep memory for as many */
void sgz_arena_reset(struct sgz_arena *arena);

/** sgz_arena_free() - free all copies */
void sgz_arena_free(struct sgz_arena *arena);

#endif /* SGZ_BASE_MEMORY_H */
