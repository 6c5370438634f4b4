// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
#include <string.h>

#include "tar/acl.h"
#include "tar/odd.h"
#include "tar/pax_apply.h"

/* Like container engines, accept a sign. */
static int signed_number(const struct sgz_pax_text *text, int64_t *value)
{
	bool negative = text->len && *text->p == '-';
	size_t sign = text->len && (*text->p == '-' || *text->p == '+');
	struct sgz_pax_text digits = { text->p + sign, text->len - sign };
	uint64_t v;

	if (sgz_pax_number(&digits, INT64_MAX, &v))
		return -EUCLEAN;
	*value = negative ? -(int64_t)v : (int64_t)v;
	return 0;
}

static void apply_owner(struct sgz_tar_header *h, enum sgz_pax_key key,
			uint32_t *to)
{
	const struct sgz_pax_text *text = &h->pax.value[key];
	int64_t value;

	if (!text->p)
		return;
	if (signed_number(text, &value))
		h->odd |= 1u << SGZ_ODD_OWNER_RECORD;
	else if (!sgz_tar_owner(value, to))
		h->odd |= 1u << SGZ_ODD_OWNER_RANGE;
}

static void apply_size(struct sgz_tar_header *h)
{
	const struct sgz_pax_text *text = &h->pax.value[SGZ_PAX_SIZE];
	int64_t value;

	if (!text->p)
		return;
	h->bad_size = signed_number(text, &value) || value < 0;
	h->size = h->bad_size ? 0 : value;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* If the text is a time followed by other bytes, use the time. */
static void apply_time(struct sgz_tar_header *h)
{
	const struct sgz_pax_text *text = &h->pax.value[SGZ_PAX_MTIME];
	const char *p = text->p, *end, *q;
	bool digits = false, point = false;

	if (!p)
		return;
	end = p + text->len;
	p += p < end && *p == '+';
	q = p + (p < end && *p == '-' && p == text->p);
	for (; q < end && (is_digit(*q) || (*q == '.' && !point)); q++) {
		digits |= is_digit(*q);
		point |= *q == '.';
	}
	if (!digits) {
		h->odd |= 1u << SGZ_ODD_TIME_RECORD;
		return;
	}
	if (q < end)
		h->odd |= 1u << SGZ_ODD_TIME_END;
	h->time = sgz_time_decimal(p, q - p, &h->mtime);
}

size_t sgz_pax_path_length(struct sgz_tar_header *h,
			   const struct sgz_pax_text *text)
{
	size_t len = strnlen(text->p, text->len);

	if (len < text->len)
		h->odd |= 1u << SGZ_ODD_NUL;
	return len;
}

static void apply_path(struct sgz_tar_header *h,
		       const struct sgz_pax_text *text,
		       const char **to, size_t *len)
{
	size_t n = text->p ? sgz_pax_path_length(h, text) : 0;

	if (!n)
		return;
	*to = text->p;
	*len = n;
}

/* The value of the kernel's attribute ends with a NUL. */
static int apply_selinux(struct sgz_pax *pax)
{
	const struct sgz_pax_text *text = &pax->value[SGZ_PAX_SELINUX];
	struct sgz_xattr attr = { .name = "security.selinux" };
	char *value;

	if (!text->p)
		return 0;
	value = sgz_arena_room(&pax->arena, text->len + 1);
	if (!value)
		return -ENOMEM;
	memcpy(value, text->p, text->len);
	value[text->len] = '\0';
	attr.name_len = strlen(attr.name);
	attr.value = value;
	attr.value_len = text->len + 1;
	return sgz_pax_put_xattr(pax, &attr);
}

static int apply_acl(struct sgz_tar_header *h, enum sgz_pax_key key,
		     const char *name, uint16_t *mode,
		     const struct sgz_acl_names *names)
{
	struct sgz_pax *pax = &h->pax;
	const struct sgz_pax_text *text = &pax->value[key];
	struct sgz_xattr attr = { .name = name, .name_len = strlen(name) };
	struct sgz_vec acl = { 0 };
	int ret;

	if (!text->p)
		return 0;
	ret = sgz_acl_convert(&acl, text->p, text->len, mode, names);
	h->looked_up |= ret > 0;
	if (ret >= 0 && acl.count) {
		attr.value_len = acl.count;
		attr.value = sgz_arena_copy(&pax->arena, acl.data, acl.count);
		ret = attr.value ? sgz_pax_put_xattr(pax, &attr) : -ENOMEM;
	}
	sgz_vec_free(&acl);
	if (ret == -EINVAL)
		h->odd |= 1u << SGZ_ODD_ACL;
	else if (ret == -ENOENT)
		h->odd |= 1u << SGZ_ODD_ACL_NAMES;
	return ret == -ENOMEM ? ret : 0;
}

int sgz_pax_apply(struct sgz_tar_header *h,
		  const struct sgz_acl_names *names)
{
	struct sgz_pax *pax = &h->pax;
	int ret;

	apply_path(h, &pax->value[SGZ_PAX_PATH], &h->name, &h->name_len);
	apply_path(h, &pax->value[SGZ_PAX_LINKPATH], &h->link, &h->link_len);
	apply_path(h, &pax->gnu_name, &h->name, &h->name_len);
	apply_path(h, &pax->gnu_link, &h->link, &h->link_len);
	apply_size(h);
	apply_time(h);
	apply_owner(h, SGZ_PAX_UID, &h->uid);
	apply_owner(h, SGZ_PAX_GID, &h->gid);
	apply_path(h, &pax->value[SGZ_PAX_UNAME], &h->uname, &h->uname_len);
	apply_path(h, &pax->value[SGZ_PAX_GNAME], &h->gname, &h->gname_len);
	ret = apply_selinux(pax);
	if (!ret)
		ret = apply_acl(h, SGZ_PAX_ACL_ACCESS,
				"system.posix_acl_access", &h->mode, names);
	if (!ret)
		ret = apply_acl(h, SGZ_PAX_ACL_DEFAULT,
				"system.posix_acl_default", NULL, names);
	h->odd |= pax->odd;
	return ret;
}
