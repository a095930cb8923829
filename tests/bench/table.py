# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures, their bounds and how they are printed: as plain columns, or as Markdown for the README."""
import math
import sys


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


class Bound:
    """At least (or at most) so much, and what is aimed at."""

    def __init__(self, limit, aim, most=False):
        self.limit, self.aim, self.most = limit, aim, most

    def text(self, form, value):
        good = value <= self.limit if self.most else value >= self.limit
        relation = "at most" if self.most else "at least"
        return "%s %s, aim %s: %s" % (relation, form % self.limit, form % self.aim,
                                      "met" if good else "NOT met")


class Table:
    """Rows of cells under a title; printed when whole, since columns have one width."""

    def __init__(self, title, *heads):
        self.title, self.rows = title, [list(heads)]

    def add(self, *cells):
        self.rows.append(list(cells))

    def plain(self):
        widths = [max(map(len, column)) for column in zip(*self.rows)]
        lines = [self.title]
        for row in self.rows:
            cells = [row[0].ljust(widths[0])]
            cells += [cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1])]
            lines.append("  " + "  ".join(cells + [row[-1]]).rstrip())
        return lines

    def markdown(self):
        head, *rows = self.rows
        lines = ["**%s**" % self.title, "", "| %s |" % " | ".join(head),
                 "|---|%s---|" % ("---:|" * (len(head) - 2))]
        return lines + ["| %s |" % " | ".join(row) for row in rows]

    def show(self, markdown):
        print("\n".join(self.markdown() if markdown else self.plain()) + "\n")
        sys.stdout.flush()
