#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# run.sh LATHE ENGINE KERNEL [option...]: runs a guest test and passes its "ok" lines on with the
# engine's name. The kernel must end by isa-debug-exit with 0 (status 1), or with the status that
# GUEST_STATUS names. GUEST_CPU is another CPU than max. The machine has no adapters, whose memory
# would lie where tests expect none.
set -u

lathe=$1 engine=$2 kernel=$3
shift 3
output=$("$lathe" run --kernel "$kernel" --accel "$engine" --cpu "${GUEST_CPU:-max}" --serial stdio \
    --display none --gpu none --net none --debug-exit --no-reboot --memory 64M \
    --timeout $((20 * ${PATIENCE:-3})) "$@" </dev/null 2>&1)
status=$?
printf '%s\n' "$output" | tr -d '\r' |
    sed -e "s/^ok /ok $engine: /" -e "s/^not ok /not ok $engine: /"
if [ "$status" = "${GUEST_STATUS:-1}" ]; then
    exit 0
fi
echo "not ok $engine: $(basename "$kernel") ended with status $status"
exit 1
