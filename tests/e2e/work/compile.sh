#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# compile.sh [prepare]: gcc -O2 of a program of some ten thousand lines in /opt/lathe/source, as many
# at once as there are processors; it is the same to the byte as the one that `prepare` made on the
# host with the same packages, and it runs.
set -eu
cd /opt/lathe/source
out=/tmp/program objects=/tmp/objects
[ "${1:-}" != prepare ] || out=/opt/lathe/expected/program
mkdir -p $objects
find emulator tests -name '*.c' | LC_ALL=C sort >$objects/files
# shellcheck disable=SC2016
xargs -P "$(nproc)" -n 1 sh -c 'gcc -O2 -std=c11 -D_GNU_SOURCE -w -I. -c "$1" \
    -o "$0/$(echo "$1" | tr / -).o"' $objects <$objects/files &&
    gcc -pthread -o $out $objects/*.o || {
    echo "not ok compile-program"
    exit 1
}
rm -r $objects
[ "${1:-}" != prepare ] || exit 0
echo "ok compile-program"
if cmp $out /opt/lathe/expected/program; then
    echo "ok compile-same-bytes"
else
    echo "not ok compile-same-bytes"
fi
$out >/tmp/program.log && ! grep -q '^not ok' /tmp/program.log &&
    [ "$(grep -c '^ok' /tmp/program.log)" -gt 5 ] && echo "ok compile-runs" ||
    echo "not ok compile-runs: $(tail -n 2 /tmp/program.log)"
