// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Growing arrays and the string arena.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define ARENA_BLOCK	(1u << 20)

struct sgz_arena_block {
	struct sgz_arena_block *next;
	char bytes[];
};

void *sgz_vec_add(struct sgz_vec *vec, size_t n, size_t size)
{
	size_t want = vec->count + n;
	char *at;

	if (want > vec->room) {
		size_t room = vec->room + vec->room / 2 + 64;
		void *data;

		if (room < want)
			room = want;
		data = reallocarray(vec->data, room, size);
		if (!data)
			return NULL;
		vec->data = data;
		vec->room = room;
	}
	at = (char *)vec->data + vec->count * size;
	memset(at, 0, n * size);
	vec->count = want;
	return at;
}

void *sgz_vec_room(struct sgz_vec *vec, size_t len)
{
	if (len > vec->room) {
		sgz_vec_free(vec);
		vec->data = malloc(len);
		vec->room = vec->data ? len : 0;
	}
	vec->count = vec->data ? len : 0;
	return vec->data;
}

void sgz_vec_free(struct sgz_vec *vec)
{
	free(vec->data);
	memset(vec, 0, sizeof(*vec));
}

char *sgz_arena_room(struct sgz_arena *arena, size_t len)
{
	char *at;

	if (!arena->block || len > arena->room - arena->used) {
		size_t room = len > ARENA_BLOCK ? len : ARENA_BLOCK;
		struct sgz_arena_block *block;

		block = malloc(sizeof(*block) + room);
		if (!block)
			return NULL;
		block->next = arena->block;
		arena->block = block;
		arena->used = 0;
		arena->room = room;
	}
	at = arena->block->bytes + arena->used;
	arena->used += len;
	return at;
}

char *sgz_arena_copy(struct sgz_arena *arena, const void *bytes, size_t len)
{
	char *at = sgz_arena_room(arena, len);

	if (at && len)
		memcpy(at, bytes, len);
	return at;
}

static void free_blocks(struct sgz_arena_block *block)
{
	while (block) {
		struct sgz_arena_block *next = block->next;

		free(block);
		block = next;
	}
}

void sgz_arena_reset(struct sgz_arena *arena)
{
	if (arena->block) {
		free_blocks(arena->block->next);
		arena->block->next = NULL;
	}
	arena->used = 0;
}

void sgz_arena_free(struct sgz_arena *arena)
{
	free_blocks(arena->block);
	memset(arena, 0, sizeof(*arena));
}
