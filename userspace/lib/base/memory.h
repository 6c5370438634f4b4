/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Growing arrays, and an arena for strings that live as long as the index is
 * being made.
 */
#ifndef SGZ_BASE_MEMORY_H
#define SGZ_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct sgz_vec - growing array of equal elements
 * @data: the elements
 * @count: how many are used
 * @room: how many fit
 */
struct sgz_vec {
	void *data;
	size_t count;
	size_t room;
};

/**
 * sgz_vec_add() - append elements
 * @vec: array, zeroed at first
 * @n: how many
 * @size: bytes of one element; the same in each call
 *
 * Return: the first new element, zeroed, or NULL without memory.
 */
void *sgz_vec_add(struct sgz_vec *vec, size_t n, size_t size);

/**
 * sgz_vec_room() - an array of bytes to be filled by the caller
 * @vec: array of bytes; what it held is lost
 * @len: bytes
 *
 * Return: the bytes, not set, or NULL without memory.
 */
void *sgz_vec_room(struct sgz_vec *vec, size_t len);

/** sgz_vec_free() - release an array and make it empty */
void sgz_vec_free(struct sgz_vec *vec);

/**
 * struct sgz_arena - memory that is released all at once
 * @block: newest block
 * @used: bytes used in it
 * @room: bytes in it
 */
struct sgz_arena {
	struct sgz_arena_block *block;
	size_t used;
	size_t room;
};

/**
 * sgz_arena_room() - memory to be filled by the caller
 * @arena: where; zeroed at first
 * @len: bytes
 *
 * Return: the bytes, not aligned and not set, or NULL without memory.
 */
char *sgz_arena_room(struct sgz_arena *arena, size_t len);

/**
 * sgz_arena_copy() - keep a copy of some bytes
 * @arena: where; zeroed at first
 * @bytes: they
 * @len: how many
 *
 * Return: the copy, not aligned, or NULL without memory.
 */
char *sgz_arena_copy(struct sgz_arena *arena, const void *bytes, size_t len);

/** sgz_arena_reset() - release all copies, but keep room for as many */
void sgz_arena_reset(struct sgz_arena *arena);

/** sgz_arena_free() - release all copies */
void sgz_arena_free(struct sgz_arena *arena);

#endif /* SGZ_BASE_MEMORY_H */
