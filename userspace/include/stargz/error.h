/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: the reason of a failure.
 */
#ifndef STARGZ_ERROR_H
#define STARGZ_ERROR_H

/**
 * struct stargz_error - why a call failed
 * @text: one line without newline, without program name or path; ends in NUL
 *
 * The caller owns it. Only a call that fails sets it.
 */
struct stargz_error {
	char text[512];
};

#endif /* STARGZ_ERROR_H */
