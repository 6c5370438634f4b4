# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # what run sets
# The command lines that mount(8) and busybox make, options, and usage errors.

make_blob layer.tar.gz name
touch idx 'a,b'

tap_is "mount -t stargz FILE DIR: rw is read-only" \
	"$(call "$PWD/layer.tar.gz" "$PWD/mnt" -o rw -o $none)" \
	"$sure,index=FD W/layer.tar.gz W/mnt"
tap_is "mount -v -t stargz.sub with options for others" \
	"$(call "$PWD/layer.tar.gz" "$PWD/mnt" -v -o \
	"ro,nosuid,index=$PWD/idx,discard,_netdev,user=bob,exec,dev" \
	-t stargz.sub)" \
	"$sure,nosuid,discard,index=W/idx W/layer.tar.gz W/mnt"
tap_is "all that is for fstab and systemd is ignored" \
	"$(call layer.tar.gz mnt -o "index=idx,_netdev,nofail,user,users=x" \
	-o "owner,group,noauto,auto,defaults,comment=a=b,x-a=b,X-c,x-a.b")" \
	"$sure,index=W/idx W/layer.tar.gz W/mnt"
tap_is "what udisks asks for, and what umount is to be told" \
	"$(call layer.tar.gz mnt -o "index=idx,uhelper=udisks2,nodev,nosuid,ro" \
	-o "helper=a,_netdev=x,nousers,noowner,nogroup,nouser,X-mount.mkdir=7")" \
	"$sure,nosuid,nodev,index=W/idx W/layer.tar.gz W/mnt"
tap_is "but not what verifies" \
	"$(call layer.tar.gz mnt -o "index=idx,verity.roothash=00")" \
	"$sure,verity.roothash=00,index=W/idx W/layer.tar.gz W/mnt"
tap_is "busybox: no ro" "$(call layer.tar.gz mnt -o index=idx)" \
	"$sure,index=W/idx W/layer.tar.gz W/mnt"
tap_is "mount -f succeeds and says nothing" \
	"$("$prog" -f layer.tar.gz mnt -o index=idx 2>&1; echo "exit $?")" 'exit 0'
tap_is "mount -o remount" "$(call layer.tar.gz mnt -o ro,remount)" \
	'remount W/mnt'
tap_is "remount with what another mount left in fstab" \
	"$(call layer.tar.gz mnt -o ro,remount,raw,index=/gone)" \
	'remount W/mnt'
tap_is "flags in any position" \
	"$(call -o index=idx -n layer.tar.gz -s mnt -t stargz)" \
	"$sure,index=W/idx W/layer.tar.gz W/mnt"
tap_is "also when POSIXLY_CORRECT" \
	"$(POSIXLY_CORRECT=1 call layer.tar.gz -n mnt -o index=idx)" \
	"$sure,index=W/idx W/layer.tar.gz W/mnt"
tap_is "-N takes a process" \
	"$(call -N $$ layer.tar.gz mnt -o index=idx)" \
	"$sure,index=W/idx W/layer.tar.gz W/mnt"
tap_is "a comma after a backslash belongs to the value" \
	"$(call layer.tar.gz mnt -o 'index=a\,b,device=c\,d')" \
	"$sure,device=W/c\\,d,index=W/a\\,b W/layer.tar.gz W/mnt"
tap_is "a comma in quotes belongs to the value" \
	"$(call layer.tar.gz mnt -o 'context="a:s0:c1,c2",index=idx')" \
	"$sure,context=a:s0:c1\\,c2,index=W/idx W/layer.tar.gz W/mnt"
tap_is "a quote after a backslash belongs to the value" \
	"$(call layer.tar.gz mnt -o 'device=q\"r,index=idx,device="s\"t,u"')" \
	"$sure,device=W/q\\\"r,device=W/s\\\"t\\,u,index=W/idx W/layer.tar.gz W/mnt"
tap_is "all other backslashes stand for themselves" \
	"$(call layer.tar.gz mnt -o 'device=a\b\\c\054,device=d\\\,e,index=idx' \
	-o "device=f\\" -o 'device=:g= h')" \
	"$sure,device=W/a\\b\\\\c\\054,device=W/d\\\\\\,e,device=W/f\\,device=W/:g= h,index=W/idx W/layer.tar.gz W/mnt"
tap_is "decoder= is for the kernel" \
	"$(call layer.tar.gz mnt -o decoder=zlib,index=idx)" \
	"$sure,decoder=zlib,index=W/idx W/layer.tar.gz W/mnt"
tap_is "options are known by their whole key" \
	"$(call layer.tar.gz mnt -o 'xindex=a,indexx=b,looped,o.index=c,index=idx')" \
	"$sure,xindex=a,indexx=b,looped,o.index=c,index=W/idx W/layer.tar.gz W/mnt"
tap_is "the last of opposite options counts" \
	"$(call layer.tar.gz mnt -o nosuid,noexec,nodev,suid,exec,noatime -o \
	strictatime,nodiratime,nosymfollow,index=/x,index=idx)" \
	"$sure,nodev,strictatime,nodiratime,nosymfollow,index=W/idx W/layer.tar.gz W/mnt"
tap_is "relative paths become absolute" \
	"$(cd mnt && fake ../layer.tar.gz . -o "$none,device=x" | tail -n 1 |
	sed "s,.*device=,,; s,/proc.*fd/[0-9]*,FD,; s,$work,W,g")" \
	"W/mnt/x,index=FD W/layer.tar.gz W/mnt/."
ln -s layer.tar.gz link
tap_is "a symbolic link is followed" \
	"$(call link mnt -o index=idx)" \
	"$sure,index=W/idx W/layer.tar.gz W/mnt"
tap_is "index=auto" "$(call layer.tar.gz mnt -o index=auto,$none)" \
	"$sure,index=FD W/layer.tar.gz W/mnt"

# Each name in each position; what is said is what was asked for.
for odd in 'c:d=e' 'bl ank' "it's" 'back\slash' 'oct\054al' 'a,b' 'q"u'; do
	mkdir "odd-$odd"
	cp layer.tar.gz "odd-$odd/$odd"
	touch "odd-$odd/$odd.idx"
	said=${odd//,/\\,}
	said=${said//\"/\\\"}
	tap_is "the name ${odd@Q} as source, index, device and place" \
		"$(call "odd-$odd/$odd" "odd-$odd" \
		-o "index=odd-$said/$said.idx,device=odd-$said/$said")" \
		"$sure,device=W/odd-$said/$said,index=W/odd-$said/$said.idx W/odd-$odd/$odd W/odd-$odd"
done
mkdir $'new\nline'
refuses "an error is one line, whatever the name" 32 \
	'new\012line: neither' -f $'new\nline' mnt
cp layer.tar.gz $'new\nline/new\nline'
tap_is "and so is what is said" \
	"$(call $'new\nline/new\nline' $'new\nline' -o index=idx)" \
	"$sure,index=W/idx W/new\\012line/new\\012line W/new\\012line"

refuses "no arguments" 1 'SOURCE and DIR'
refuses "no directory" 1 'SOURCE and DIR' layer.tar.gz
refuses "too many arguments" 1 'too many' layer.tar.gz mnt mnt
refuses "another type" 1 '-t' -t ext4 layer.tar.gz mnt
refuses "unknown flag" 1 '--bogus: no such option' --bogus layer.tar.gz mnt
for option in index device= toc= indexcache= offset; do
	refuses "option $option" 1 "${option%=}: needs a value" \
		-f layer.tar.gz mnt -o "$option"
done
for option in offset=1x offset=-1 sizelimit=1KiBs offset=9000000T \
		indexcachesize=x; do
	refuses "option $option" 1 "$option: not a size" \
		-f layer.tar.gz mnt -o "$option"
done
for option in raw=1 noindexcache=; do
	refuses "option $option" 1 "$option: takes no value" \
		-f layer.tar.gz mnt -o "$option"
done
for option in toc_digest=md5:00 toc_digest=sha256:0f; do
	refuses "option $option" 1 "$option: not sha256: and 64" \
		-f layer.tar.gz mnt -o "$option"
done
for option in index=idx,raw index=idx,toc=x; do
	refuses "option $option" 1 'toc= and raw require index=auto' \
		-f layer.tar.gz mnt -o "$option"
done
refuses "option index=idx,offset=1" 1 'offset= and sizelimit= require loop' \
	-f layer.tar.gz mnt -o index=idx,offset=1
refuses "no such source" 32 "nosuch: No such file" -f nosuch mnt
refuses "a URL" 32 'https://x.invalid/y: No such file' \
	-f https://x.invalid/y mnt
refuses "no such directory" 32 "nosuch: No such file" -f layer.tar.gz nosuch
refuses "a file as directory" 32 'idx: Not a directory' -f layer.tar.gz idx
refuses "a directory as source" 32 'mnt: neither' -f mnt mnt
refuses "no such index" 32 'nosuch: No such file' \
	-f layer.tar.gz mnt -o index=nosuch
refuses "not a layer" 32 'idx: not a layer' -f idx mnt -o $none
# Within the first member, whatever the times in it compress to.
head -c 100 layer.tar.gz >short
refuses "a truncated layer" 32 'gzip member at offset 0: cut off' -f short mnt -o $none

tap_check "--help succeeds" "$prog" --help
tap_check "--version succeeds" "$prog" --version

if grep -qw stargz /proc/filesystems || modinfo stargz >/dev/null 2>&1; then
	tap_skip "a kernel without the module" "this kernel has it"
elif [ "$(id -u)" = 0 ]; then
	refuses "a kernel without the module" 32 \
		'layer.tar.gz: the kernel does not support stargz' \
		layer.tar.gz mnt -o $none
else
	refuses "mounting takes privileges" 1 'not permitted' \
		layer.tar.gz mnt -o $none
fi
