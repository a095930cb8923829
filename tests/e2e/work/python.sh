#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# python.sh: modules of Python's own test suite that compute.
for module in test_math test_cmath test_float test_long test_complex test_decimal test_fractions \
    test_struct test_re test_json test_zlib test_hashlib test_array test_statistics test_random \
    test_heapq test_itertools test_bisect test_set test_dict test_list test_sort test_bytes \
    test_memoryview test_int test_pow test_strtod test_binascii test_bz2 test_lzma test_hash \
    test_generators test_functools test_pickle test_threading test_queue test_ctypes; do
    if timeout 1500 python3 -m test -q $module >/tmp/python.log 2>&1; then
        echo "ok python-$module"
    else
        echo "not ok python-$module: $(grep -E '^(ERROR|FAIL|.*Error)' /tmp/python.log | head -n 5 |
            tr '\n' ' ') $(tail -n 3 /tmp/python.log | tr '\n' ' ')"
    fi
done
