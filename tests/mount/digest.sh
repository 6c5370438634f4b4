# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # what run sets
# toc_digest=, with sha256sum as the judge.

make_blob d.tar.gz ddd
"$indexer" -q -o d.index d.tar.gz
mkdir digest
in=indexcache=digest
right=sha256:$(sha256sum <d.tar.gz.json | cut -d ' ' -f 1)
wrong=sha256:$(sha256sum <d.tar.gz | cut -d ' ' -f 1)

refuses "a wrong digest" 32 'd.tar.gz: TOC digest is sha256:' \
	-f d.tar.gz mnt -o $in,toc_digest="$wrong"
tap_is "no index is kept then" "$(ls digest)" ''
tap_is "the right digest" "$(how d.tar.gz mnt -o $in,toc_digest="$right")" made
tap_is "and with the index kept" \
	"$(how d.tar.gz mnt -o $in,toc_digest="$right")" found
tap_is "in upper case" \
	"$(how d.tar.gz mnt -o "$in,toc_digest=sha256:$(tr a-f A-F <<<"${right#*:}")")" \
	found
refuses "a wrong digest and an index kept" 32 'd.tar.gz: the table of contents of the index' \
	-f d.tar.gz mnt -o $in,toc_digest="$wrong"
tap_check "the right digest and index=" \
	"$prog" -f d.tar.gz mnt -o index=d.index,toc_digest="$right"
refuses "a wrong digest and index=" 32 'd.index: the table of contents of the index' \
	-f d.tar.gz mnt -o index=d.index,toc_digest="$wrong"
refuses "a digest and something that is no index" 32 'd.tar.gz: not an index' \
	-f d.tar.gz mnt -o index=d.tar.gz,toc_digest="$right"
tap_check "the right digest of an image" \
	"$prog" -f d.index mnt -o toc_digest="$right"
refuses "a wrong digest of an image" 32 'd.index: the table of contents of the index' \
	-f d.index mnt -o toc_digest="$wrong"
