// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: the command line of the kernel; stargz.cmdline(7) describes the
 * parameters. The kernel has quotes, but no way to write a quote.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"

/* As many bytes as x86 takes, with the NUL. */
#define CMDLINE_MAX	2048
/* Most variables of the first process, and most arguments. */
#define WORDS_MAX	31

/*
 * Append a word in the form in which the kernel reads it. It splits at more than the
 * usual blanks: also at control characters and at the byte 0xa0, a part of many UTF-8
 * characters.
 */
static char *add_word(char *text, const char *word)
{
	bool plain = *word;
	const char *quote;

	for (const char *at = word; *at; at++)
		plain &= *at > ' ' && *at < 127;
	quote = plain ? "" : "\"";
	return xappend(text, " %s%s%s", quote, word, quote);
}

static enum exit_code check_words(const struct machine *m,
				  const struct words *words, const char *what)
{
	if (words->count > WORDS_MAX) {
		msg_error(m->s->image, "%zu %s: the kernel passes at most %d to the first process",
			  words->count, what, WORDS_MAX);
		return EXIT_REFUSED;
	}
	for (size_t i = 0; i < words->count; i++) {
		if (!strchr(words->word[i], '"'))
			continue;
		msg_error(m->s->image, "%s: the kernel cannot pass a quote to the first process",
			  words->word[i]);
		return EXIT_REFUSED;
	}
	return EXIT_OK;
}

/* The kernel drops an argument "--", and all that follow. */
static enum exit_code check_end(const struct machine *m)
{
	for (size_t i = 0; i < m->args.count; i++) {
		if (strcmp(m->args.word[i], "--"))
			continue;
		msg_error(m->s->image, "the kernel cannot pass the argument -- to the first process; use sh -c '...'");
		return EXIT_REFUSED;
	}
	return EXIT_OK;
}

/* Where the root is: the disks are /dev/vda, /dev/vdb and so on. */
static char *add_root(const struct machine *m, char *text)
{
	const char *comma = " rootflags=";

	text = xappend(text, " root=/dev/vda rootfstype=stargz ro");
	for (size_t i = 0; i < m->sources; i++) {
		text = xappend(text, "%sdevice=/dev/vd%c", comma,
			       (char)('b' + i));
		comma = ",";
	}
	if (m->s->verify)
		text = xappend(text, "%sverify=%s", comma, m->s->verify);
	if (m->s->rw && !strcmp(m->s->rw, "tmpfs"))
		text = xappend(text, " stargz.overlay=tmpfs");
	else if (m->s->rw)
		text = xappend(text, " stargz.overlay=/dev/vd%c",
			       (char)('a' + m->disks.count));
	return text;
}

enum exit_code cmdline_make(const struct machine *m, const char *platform,
			    char **cmdline)
{
	enum exit_code ret = check_words(m, &m->params, "variables");
	char *text;

	if (ret == EXIT_OK)
		ret = check_words(m, &m->args, "arguments");
	if (ret == EXIT_OK)
		ret = check_end(m);
	if (ret != EXIT_OK)
		return ret;
	text = add_root(m, xasprintf("%s", platform));
	for (size_t i = 0; i < m->s->append.count; i++)
		text = xappend(text, " %s", m->s->append.name[i]);
	for (size_t i = 0; i < m->params.count; i++)
		text = add_word(text, m->params.word[i]);
	for (size_t i = 0; i < m->args.count; i++)
		text = add_word(i ? text : xappend(text, " --"),
				m->args.word[i]);
	if (strlen(text) >= CMDLINE_MAX) {
		msg_error(m->s->image, "the command line of the kernel has %zu bytes, more than %d",
			  strlen(text), CMDLINE_MAX - 1);
		free(text);
		return EXIT_REFUSED;
	}
	*cmdline = text;
	return EXIT_OK;
}
