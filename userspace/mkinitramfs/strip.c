// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A module that was built with debugging data has ten times the size that the
 * kernel needs. Sections are numbered, so they stay in the table, as unused ones
 * without content; the content of the others moves up.
 */
#include <elf.h>
#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "strip.h"

/* scripts/sign-file appends this text to a module. */
static const char signature[] = "~Module signature appended~\n";

#if __BYTE_ORDER == __LITTLE_ENDIAN
#define NATIVE	ELFDATA2LSB
#else
#define NATIVE	ELFDATA2MSB
#endif

static bool is_signed(const struct file *file)
{
	size_t len = sizeof(signature) - 1;

	return file->size >= len &&
	       !memcmp(file->data + file->size - len, signature, len);
}

/* Is there a section header table in a module of this machine's byte order? */
static bool is_known(const struct file *file)
{
	Elf64_Ehdr head;

	if (file->size < sizeof(head))
		return false;
	memcpy(&head, file->data, sizeof(head));
	return !memcmp(head.e_ident, ELFMAG, SELFMAG) &&
	       head.e_ident[EI_CLASS] == ELFCLASS64 &&
	       head.e_ident[EI_DATA] == NATIVE && head.e_type == ET_REL &&
	       head.e_shentsize == sizeof(Elf64_Shdr) && head.e_shnum &&
	       head.e_shstrndx < head.e_shnum && head.e_shoff <= file->size &&
	       (file->size - head.e_shoff) / sizeof(Elf64_Shdr) >= head.e_shnum;
}

static bool has_content(const Elf64_Shdr *s)
{
	return s->sh_type != SHT_NULL && s->sh_type != SHT_NOBITS && s->sh_size;
}

static bool is_inside(const struct file *file, const Elf64_Shdr *s)
{
	return !has_content(s) || (s->sh_offset <= file->size &&
				   s->sh_size <= file->size - s->sh_offset);
}

/* Debugging data, or the relocations of it. */
static bool is_debug(const struct file *file, const Elf64_Shdr *names,
		     const Elf64_Shdr *s)
{
	const char *name = (const char *)file->data + names->sh_offset;
	size_t left;

	if (s->sh_name >= names->sh_size || s->sh_flags & SHF_ALLOC)
		return false;
	name += s->sh_name;
	left = names->sh_size - s->sh_name;
	return (left >= 7 && !memcmp(name, ".debug_", 7)) ||
	       (left >= 12 && !memcmp(name, ".rela.debug_", 12));
}

static uint64_t align(uint64_t offset, uint64_t to)
{
	return to > 1 ? (offset + to - 1) / to * to : offset;
}

/*
 * Copy what stays to @out, which has room for the whole file. Returns the new size,
 * or 0 if the content of sections overlaps or has odd alignments and may take more.
 */
static size_t pack(const struct file *file, Elf64_Shdr *table, size_t count,
		   unsigned char *out)
{
	Elf64_Ehdr head;
	uint64_t end = sizeof(head);

	memcpy(&head, file->data, sizeof(head));
	for (size_t i = 0; i < count; i++) {
		Elf64_Shdr *s = &table[i];
		uint64_t to = align(end, s->sh_addralign);

		if (!has_content(s)) {
			/* The kernel checks the offset of an empty section. */
			s->sh_offset = end;
			continue;
		}
		if (to < end || to > file->size || s->sh_size > file->size - to)
			return 0;
		memset(out + end, 0, to - end);
		memcpy(out + to, file->data + s->sh_offset, s->sh_size);
		s->sh_offset = to;
		end = to + s->sh_size;
	}
	head.e_shoff = align(end, sizeof(uint64_t));
	if (head.e_shoff > file->size ||
	    count * sizeof(*table) > file->size - head.e_shoff)
		return 0;
	memset(out + end, 0, head.e_shoff - end);
	memcpy(out, &head, sizeof(head));
	memcpy(out + head.e_shoff, table, count * sizeof(*table));
	return head.e_shoff + count * sizeof(*table);
}

void strip_debug(struct file *file)
{
	Elf64_Ehdr head;
	Elf64_Shdr *table;
	unsigned char *out;
	size_t size = 0;
	bool sound;

	if (is_signed(file) || !is_known(file))
		return;
	memcpy(&head, file->data, sizeof(head));
	table = malloc(head.e_shnum * sizeof(*table));
	out = malloc(file->size);
	if (table && out) {
		memcpy(table, file->data + head.e_shoff,
		       head.e_shnum * sizeof(*table));
		sound = has_content(&table[head.e_shstrndx]);
		for (size_t i = 0; i < head.e_shnum; i++)
			sound &= is_inside(file, &table[i]);
		for (size_t i = 0; sound && i < head.e_shnum; i++)
			if (is_debug(file, &table[head.e_shstrndx], &table[i]))
				table[i] = (Elf64_Shdr) { .sh_name = table[i].sh_name };
		if (sound)
			size = pack(file, table, head.e_shnum, out);
	}
	if (size) {
		free(file->data);
		file->data = out;
		file->size = size;
		out = NULL;
	}
	free(table);
	free(out);
}
