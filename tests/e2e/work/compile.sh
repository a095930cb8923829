#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# compile.sh [prepare]: gcc -O2 of a program of some ten thousand lines in /opt/lathe/source; it is the
# same to the byte as the one that `prepare` made on the host with the same packages, and it runs.
set -eu
cd /opt/lathe/source
out=/tmp/program
[ "${1:-}" != prepare ] || out=/opt/lathe/expected/program
files=$(find emulator -name '*.c' | LC_ALL=C sort)
# shellcheck disable=SC2086
gcc -O2 -std=c11 -D_GNU_SOURCE -w -I. -pthread $files tests/core/test-machine.c \
    tests/core/dummy.c tests/test.c -o $out || {
    echo "not ok compile-program"
    exit 1
}
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
