# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# The readers: sourced by run. Each is a function named by its line in $readers,
#
#	form | name | what it gives | its version
#
# called with a blob. What it gives is the stream of the tar or the names of
# its entries on standard output, or a tree below the folder of its second
# argument. A form is gzip, zstd, or both.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

readers='
gzip | gzip | stream | gzip --version
gzip | zcat | stream | zcat --version
gzip | pigz | stream | pigz --version 2>&1
gzip | busybox | stream | busybox 2>&1
gzip | libdeflate_gunzip | stream | libdeflate-gunzip -V
gzip | igzip | stream | igzip --version 2>&1
gzip | 7z | stream | 7zz | grep 7-Zip
both | bsdtar | names | bsdtar --version
gzip | gnu_tar | names | tar --version
gzip | python_gzip | stream | python3 --version
gzip | python_tarfile | names | python3 --version
gzip | python_tarfile_streaming | names | python3 --version
gzip | python_zlib_decompressobj | stream | python3 --version
gzip | perl_MultiStream | stream | perl -e "print \$^V"
gzip | perl_one_stream | stream | perl -e "print \$^V"
gzip | node_createGunzip | stream | node --version
gzip | node_gunzipSync | stream | node --version
gzip | go_gzip | stream | go version
gzip | go_tar | names | go version
gzip | java_GZIPInputStream | stream | java -version 2>&1
gzip | ruby_zcat | stream | ruby --version
gzip | ruby_GzipReader | stream | ruby --version
gzip | php_gzopen | stream | php --version
gzip | php_gzdecode | stream | php --version
gzip | curl_compressed | stream | curl --version
zstd | zstd | stream | zstd --version
both | skopeo | stream | skopeo --version
both | buildah | tree | buildah --version
gzip | umoci | tree | umoci --version
both | containerd | tree | containerd --version
'

# Those that decode one member and say that this was all, so that only the
# beginning of a file of several is read; that they do so is what is expected.
first_only=' curl_compressed perl_one_stream php_gzdecode
	python_tarfile_streaming python_zlib_decompressobj ruby_GzipReader '

read_gzip() { gzip -dc "$1"; }
read_zcat() { zcat "$1"; }
read_pigz() { pigz -dc "$1"; }
read_busybox() { busybox gunzip -c "$1"; }
read_libdeflate_gunzip() { libdeflate-gunzip -c "$1"; }
read_igzip() { igzip -dc "$1"; }
read_7z() { 7zz x -so -tgzip "$1"; }
read_bsdtar() { bsdtar -tf "$1"; }
read_gnu_tar() { tar --quoting-style=literal -tzf "$1"; }
read_python_gzip() { python3 "$here/read.py" gzip "$1"; }
read_python_tarfile() { python3 "$here/read.py" r:gz "$1"; }
read_python_tarfile_streaming() { python3 "$here/read.py" 'r|gz' "$1"; }
read_python_zlib_decompressobj() { python3 "$here/read.py" zlib "$1"; }
read_perl_MultiStream() { perl "$here/read.pl" all "$1"; }
read_perl_one_stream() { perl "$here/read.pl" first "$1"; }
read_node_createGunzip() { node "$here/read.mjs" stream "$1"; }
read_node_gunzipSync() { node "$here/read.mjs" sync "$1"; }
read_go_gzip() { "$work/read-go" gzip "$1"; }
read_go_tar() { "$work/read-go" tar "$1"; }
read_java_GZIPInputStream() { java -cp "$work" Read "$1"; }
read_ruby_zcat() { ruby "$here/read.rb" all "$1"; }
read_ruby_GzipReader() { ruby "$here/read.rb" first "$1"; }
read_php_gzopen() { php "$here/read.php" gzopen "$1"; }
read_php_gzdecode() { php -d memory_limit=-1 "$here/read.php" gzdecode "$1"; }
read_zstd() { zstd -dcq "$1"; }

# Programs that the readers in other languages are compiled to.
compile_readers()
{
	GO111MODULE=off GOCACHE=$work/go-cache go build -o "$work/read-go" \
		"$here/read.go" && javac -d "$work" "$here/Read.java"
}

read_curl_compressed()
{
	local address rc=0

	coproc python3 "$here/serve.py" "$1"
	read -r address <&"${COPROC[0]}"
	curl -sS --compressed "$address" || rc=$?
	wait "$COPROC_PID" || :
	return "$rc"
}

# layout BLOB: an OCI layout with it, made once; prints its folder.
layout()
{
	local out=$work/oci/${1##*/} kind=gzip

	if [ ! -e "$out" ]; then
		case $1 in *.zst) kind=zstd ;; esac
		"$here/oci-layout" "$out" "$1" \
			"application/vnd.oci.image.layer.v1.tar+$kind" \
			"sha256:$(sha256sum <"$1.stream" | cut -c1-64)"
	fi
	echo "$out"
}

read_skopeo()
{
	rm -rf "$work/skopeo"
	skopeo --insecure-policy copy -q --dest-decompress \
		"oci:$(layout "$1"):x" "dir:$work/skopeo" >&2 &&
		cat "$work/skopeo/$(sha256sum <"$1.stream" | cut -c1-64)"
}

read_buildah()
{
	local store container
	store=(--root "$work/store" --runroot "$work/run" --storage-driver vfs)
	echo '{"default": [{"type": "insecureAcceptAnything"}]}' \
		>"$work/policy.json"
	container=$(buildah "${store[@]}" from -q --signature-policy \
		"$work/policy.json" "oci:$(layout "$1"):x") &&
		cp -a "$(buildah "${store[@]}" mount "$container")" "$2" &&
		buildah "${store[@]}" rm "$container" >/dev/null &&
		buildah "${store[@]}" rmi -a -f >/dev/null
}

read_umoci()
{
	rm -rf "$work/umoci"
	umoci unpack --image "$(layout "$1"):x" "$work/umoci" >&2 &&
		mv "$work/umoci/rootfs" "$2"
}

# A daemon of our own, in folders of our own, as long as this lasts.
read_containerd()
{
	local dir pid rc=0 client
	dir=$(mktemp -d "$work/containerd.XXXXXX")
	cat >"$dir/config.toml" <<-END
		version = 2
		root = "$dir/root"
		state = "$dir/state"
		disabled_plugins = ["io.containerd.grpc.v1.cri"]
		[grpc]
		  address = "$dir/socket"
		[ttrpc]
		  address = "$dir/ttrpc"
	END
	containerd -c "$dir/config.toml" >"$dir/log" 2>&1 &
	pid=$!
	client=(ctr -a "$dir/socket")
	until "${client[@]}" version >/dev/null 2>&1; do
		kill -0 "$pid" || return
		sleep 0.2
	done
	tar -C "$(layout "$1")" -cf "$dir/image.tar" .
	mkdir "$dir/mnt" &&
		"${client[@]}" images import --snapshotter native --base-name y \
			"$dir/image.tar" >&2 &&
		"${client[@]}" images mount --snapshotter native y:x \
			"$dir/mnt" >&2 &&
		cp -a "$dir/mnt" "$2" && umount "$dir/mnt" || rc=$?
	kill "$pid"
	wait "$pid" || :
	return "$rc"
}
