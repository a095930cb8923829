# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures with the programs of kernels/ and loads/: cpu, processes, smp and smc."""
import statistics
import sys

import guest
import machines
from table import Bound, Table, geometric_mean

# Units of work that the slowest place does in some seconds, with the warming-up.
JOBS = {name: guest.Job(name, 8) for name in guest.KERNELS}
JOBS.update({name: guest.Job(name, units) for name, units in (
    ("spawn", 6), ("pipes", 10), ("syscalls", 20), ("faults", 10), ("smc-data", 4), ("smc-code", 40))})
NATIVE_FACTOR = 2  # so many times the units where they are quick

# Of speeds against TCG.
BOUNDS = {name: Bound(1.0, 1.5) for name in guest.KERNELS}
BOUNDS["smc-data"] = Bound(10, 30)
PLACES = ("native", *machines.PEERS)


def measure(settings, jobs, cpus=1, busy=False):
    """Medians of ROUNDS interleaved rounds: {place: [ns per unit of each job]}, by the clock, or
    processor time where busy is true.
    """
    initramfs = settings.initramfs()
    times = {place: [[] for _ in jobs] for place in PLACES}
    for _ in range(settings.rounds):
        natively = [job._replace(units=job.units * NATIVE_FACTOR) for job in jobs]
        sums = {"native": [guest.run_native(job) for job in natively]}
        for peer in machines.PEERS:
            sums[peer] = guest.run_guest(peer, initramfs, jobs, cpus)
        check_sums(jobs, sums)
        for place in PLACES:
            for samples, result in zip(times[place], sums[place]):
                samples.append(result.busy if busy else result.ns)
    return {place: [statistics.median(samples) for samples in times[place]] for place in PLACES}


def check_sums(jobs, results):
    for index, job in enumerate(jobs):
        found = {place: results[place][index].sum for place in PLACES}
        if len(set(found.values())) != 1:
            sys.exit("bench: %s computes something else: %s" % (job.program, found))


def compare(settings, title, jobs, total=None):
    """A table with one line for each job, and the geometric means of speed and slowness; total is the
    bound of the mean speed.
    """
    times = measure(settings, jobs, busy=settings.busy)
    table = Table(title, "work", "native ms", "Lathe ms", "TCG ms", "speed against TCG",
                  "slower than native", "bound")
    speeds, slower = [], []
    for index, job in enumerate(jobs):
        native, lathe, qemu = (times[place][index] / 1e6 for place in PLACES)
        speeds.append(qemu / lathe)
        slower.append(lathe / native)
        table.add(job.program, "%.2f" % native, "%.2f" % lathe, "%.2f" % qemu,
                  "%.2fx" % speeds[-1], "%.2fx" % slower[-1],
                  BOUNDS[job.program].text("%.1fx", speeds[-1]) if job.program in BOUNDS else "")
    means = geometric_mean(speeds), geometric_mean(slower)
    table.add("geometric mean", "", "", "", "%.2fx" % means[0], "%.2fx" % means[1],
              total.text("%.1fx", means[0]) if total else "")
    return table, means


def cpu(settings):
    jobs = [JOBS[name] for name in guest.KERNELS]
    table, means = compare(settings, "Six kernels, a unit of work", jobs, Bound(2.5, 4))
    table.add("slower than native", "", "", "", "", "%.2fx" % means[1],
              Bound(3, 1.7, most=True).text("%.1fx", means[1]))
    table.show(settings.markdown)


def processes(settings):
    jobs = [JOBS[name] for name in ("spawn", "pipes", "syscalls", "faults")]
    table, _ = compare(settings, "Processes, context switches, system calls, page faults", jobs,
                       Bound(1.2, 2.5))
    table.show(settings.markdown)


def smc(settings):
    jobs = [JOBS["smc-data"], JOBS["smc-code"]]
    table, _ = compare(settings, "Stores into a page that also holds code, and into the code", jobs)
    table.show(settings.markdown)


def one(settings, name):
    """A single program."""
    table, _ = compare(settings, "One program", [JOBS[name]])
    table.show(settings.markdown)


def smp(settings):
    kernels = ("integer", "sha256")
    jobs = [guest.Job(name, 30, threads) for name in kernels for threads in (1, 2)]
    times = measure(settings, jobs, cpus=2)
    table = Table("Two threads on two vCPUs against one, throughput", "work", *PLACES, "bound (Lathe)")
    for index, name in enumerate(kernels):
        ratios = [2 * times[place][2 * index] / times[place][2 * index + 1] for place in PLACES]
        table.add(name, *("%.2fx" % ratio for ratio in ratios),
                  Bound(1.7, 1.95).text("%.2fx", ratios[PLACES.index("lathe")]))
    table.show(settings.markdown)
