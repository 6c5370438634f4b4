# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Where packages come from: sourced after env.sh.

# debian_mirror: the address that this machine's apt uses for Debian.
debian_mirror()
{
	local mirror

	# shellcheck disable=SC2016 # for apt to expand
	mirror=$(apt-get indextargets \
		--format '$(REPO_URI) $(ORIGIN) $(COMPONENT)' \
		'Created-By: Packages' |
		awk '$2 == "Debian" && $3 == "main" && $1 !~ /security/ {
			print $1; exit }')
	[ -n "$mirror" ] ||
		die 'apt on this machine has no source of Debian packages'
	echo "$mirror"
}
