/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Colours of the output.
 */
#ifndef COLOR_H
#define COLOR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/**
 * enum color_when - argument of --color
 * @COLOR_AUTO: if the output is a terminal that has colours, and NO_COLOR is
 *	not set
 * @COLOR_ALWAYS: always
 * @COLOR_NEVER: never
 */
enum color_when {
	COLOR_AUTO,
	COLOR_ALWAYS,
	COLOR_NEVER,
};

/** color_words - the words of --color, by enum color_when */
extern const char *const color_words[];

/*
 * COLOR_OPTION() - row of --color in the table of options whose settings are of
 * type @type and have the member "uint32_t color"
 */
#define COLOR_OPTION(type)						\
	{ OPTION(0, "color", OPTION_STORE(type, color)),		\
	  .kind = OPTION_CHOICE, .argument = "WHEN", .words = color_words, \
	  .preset = "auto", .help = "use colors: auto, always or never" }

/**
 * color_wanted() - is the output coloured?
 * @when: &enum color_when
 * @to: the output
 *
 * Return: true if it is.
 */
bool color_wanted(uint32_t when, FILE *to);

#endif /* COLOR_H */
