# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# The cases of a suite that a command line names: sourced after env.sh.

# choose_cases KNOWN ARGUMENT...: set cases to the arguments, or without any to all
# names in KNOWN. --list prints those names, an unknown name ends the suite.
choose_cases()
{
	local known name

	read -rd '' -a known <<<"$1" || [ ${#known[@]} -gt 0 ]
	shift
	if [ "${1-}" = --list ]; then
		printf '%s\n' "${known[@]}"
		exit
	fi
	for name in "$@"; do
		[[ " ${known[*]} " == *" $name "* ]] || die "$name: no such case"
	done
	[ $# -gt 0 ] || set -- "${known[@]}"
	cases=("$@")
}
