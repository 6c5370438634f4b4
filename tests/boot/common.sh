# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# Functions for the cases of tests/boot/run; sourced after tests/vm/common.sh. $work is
# a directory for files of one run.

# add_case short|long NAME COMMAND...: a case. Short ones run by default.
case_names=() short_cases=()
declare -A case_command
add_case()
{
	local length=$1 name=$2
	shift 2
	case_names+=("$name")
	case_command[$name]=$*
	[ "$length" = long ] || short_cases+=("$name")
}

# once NAME COMMAND...: the path of a file or directory that the command makes, with
# the path as its last argument; made once in a run.
once()
{
	local path=$work/$1
	shift
	if [ ! -e "$path" ]; then
		"$@" "$path" >&2 || return
	fi
	echo "$path"
}

# release SERIES: of the kernel.
release()
{
	"$top/tests/vm/kernel-release" "$1"
}

# initramfs SERIES: path of the initramfs that stargz-mkinitramfs makes by default.
initramfs()
{
	once "initrd-$1" make_initramfs "$1"
}

# make_initramfs SERIES [OPTION]... FILE
make_initramfs()
{
	local kernel
	kernel=$(release "$1")
	"$build/bin/stargz-mkinitramfs" --kernel "$kernel" \
		--root "$(kernel_dir "$kernel")" \
		--module "$(stargz_module "$1")" "${@:2:$#-2}" --output "${*: -1}"
}

# disk KIND: path of the disk of an image of tests/boot/image.
disk()
{
	once "disk-$1" make_disk "$1"
}

make_disk()
{
	local layout
	layout=$(once "layout-$1" "$top/tests/boot/image" "$1")
	"$build/bin/stargz-image" disk --quiet -o "$2" "oci:$layout"
}

# clock: the frequency of the processor's clock in kHz. A microvm has no other clock
# from which the kernel learns it, and under TCG it is that of the host.
clock()
{
	awk -F: '/^cpu MHz/ { printf "%d\n", $2 * 1000; exit }' /proc/cpuinfo
}

# Kernel arguments that save time in an emulated machine, see tests/vm/run. The level
# 4 shows errors only.
quick="console=ttyS0 loglevel=4 mitigations=off cryptomgr.notests ipv6.disable=1 \
initcall_blacklist=init_encrypted,jent_mod_init,crypto_kdf108_init no_timer_check \
tsc=reliable"

# boot NAME SERIES KERNEL-ARGUMENTS [OPTION OF MACHINE]...: run a machine; leaves
# $work/NAME.console and $work/NAME.result.
boot()
{
	local name=$1 append=$3 kernel
	kernel=$(release "$2")
	shift 3
	machine "$name" --accel "$(accelerator "$kernel")" \
		--kernel "$(kernel_dir "$kernel")/vmlinux" \
		--append "$quick $append" "$@"
}

# What a first process prints: that of tests/boot/guest or of stargz-mkinitramfs, of
# initramfs-tools, of dracut.
started='^guest: |stargz-init: |Loading, please wait|Welcome to |dracut'

# machine NAME OPTION...: the same, whatever it starts. On a busy host an emulated
# kernel may crash before its first process, when one CPU changes code that another
# executes, see tests/vm/run: one CPU is enough here, and a crash is tried again.
machine()
{
	local name=$1
	shift
	for _ in 1 2 3; do
		"$top/tests/boot/machine" --cpus 1 \
			--console "$work/$name.console" "$@" \
			>"$work/$name.result" 2>"$work/$name.qemu" || return
		sed -i 's/\r//g' "$work/$name.console"
		! grep -aqE "$started" "$work/$name.console" || break
	done
}

# result NAME KEY: what tests/boot/machine says.
result()
{
	sed -n "s/^$2 //p" "$work/$1.result"
}

# guest NAME KEY: what the guest says.
guest()
{
	sed -n "s/^guest: $2$//p; s/^guest: $2 //p" "$work/$1.console"
}

# messages NAME: the lines of the init of the initramfs, without time stamps.
messages()
{
	grep -ao 'stargz-init: .*' "$work/$1.console" || :
}

# digest FILE
digest()
{
	sha256sum <"$1" | cut -c 1-64
}
