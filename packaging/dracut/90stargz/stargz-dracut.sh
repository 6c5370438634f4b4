#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Functions that the hooks of dracut share; to be sourced.
# shellcheck source=/dev/null
type getarg >/dev/null 2>&1 || . /lib/dracut-lib.sh
# shellcheck source=packaging/initramfs/stargz-functions
. /lib/stargz-functions

# dracut adds what is in /etc/cmdline.d to the kernel command line.
stargz_cmdline()
{
	getcmdline
}

# stargz_is_root: is the root to be of type stargz?
stargz_is_root()
{
	[ "$(stargz_arg rootfstype)" = stargz ]
}

# stargz_try COMMAND...: run it; if it fails give the user a shell, and then one more
# try. die() halts, or gives a shell, as the user's rd.shell says.
stargz_try()
{
	"$@" && return
	emergency_shell "stargz: $stargz_why"
	"$@" || die "stargz: $stargz_why"
}
