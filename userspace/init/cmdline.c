// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel command line. No system calls here, so that tests/unit can run all of
 * it.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmdline.h"

#define DISK		"/dev/disk/"

/* Keep the first error: it is the leftmost one on the command line. */
static void wrong(struct cmdline *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void wrong(struct cmdline *c, const char *fmt, ...)
{
	va_list args;

	if (*c->why)
		return;
	va_start(args, fmt);
	vsnprintf(c->why, sizeof(c->why), fmt, args);
	va_end(args);
}

/* What the kernel takes for a blank. */
static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (unsigned char)c == 0xa0;
}

static bool has_blank(const char *text)
{
	while (*text && !is_blank(*text))
		text++;
	return *text;
}

/*
 * Split the command line at blanks outside of quotes, and remove the quotes. The
 * words never take more bytes than the text. Returns the end of the words.
 */
static char *split(char *text)
{
	char *from = text, *to = text;
	bool quoted = false;

	while (*from) {
		while (is_blank(*from))
			from++;
		if (!*from)
			break;
		for (; *from && (quoted || !is_blank(*from)); from++) {
			if (*from == '"')
				quoted = !quoted;
			else
				*to++ = *from;
		}
		if (*from)
			from++;
		*to++ = '\0';
	}
	return to;
}

/* An option that names one thing: two different values are an error. */
static void take_one(struct cmdline *c, const char **to, const char *key,
		     const char *value)
{
	if (!*value)
		wrong(c, "%s= has no value", key);
	else if (*to && strcmp(*to, value))
		wrong(c, "%s= is given twice, %s and %s: give one", key, *to,
		      value);
	else
		*to = value;
}

static void take_seconds(struct cmdline *c, const char *key, const char *value)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(value, &end, 10);
	if (errno || *end || *value < '0' || *value > '9' ||
	    n > CMDLINE_WAIT_MAX)
		wrong(c, "%s=%s: not a number of seconds (0 to %d)", key, value,
		      CMDLINE_WAIT_MAX);
	else
		c->wait = n;
}

static void take_rootwait(struct cmdline *c, char *value)
{
	take_seconds(c, "rootwait", value);
}

static void take_rootdelay(struct cmdline *c, char *value)
{
	take_seconds(c, "rootdelay", value);
}

static void take_flags(struct cmdline *c, char *value)
{
	c->rootflags = *value ? value : NULL;
}

static void take_init(struct cmdline *c, char *value)
{
	c->init = *value ? value : NULL;
}

static void take_index(struct cmdline *c, char *value)
{
	take_one(c, &c->index, "stargz.index", value);
}

static void take_overlay(struct cmdline *c, char *value)
{
	take_one(c, &c->overlay, "stargz.overlay", value);
}

static void take_size(struct cmdline *c, char *value)
{
	take_one(c, &c->overlay_size, "stargz.overlay_size", value);
}

static void take_panic(struct cmdline *c, char *value)
{
	char *end;
	long n = strtol(value, &end, 10);

	/* The kernel ignores a wrong value, too. */
	if (end == value || *end)
		return;
	c->panic = n > CMDLINE_WAIT_MAX ? CMDLINE_WAIT_MAX : n;
	c->has_panic = true;
}

/* Is stargz one of the types, which commas separate? */
static void take_type(struct cmdline *c, char *value)
{
	const char *type = value;

	while (*type) {
		size_t len = strcspn(type, ",");

		if (len == strlen("stargz") && !memcmp(type, "stargz", len))
			return;
		type += len + (type[len] == ',');
	}
	wrong(c, "rootfstype=%s: this initramfs mounts only rootfstype=stargz",
	      value);
}

/* Without udev there are no links in /dev/disk; UUID= and LABEL= do the same. */
static void take_root(struct cmdline *c, char *value)
{
	static const char *const links[] = { DISK "by-uuid/", DISK "by-label/" };
	static const char *const tags[] = { "UUID=", "LABEL=" };

	for (size_t i = 0; i < 2; i++) {
		size_t len = strlen(links[i]), tag = strlen(tags[i]);

		if (strncmp(value, links[i], len))
			continue;
		value += len - tag;
		memcpy(value, tags[i], tag);
	}
	take_one(c, &c->root, "root", value);
}

/* systemd.volatile=overlay, the option of systemd for the same thing. */
static void take_volatile(struct cmdline *c, const char *value)
{
	if (!strcmp(value, "overlay")) {
		if (!c->overlay)
			c->overlay = "tmpfs";
	} else if (strcmp(value, "no") && strcmp(value, "false") &&
		   strcmp(value, "0")) {
		wrong(c, "systemd.volatile=%s: only overlay is possible with a stargz root",
		      value);
	}
}

/* The value of a word "key=value", or NULL. */
static char *value_of(char *word, const char *key)
{
	size_t len = strlen(key);

	return !strncmp(word, key, len) && word[len] == '=' ? word + len + 1 :
							      NULL;
}

/* Options with a value. */
static const struct {
	const char *key;
	void (*take)(struct cmdline *c, char *value);
} options[] = {
	{ "root", take_root },
	{ "rootfstype", take_type },
	{ "rootflags", take_flags },
	{ "rootwait", take_rootwait },
	{ "rootdelay", take_rootdelay },
	{ "init", take_init },
	{ "panic", take_panic },
	{ "stargz.index", take_index },
	{ "stargz.overlay", take_overlay },
	{ "stargz.overlay_size", take_size },
};

static void take_word(struct cmdline *c, char *word)
{
	if (!strcmp(word, "ro"))
		c->rw = false;
	else if (!strcmp(word, "rw"))
		c->rw = true;
	else if (!strcmp(word, "quiet"))
		c->quiet = true;
	else if (!strcmp(word, "rootwait"))
		c->wait = CMDLINE_ROOTWAIT;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		char *value = value_of(word, options[i].key);

		if (value)
			options[i].take(c, value);
	}
}

/* Checks of what the options are together. */
static void check(struct cmdline *c)
{
	static const char *const known[] = { "/dev/", "UUID=", "LABEL=" };

	if (!c->root) {
		wrong(c, "no root= on the kernel command line: add root=/dev/vda");
		return;
	}
	for (size_t i = 0; i < 3; i++)
		if (!strncmp(c->root, known[i], strlen(known[i])) &&
		    c->root[strlen(known[i])])
			return;
	wrong(c, "root=%s: give a path below /dev, UUID= or LABEL=", c->root);
}

static void check_overlay(struct cmdline *c)
{
	bool tmpfs = c->overlay && !strcmp(c->overlay, "tmpfs");

	if (c->index && strncmp(c->index, "/dev/", strlen("/dev/")))
		wrong(c, "stargz.index=%s: give a path below /dev", c->index);
	if (c->overlay && !tmpfs && strncmp(c->overlay, "/dev/", strlen("/dev/")))
		wrong(c, "stargz.overlay=%s: give tmpfs or a path below /dev",
		      c->overlay);
	if (c->overlay_size && !tmpfs)
		wrong(c, "stargz.overlay_size=%s: add stargz.overlay=tmpfs",
		      c->overlay_size);
}

bool cmdline_parse(struct cmdline *c, char *text)
{
	const char *volatile_value = NULL;
	char *end = split(text);

	*c = (struct cmdline) { .wait = CMDLINE_WAIT, .words = text };
	c->words_end = end;
	for (char *word = text; word < end; word += strlen(word) + 1) {
		const char *value = value_of(word, "systemd.volatile");

		if (!strcmp(word, "--")) {
			c->words_end = word;
			break;
		}
		if (value)
			volatile_value = value;
		else
			take_word(c, word);
	}
	/* stargz.overlay= has precedence, wherever it stands. */
	if (volatile_value)
		take_volatile(c, volatile_value);
	check(c);
	check_overlay(c);
	return !*c->why;
}

/* Does @word start with @module and a dot? Returns the parameter, or NULL. */
static const char *parameter_of(const char *word, const char *module)
{
	for (; *module; module++, word++)
		if (*word != *module &&
		    !((*word == '-' || *word == '_') &&
		      (*module == '-' || *module == '_')))
			return NULL;
	return *word == '.' && word[1] ? word + 1 : NULL;
}

static bool is_own(const char *word)
{
	static const char *const own[] = {
		"stargz.index=", "stargz.overlay=", "stargz.overlay_size=",
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (!strncmp(word, own[i], strlen(own[i])))
			return true;
	return false;
}

void cmdline_module(const struct cmdline *c, const char *module, char *text,
		    size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (const char *word = c->words; word < c->words_end;
	     word += strlen(word) + 1) {
		const char *found = is_own(word) ? NULL :
						   parameter_of(word, module);
		size_t len = found ? strlen(found) : 0;
		/* The kernel splits at blanks outside of quotes, as above. */
		bool quote = found && has_blank(found);

		if (!found || used + len + 4 > size)
			continue;
		used += sprintf(text + used, quote ? "%s\"%s\"" : "%s%s",
				used ? " " : "", found);
	}
}
