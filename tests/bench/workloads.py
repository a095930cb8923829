# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures with the programs of kernels/ and loads/: cpu, processes, smp and smc."""
import statistics
import sys

import guest
import machines
from table import Bound, Table, geometric_mean

EACH = Bound(1.0, 1.5)
PLACES = ("native", *machines.PEERS)


def measure(settings, jobs, native_factor=1, cpus=1):
    """Medians of ROUNDS interleaved rounds: {place: [ns per unit of each job]}."""
    initramfs = settings.initramfs()
    times = {place: [[] for _ in jobs] for place in PLACES}
    for _ in range(settings.rounds):
        sums = {"native": [guest.run_native(job._replace(units=job.units * native_factor))
                           for job in jobs]}
        for peer in machines.PEERS:
            sums[peer] = guest.run_guest(peer, initramfs, jobs, cpus)
        check_sums(jobs, sums)
        for place in PLACES:
            for samples, result in zip(times[place], sums[place]):
                samples.append(result.ns)
    return {place: [statistics.median(samples) for samples in times[place]] for place in PLACES}


def check_sums(jobs, results):
    for index, job in enumerate(jobs):
        found = {place: results[place][index].sum for place in PLACES}
        if len(set(found.values())) != 1:
            sys.exit("bench: %s computes something else: %s" % (job.program, found))


def compare(settings, title, jobs, bounds, total, native_factor=1):
    """A table with one line for each job, and the geometric means of speed and slowness.

    bounds: {program: Bound} for speeds against TCG; total: the Bound of their geometric mean, or None.
    """
    times = measure(settings, jobs, native_factor)
    table = Table(title, "work", "native ms", "Lathe ms", "TCG ms", "speed against TCG",
                  "slower than native", "bound")
    speeds, slower = [], []
    for index, job in enumerate(jobs):
        native, lathe, qemu = (times[place][index] / 1e6 for place in PLACES)
        speeds.append(qemu / lathe)
        slower.append(lathe / native)
        table.add(job.program, "%.2f" % native, "%.2f" % lathe, "%.2f" % qemu,
                  "%.2fx" % speeds[-1], "%.2fx" % slower[-1],
                  bounds[job.program].text("%.1fx", speeds[-1]) if job.program in bounds else "")
    means = geometric_mean(speeds), geometric_mean(slower)
    table.add("geometric mean", "", "", "", "%.2fx" % means[0], "%.2fx" % means[1],
              total.text("%.1fx", means[0]) if total else "")
    return table, means


def cpu(settings):
    jobs = [guest.Job(name, 8) for name in guest.KERNELS]
    table, means = compare(settings, "Six kernels, a unit of work", jobs,
                           {name: EACH for name in guest.KERNELS}, Bound(2.5, 4), 2)
    table.add("slower than native", "", "", "", "", "%.2fx" % means[1],
              Bound(3, 1.7, most=True).text("%.1fx", means[1]))
    table.show(settings.markdown)


def processes(settings):
    jobs = [guest.Job("spawn", 6), guest.Job("pipes", 10), guest.Job("syscalls", 20),
            guest.Job("faults", 10)]
    table, _ = compare(settings, "Processes, context switches, system calls, page faults", jobs, {},
                       Bound(1.2, 2.5))
    table.show(settings.markdown)


def smc(settings):
    jobs = [guest.Job("smc-data", 4), guest.Job("smc-code", 4)]
    table, _ = compare(settings, "Stores into a page that also holds code, and into the code", jobs,
                       {"smc-data": Bound(10, 30)}, None, 10)
    table.show(settings.markdown)


def smp(settings):
    kernels = ("integer", "sha256")
    jobs = [guest.Job(name, 10, threads) for name in kernels for threads in (1, 2)]
    times = measure(settings, jobs, cpus=2)
    table = Table("Two threads on two vCPUs against one, throughput", "work", *PLACES, "bound (Lathe)")
    for index, name in enumerate(kernels):
        ratios = [2 * times[place][2 * index] / times[place][2 * index + 1] for place in PLACES]
        table.add(name, *("%.2fx" % ratio for ratio in ratios),
                  Bound(1.7, 1.95).text("%.2fx", ratios[PLACES.index("lathe")]))
    table.show(settings.markdown)
