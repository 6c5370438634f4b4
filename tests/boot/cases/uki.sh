# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# A unified kernel image: kernel, initramfs and command line in one EFI program, which
# the firmware starts.

stub=/usr/lib/systemd/boot/efi/linuxx64.efi.stub
ovmf=/usr/share/ovmf/OVMF.fd

# make_uki KERNEL INITRD CMDLINE FILE: sections at the addresses that objcopy(1)
# examples of systemd-stub(7) have.
make_uki()
{
	printf '%s\0' "$3" >"$work/uki-cmdline"
	objcopy --add-section .cmdline="$work/uki-cmdline" \
		--change-section-vma .cmdline=0x30000 \
		--add-section .linux="$1" --change-section-vma .linux=0x2000000 \
		--add-section .initrd="$2" --change-section-vma .initrd=0x6000000 \
		"$stub" "$4"
}

uki_small()
{
	local what='UKI by OVMF' kernel path esp=$work/esp disk before
	kernel=$(release 7.2)
	path=$(kernel_dir "$kernel")/lib/modules/$kernel/vmlinuz
	if [ ! -e "$stub" ] || [ ! -e "$ovmf" ]; then
		tap_skip "$what" 'no package systemd-boot-efi or ovmf'
		return
	fi
	disk=$(disk small)
	before=$(digest "$disk")
	mkdir -p "$esp/EFI/BOOT"
	make_uki "$path" "$(initramfs 7.2)" \
		"$quick root=/dev/vda ro rootfstype=stargz stargz.overlay=tmpfs" \
		"$esp/EFI/BOOT/BOOTX64.EFI"
	machine uki --accel "$(accelerator "$kernel")" --memory 1024 \
		--firmware "$ovmf" --timeout 300 \
		--disk "$disk" -- \
		-drive "id=esp,if=none,format=raw,readonly=on,file=fat:$esp" \
		-device virtio-blk-pci,drive=esp
	same_as_files uki "$what"
	untouched uki 0 "$disk" "$before" "$what"
}

add_case long uki uki_small
