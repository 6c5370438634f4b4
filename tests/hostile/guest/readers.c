// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * readers - touch pages of a file from many threads, each with its own mapping
 * and MADV_RANDOM.
 *
 *	readers THREADS ROUNDS STEP FILE
 *
 * In each round every thread touches a page in its own STEP bytes of the file.
 * Fails if a page cannot be read (SIGBUS).
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_barrier_t barrier;
static size_t size, step;
static long rounds;
static int fd;

static void *touch(void *arg)
{
	size_t nr = (size_t)arg, at;
	volatile char sum = 0;
	char *map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	long round;

	if (map == MAP_FAILED)
		err(1, "mmap");
	madvise(map, size, MADV_RANDOM);
	pthread_barrier_wait(&barrier);
	for (round = 0; round < rounds; round++) {
		at = nr * step + (round * 7919 * 4096) % step;
		sum += map[at % size];
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_attr_t attr;
	pthread_t *threads;
	struct stat st;
	long nr, i;

	if (argc != 5)
		errx(2, "Usage: readers THREADS ROUNDS STEP FILE");
	nr = atol(argv[1]);
	rounds = atol(argv[2]);
	step = strtoul(argv[3], NULL, 0);
	fd = open(argv[4], O_RDONLY);
	if (fd < 0 || fstat(fd, &st))
		err(1, "%s", argv[4]);
	size = st.st_size;
	threads = calloc(nr, sizeof(*threads));
	pthread_barrier_init(&barrier, NULL, nr);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	for (i = 0; i < nr; i++)
		if (!threads ||
		    pthread_create(&threads[i], &attr, touch, (void *)i))
			errx(1, "pthread_create");
	for (i = 0; i < nr; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
