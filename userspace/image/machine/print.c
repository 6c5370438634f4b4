// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: commands that boot an image in several virtual machine monitors,
 * for a shell. All use one device image: it has whole sectors, which Firecracker
 * and Cloud Hypervisor require, and it does not depend on the cache of indexes.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "initrd.h"
#include "machine.h"

#define DISK	"disk.img"
#define INITRD	"initrd.img"
#define VMLINUX	"vmlinux"
#define CONFIG	"firecracker.json"

/* Longest command in one line. */
#define LINE_MAX_BYTES	80

/* Print a command; in a long one each option begins a line. */
static void print_command(const struct words *words)
{
	const char *gap = " ";
	size_t len = 0;

	for (size_t i = 0; i < words->count; i++)
		len += strlen(words->word[i]) + 1;
	if (len > LINE_MAX_BYTES)
		gap = " \\\n\t";
	for (size_t i = 0; i < words->count; i++) {
		char *word = words_shell(words->word[i]);

		if (i)
			fputs(word[0] == '-' ? gap : " ", stdout);
		fputs(word, stdout);
		free(word);
	}
	putchar('\n');
}

/* Firecracker and Cloud Hypervisor start kernels that are not compressed. */
static bool is_elf(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char magic[4] = "";
	bool is = fd >= 0 && read(fd, magic, 4) == 4 &&
		  !memcmp(magic, "\177ELF", 4);

	if (fd >= 0)
		close(fd);
	return is;
}

static void print_files(const struct machine *m, const char *vmlinux)
{
	struct words words = { 0 };

	puts("# The files that all machines use");
	words_add(&words, PROG);
	words_add(&words, "disk");
	if (m->s->platform)
		words_add(&words, "--platform=%s", m->s->platform);
	/* The kernel verifies only what has digests. */
	if (m->s->verify)
		words_add(&words, "--verify=%s", m->s->verify);
	words_add(&words, "-o");
	words_add(&words, DISK);
	words_add(&words, "%s", m->s->image);
	print_command(&words);
	words_free(&words);
	if (!m->s->initrd) {
		words = (struct words){ 0 };
		words_add(&words, MKINITRAMFS);
		words_add(&words, "--kernel");
		words_add(&words, "%s", m->release);
		words_add(&words, "-o");
		words_add(&words, INITRD);
		print_command(&words);
		words_free(&words);
	}
	if (vmlinux != m->kernel) {
		char *kernel = words_shell(m->kernel);

		/* Packages of kernels and of their headers do not have it. */
		printf("# Not compressed, by scripts/extract-vmlinux of the kernel's source\n"
		       "extract-vmlinux %s >" VMLINUX "\n", kernel);
		free(kernel);
	}
}

static void add_drive(struct json_object *drives, const char *id,
		      const char *path, bool writable)
{
	struct json_object *drive = json_object_new_object();

	json_object_object_add(drive, "drive_id", json_object_new_string(id));
	json_object_object_add(drive, "path_on_host",
			       json_object_new_string(path));
	/* Firecracker would add its own root= for a root device. */
	json_object_object_add(drive, "is_root_device",
			       json_object_new_boolean(false));
	json_object_object_add(drive, "is_read_only",
			       json_object_new_boolean(!writable));
	json_object_array_add(drives, drive);
}

static const char *upper_disk(const struct machine *m)
{
	const char *rw = m->s->rw;

	return rw && strcmp(rw, "tmpfs") ? rw : NULL;
}

static struct json_object *firecracker_config(const struct machine *m,
					      const char *vmlinux,
					      const char *cmdline)
{
	struct json_object *config = json_object_new_object();
	struct json_object *source = json_object_new_object();
	struct json_object *drives = json_object_new_array();
	struct json_object *size = json_object_new_object();

	json_object_object_add(source, "kernel_image_path",
			       json_object_new_string(vmlinux));
	json_object_object_add(source, "initrd_path",
			       json_object_new_string(m->initrd));
	json_object_object_add(source, "boot_args",
			       json_object_new_string(cmdline));
	add_drive(drives, "root", DISK, false);
	if (upper_disk(m))
		add_drive(drives, "upper", upper_disk(m), true);
	json_object_object_add(size, "vcpu_count",
			       json_object_new_int64(m->s->cpus));
	json_object_object_add(size, "mem_size_mib",
			       json_object_new_int64(m->s->memory >> 20));
	json_object_object_add(config, "boot-source", source);
	json_object_object_add(config, "drives", drives);
	json_object_object_add(config, "machine-config", size);
	return config;
}

static void print_firecracker(const struct machine *m, const char *vmlinux,
			      const char *cmdline)
{
	struct json_object *config = firecracker_config(m, vmlinux, cmdline);

	puts("\n# Firecracker");
	printf("cat >" CONFIG " <<'END'\n%s\nEND\n"
	       "firecracker --no-api --config-file " CONFIG "\n",
	       json_object_to_json_string_ext(config, JSON_C_TO_STRING_PRETTY |
			JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(config);
}

static void print_cloud_hypervisor(const struct machine *m, const char *vmlinux,
				   const char *cmdline)
{
	struct words words = { 0 };

	puts("\n# Cloud Hypervisor");
	words_add(&words, "cloud-hypervisor");
	words_add(&words, "--kernel");
	words_add(&words, "%s", vmlinux);
	words_add(&words, "--initramfs");
	words_add(&words, "%s", m->initrd);
	words_add(&words, "--cmdline");
	words_add(&words, "%s", cmdline);
	words_add(&words, "--cpus");
	words_add(&words, "boot=%u", m->s->cpus);
	words_add(&words, "--memory");
	words_add(&words, "size=%lluM",
		  (unsigned long long)(m->s->memory >> 20));
	words_add(&words, "--disk");
	words_add(&words, "path=" DISK ",readonly=on");
	if (upper_disk(m))
		words_add(&words, "path=%s", upper_disk(m));
	words_add(&words, "--serial");
	words_add(&words, "tty");
	words_add(&words, "--console");
	words_add(&words, "off");
	print_command(&words);
	words_free(&words);
}

/**
 * struct commands - what differs between the virtual machine monitors
 * @qemu: command line of QEMU
 * @microvm: the same for its small machine
 * @firecracker: command line of the kernel
 * @hypervisor: the same
 */
struct commands {
	struct words qemu;
	struct words microvm;
	char *firecracker;
	char *hypervisor;
};

static enum exit_code make_commands(const struct machine *m, struct commands *c)
{
	enum exit_code ret = qemu_words(m, VMM_QEMU, &c->qemu);

	if (ret == EXIT_OK)
		ret = qemu_words(m, VMM_MICROVM, &c->microvm);
	if (ret == EXIT_OK)
		ret = cmdline_make(m, "console=ttyS0 reboot=k panic=1 pci=off",
				   &c->firecracker);
	if (ret == EXIT_OK)
		ret = cmdline_make(m, "console=ttyS0 panic=-1", &c->hypervisor);
	return ret;
}

static void print_qemu(const char *title, const struct words *words)
{
	printf("\n# %s\n", title);
	print_command(words);
}

enum exit_code print_machines(struct machine *m)
{
	const char *vmlinux = is_elf(m->kernel) ? m->kernel : VMLINUX;
	struct commands c = { .firecracker = NULL };
	enum exit_code ret;

	machine_disk(m, DISK);
	m->initrd = xasprintf("%s", m->s->initrd ? m->s->initrd : INITRD);
	/* Print all commands or none. */
	ret = make_commands(m, &c);
	if (ret == EXIT_OK) {
		print_files(m, vmlinux);
		print_qemu("QEMU", &c.qemu);
		print_qemu("QEMU, microvm", &c.microvm);
		print_firecracker(m, vmlinux, c.firecracker);
		print_cloud_hypervisor(m, vmlinux, c.hypervisor);
	}
	words_free(&c.qemu);
	words_free(&c.microvm);
	free(c.firecracker);
	free(c.hypervisor);
	return ret;
}
