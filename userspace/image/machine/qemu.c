// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: the command line of QEMU.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine.h"
#include "tsc.h"

/* Places for devices of virtio-mmio in a microvm with ACPI. */
#define MICROVM_PLACES	24

static bool uses_kvm(const struct settings *s)
{
	return s->accel == ACCEL_KVM ||
	       (s->accel == ACCEL_AUTO && !access("/dev/kvm", R_OK | W_OK));
}

/* QEMU reads a comma as the end of a value. */
static char *double_commas(const char *path)
{
	char *text = xrealloc(NULL, 2 * strlen(path) + 1), *to = text;

	for (; *path; path++) {
		if (*path == ',')
			*to++ = ',';
		*to++ = *path;
	}
	*to = '\0';
	return text;
}

/*
 * Add a disk. The kernel finds the places of a microvm in the order of their ACPI
 * tables, the last one first.
 */
static void add_disk(struct words *words, enum vmm kind, size_t nr,
		     const char *path, bool writable)
{
	char *file = double_commas(path);
	/* A name with a colon, such as fat:x, would not be that of a file. */
	const char *here = *path != '/' && strchr(path, ':') ? "./" : "";

	words_add(words, "-drive");
	words_add(words, "id=disk%zu,if=none,format=raw,readonly=%s,file=%s%s", nr,
		  writable ? "off" : "on", here, file);
	words_add(words, "-device");
	if (kind == VMM_MICROVM)
		words_add(words, "virtio-blk-device,drive=disk%zu,bus=virtio-mmio-bus.%zu",
			  nr, (size_t)MICROVM_PLACES - 1 - nr);
	else
		words_add(words, "virtio-blk-pci,drive=disk%zu", nr);
	free(file);
}

static void add_option(struct words *words, const char *option,
		       const char *value)
{
	words_add(words, "%s", option);
	words_add(words, "%s", value);
}

/*
 * A microvm has no clock by which the kernel could measure the frequency of the
 * TSC. Under KVM the processor says it.
 */
static char *platform_of(const struct machine *m, enum vmm kind)
{
	char *text = xasprintf("console=ttyS0 panic=-1");

	if (kind == VMM_MICROVM && !uses_kvm(m->s))
		text = xappend(text, " tsc_early_khz=%lu", tsc_khz());
	return text;
}

enum exit_code qemu_words(const struct machine *m, enum vmm kind,
			  struct words *words)
{
	const struct settings *s = m->s;
	bool kvm = uses_kvm(s);
	char *platform = platform_of(m, kind), *cmdline;
	enum exit_code ret = cmdline_make(m, platform, &cmdline);
	size_t i;

	free(platform);
	if (ret != EXIT_OK)
		return ret;
	words_add(words, "qemu-system-x86_64");
	add_option(words, "-M", kind == VMM_MICROVM ? "microvm" : "q35");
	add_option(words, "-accel", kvm ? "kvm" : "tcg,thread=multi");
	add_option(words, "-cpu", kvm ? "host" : "max");
	words_add(words, "-smp");
	words_add(words, "%u", s->cpus);
	words_add(words, "-m");
	words_add(words, "%lluM", (unsigned long long)(s->memory >> 20));
	words_add(words, "-nodefaults");
	words_add(words, "-no-user-config");
	words_add(words, "-no-reboot");
	add_option(words, "-display", "none");
	/* On a terminal, control-C is for the guest, control-A X ends QEMU. */
	add_option(words, "-serial", s->print || isatty(STDIN_FILENO) ?
		   "mon:stdio" : "stdio");
	add_option(words, "-kernel", m->kernel);
	add_option(words, "-initrd", m->initrd);
	add_option(words, "-append", cmdline);
	for (i = 0; i < m->disks.count; i++)
		add_disk(words, kind, i, m->disks.word[i], false);
	if (s->rw && strcmp(s->rw, "tmpfs"))
		add_disk(words, kind, i, s->rw, true);
	free(cmdline);
	return EXIT_OK;
}
