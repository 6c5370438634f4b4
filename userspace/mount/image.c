// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz, stargz-image: the indexes of the layers of an image, from the
 * cache or made with as many threads as there are CPUs.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cache.h"
#include "cachekey.h"
#include "image.h"
#include "indexfile.h"
#include "stargz/version.h"
#include "stargz_fs.h"
#include "xalloc.h"

/* Descriptors beside those of layers and indexes. */
#define SPARE_FILES	64

unsigned int image_threads(void)
{
	cpu_set_t cpus;

	return sched_getaffinity(0, sizeof(cpus), &cpus) ? 1 :
							   CPU_COUNT(&cpus);
}

/* Each layer takes its file, its index, and a new index. */
static void raise_file_limit(size_t layers)
{
	rlim_t want = 3 * layers + SPARE_FILES;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= want)
		return;
	limit.rlim_cur = want < limit.rlim_max ? want : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int image_open_layers(struct image *img)
{
	struct stargz_image_info info;
	struct stargz_error err;

	stargz_image_get_info(img->image, &info);
	img->one_file = info.one_file;
	img->merged.fd = -1;
	raise_file_limit(info.layers);
	img->layers = xrealloc(NULL, (info.layers + 1) * sizeof(*img->layers));
	if (img->limit && img->limit < info.layers)
		info.layers = img->limit;
	for (img->count = 0; img->count < info.layers; img->count++) {
		struct image_layer *layer = &img->layers[img->count];

		*layer = (struct image_layer){ .index.fd = -1 };
		stargz_image_get_layer(img->image, img->count, &layer->info);
		layer->fd = stargz_image_open_layer(img->image, img->count,
						    &err);
		if (layer->fd < 0) {
			msg_error(img->name, "%s", err.text);
			return layer->fd;
		}
	}
	return 0;
}

void image_close(struct image *img)
{
	for (size_t i = 0; i < img->count; i++) {
		close(img->layers[i].fd);
		index_put(&img->layers[i].index);
	}
	index_put(&img->merged);
	free(img->layers);
}

/*
 * The key of a layer stands for everything on which its index depends: the
 * layers up to it, where they are in their files, and the options.
 */
static void set_keys(struct image *img, const struct mount_options *opt,
		     char merged[STARGZ_SHA256_HEX])
{
	char hex[STARGZ_SHA256_HEX], *text;

	text = xasprintf("stargz chain: maker %s, format %d, layers in %s, digests of %s\n",
			 STARGZ_TOOLS_VERSION, STARGZ_VERSION,
			 img->one_file ? "one file" : "a file each",
			 options_need_digests(opt) ? "layer and content" :
						     "layer");
	for (size_t i = 0; i < img->count; i++) {
		struct image_layer *layer = &img->layers[i];

		stargz_sha256_hex(layer->info.sha256, hex);
		text = xappend(text, "sha256:%s, start %" PRIu64 ", size %"
			       PRIu64 "\n", hex, layer->info.start,
			       layer->info.size);
		cachekey_hash(layer->key, text);
		free(text);
		text = xasprintf("stargz chain: %s\n", layer->key);
	}
	text = xappend(text, "merged\n");
	cachekey_hash(merged, text);
	free(text);
}

/* Does the index describe the layer, perhaps with files of others? */
static bool fits_layer(const void *data, int fd)
{
	const struct image_layer *layer = data;
	struct indexfile index;

	return !indexfile_read(fd, &index) && index.blobs &&
	       le64toh(index.blob.size) == layer->info.size &&
	       le64toh(index.blob.start) == layer->info.start &&
	       le16toh(index.blob.digests) & STARGZ_BLOB_SHA256 &&
	       !memcmp(index.blob.sha256, layer->info.sha256,
		       STARGZ_SHA256_LEN);
}

bool image_index_fits(const struct image_layer *layer, int fd)
{
	return fits_layer(layer, fd);
}

static bool fits_image(const void *data, int fd)
{
	const struct image *img = data;
	struct indexfile index;

	return !indexfile_read(fd, &index) && index.blobs == img->count &&
	       fits_layer(&img->layers[0], fd);
}

static void find_index(struct index *index, const struct cache *cache,
		       const char *key, cache_fits fits, const void *data,
		       const char *name)
{
	index->fd = cache ? cache_find(cache, key, fits, data) : -1;
	if (index->fd < 0)
		return;
	index->path = cache_path(cache, key);
	msg_note(name, "index: found %s", index->path);
}

/* Digests of a layer as texts. */
struct image_digests {
	char layer[sizeof("sha256:") + STARGZ_SHA256_HEX];
	char diffid[sizeof("sha256:") + STARGZ_SHA256_HEX];
};

static void set_digest(char text[sizeof("sha256:") + STARGZ_SHA256_HEX],
		       const uint8_t sha256[STARGZ_SHA256_LEN])
{
	strcpy(text, "sha256:");
	stargz_sha256_hex(sha256, text + strlen(text));
}

void image_links_make(struct image_links *links, const struct image *img)
{
	links->links = xrealloc(NULL, (img->count + 1) * sizeof(*links->links));
	links->digests = xrealloc(NULL, (img->count + 1) *
				  sizeof(*links->digests));
	for (size_t i = 0; i < img->count; i++) {
		const struct image_layer *layer = &img->layers[i];
		struct image_digests *digests = &links->digests[i];

		set_digest(digests->layer, layer->info.sha256);
		set_digest(digests->diffid, layer->info.diffid);
		links->links[i] = (struct stargz_chain_layer){
			.fd = layer->fd,
			.index = -1,
			.out = -1,
			.offset = layer->info.start,
			.size = layer->info.size,
			.digest = digests->layer,
			.diffid = digests->diffid,
		};
	}
}

void image_links_free(struct image_links *links)
{
	free(links->links);
	free(links->digests);
}

/*
 * A chain of layers that is being indexed; @verified: for each layer, whether
 * its digest was compared; @fds: the file of each layer.
 */
struct making {
	struct image *img;
	struct cache *cache;
	const struct mount_options *opt;
	bool *verified;
	int *fds;
	struct image_links chain;
	int merged;
	unsigned long warnings;
};

static void warn(void *data, const char *line)
{
	struct making *m = data;

	m->warnings++;
	msg_note(m->img->name, "warning: %s", line);
}

static void progress(void *data, uint64_t done, uint64_t total)
{
	struct making *m = data;

	if (m->img->progress)
		m->img->progress(m->img->data, done, total);
}

static int new_file(const struct making *m)
{
	return m->cache ? cache_new(m->cache) : index_new_in_memory();
}

/* Create files for the missing indexes. */
static int make_files(struct making *m, bool merged)
{
	int ret = 0;

	m->merged = -1;
	for (size_t i = 0; !ret && i < m->img->count; i++) {
		struct stargz_chain_layer *link = &m->chain.links[i];

		link->index = m->img->layers[i].index.fd;
		link->out = link->index < 0 ? new_file(m) : -1;
		if (link->index < 0 && link->out < 0)
			ret = link->out;
	}
	if (merged && !ret)
		m->merged = new_file(m);
	return merged && !ret && m->merged < 0 ? m->merged : ret;
}

static void drop_files(struct making *m)
{
	for (size_t i = 0; i < m->img->count; i++)
		if (m->chain.links[i].out >= 0)
			close(m->chain.links[i].out);
	if (m->merged >= 0)
		close(m->merged);
}

int image_failed(const struct image *img, int ret, size_t nr,
		 const struct stargz_error *err)
{
	if (nr < img->count)
		msg_error(img->name, "layer %zu: %s", nr, err->text);
	else
		msg_error(img->name, "%s", err->text[0] ? err->text :
							  strerror(-ret));
	return ret;
}

/* Make the missing indexes in new files. */
static int build(struct making *m, struct stargz_error *err, size_t *failed)
{
	const struct stargz_index_options how = {
		.struct_size = sizeof(how),
		.digests = options_need_digests(m->opt),
		.merge = m->merged >= 0,
		.one_source = m->img->one_file,
		.member_size = INDEX_LARGE_MEMBER,
		.threads = image_threads(),
		.warn = warn,
		.progress = progress,
		.data = m,
	};

	return stargz_index_chain(m->chain.links, m->img->count, &how, m->merged,
				  NULL, err, failed);
}

/* The digest of a layer was compared with its file. */
static void set_verified(struct making *m, size_t nr)
{
	const struct image_layer *layer = &m->img->layers[nr];
	char key[STARGZ_SHA256_HEX];

	m->verified[nr] = true;
	if (m->cache && !cachekey_of_layer(key, layer->fd, &layer->info))
		cache_set_verified(m->cache, key);
}

/* Give the new indexes their names. */
static int keep(struct making *m, const char *merged_key)
{
	struct image *img = m->img;

	for (size_t i = 0; i < img->count; i++) {
		struct image_layer *layer = &img->layers[i];

		if (m->chain.links[i].out < 0)
			continue;
		index_keep(&layer->index, m->cache, layer->key, fits_layer,
			   layer, m->chain.links[i].out, img->name);
		if (layer->index.fd < 0)
			return layer->index.fd;
		set_verified(m, i);
	}
	if (m->merged >= 0)
		index_keep(&img->merged, m->cache, merged_key, fits_image, img,
			   m->merged, img->name);
	return m->merged >= 0 && img->merged.fd < 0 ? img->merged.fd : 0;
}

/* Make the missing indexes. If the cache is full, make them in memory. */
static int make_missing(struct making *m, bool merged, const char *merged_key)
{
	struct stargz_error err = { "" };
	size_t failed = m->img->count;
	int ret = make_files(m, merged);

	if (!ret)
		ret = build(m, &err, &failed);
	if (index_no_room(ret) && m->cache) {
		drop_files(m);
		m->cache = NULL;
		return make_missing(m, merged, merged_key);
	}
	if (ret) {
		drop_files(m);
		return image_failed(m->img, ret, failed, &err);
	}
	if (m->warnings && !msg_verbose() && !m->img->quiet)
		msg_error(m->img->name, "warning: %lu irregularities in the layers; -v lists them",
			  m->warnings);
	ret = keep(m, merged_key);
	return ret ? image_failed(m->img, ret, failed, &err) : 0;
}

static void on_fault(void *data, int code, const char *text)
{
	struct making *m = data;

	(void)code;
	msg_error(m->img->name, "%s", text);
}

static bool was_verified(const struct making *m, size_t nr)
{
	const struct image_layer *layer = &m->img->layers[nr];
	char key[STARGZ_SHA256_HEX];

	return m->cache && !cachekey_of_layer(key, layer->fd, &layer->info) &&
	       cache_is_verified(m->cache, key);
}

/*
 * Compare the digests of layers whose indexes are of the cache, unless they were
 * compared before.
 */
static int verify(struct making *m)
{
	const struct stargz_image_verify_options how = {
		.struct_size = sizeof(how),
		.threads = image_threads(),
		.stored_only = true,
		.skip = m->verified,
		.fds = m->fds,
		.fault = on_fault,
		.progress = progress,
		.data = m,
	};
	struct image *img = m->img;
	struct stargz_error err;
	uint64_t faults;
	int ret;

	for (size_t i = 0; i < img->count; i++) {
		m->fds[i] = img->layers[i].fd;
		m->verified[i] = m->verified[i] || was_verified(m, i);
	}
	ret = stargz_image_verify(img->image, &how, &faults, &err);
	if (ret)
		return image_failed(img, ret, img->count, &err);
	for (size_t i = 0; !faults && i < img->count; i++)
		if (!m->verified[i])
			set_verified(m, i);
	return faults ? -EBADMSG : 0;
}

static int get_indexes(struct making *m, bool merged)
{
	char key[STARGZ_SHA256_HEX];
	struct image *img = m->img;
	bool missing = false;
	int ret = 0;

	set_keys(img, m->opt, key);
	if (merged)
		find_index(&img->merged, m->cache, key, fits_image, img,
			   img->name);
	for (size_t i = 0; img->merged.fd < 0 && i < img->count; i++) {
		struct image_layer *layer = &img->layers[i];

		find_index(&layer->index, m->cache, layer->key, fits_layer,
			   layer, img->name);
		missing |= layer->index.fd < 0;
	}
	if (missing || (merged && img->merged.fd < 0))
		ret = make_missing(m, merged, key);
	return ret ? ret : verify(m);
}

/* Arrays for all layers of the image; those that are not used are not verified. */
static void prepare_verification(struct making *m)
{
	struct stargz_image_info info;

	stargz_image_get_info(m->img->image, &info);
	m->verified = xrealloc(NULL, info.layers * sizeof(*m->verified));
	m->fds = xrealloc(NULL, info.layers * sizeof(*m->fds));
	for (size_t i = 0; i < info.layers; i++) {
		m->verified[i] = i >= m->img->count;
		m->fds[i] = -1;
	}
}

int image_get_indexes(struct image *img, const struct mount_options *opt,
		      bool merged)
{
	struct making m = { .img = img, .opt = opt, .merged = -1 };
	struct cache cache = { .fd = -1 };
	int ret;

	if (!img->count) {
		msg_error(img->name, "the image has no layers");
		return -EINVAL;
	}
	image_links_make(&m.chain, img);
	prepare_verification(&m);
	if (opt->cache && !cache_open(&cache, opt->cache_dir, opt->cache_size))
		m.cache = &cache;
	ret = get_indexes(&m, merged);
	img->cached = m.cache;
	if (cache.fd >= 0)
		cache_close(&cache);
	image_links_free(&m.chain);
	free(m.verified);
	free(m.fds);
	return ret;
}

char *image_file_name(int fd)
{
	char *proc = xasprintf("/proc/self/fd/%d", fd);
	char *name = realpath(proc, NULL);

	if (!name)
		return proc;
	free(proc);
	return name;
}

void image_add_sources(const struct image *img, struct mount_options *opt)
{
	options_add_file(opt, "index", img->merged.path, img->merged.fd);
	for (size_t i = 1; !img->one_file && i < img->count; i++) {
		char *name = image_file_name(img->layers[i].fd);

		options_add_file(opt, "device", name, img->layers[i].fd);
		free(name);
	}
}
