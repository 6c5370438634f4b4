# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016,SC2154
# stargz-mkinitramfs without a machine: what it writes, and what it refuses. Compared
# with modprobe, the modules of the kernel, and the programs that decompress.

mki=$build/bin/stargz-mkinitramfs

# unpack_initramfs FILE DIR: of the compression gzip.
unpack_initramfs()
{
	mkdir "$2"
	gzip -dc "$1" | (cd "$2" && cpio -i --quiet --no-absolute-filenames)
}

# wanted_order KERNEL: the modules that modprobe would load for the default ones.
wanted_order()
{
	modprobe -d "$(kernel_dir "$1")" -S "$1" -C /dev/null -a --show-depends \
		overlay virtio_pci virtio_mmio virtio_blk ext4 |
		sed -n 's/^insmod \(.*\) $/\1/p' | awk '!seen[$0]++'
}

# content_of PATH: decompressed.
content_of()
{
	case $1 in
	*.xz) xz -dc "$1" ;;
	*.zst) zstd -qdc "$1" ;;
	*) cat "$1" ;;
	esac
}

# What is in the initramfs, for one kernel.
mki_content()
{
	local series=$1 kernel root path name dir=$work/tree-$1 bad='' order=''
	kernel=$(release "$series")
	unpack_initramfs "$(initramfs "$series")" "$dir"
	while read -r path; do
		name=$(basename "${path%.ko*}").ko
		order+="${name//-/_} "
		content_of "$path" | cmp -s - "$dir/modules/${name//-/_}" ||
			bad+="$name "
	done < <(wanted_order "$kernel")
	tap_is "$series: the modules are those of modprobe, in its order" \
		"$(sed -n 's/^\(load\|try\) //p' "$dir/modules/list" |
			grep -vx stargz.ko | tr '\n' ' ')" "$order"
	tap_is "$series: signed modules are as the kernel has them" "$bad" ''
	tap_is "$series: the list names the kernel and what is required" \
		"$(grep -E '^kernel|^load' "$dir/modules/list")" \
		"kernel $kernel"$'\n''load stargz.ko'$'\n''load overlay.ko'
	tap_check "$series: the init is the one that was built" \
		cmp "$dir/init" "$build/lib/stargz/init"
	tap_is "$series: there is nothing else" "$(cd "$dir" && find . -type f |
		grep -vE '^./(init|modules/(list|[a-z_]*\.ko))$')" ''
	root=$(stargz_module "$series")
	strip -g -o "$work/stripped.ko" "$root"
	tap_is "$series: stargz.ko has the sections of strip -g" \
		"$(sections "$dir/modules/stargz.ko")" \
		"$(sections "$work/stripped.ko")"
	name=$(stat -c %s "$(initramfs "$series")")
	echo "# $series: $name bytes with gzip"
	tap_check "$series: at most 1.5 MB" test "$name" -le 1500000
}

# sections FILE: names and digests of sections with content that the kernel loads.
sections()
{
	local name
	readelf -WS "$1" | sed -nE 's/^ *\[ *[0-9]+\] (\S+) +PROGBITS .*/\1/p' |
		grep -v '^\.debug_' | sort -u | while read -r name; do
		echo "$name $(readelf -x "$name" "$1" 2>&1 | sha256sum)"
	done
}

# All compressions hold the same archive, in forms that the kernel decompresses.
mki_compress()
{
	local how file wanted
	wanted=$(gzip -dc "$(initramfs 6.12)" | sha256sum)
	for how in zstd xz none; do
		file=$work/compressed.$how
		make_initramfs 6.12 --compress $how "$file"
		tap_is "$how holds the same archive" "$(case $how in
			none) cat "$file" ;;
			*) $how -dc <"$file" ;;
			esac | sha256sum)" "$wanted"
	done
	tap_is 'xz has the checksum that the kernel knows' \
		"$(xz --robot -l "$work/compressed.xz" | awk '$1 == "file" { print $7 }')" \
		CRC32
}

# times FILE: the times in the headers of the archive, but that of its end.
times()
{
	gzip -dc "$1" | LC_ALL=C grep -aoE '070701[0-9A-Fa-f]{104}' | cut -c 47-54 |
		head -n -1 | sort -u
}

# The same input gives the same bytes, wherever it is and however it is compressed.
mki_same()
{
	local kernel tree=$work/moved how file module
	kernel=$(release 6.12)
	make_initramfs 6.12 "$work/again"
	tap_check 'twice the same bytes' cmp "$work/again" "$(initramfs 6.12)"
	module=$(stargz_module 6.12)
	for how in zst xz; do
		rm -rf "$tree"
		mkdir -p "$tree/usr/lib/modules/$kernel/extra"
		while read -r file; do
			name=$(basename "${file%.ko*}").ko
			content_of "$file" >"$tree/usr/lib/modules/$kernel/extra/$name"
		done < <(wanted_order "$kernel")
		cp "$module" "$tree/usr/lib/modules/$kernel/extra/"
		case $how in
		zst) zstd -q --rm "$tree/usr/lib/modules/$kernel"/extra/*.ko ;;
		xz) xz "$tree/usr/lib/modules/$kernel"/extra/*.ko ;;
		esac
		cp "$(kernel_dir "$kernel")/lib/modules/$kernel"/modules.{order,builtin,builtin.modinfo} \
			"$tree/usr/lib/modules/$kernel/"
		ln -s usr/lib "$tree/lib"
		depmod -b "$tree" "$kernel"
		rm "$tree/lib"
		"$mki" -k "$kernel" --root "$tree" -o "$work/moved.$how"
		tap_check "usr/lib/modules and .ko.$how give the same bytes" \
			cmp "$work/moved.$how" "$work/again"
	done
	SOURCE_DATE_EPOCH=86400 make_initramfs 6.12 "$work/dated"
	tap_is 'SOURCE_DATE_EPOCH is the time of all entries' \
		"$(times "$work/dated")" '00015180'
	tap_is 'without it the time is 0' "$(times "$work/again")" '00000000'
}

# refused CODE PATTERN ARGUMENT...: one line that matches, and no file.
refused()
{
	local code=$1 pattern=$2 said status=0
	shift 2
	rm -f "$work/out"
	said=$("$mki" -o "$work/out" "$@" 2>&1) || status=$?
	# shellcheck disable=SC2053 # a pattern
	if [ "$status" = "$code" ] && [[ $said == $pattern ]] &&
		[ "$(wc -l <<<"$said")" = 1 ] && [ ! -e "$work/out" ]; then
		tap_ok "refused: $pattern"
	else
		tap_not_ok "refused: $pattern" "status $status: $said"
	fi
}

mki_errors()
{
	local kernel dir other
	kernel=$(release 6.12)
	dir=$(kernel_dir "$kernel")
	refused 4 "*: stargz: the kernel has no such module in $dir/*stargz-dkms*make install*" \
		-k "$kernel" --root "$dir"
	set -- -k "$kernel" --root "$dir" -m "$(stargz_module 6.12)"
	refused 4 '*: nosuch: the kernel has no such module in *' "$@" -m nosuch
	other=$(stargz_module 6.1)
	refused 4 "*: $other: is a module for kernel 6.1.*, not $kernel" \
		-k "$kernel" --root "$dir" -m "$other"
	refused 2 "*: $other: is a second file of this module" "$@" -m "$other"
	echo text >"$work/text.ko"
	refused 4 "*/text.ko: is not a kernel module" "$@" -m "$work/text.ko"
	refused 2 '*/nosuch.ko: No such file or directory' "$@" -m ./nosuch.ko
	refused 2 '*: 1.2.3: no modules in /nosuch/lib/modules*--root=' \
		-k 1.2.3 --root /nosuch
	mkdir -p "$work/empty/lib/modules/1.2.3"
	refused 2 '*modules.dep.bin: No such file*; run depmod -b */empty 1.2.3' \
		-k 1.2.3 --root "$work/empty"
	refused 2 '*/nosuch: No such file or directory' "$@" --init "$work/nosuch"
	refused 2 '*: is empty' "$@" --init /dev/null
	refused 1 '*--kernel=../x: is not the release of a kernel*' -k ../x
	refused 1 '*--kernel: is missing*' --root "$dir"
	SOURCE_DATE_EPOCH=yesterday refused 1 '*$SOURCE_DATE_EPOCH: not a number*' "$@"
	echo before >"$work/kept"
	"$mki" -k "$kernel" --root "$dir" -o "$work/kept" 2>/dev/null || :
	tap_is 'an old file stays after an error' "$(cat "$work/kept")" before
	tap_is 'a full device is reported' "$("$mki" "$@" -o /dev/full 2>&1)" \
		'stargz-mkinitramfs: /dev/full: Write error: No space left on device'
	tap_check 'no module at all is possible' "$mki" -k any -m none -o "$work/none"
	tap_is 'it has the init only' "$(gzip -dc "$work/none" | cpio -t --quiet |
		tr '\n' ' ')" 'dev dev/console init '
}

for series in 6.12 6.1 7.2; do
	add_case short "mkinitramfs.$series" mki_content $series
done
add_case short mkinitramfs.compress mki_compress
add_case short mkinitramfs.same mki_same
add_case short mkinitramfs.errors mki_errors
