/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Labels of volumes on the command line.
 */
#ifndef LABEL_H
#define LABEL_H

#include "option_table.h"

/**
 * label_take() - take the value of an option as a label, see OPTION_CALL_AT()
 * @at: const char *, set to the text; an empty text takes the place of a label
 * @value: the value
 *
 * Return: NULL, or the error text.
 */
const char *label_take(void *at, const struct option_value *value);

#endif /* LABEL_H */
