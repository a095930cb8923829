#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# acpi.sh DUMP-TABLES: iasl decompiles our ACPI tables without a word, and compiles the DSDT again.
set -u
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

check() { # NAME COMMAND...
    name=$1
    shift
    if "$@" >"$scratch/log" 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name"
        cat "$scratch/log"
        failed=1
    fi
}

quiet() { # COMMAND...: no error, no warning
    "$@" && ! grep -E 'Error|Warning|Invalid|Could not' "$scratch/log"
}

for cpus in 1 4 255; do
    rm -f "$scratch"/*
    check "acpi-checksums-$cpus" "$1" "$scratch" "$cpus"
    for table in "$scratch"/*.aml; do
        check "acpi-$(basename "$table" .aml)-$cpus-decompiles" quiet iasl -d "$table"
    done
    check "acpi-DSDT-$cpus-compiles" quiet iasl -ve -p "$scratch/again" "$scratch/DSDT.dsl"
done
exit $failed
