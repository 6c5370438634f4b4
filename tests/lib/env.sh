# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Where things are: sourced by the test scripts, which all run from anywhere.

# The repository, what was built from it, and what may be kept between runs.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$top/build
cache=${STARGZ_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/stargz-dev}
# Sample blobs by other producers; this folder need not exist.
corpus=${STARGZ_CORPUS:-$top/../shared/corpus}
export top build cache corpus

# die REASON...: one line naming the program, and failure.
die()
{
	echo "${0##*/}: $*" >&2
	exit 1
}
