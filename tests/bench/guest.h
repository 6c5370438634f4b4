/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the guest's program share. There are no threads but in one
 * child of mounts.c; children share nothing but what share() returned before they
 * were forked.
 */
#ifndef BENCH_GUEST_H
#define BENCH_GUEST_H

#include <stddef.h>
#include <stdint.h>

#define ROOT		"/mnt"
#define BLOCK		(128 << 10)
#define READERS		8

/* For mounts.c: many small layers, and where many things are mounted. */
#define LAYERS		"/layers"
#define PLACES		"/places"

/* A filesystem to be measured. */
struct peer {
	char name[64];
	char type[32];
	char device[128];
	char options[256];
	int absent;
};

/* Fields that end in a NUL each, in memory. */
struct list {
	char *text;
	char **field;
	size_t n;
};

/* A row of the plan: what is to be done, and with which list. */
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
