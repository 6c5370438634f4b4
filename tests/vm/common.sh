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

# stargz_module SERIES: path of the module; rebuild it if a source is newer.
stargz_module()
{
	local release ko
	release=$("$top/tests/vm/kernel-release" "$1") || return
	ko=$build/module/$release/stargz.ko
	if [ ! -e "$ko" ] || [ -n "$(find "$top/Kbuild" "$top/fs/stargz" \
			-type f -newer "$ko" -print -quit)" ]; then
		"$top/scripts/build-module" --build "$build" --kdir \
			"$("$top/tests/vm/kernel-release" --headers "$1")" >&2 ||
			die "stargz.ko: cannot be built for $release"
	fi
	echo "$ko"
}

# kvm_works RELEASE: can a kernel run under KVM? The existence of /dev/kvm proves little
# on a virtual machine: guests may hang before their first instruction. As a test, boot
# a kernel without a root, which panics and exits immediately.
kvm_works()
{
	[ -w /dev/kvm ] && timeout -k 1 20 qemu-system-x86_64 -M q35 -accel kvm \
		-cpu max -m 256 -nodefaults -no-user-config -no-reboot \
		-display none -serial stdio -append 'console=ttyS0 panic=-1' \
		-kernel "$(kernel_dir "$1")/vmlinux" </dev/null 2>/dev/null |
		grep -aq 'Kernel panic'
}

# accelerator RELEASE: KVM if kvm_works; tested once for each boot of this machine.
accelerator()
{
	local known
	known=$vm_cache/accelerator.$(cat /proc/sys/kernel/random/boot_id)
	if [ ! -s "$known" ]; then
		rm -f "$vm_cache"/accelerator.*
		if kvm_works "$1"; then
			echo kvm
		else
			echo tcg,thread=multi
		fi >"$known.$$"
		mv "$known.$$" "$known"
	fi
	cat "$known"
}
