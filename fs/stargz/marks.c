// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - sets of numbers of limited size: what is known to be damaged.
 *
 * A mark saves reading and verifying again what is damaged, and keeps it from
 * being logged again. Losing one costs only that.
 *
 * Locking: the lock of the XArray.
 */
#include "internal.h"

/* Maximum number of marks of a set. */
#define STARGZ_MARKS_MAX	1024

/**
 * stargz_marks_init() - make an empty set
 * @marks: the set
 */
void stargz_marks_init(struct stargz_marks *marks)
{
	xa_init_flags(&marks->xa, XA_FLAGS_ACCOUNT);
	marks->nr = 0;
}

/**
 * stargz_marks_clear() - make a set empty and free its memory
 * @marks: the set, which nobody uses
 */
void stargz_marks_clear(struct stargz_marks *marks)
{
	xa_destroy(&marks->xa);
	marks->nr = 0;
}

/**
 * stargz_mark_test() - is a number in the set?
 * @marks: the set
 * @number: the number
 *
 * Return: true if it is.
 */
bool stargz_mark_test(struct stargz_marks *marks, unsigned long number)
{
	return !xa_empty(&marks->xa) && xa_load(&marks->xa, number);
}

/**
 * stargz_mark_set() - add a number to the set
 * @marks: the set
 * @number: the number
 *
 * Does not sleep. The mark is lost if there are too many or if memory is short.
 *
 * Return: false if the number was in the set before.
 */
bool stargz_mark_set(struct stargz_marks *marks, unsigned long number)
{
	bool fresh;

	xa_lock(&marks->xa);
	fresh = !xa_load(&marks->xa, number);
	if (fresh && marks->nr < STARGZ_MARKS_MAX &&
	    !xa_is_err(__xa_store(&marks->xa, number, xa_mk_value(0),
				  GFP_NOWAIT | __GFP_NOWARN)))
		marks->nr++;
	xa_unlock(&marks->xa);
	return fresh;
}
