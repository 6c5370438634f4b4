// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: the disks of a machine.
 */
#include <fcntl.h>
#include <stdlib.h>

#include "machine.h"

/* The virtual machine monitor inherits the file if it has no name. */
static void add_file(struct machine *m, int fd)
{
	char *name = image_file_name(fd);

	fcntl(fd, F_SETFD, 0);
	words_add(&m->disks, "%s", name);
	free(name);
}

bool machine_sources(struct machine *m)
{
	m->sources = m->img.one_file ? 1 : m->img.count;
	if (m->sources + 2 > MACHINE_DISKS)
		return false;
	add_file(m, m->img.merged.fd);
	for (size_t i = 0; i < m->sources; i++)
		add_file(m, m->img.layers[i].fd);
	return true;
}

void machine_disk(struct machine *m, const char *path)
{
	m->sources = 0;
	words_add(&m->disks, "%s", path);
}
