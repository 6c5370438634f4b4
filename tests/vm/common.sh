# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Functions shared by the scripts of this directory; to be sourced.

# shellcheck source=tests/lib/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib/env.sh"

vm_cache=$cache/vm

# kernel_dir RELEASE: the directory with vmlinux and lib/modules of that kernel.
kernel_dir()
{
	echo "$vm_cache/kernels/$1"
}

# libs_of PROGRAM...: the shared libraries and loaders that the programs need.
libs_of()
{
	{ ldd "$@" 2>/dev/null || true; } |
		awk '$2 == "=>" && $3 ~ /^\// { print $3; next }
			$1 ~ /^\/.*[^:]$/ { print $1 }' | sort -u
}

# is_elf FILE
is_elf()
{
	local magic
	IFS= LC_ALL=C read -rd '' -n 4 magic <"$1" 2>/dev/null || true
	[ "$magic" = $'\x7fELF' ]
}
