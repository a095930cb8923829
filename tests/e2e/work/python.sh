#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# python.sh [MODULE]: modules of Python's own test suite that compute, as many at once as there are
# processors; or one of them.
modules='test_math test_float test_long test_decimal test_fractions test_struct test_re test_json
    test_zlib test_hashlib test_array test_statistics test_random test_heapq test_sort
    test_memoryview test_binascii test_lzma'
if [ $# -eq 0 ]; then
    # shellcheck disable=SC2086
    printf '%s\n' $modules | xargs -P "$(nproc)" -n 1 sh "$0"
    exit
fi
log=/tmp/$1.log
if timeout 1500 python3 -m test -q "$1" >"$log" 2>&1; then
    echo "ok python-$1"
else
    echo "not ok python-$1: $(grep -E '^(ERROR|FAIL|.*Error)' "$log" | head -n 5 | tr '\n' ' ')" \
        "$(tail -n 3 "$log" | tr '\n' ' ')"
fi
