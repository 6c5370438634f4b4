/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: the commands that are not in a room. They return the exit code.
 */
#ifndef IMAGE_COMMAND_H
#define IMAGE_COMMAND_H

struct settings;

int command_ls(struct settings *s);
int command_info(struct settings *s);
int command_verify(struct settings *s);
int command_mount(struct settings *s);
int command_umount(struct settings *s);
int command_gc(struct settings *s);
int command_convert(struct settings *s);

#endif /* IMAGE_COMMAND_H */
