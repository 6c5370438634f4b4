/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Declarations shared by the parts of the guest's program. The program has no
 * threads, except in one child of mounts.c. Children share only memory that
 * share() returned before the fork.
 */
#ifndef BENCH_GUEST_H
#define BENCH_GUEST_H

#include <stddef.h>
#include <stdint.h>

#define ROOT		"/mnt"
#define BLOCK		(128 << 10)
#define READERS		8

/* For mounts.c: directories with many small layers, and of many mounts. */
#define LAYERS		"/layers"
#define PLACES		"/places"

/* A file system to be measured. */
struct peer {
	char name[64];
	char type[32];
	char device[128];
	char options[256];
	int absent;
};

/* A list of NUL-terminated fields in memory. */
struct list {
	char *text;
	char **field;
	size_t n;
};

/* A row of the plan: an action and its list. */
struct work {
	char name[32];
	const struct action *action;
	struct list list;
	char peer[64];		/* the only one it is done with, or "" */
};

/* The kinds of work; @run prints the fields of the result. */
struct action {
	const char *name;
	void (*run)(const struct peer *peer, const struct work *work);
};

extern const struct action actions[];

/* lib.c */
void die(const char *what) __attribute__((noreturn));
uint64_t now(void);
void *share(size_t size);
/* What forget_caches() writes to drop_caches: 3, or 1 for page cache alone. */
extern int drop;
void forget_caches(void);
int try_mount(const struct peer *peer);
void mount_cold(const struct peer *peer);
void list_read(struct list *list, const char *path);
uint64_t read_file(int root, const char *path);
uint64_t read_list(const struct list *list, size_t first, size_t step);
uint64_t in_parallel(uint64_t (*child)(const struct list *list, size_t first,
				       size_t step),
		     const struct list *list, uint64_t *sum);

/* work.c */
void walk_tree(const char *path);
int64_t slab_in_use(void);
int64_t kernel_in_use(void);

/* mounts.c */
void run_same(const struct peer *peer, const struct work *work);
void run_many(const struct peer *peer, const struct work *work);
void run_squeeze(const struct peer *peer, const struct work *work);
void run_kill(const struct peer *peer, const struct work *work);

/* Results: numbers in an object of JSON. */
void result_open(const char *name, const char *peer, unsigned int round);
void result_number(const char *name, int64_t value);
void result_close(void);

#endif
