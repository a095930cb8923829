# SPDX-License-Identifier: GPL-3.0-or-later
"""The symbols of a Linux kernel image in memory, from the tables that the kernel itself keeps.

Distributions' System.map has no addresses any more, and their debug packages are huge. The layouts
are those of scripts/kallsyms.c: of version 6.1 (addresses before the names) and from 6.4 on (behind).
"""
import struct

DIGITS = b"".join(b"%d\0" % digit for digit in range(10))


def aligned(offset):
    return (offset + 7) & ~7


def tokens_at(image, digits, index_at):
    """The 256 tokens, if the table of their offsets lies at index_at."""
    index = struct.unpack_from("<256H", image, index_at)
    table = digits - index[ord("0")]
    if index[0] or table < 0 or any(a >= b for a, b in zip(index, index[1:])):
        return None
    if any(image[table + at - 1] for at in index[1:]):
        return None
    return table, [image[table + at:image.index(b"\0", table + at)] for at in index]


def find_tokens(image):
    """(table, index_at, tokens): the tokens for digits lie in a row, and an index follows."""
    digits = image.find(DIGITS)
    while digits >= 0:
        for index_at in range(aligned(digits), digits + 4096, 8):
            found = tokens_at(image, digits, index_at)
            if found:
                return found[0], index_at, found[1]
        digits = image.find(DIGITS, digits + 1)
    raise ValueError("no token table")


def rising(image, at):
    """The numbers from at on that can be offsets of each 256th name."""
    values = [0]
    while True:
        at += 4
        value = struct.unpack_from("<I", image, at)[0]
        if not 256 < value - values[-1] < 65536:
            return values
        values.append(value)


def find_markers(image, table):
    """(where, values) of the offsets of each 256th name. Names by address, three bytes each, may
    lie between them and the table."""
    for at in range((table & ~7) - 8, table - (1 << 20), -8):
        if image[at:at + 4] == b"\0\0\0\0":
            values = rising(image, at)
            if len(values) > 64:
                return at, values
    raise ValueError("no markers")


def name_at(image, at):
    """(where its tokens begin, how many): one length byte, or two of seven bits."""
    length = image[at]
    if length < 0x80:
        return at + 1, length
    return at + 2, length & 0x7f | image[at + 1] << 7


def find_names(image, markers_at, markers):
    """(where their count lies, the count); the names follow it and are checked with a marker."""
    for at in range((markers_at - markers[-1]) & ~7, markers_at - markers[-1] - 65536, -8):
        count = struct.unpack_from("<I", image, at)[0]
        if not len(markers) - 1 <= (count + 255) // 256 <= len(markers):
            continue
        position = at + 8
        for _ in range(256):
            start, length = name_at(image, position)
            position = start + length
        if position == at + 8 + markers[1]:
            return at, count
    raise ValueError("no names")


def address_of(offset, base):
    """Positive ones are per-CPU and absolute; the others count down from the base."""
    return offset if offset >= 0 else base - 1 - offset


def read_addresses(image, count_at, count, index_at):
    size = aligned(4 * count)
    for offsets, base_at in ((count_at - 8 - size, count_at - 8),
                             (index_at + 512, index_at + 512 + size)):
        base = struct.unpack_from("<Q", image, base_at)[0]
        if base >= 0xffffffff80000000:
            return [address_of(offset, base)
                    for offset in struct.unpack_from("<%di" % count, image, offsets)]
    raise ValueError("no addresses")


def symbols(image):
    """[(name, type letter, address)] of an image that begins with the kernel's first section."""
    table, index_at, tokens = find_tokens(image)
    markers_at, markers = find_markers(image, table)
    count_at, count = find_names(image, markers_at, markers)
    found, position = [], count_at + 8
    for address in read_addresses(image, count_at, count, index_at):
        start, length = name_at(image, position)
        position = start + length
        text = b"".join(tokens[token] for token in image[start:position]).decode()
        found.append((text[1:], text[0], address))
    return found


SECTIONS = (("_text", 6), ("_etext", 3), ("_sinittext", 6), ("_einittext", 3))  # first symbol, flags


def symbol_table(entries, starts, end):
    """The contents of .symtab and .strtab."""
    table, strings = bytearray(24), bytearray(b"\0")
    for name, letter, address in entries:
        if not starts[0] <= address < end:
            continue
        section = sum(start <= address for start in starts)
        info = (1 if letter.isupper() else 0) << 4 | (2 if letter in "tTwW" else 1)
        table += struct.pack("<IBBHQQ", len(strings), info, 0, section, address, 0)
        strings += name.encode() + b"\0"
    return table, strings


def write_elf(path, entries):
    """An x86-64 ELF file that has the symbols, and sections without contents (NOBITS)."""
    named = {name: address for name, _, address in entries}
    starts, end = [named[first] for first, _ in SECTIONS], named["_end"]
    table, strings = symbol_table(entries, starts, end)
    names = b"\0.text\0.data\0.init.text\0.init.data\0.symtab\0.strtab\0"
    title = iter(names.index(b".%s\0" % name)
                 for name in (b"text", b"data", b"init.text", b"init.data"))
    headers = [(0,) * 10]
    for start, stop, (_, flags) in zip(starts, starts[1:] + [end], SECTIONS):
        headers.append((next(title), 8, flags, start, 64, stop - start, 0, 0, 1, 0))
    at = 64
    for title, kind, contents, link, size in ((b".symtab", 2, table, 6, 24),
                                              (b".strtab", 3, strings, 0, 0),
                                              (b".strtab", 3, names, 0, 0)):
        headers.append((names.index(title), kind, 0, 0, at, len(contents), link, 1, 1, size))
        at += len(contents)
    with open(path, "wb") as out:
        out.write(struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2, 62, 1, starts[0], 0, at, 0,
                              64, 56, 0, 64, len(headers), len(headers) - 1))
        out.write(table + strings + names)
        for header in headers:
            out.write(struct.pack("<IIQQQQIIQQ", *header))
