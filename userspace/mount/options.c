// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz: mount options. An option is recognized by its whole key only;
 * what we do not know is for the kernel to judge.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "options.h"
#include "stargz/digest.h"
#include "xalloc.h"

static const char help[] =
"  index=PATH         index of the layer, in a file or on a device;\n"
"                     index=auto (default) finds or makes one\n"
"  device=PATH        further source of the index, in order; repeatable\n"
"  decoder=NAME       auto (default), or zlib: that of the kernel inflates\n"
"  toc=FILE           table of contents that is kept outside the layer\n"
"  toc_digest=DIGEST  sha256:HEX that the table of contents must have\n"
"  raw                show whiteouts as the tar has them\n"
"  indexcache=DIR     keep indexes there instead of " INDEX_CACHE_DIR "\n"
"  indexcachesize=N   keep at most N bytes of them (K, M, G, T; default 1G)\n"
"  noindexcache       keep no index\n"
"  loop[=DEV]         read the layer through a loop device\n"
"  offset=N           first byte of the layer in SOURCE\n"
"  sizelimit=N        bytes of the layer\n";

/* How a generic option changes the MOUNT_ATTR_* flags. */
struct attr_option {
	const char *key;
	uint64_t clear;
	uint64_t set;
};

static const struct attr_option attr_options[] = {
	{ "nosuid", 0, MOUNT_ATTR_NOSUID },
	{ "suid", MOUNT_ATTR_NOSUID, 0 },
	{ "nodev", 0, MOUNT_ATTR_NODEV },
	{ "dev", MOUNT_ATTR_NODEV, 0 },
	{ "noexec", 0, MOUNT_ATTR_NOEXEC },
	{ "exec", MOUNT_ATTR_NOEXEC, 0 },
	{ "nodiratime", 0, MOUNT_ATTR_NODIRATIME },
	{ "diratime", MOUNT_ATTR_NODIRATIME, 0 },
	{ "nosymfollow", 0, MOUNT_ATTR_NOSYMFOLLOW },
	{ "symfollow", MOUNT_ATTR_NOSYMFOLLOW, 0 },
	{ "noatime", MOUNT_ATTR__ATIME, MOUNT_ATTR_NOATIME },
	{ "strictatime", MOUNT_ATTR__ATIME, MOUNT_ATTR_STRICTATIME },
	{ "atime", MOUNT_ATTR__ATIME, MOUNT_ATTR_RELATIME },
	{ "relatime", MOUNT_ATTR__ATIME, MOUNT_ATTR_RELATIME },
	{ "norelatime", MOUNT_ATTR__ATIME, MOUNT_ATTR_RELATIME },
	{ "nostrictatime", MOUNT_ATTR__ATIME, MOUNT_ATTR_RELATIME },
};

/*
 * Options of mount(8), fstab(5) and the service manager that say nothing
 * about the mount itself. Read-only is implied and there is nothing to sync.
 */
static const char *const ignored_options[] = {
	"ro", "rw", "defaults", "auto", "noauto", "user", "nouser", "users",
	"nousers", "owner", "noowner", "group", "nogroup", "_netdev", "nofail",
	"comment", "uhelper", "helper", "silent", "loud", "sync", "async",
	"dirsync", "lazytime", "nolazytime", "mand", "nomand", "iversion",
	"noiversion",
};

/* What the value of one of our own options is. */
enum own_kind {
	OWN_FLAG,
	OWN_PATH,
	OWN_SIZE,
	OWN_TEXT,
	OWN_PATH_OR_FLAG,
};

enum own_key {
	KEY_INDEX, KEY_DEVICE, KEY_TOC, KEY_TOC_DIGEST, KEY_RAW,
	KEY_CACHE_DIR, KEY_CACHE_SIZE, KEY_NO_CACHE, KEY_LOOP, KEY_OFFSET,
	KEY_SIZELIMIT, KEY_REMOUNT,
};

struct own_option {
	const char *key;
	enum own_key id;
	enum own_kind kind;
};

static const struct own_option own_options[] = {
	{ "index", KEY_INDEX, OWN_TEXT },
	{ "device", KEY_DEVICE, OWN_PATH },
	{ "toc", KEY_TOC, OWN_PATH },
	{ "toc_digest", KEY_TOC_DIGEST, OWN_TEXT },
	{ "raw", KEY_RAW, OWN_FLAG },
	{ "indexcache", KEY_CACHE_DIR, OWN_PATH },
	{ "indexcachesize", KEY_CACHE_SIZE, OWN_SIZE },
	{ "noindexcache", KEY_NO_CACHE, OWN_FLAG },
	{ "loop", KEY_LOOP, OWN_PATH_OR_FLAG },
	{ "offset", KEY_OFFSET, OWN_SIZE },
	{ "sizelimit", KEY_SIZELIMIT, OWN_SIZE },
	{ "remount", KEY_REMOUNT, OWN_FLAG },
};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

void options_init(struct mount_options *opt)
{
	memset(opt, 0, sizeof(*opt));
	opt->attr = MOUNT_ATTR_RDONLY;
	opt->cache = true;
	opt->cache_dir = xabsolute(INDEX_CACHE_DIR);
	opt->cache_size = INDEX_CACHE_SIZE;
}

void options_free(struct mount_options *opt)
{
	size_t i;

	for (i = 0; i < opt->kernel_count; i++) {
		free(opt->kernel[i].key);
		free(opt->kernel[i].value);
	}
	free(opt->kernel);
	free(opt->index);
	free(opt->toc);
	free(opt->toc_digest);
	free(opt->cache_dir);
	free(opt->loop_device);
}

const char *options_help(void)
{
	return help;
}

static struct kernel_option *add_kernel(struct mount_options *opt,
					const char *key, const char *value)
{
	struct kernel_option *new;

	opt->kernel = xrealloc(opt->kernel, (opt->kernel_count + 1) *
			       sizeof(*opt->kernel));
	new = &opt->kernel[opt->kernel_count++];
	new->key = xasprintf("%s", key);
	new->value = value ? xasprintf("%s", value) : NULL;
	new->file = false;
	new->fd = -1;
	return new;
}

void options_add_kernel(struct mount_options *opt, const char *key,
			const char *value)
{
	add_kernel(opt, key, value);
}

void options_add_file(struct mount_options *opt, const char *key,
		      const char *path, int fd)
{
	struct kernel_option *new = add_kernel(opt, key, path);

	new->file = true;
	new->fd = fd;
}

/*
 * Cut the next item off the list at @pos into @item, which has room for all of
 * the list. A backslash before a comma or quote, and other quotes, go away.
 */
static const char *next_item(const char *pos, char *item)
{
	bool quoted = false;

	for (; *pos && (quoted || *pos != ','); pos++) {
		if (*pos == '"')
			quoted = !quoted;
		else if (*pos == '\\' && (pos[1] == ',' || pos[1] == '"'))
			*item++ = *++pos;
		else
			*item++ = *pos;
	}
	*item = '\0';
	return *pos ? pos + 1 : pos;
}

static bool parse_size(const char *text, uint64_t *size)
{
	static const char units[] = "KMGT";
	unsigned long long n;
	const char *unit;
	char *end;
	int shift = 0;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	n = strtoull(text, &end, 0);
	if (errno)
		return false;
	if (*end) {
		unit = strchr(units, toupper((unsigned char)*end));
		if (!unit)
			return false;
		shift = 10 * (unit - units + 1);
		if (strcmp(end + 1, "iB") && end[1])
			return false;
	}
	*size = (uint64_t)n << shift;
	/* File offsets are signed. */
	return *size >> shift == n && *size <= INT64_MAX;
}

static void set_text(char **where, char *text)
{
	free(*where);
	*where = text;
}

static enum mount_exit own_text(struct mount_options *opt, enum own_key id,
				const char *value)
{
	uint8_t digest[STARGZ_SHA256_LEN];

	if (id == KEY_INDEX) {
		set_text(&opt->index, !strcmp(value, "auto") ? NULL :
			 xabsolute(value));
		return MOUNT_OK;
	}
	if (stargz_sha256_parse(value, digest)) {
		msg_error(NULL, "toc_digest=%s: not sha256: and 64 hexadecimal digits",
			  value);
		return MOUNT_USAGE;
	}
	set_text(&opt->toc_digest, xasprintf("%s", value));
	return MOUNT_OK;
}

static void own_path(struct mount_options *opt, enum own_key id,
		     const char *value)
{
	char *path = xabsolute(value);

	switch (id) {
	case KEY_DEVICE:
		options_add_file(opt, "device", path, -1);
		free(path);
		break;
	case KEY_TOC:
		set_text(&opt->toc, path);
		break;
	case KEY_LOOP:
		opt->loop = true;
		set_text(&opt->loop_device, path);
		break;
	default:
		set_text(&opt->cache_dir, path);
		break;
	}
}

static void own_flag(struct mount_options *opt, enum own_key id)
{
	switch (id) {
	case KEY_RAW:
		opt->raw = true;
		break;
	case KEY_NO_CACHE:
		opt->cache = false;
		break;
	case KEY_LOOP:
		opt->loop = true;
		break;
	default:
		opt->remount = true;
		break;
	}
}

static enum mount_exit own_size(struct mount_options *opt,
				const struct own_option *own,
				const char *value)
{
	uint64_t size;

	if (!parse_size(value, &size)) {
		msg_error(NULL, "%s=%s: not a size", own->key, value);
		return MOUNT_USAGE;
	}
	if (own->id == KEY_OFFSET)
		opt->offset = size;
	else if (own->id == KEY_SIZELIMIT)
		opt->sizelimit = size;
	else
		opt->cache_size = size;
	return MOUNT_OK;
}

static enum mount_exit parse_own(struct mount_options *opt,
				 const struct own_option *own,
				 const char *value)
{
	bool has = value && *value;

	if (own->kind == OWN_FLAG && value) {
		msg_error(NULL, "option %s takes no value", own->key);
		return MOUNT_USAGE;
	}
	if (own->kind != OWN_FLAG && own->kind != OWN_PATH_OR_FLAG && !has) {
		msg_error(NULL, "option %s needs a value", own->key);
		return MOUNT_USAGE;
	}
	if (own->kind == OWN_SIZE)
		return own_size(opt, own, value);
	if (own->kind == OWN_TEXT)
		return own_text(opt, own->id, value);
	if (has)
		own_path(opt, own->id, value);
	else
		own_flag(opt, own->id);
	return MOUNT_OK;
}

static bool parse_attr(struct mount_options *opt, const char *key)
{
	const struct attr_option *a;

	for (a = attr_options; a < attr_options + ARRAY_SIZE(attr_options); a++)
		if (!strcmp(a->key, key)) {
			opt->attr = (opt->attr & ~a->clear) | a->set;
			return true;
		}
	return false;
}

static bool is_ignored(const char *key)
{
	size_t i;

	if (!strncmp(key, "x-", 2) || !strncmp(key, "X-", 2))
		return true;
	for (i = 0; i < ARRAY_SIZE(ignored_options); i++)
		if (!strcmp(ignored_options[i], key))
			return true;
	return false;
}

static enum mount_exit parse_item(struct mount_options *opt, char *key)
{
	const struct own_option *own;
	char *value = strchr(key, '=');

	if (value)
		*value++ = '\0';
	if (is_ignored(key) || (!value && parse_attr(opt, key)))
		return MOUNT_OK;
	for (own = own_options; own < own_options + ARRAY_SIZE(own_options);
	     own++)
		if (!strcmp(own->key, key))
			return parse_own(opt, own, value);
	options_add_kernel(opt, key, value);
	return MOUNT_OK;
}

enum mount_exit options_parse(struct mount_options *opt, const char *text)
{
	char *item = xrealloc(NULL, strlen(text) + 1);
	enum mount_exit ret = MOUNT_OK;

	while (*text && ret == MOUNT_OK) {
		text = next_item(text, item);
		if (*item)
			ret = parse_item(opt, item);
	}
	free(item);
	return ret;
}

enum mount_exit options_check(const struct mount_options *opt)
{
	const char *why = NULL;

	if (opt->index && (opt->toc || opt->raw))
		why = "toc= and raw need index=auto, the index says it all";
	else if (opt->index && !opt->loop && (opt->offset || opt->sizelimit))
		why = "offset= and sizelimit= need loop or index=auto";
	if (!why)
		return MOUNT_OK;
	msg_error(NULL, "%s", why);
	return MOUNT_USAGE;
}
