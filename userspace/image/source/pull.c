// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: copying an image by skopeo. Blobs of an OCI layout arrive in
 * DST/blobs/sha256, where skopeo gives a blob its name when it is complete; all
 * else is in a directory beside, until the image is complete and verified. Blobs of
 * a copy that failed stay, so the next one need not copy them again.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "open.h"
#include "pull.h"
#include "skopeo.h"
#include "stargz/convert.h"

/* Time between two looks for new blobs. */
#define LOOK_NS		50000000l

/**
 * struct arrival - layers that are being copied
 * @p: the copy
 * @name: name of the image while it is not complete, or NULL: layers not known
 * @blobs: directory where they arrive
 * @links: directory of the image while it is not complete
 * @sizes: size of each layer in bytes
 * @hex: digest of each layer
 * @count: number of layers
 * @there: number of layers that have arrived, of the lowest ones
 * @indexed: number of layers that have an index
 * @total: sum of @sizes
 */
struct arrival {
	struct pull *p;
	char *name;
	char *blobs;
	char *links;
	uint64_t *sizes;
	char (*hex)[STARGZ_SHA256_HEX];
	size_t count;
	size_t there;
	size_t indexed;
	uint64_t total;
};

static int fail(const struct pull *p, const char *what, int err)
{
	bar_clear(&p->s->bar);
	msg_error(what, "%s", strerror(err));
	return -err;
}

static int open_image(struct settings *s, const char *name,
		      struct stargz_image **image, struct stargz_error *err)
{
	const struct stargz_image_options how = {
		.struct_size = sizeof(how),
		.platform = s->platform,
		.progress = image_progress,
		.data = s,
	};

	return stargz_image_open(image, name, &how, err);
}

static void on_fault(void *data, int code, const char *text)
{
	struct settings *s = data;

	(void)code;
	bar_clear(&s->bar);
	msg_error(s->image, "%s", text);
}

/* Compare the digests of all layers, without indexes. */
static int verify(struct settings *s, const struct stargz_image *image)
{
	const struct stargz_image_verify_options how = {
		.struct_size = sizeof(how),
		.threads = image_threads(),
		.stored_only = true,
		.fault = on_fault,
		.progress = image_progress,
		.data = s,
	};
	struct stargz_error err;
	uint64_t faults;
	int ret = stargz_image_verify(image, &how, &faults, &err);

	bar_clear(&s->bar);
	if (ret)
		msg_error(s->image, "%s", err.text);
	return ret || !faults ? ret : -EBADMSG;
}

/* Make the indexes of the lowest layers, which compares their digests. */
static int make_indexes(struct settings *s, const struct stargz_image *image,
			size_t limit)
{
	struct mount_options opt;
	struct image img = {
		.name = s->image,
		.image = image,
		.limit = limit,
		.merged.fd = -1,
		.quiet = s->quiet,
		.progress = image_progress,
		.data = s,
	};
	int ret;

	image_options(s, &opt);
	ret = image_open_layers(&img);
	if (!ret)
		ret = image_get_indexes(&img, &opt, false);
	bar_clear(&s->bar);
	image_close(&img);
	options_free(&opt);
	return ret;
}

/* Verify a complete image, and make the indexes of its layers. */
static int check_image(const struct pull *p, const char *name)
{
	struct stargz_image_info info;
	struct stargz_image *image;
	struct stargz_error err;
	int ret = open_image(p->s, name, &image, &err);

	bar_clear(&p->s->bar);
	if (ret) {
		msg_error(p->s->image, "%s", err.text);
		return ret;
	}
	stargz_image_get_info(image, &info);
	bar_start(&p->s->bar, p->s->image);
	if (p->index && !p->s->no_cache && info.layers)
		ret = make_indexes(p->s, image, 0);
	else
		ret = verify(p->s, image);
	stargz_image_close(image);
	return ret;
}

/* Take over the layers of the image, and link to where they will be. */
static int take_layers(struct arrival *a, const struct stargz_image *image)
{
	struct stargz_image_info info;
	struct stargz_image_layer layer;

	stargz_image_get_info(image, &info);
	a->sizes = xrealloc(NULL, (info.layers + 1) * sizeof(*a->sizes));
	a->hex = xrealloc(NULL, (info.layers + 1) * sizeof(*a->hex));
	for (; !stargz_image_get_layer(image, a->count, &layer); a->count++) {
		char *path, *to;
		int ret;

		stargz_sha256_hex(layer.sha256, a->hex[a->count]);
		a->sizes[a->count] = layer.size;
		a->total += layer.size;
		path = xasprintf("%s/%s", a->links, a->hex[a->count]);
		to = xasprintf("%s/sha256/%s", a->blobs, a->hex[a->count]);
		ret = symlink(to, path) && errno != EEXIST ? -errno : 0;
		free(path);
		free(to);
		if (ret)
			return ret;
	}
	return 0;
}

/* Learn which layers will arrive. Without them, all is done at the end. */
static void expect_layers(struct arrival *a)
{
	struct pull *p = a->p;
	char hex[STARGZ_SHA256_HEX];
	struct stargz_image *image;
	struct stargz_error err;

	stargz_sha256_hex(p->manifest, hex);
	a->links = xasprintf("%s/image", p->staging.path);
	a->name = xasprintf("%s@sha256:%s", a->links, hex);
	if (open_image(p->s, a->name, &image, &err) || take_layers(a, image)) {
		free(a->name);
		a->name = NULL;
		return;
	}
	stargz_image_close(image);
}

static bool is_there(const struct arrival *a, size_t nr)
{
	char *path = xasprintf("%s/sha256/%s", a->blobs, a->hex[nr]);
	struct stat st;
	bool there = !stat(path, &st) && (uint64_t)st.st_size == a->sizes[nr];

	free(path);
	return there;
}

/* Bytes of files in a directory: skopeo writes those that are not complete there. */
static uint64_t bytes_in(const char *path)
{
	DIR *dir = opendir(path);
	uint64_t sum = 0;
	struct dirent *d;
	struct stat st;

	while (dir && (d = readdir(dir)))
		if (!fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
		    S_ISREG(st.st_mode))
			sum += st.st_size;
	if (dir)
		closedir(dir);
	return sum;
}

static void show_progress(struct arrival *a, const char *partial)
{
	uint64_t done = bytes_in(partial);

	for (size_t i = 0; i < a->count; i++)
		if (is_there(a, i))
			done += a->sizes[i];
	if (a->total && done > a->total)
		done = a->total;
	image_progress(a->p->s, done, a->total);
}

/* Index the layers that have arrived. */
static int index_arrived(struct arrival *a)
{
	struct stargz_image *image;
	struct stargz_error err;
	int ret = 0;

	if (!a->name || !a->p->index || a->p->s->no_cache)
		return 0;
	while (a->there < a->count && is_there(a, a->there))
		a->there++;
	if (a->there == a->indexed)
		return 0;
	/* The image was opened before, so this fails for other reasons only. */
	if (open_image(a->p->s, a->name, &image, &err))
		return fail(a->p, a->p->s->image, EIO);
	ret = make_indexes(a->p->s, image, a->there);
	stargz_image_close(image);
	a->indexed = a->there;
	return ret;
}

/* Index layers while skopeo copies others. */
static int attend(struct arrival *a, struct child *skopeo, const char *partial)
{
	const struct timespec moment = { 0, LOOK_NS };
	struct settings *s = a->p->s;
	int status, ret = 0;

	bar_start(&s->bar, s->image);
	while (!child_ended(skopeo, &status)) {
		ret = index_arrived(a);
		if (ret) {
			kill(skopeo->pid, SIGTERM);
			child_wait(skopeo);
			free(child_end(skopeo));
			return ret;
		}
		show_progress(a, partial);
		nanosleep(&moment, NULL);
	}
	bar_clear(&s->bar);
	return skopeo_end(skopeo, s, status);
}

static int copy(struct pull *p, struct arrival *a, const char *to)
{
	char *partial = xasprintf("%s/new", p->staging.path);
	struct child skopeo;
	int ret = skopeo_copy(&skopeo, p->s, p->ref ? p->ref : p->s->image, to,
			      a->blobs);

	if (!ret)
		ret = attend(a, &skopeo, partial);
	free(partial);
	return ret;
}

/* The images that skopeo wrote become images of the destination. */
static int add_images(const struct pull *p)
{
	char *path = xasprintf("%s/new/index.json", p->staging.path);
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret = 0;
	struct stargz_error err;
	struct stat st;
	char *text;

	if (fd < 0 || fstat(fd, &st)) {
		ret = fail(p, path, errno);
	} else {
		text = xrealloc(NULL, st.st_size + 1);
		if (read(fd, text, st.st_size) != st.st_size)
			ret = fail(p, path, EIO);
		else
			ret = stargz_layout_add(p->path, text, st.st_size,
						&err);
		if (ret && ret != -EIO)
			msg_error(p->path, "%s", err.text);
		free(text);
	}
	if (fd >= 0)
		close(fd);
	free(path);
	return ret;
}

/* Is the blob of a layer the one that its name promises? */
static bool is_good(const struct stargz_image *image, size_t nr, size_t count)
{
	struct stargz_image_verify_options how = {
		.struct_size = sizeof(how),
		.stored_only = true,
	};
	bool *skip = xrealloc(NULL, count * sizeof(*skip));
	struct stargz_error err;
	uint64_t faults = 0;
	int ret;

	for (size_t i = 0; i < count; i++)
		skip[i] = i != nr;
	how.skip = skip;
	ret = stargz_image_verify(image, &how, &faults, &err);
	free(skip);
	return ret || !faults;
}

/* skopeo would use a damaged blob again. */
static void remove_damaged(const struct pull *p, const struct arrival *a,
			   const char *name)
{
	struct stargz_image_layer layer;
	struct stargz_image_info info;
	struct stargz_image *image;
	struct stargz_error err;

	if (open_image(p->s, name, &image, &err))
		return;
	stargz_image_get_info(image, &info);
	for (size_t i = 0; !stargz_image_get_layer(image, i, &layer); i++) {
		char hex[STARGZ_SHA256_HEX], *path;

		if (layer.missing || is_good(image, i, info.layers))
			continue;
		stargz_sha256_hex(layer.sha256, hex);
		path = xasprintf("%s/sha256/%s", a->blobs, hex);
		unlink(path);
		free(path);
	}
	stargz_image_close(image);
}

/* Give the blobs to the library in the form of a layout, and check them. */
static int finish_layout(const struct pull *p, const struct arrival *a)
{
	char *name = xasprintf("oci:%s/new", p->staging.path);
	char *link = xasprintf("%s/new/blobs", p->staging.path);
	int ret;

	/* skopeo makes a directory that it does not use. */
	rmdir(link);
	ret = symlink(a->blobs, link) ? fail(p, link, errno) : 0;
	if (!ret)
		ret = check_image(p, name);
	if (ret)
		remove_damaged(p, a, name);
	else
		ret = add_images(p);
	free(name);
	free(link);
	return ret;
}

static void free_arrival(struct arrival *a)
{
	free(a->name);
	free(a->blobs);
	free(a->links);
	free(a->sizes);
	free(a->hex);
}

bool pull_has(const struct pull *p)
{
	char hex[STARGZ_SHA256_HEX], *name;
	struct stargz_image_layer layer;
	struct stargz_image *image;
	struct stargz_error err;
	bool complete = true;

	stargz_sha256_hex(p->manifest, hex);
	name = xasprintf("oci:%s:%s", p->path, hex);
	if (open_image(p->s, name, &image, &err)) {
		free(name);
		return false;
	}
	free(name);
	for (size_t i = 0; !stargz_image_get_layer(image, i, &layer); i++)
		complete = complete && !layer.missing;
	stargz_image_close(image);
	return complete;
}

/* Copy to an OCI layout. */
static int pull_layout(struct pull *p)
{
	char hex[STARGZ_SHA256_HEX], *to, *path = xabsolute(p->path);
	struct arrival a = { .p = p, .blobs = xasprintf("%s/blobs", path) };
	const char *tag = p->tag;
	int ret = pull_resolve(p);

	if (!ret)
		expect_layers(&a);
	if (ret == -ENODATA && !p->by_digest)
		ret = 0;
	stargz_sha256_hex(p->manifest, hex);
	if (p->by_digest)
		tag = hex;
	if (!ret && !(p->by_digest && pull_has(p))) {
		to = xasprintf("oci:%s/new%s%s", p->staging.path,
			       tag ? ":" : "", tag ? tag : "");
		ret = copy(p, &a, to);
		if (!ret)
			ret = finish_layout(p, &a);
		else if (a.name)
			remove_damaged(p, &a, a.name);
		free(to);
	}
	if (!ret && p->by_digest &&
	    write(p->said, p->manifest, sizeof(p->manifest)) < 0)
		ret = -errno;
	free_arrival(&a);
	free(p->ref);
	free(path);
	return ret;
}

static int sync_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), ret = 0;

	if (fd < 0 || fsync(fd))
		ret = -errno;
	if (fd >= 0)
		close(fd);
	return ret;
}

/* Write a file, or a directory of files, to stable storage. */
static int sync_files(const char *path, bool is_dir)
{
	DIR *dir = is_dir ? opendir(path) : NULL;
	struct dirent *d;
	int ret = 0;

	while (dir && !ret && (d = readdir(dir))) {
		char *name = xasprintf("%s/%s", path, d->d_name);

		if (*d->d_name != '.')
			ret = sync_file(name);
		free(name);
	}
	if (dir)
		closedir(dir);
	return ret ? ret : sync_file(path);
}

/* Copy to a file or directory, which gets its name when it is complete. */
static int pull_whole(struct pull *p)
{
	bool dir = p->kind == PULL_DIR;
	char *path = xasprintf("%s/new/image", p->staging.path);
	char *name = xasprintf("%s:%s", dir ? "dir" : "oci-archive", path);
	char *to = xasprintf("%s%s%s", name, p->tag ? ":" : "",
			     p->tag ? p->tag : "");
	char *new = xasprintf("%s/new", p->staging.path);
	struct arrival a = { .p = p };
	int ret = mkdir(new, 0700) ? fail(p, new, errno) : 0;

	if (!ret)
		ret = copy(p, &a, to);
	if (!ret)
		ret = check_image(p, name);
	if (!ret)
		ret = sync_files(path, dir);
	if (!ret && rename(path, p->path))
		ret = fail(p, p->path, errno);
	free(path);
	free(name);
	free(to);
	free(new);
	return ret;
}

static int work(void *data)
{
	struct pull *p = data;

	return p->kind == PULL_OCI ? pull_layout(p) : pull_whole(p);
}

/* The directory that gets a directory for what is not complete. */
static char *place_of(const struct pull *p)
{
	const char *slash = strrchr(p->path, '/');

	if (p->kind == PULL_OCI)
		return xasprintf("%s", p->path);
	if (!slash)
		return xasprintf(".");
	return xasprintf("%.*s", slash > p->path ? (int)(slash - p->path) : 1,
			 p->path);
}

int pull_run(struct pull *p)
{
	/* Images in the cache may be private. */
	mode_t mode = p->by_digest ? 0700 : 0777;
	char *place = place_of(p);
	int ret = staging_run(&p->staging, place,
			      p->kind == PULL_OCI ? mode : 0, work, p);

	free(place);
	return ret;
}

/* Take the destination apart. */
static int parse_destination(struct pull *p, char *dest)
{
	static const struct {
		const char *prefix;
		enum pull_kind kind;
	} kinds[] = {
		{ "oci:", PULL_OCI },
		{ "oci-archive:", PULL_OCI_ARCHIVE },
		{ "dir:", PULL_DIR },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t len = strlen(kinds[i].prefix);
		char *colon;

		if (strncmp(dest, kinds[i].prefix, len))
			continue;
		p->kind = kinds[i].kind;
		p->path = dest + len;
		colon = p->kind == PULL_DIR ? NULL : strchr(p->path, ':');
		if (colon) {
			*colon = '\0';
			p->tag = colon[1] ? colon + 1 : NULL;
		}
		if (*p->path)
			return 0;
	}
	msg_error(dest, "not oci:DIR[:TAG], oci-archive:FILE[:TAG] or dir:DIR");
	return -EINVAL;
}

/* A directory is made as a whole, so it must not have anything in it. */
static int check_destination(const struct pull *p)
{
	if (p->kind != PULL_DIR || !rmdir(p->path) || errno == ENOENT)
		return 0;
	return fail(p, p->path, errno == ENOTEMPTY ? EEXIST : errno);
}

int command_pull(struct settings *s)
{
	char *dest = xasprintf("%s", s->dest);
	struct pull p = { .s = s, .index = true };
	int ret = parse_destination(&p, dest);

	if (!ret && !strncmp(s->image, "containerd:", 11)) {
		msg_error(s->image, "images of containerd are used where they are; skopeo does not know them");
		ret = -EINVAL;
	}
	if (!ret)
		ret = check_destination(&p);
	if (!ret)
		ret = pull_run(&p);
	if (!ret && !s->quiet)
		printf("%s: copied\n", s->dest);
	free(dest);
	return exitcode_of(ret);
}
