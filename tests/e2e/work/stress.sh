#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# stress.sh GROUP: stress-ng --verify over a group of its stressors, each for a short time, as many
# workers as processors. Groups: cpu memory vm cache atomic interrupt.

# stress NAME OPTION...: a case. Exit status 3 and 4 say that this machine cannot run it.
stress() {
    name=$1
    shift
    timeout 300 stress-ng --verify --quiet "$@" >/tmp/stress.log 2>&1
    status=$?
    if [ $status = 0 ]; then
        echo "ok stress-$name"
    else
        echo "not ok stress-$name: exit status $status: $(tail -n 3 /tmp/stress.log | tr '\n' ' ')"
    fi
}

# methods STRESSOR: the names of its methods but "all"
methods() {
    stress-ng "--$1-method" which 2>&1 | sed 's/.*must be one of: all//'
}

# each SECONDS STRESSOR...: a case a stressor
each() {
    seconds=$1
    shift
    for stressor in "$@"; do
        stress "$stressor" "--$stressor" "$count" --timeout "$seconds"
    done
}

count=$(nproc)
case $1 in
cpu)
    for method in $(methods cpu); do
        stress "cpu-$method" --cpu "$count" --cpu-method "$method" --timeout 1
    done
    ;;
memory)
    each 1 bsearch heapsort hsearch judy list lsearch malloc matrix matrix-3d memcpy memfd memrate \
        memthrash mergesort mincore misaligned mremap msync prefetch qsort radixsort randlist remap \
        rmap shellsort skiplist sparsematrix stack stackmmap str stream tlb-shootdown tmpfs tree \
        tsearch wcs zero zlib mmap mmapfork mprotect munmap vecfp vecmath vecshuf vecwide fork
    ;;
vm)
    for method in $(methods vm); do
        stress "vm-$method" --vm "$count" --vm-bytes 8m --vm-method "$method" --timeout 1
    done
    each 1 vm-addr vm-rw vm-segv
    ;;
cache) each 2 cache cacheline icache l1cache flushcache far-branch prefetch ;;
atomic) each 2 atomic mutex futex sem sem-sysv dekker peterson lockbus membarrier mcontend ;;
interrupt)
    each 2 timer timerfd itimer alarm clock nanosleep signal signest sigfpe sigsegv sigtrap sigpipe \
        sigq sigrt sigsuspend sigpending sigchld sigabrt sigfd sigio kill switch fault yield
    ;;
esac
