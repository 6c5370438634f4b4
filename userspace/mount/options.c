// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz: mount options. Keys cannot be abbreviated. Options that the
 * program does not know go to the kernel.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "options.h"
#include "stargz/digest.h"
#include "xalloc.h"

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
 * Options of mount(8), fstab(5) and the service manager without effect on the
 * mount itself. Mounts are always read-only, so there is nothing to sync.
 */
static const char *const ignored_options[] = {
	"ro", "rw", "defaults", "auto", "noauto", "user", "nouser", "users",
	"nousers", "owner", "noowner", "group", "nogroup", "_netdev", "nofail",
	"comment", "uhelper", "helper", "silent", "loud", "sync", "async",
	"dirsync", "lazytime", "nolazytime", "mand", "nomand", "iversion",
	"noiversion",
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
	free(opt->layer_digest);
	free(opt->index_digest);
	free(opt->verify);
	free(opt->image);
	free(opt->platform);
	free(opt->cache_dir);
	free(opt->loop_device);
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

/* For the kernel, index_digest= alone implies verify=digest. */
bool options_need_digests(const struct mount_options *opt)
{
	if (opt->verify)
		return !strcmp(opt->verify, "digest");
	return opt->index_digest;
}

/* Once each: the last of repeated options counts. */
void options_add_verification(struct mount_options *opt)
{
	if (opt->verify)
		options_add_kernel(opt, "verify", opt->verify);
	if (opt->index_digest)
		options_add_kernel(opt, "index_digest", opt->index_digest);
}

static void set_text(char **where, char *text)
{
	free(*where);
	*where = text;
}

static const char *take_index(void *at, const struct option_value *value)
{
	set_text(at, !strcmp(value->text, "auto") ? NULL :
		 xabsolute(value->text));
	return NULL;
}

static const char *take_device(void *at, const struct option_value *value)
{
	char *path = xabsolute(value->text);

	options_add_file(at, "device", path, -1);
	free(path);
	return NULL;
}

/* The kernel checks the name of the decoder. */
static const char *take_decoder(void *at, const struct option_value *value)
{
	options_add_kernel(at, "decoder", value->text);
	return NULL;
}

static const char *take_path(void *at, const struct option_value *value)
{
	set_text(at, xabsolute(value->text));
	return NULL;
}

static const char *take_text(void *at, const struct option_value *value)
{
	set_text(at, xasprintf("%s", value->text));
	return NULL;
}

static const char *take_digest(void *at, const struct option_value *value)
{
	uint8_t digest[STARGZ_SHA256_LEN];

	if (stargz_sha256_parse(value->text, digest))
		return "not sha256: and 64 hexadecimal digits";
	return take_text(at, value);
}

static const char *take_no_cache(void *at, const struct option_value *value)
{
	struct mount_options *opt = at;

	(void)value;
	opt->cache = false;
	return NULL;
}

static const char *take_loop(void *at, const struct option_value *value)
{
	struct mount_options *opt = at;

	opt->loop = true;
	if (value->text)
		take_path(&opt->loop_device, value);
	return NULL;
}

static const char *const decoders[] = { "auto", "zlib", NULL };
static const char *const verifications[] = { "none", "crc", "digest", NULL };
static const char *const auto_index[] = { "auto", NULL };

static const struct option_row rows[] = {
	{ OPTION(0, "index",
		 OPTION_CALL_AT(take_index, struct mount_options, index)),
	  .kind = OPTION_FILE, .argument = "PATH", .words = auto_index,
	  .help = "index of the layer, in a file or on a device; auto finds or makes one",
	  .preset = "auto" },
	{ OPTION(0, "device", OPTION_CALL(take_device)),
	  .kind = OPTION_FILE, .argument = "PATH",
	  .help = "further source of the index, in order; repeatable" },
	{ OPTION(0, "decoder", OPTION_CALL(take_decoder)),
	  .kind = OPTION_TEXT, .argument = "NAME", .words = decoders,
	  .help = "deflate decoder: auto, or zlib, the kernel's decoder",
	  .preset = "auto" },
	{ OPTION(0, "verify",
		 OPTION_CALL_AT(take_text, struct mount_options, verify)),
	  .kind = OPTION_CHOICE, .argument = "LEVEL", .words = verifications,
	  .help = "what the kernel verifies: none: nothing; crc: checksums of "
		  "content; digest: SHA-256 of content and index",
	  .preset = "crc" },
	{ OPTION(0, "index_digest",
		 OPTION_CALL_AT(take_digest, struct mount_options,
				index_digest)),
	  .kind = OPTION_TEXT, .argument = "DIGEST",
	  .help = "required digest of the index, sha256:HEX" },
	{ OPTION(0, "layer_digest",
		 OPTION_CALL_AT(take_digest, struct mount_options,
				layer_digest)),
	  .kind = OPTION_TEXT, .argument = "DIGEST",
	  .help = "required digest of the layer, sha256:HEX" },
	{ OPTION(0, "toc",
		 OPTION_CALL_AT(take_path, struct mount_options, toc)),
	  .kind = OPTION_FILE, .argument = "FILE",
	  .help = "file with an external table of contents" },
	{ OPTION(0, "toc_digest",
		 OPTION_CALL_AT(take_digest, struct mount_options, toc_digest)),
	  .kind = OPTION_TEXT, .argument = "DIGEST",
	  .help = "required digest of the table of contents, sha256:HEX" },
	{ OPTION(0, "image",
		 OPTION_CALL_AT(take_text, struct mount_options, image)),
	  .kind = OPTION_TEXT, .argument = "REF",
	  .help = "which image of an archive to mount" },
	{ OPTION(0, "platform",
		 OPTION_CALL_AT(take_text, struct mount_options, platform)),
	  .kind = OPTION_TEXT, .argument = "OS/ARCH[/VARIANT]",
	  .help = "platform of the image of an archive" },
	{ OPTION(0, "raw", OPTION_STORE(struct mount_options, raw)),
	  .help = "show whiteouts as they are in the tar" },
	{ OPTION(0, "indexcache",
		 OPTION_CALL_AT(take_path, struct mount_options, cache_dir)),
	  .kind = OPTION_DIRECTORY, .argument = "DIR",
	  .help = "cache indexes in DIR", .preset = INDEX_CACHE_DIR },
	{ OPTION(0, "indexcachesize",
		 OPTION_STORE(struct mount_options, cache_size)),
	  .kind = OPTION_SIZE, .argument = "SIZE", .max = INT64_MAX,
	  .help = "limit of the cache in bytes, or with K, M, G or T",
	  .preset = "1G" },
	{ OPTION(0, "noindexcache", OPTION_CALL(take_no_cache)),
	  .help = "do not cache the index" },
	{ OPTION(0, "loop", OPTION_CALL(take_loop)),
	  .kind = OPTION_FILE, .argument = "DEVICE", .optional = true,
	  .help = "mount the layer through a loop device" },
	{ OPTION(0, "offset", OPTION_STORE(struct mount_options, offset)),
	  .kind = OPTION_SIZE, .argument = "SIZE", .max = INT64_MAX,
	  .help = "first byte of the layer in SOURCE" },
	{ OPTION(0, "sizelimit", OPTION_STORE(struct mount_options, sizelimit)),
	  .kind = OPTION_SIZE, .argument = "SIZE", .max = INT64_MAX,
	  .help = "size of the layer in bytes" },
	{ OPTION(0, "remount", OPTION_STORE(struct mount_options, remount)),
	  .help = "change the options of a mount" },
};

const struct option_table mount_option_keys = {
	.program = MSG_PROGRAM,
	.synopsis = "Mount options, in addition to those of mount(8):",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
	.sizes = SIZE_MOUNT,
	.exit_usage = MOUNT_USAGE,
};

/*
 * Copy the next item of the list at @pos to @item, which has room for the whole
 * list. Remove quotes, and each backslash before a comma or quote.
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
	const struct option_row *row;
	char *value = strchr(key, '=');
	int ret;

	if (value)
		*value++ = '\0';
	if (is_ignored(key) || (!value && parse_attr(opt, key)))
		return MOUNT_OK;
	row = option_key(&mount_option_keys, key);
	if (row) {
		ret = option_parse_key(&mount_option_keys, row, opt, value);
		return ret < 0 ? MOUNT_OK : ret;
	}
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
		why = "toc= and raw require index=auto: an existing index does not depend on them";
	else if (opt->index && !opt->loop && (opt->offset || opt->sizelimit))
		why = "offset= and sizelimit= require loop or index=auto";
	if (!why)
		return MOUNT_OK;
	msg_error(NULL, "%s", why);
	return MOUNT_USAGE;
}
