# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The Test Anything Protocol for shell tests: sourced; ends with tap_done.

tap_count=0
tap_failed=0

# tap_ok NAME: one passed test.
tap_ok()
{
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1"
}

# tap_not_ok NAME [DETAIL]: one failed test, detail as a comment below it.
tap_not_ok()
{
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count - $1"
	if [ -n "${2-}" ]; then
		echo "# ${2//$'\n'/$'\n'# }"
	fi
}

# tap_skip NAME REASON: one test that cannot run here.
tap_skip()
{
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

# tap_check NAME COMMAND...: passes when the command does; shows its output
# only when it fails.
tap_check()
{
	local name=$1 out rc=0
	shift
	out=$("$@" 2>&1 </dev/null) || rc=$?
	if [ "$rc" = 0 ]; then
		tap_ok "$name"
	else
		tap_not_ok "$name" "exit status $rc: $*"$'\n'"$out"
	fi
}

# tap_is NAME GOT WANTED: passes when both are the same string.
tap_is()
{
	if [ "$2" = "$3" ]; then
		tap_ok "$1"
	else
		tap_not_ok "$1" "got:    $2"$'\n'"wanted: $3"
	fi
}

# tap_done: the plan line, and the exit status of the whole test.
tap_done()
{
	echo "1..$tap_count"
	# A run without a test proves nothing.
	[ "$tap_failed" = 0 ] && [ "$tap_count" != 0 ]
}
