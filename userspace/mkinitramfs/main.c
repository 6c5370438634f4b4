// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-mkinitramfs: an initramfs for virtual machines that start nothing but a
 * disk of stargz-image.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "initramfs.h"
#include "message.h"
#include "modules.h"
#include "options.h"
#include "output.h"
#include "stdfds.h"

/* Where the init is, from the directory of this program. */
#define BESIDE	"../lib/stargz/init"

static enum exit_code failed(const char *path, const char *why)
{
	message_error(PROG, "%s: %s", path, why);
	return EXIT_SYSTEM;
}

/*
 * The init, allocated: that which was built or installed together with this
 * program, else that in INIT_PATH. NULL if memory is short.
 */
static char *find_init(const struct settings *s)
{
	char self[PATH_MAX], *path;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (s->init)
		return strdup(s->init);
	if (n > 0) {
		self[n] = '\0';
		if (asprintf(&path, "%s/" BESIDE, dirname(self)) < 0)
			return NULL;
		if (!access(path, R_OK))
			return path;
		free(path);
	}
	return strdup(INIT_PATH);
}

static enum exit_code make(const struct settings *s, const char *init,
			   const struct modules *modules)
{
	struct output out = OUTPUT_INIT;
	enum exit_code code = EXIT_OK;

	if (output_open(&out, s->output, OUTPUT_BINARY |
			(s->force ? OUTPUT_FORCE : 0)))
		code = failed(s->output, out.why);
	for (size_t i = 0; code == EXIT_OK && i < modules->count; i++)
		if (output_reads(&out, modules->list[i].path))
			code = failed(s->output, out.why);
	if (code == EXIT_OK && output_reads(&out, init))
		code = failed(s->output, out.why);
	if (code == EXIT_OK)
		code = initramfs_write(s, init, modules, out.fd);
	if (code == EXIT_OK && output_keep(&out))
		code = failed(s->output, out.why);
	output_drop(&out);
	return code;
}

int main(int argc, char **argv)
{
	struct settings s = { 0 };
	struct modules modules = { 0 };
	char *init = NULL;
	int code;

	stdfds_open();
	code = options_parse(&s, argc, argv);
	if (code < 0) {
		init = find_init(&s);
		code = !init ? failed("init", strerror(ENOMEM)) :
		       access(init, R_OK) ? failed(init, strerror(errno)) :
		       s.no_modules ? EXIT_OK : modules_find(&modules, &s);
		if (code == EXIT_OK)
			code = make(&s, init, &modules);
	}
	free(init);
	modules_free(&modules);
	names_free(&s.modules);
	return code;
}
