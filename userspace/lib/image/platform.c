// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Names of platforms are those of Go's GOOS and GOARCH. uname(2) and some
 * producers have others.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "image/platform.h"
#include "stargz/image.h"

struct alias {
	const char *name;
	const char *arch;
	const char *variant;
};

static const struct alias aliases[] = {
	{ "x86_64", "amd64", "" },
	{ "x86-64", "amd64", "" },
	{ "i386", "386", "" },
	{ "i486", "386", "" },
	{ "i586", "386", "" },
	{ "i686", "386", "" },
	{ "aarch64", "arm64", "" },
	{ "armv8l", "arm", "v7" },
	{ "armv7l", "arm", "v7" },
	{ "armhf", "arm", "v7" },
	{ "armv6l", "arm", "v6" },
	{ "armel", "arm", "v6" },
	{ "loongarch64", "loong64", "" },
};

static bool fits(const char *part)
{
	return strlen(part) < SGZ_PLATFORM_PART;
}

void sgz_platform_set(struct sgz_platform *platform, const char *os,
		      const char *arch, const char *variant)
{
	memset(platform, 0, sizeof(*platform));
	variant = variant ? variant : "";
	if (!os || !arch || !fits(os) || !fits(arch) || !fits(variant))
		return;
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (!strcmp(arch, aliases[i].name)) {
			arch = aliases[i].arch;
			variant = *variant ? variant : aliases[i].variant;
			break;
		}
	/* The first variant of arm64 was the only one for long. */
	if (!strcmp(arch, "arm64") && !strcmp(variant, "v8"))
		variant = "";
	if (!strcmp(arch, "arm") && !*variant)
		variant = "v7";
	strcpy(platform->os, os);
	strcpy(platform->arch, arch);
	strcpy(platform->variant, variant);
}

static void set_host(struct sgz_platform *platform)
{
	struct utsname host;

	if (!uname(&host))
		sgz_platform_set(platform, "linux", host.machine, NULL);
}

int sgz_platform_parse(struct sgz_platform *platform,
		       const struct sgz_context *ctx, const char *text)
{
	char *copy, *part[4] = { NULL }, *rest;
	int n = 0;

	if (!text) {
		set_host(platform);
		return 0;
	}
	copy = strdup(text);
	if (!copy)
		return sgz_nomem(ctx);
	for (rest = copy; rest && n < 4; n++)
		part[n] = strsep(&rest, "/");
	memset(platform, 0, sizeof(*platform));
	if ((n == 2 || n == 3) && *part[0] && *part[1] && (n == 2 || *part[2]))
		sgz_platform_set(platform, part[0], part[1], part[2]);
	free(copy);
	if (*platform->os)
		return 0;
	return sgz_fail(ctx, -EINVAL, "platform %s: not OS/ARCH or OS/ARCH/VARIANT",
			sgz_quote(text, strlen(text)).text);
}

/* Variants are called v and a digit. */
static bool is_older(const char *variant, const char *than)
{
	return *variant == 'v' && variant[1] > '0' && variant[1] <= '9' &&
	       !variant[2] && strcmp(variant, than) < 0;
}

unsigned int sgz_platform_rank(const struct sgz_platform *want,
			       const struct sgz_platform *have)
{
	if (!*have->os || strcmp(want->os, have->os) ||
	    strcmp(want->arch, have->arch))
		return 0;
	if (!strcmp(want->variant, have->variant))
		return 100;
	/* The first variants of all others have no name. */
	if (!*have->variant)
		return 50;
	/* A processor runs programs for older ones: v7, v6, v5. */
	return is_older(have->variant, want->variant) ?
		       have->variant[1] - '0' : 0;
}

struct sgz_platform_text sgz_platform_text(const struct sgz_platform *platform)
{
	struct sgz_platform_text t;

	snprintf(t.text, sizeof(t.text), "%s%s%s%s%s", platform->os,
		 *platform->os ? "/" : "", platform->arch,
		 *platform->variant ? "/" : "", platform->variant);
	return t;
}

unsigned int stargz_platform_rank(const char *want, const char *have)
{
	struct stargz_error err;
	const struct sgz_context ctx = { .err = &err };
	struct sgz_platform w, h;

	if (sgz_platform_parse(&w, &ctx, want) ||
	    sgz_platform_parse(&h, &ctx, *have ? have : "/"))
		return 0;
	return sgz_platform_rank(&w, &h);
}
