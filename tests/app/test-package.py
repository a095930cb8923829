#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages (OVA, OVF) and bare disks in and out, with qemu-img as the other side.

test-package.py LATHE FAKE INTERRUPT: the program; the program with the fake machine; the library that kills a program
at a write (interrupt.c). Packages are made here as VirtualBox and VMware write them.
"""
import hashlib
import io
import json
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import tarfile
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import verdict  # pylint: disable=wrong-import-position

LATHE, FAKE, INTERRUPT = (os.path.abspath(word) for word in sys.argv[1:4])
QEMU_IMG, VALIDATE = shutil.which("qemu-img"), shutil.which("virt-xml-validate")
SCRATCH = tempfile.mkdtemp(prefix="lathe-package-")
OVF = "http://schemas.dmtf.org/ovf/envelope/1"


def report(name, good, why=""):
    verdict.report("package: " + name, good, why)


def at(*names):
    return os.path.join(SCRATCH, *names)


def lathe(*words, program=LATHE, data="data", **more):
    environment = {**os.environ, "XDG_DATA_HOME": at(data), "LC_ALL": "C.UTF-8", **more}
    return subprocess.run([program, *words], env=environment, cwd=SCRATCH, capture_output=True,
                          stdin=subprocess.DEVNULL, text=True, timeout=120, check=False)


def machines(data="data"):
    return {machine["name"]: machine for machine in
            json.loads(lathe("list", "--json", data=data).stdout)}


def qemu_img(*words):
    done = subprocess.run(["qemu-img", *words], capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout + done.stderr


def same(one, other):
    return qemu_img("compare", one, other)


def leftovers(data="data"):
    folder = at(data, "lathe", "machines")
    return [name for name in (os.listdir(folder) if os.path.isdir(folder) else [])
            if name.startswith(".new-")]


def refused(name, *words, why, **more):
    """Exit status 2, one clear line, nothing new."""
    before = set(machines(more.get("data", "data")))
    done = lathe("import", *words, **more)
    lines = done.stderr.splitlines()
    report(name, done.returncode == 2 and len(lines) == 1 and why in done.stderr and
           set(machines(more.get("data", "data"))) == before and not leftovers(),
           (done.returncode, done.stderr))


# ---- disks ----

def make_disk():
    """9 MiB and a bit: data, holes, a last grain that is not whole."""
    chance = random.Random(5)
    with open(at("disk.raw"), "wb") as stream:
        for offset in (0, 65536, 1 << 20, (5 << 20) + 4096, 9 << 20):
            stream.seek(offset)
            stream.write(bytes(chance.getrandbits(8) for _ in range(20000)))
        stream.truncate((9 << 20) + 37 * 512)


def disks():
    """Each format that is read, made by qemu-img."""
    formats = [("vmdk", "subformat=streamOptimized"), ("vmdk", "subformat=monolithicSparse"),
               ("vmdk", "subformat=monolithicFlat"), ("vmdk", "subformat=twoGbMaxExtentSparse"),
               ("vmdk", "subformat=twoGbMaxExtentFlat"), ("vdi", "static=off"), ("vdi", "static=on"),
               ("vpc", "subformat=dynamic,force_size=on"), ("vpc", "subformat=fixed,force_size=on"),
               ("qcow2", "compression_type=zlib"), ("qcow2", "compat=0.10")]
    for number, (kind, options) in enumerate(formats):
        name, suffix = "%s-%d" % (kind, number), {"vpc": "vhd"}.get(kind, kind)
        path = at(name + "." + suffix)
        good, said = qemu_img("convert", "-f", "raw", "-O", kind, "-o", options, at("disk.raw"), path)
        if not good:
            report("qemu-img makes " + name, False, said)
            continue
        done = lathe("import", path)
        folder = machines().get(name, {}).get("folder", "?")
        image = at("data", "lathe", "machines", folder, "disk.qcow2")
        report("%s, %s" % (kind, options), done.returncode == 0 and same(at("disk.raw"), image)[0] and
               qemu_img("check", image)[0], done.stderr + str(same(at("disk.raw"), image)))
    done = lathe("import", "disk.raw", "--name", "Raw")
    image = at("data", "lathe", "machines", "raw", "disk.qcow2")
    report("raw", done.returncode == 0 and same(at("disk.raw"), image)[0], done.stderr)
    report("zeroes take no space", os.stat(image).st_blocks * 512 < 1 << 20, os.stat(image))
    shown = lathe("show", "Raw").stdout
    report("a disk's machine", "disk.qcow2 on virtio" in shown and
           "disk.qcow2 on sata" in lathe("show", "vmdk-0").stdout, shown)
    refused("a name that is taken", "disk.raw", "--name", "raw", why="already")


def damaged_disks():
    with open(at("vmdk-0.vmdk"), "rb") as stream:
        whole = stream.read()

    def write(name, data):
        with open(at(name), "wb") as stream:
            stream.write(data)

    write("short.vmdk", whole[:len(whole) // 2])
    refused("a stream that is cut short", "short.vmdk", why="cut short")
    # The directory is at the end; the first grain is after the overhead.
    grain = 128 * 512
    write("grain.vmdk", whole[:grain + 20] + b"\xff" * 16 + whole[grain + 36:])
    refused("a grain that is damaged", "grain.vmdk", why="unpacked")
    write("text.vmdk", whole.replace(b"\n \r\n", b"\n \n\n", 1))
    refused("a stream that went as a text", "text.vmdk", why="as a text")
    write("huge.vmdk", whole[:12] + struct.pack("<Q", 1 << 60) + whole[20:])
    refused("a disk that is too large", "huge.vmdk", why="no disk is as large")
    write("away.vmdk", b'# Disk DescriptorFile\nRW 100 FLAT "../../etc/passwd" 0\n')
    refused("a part elsewhere", "away.vmdk", why="another place")
    os.symlink("/etc/passwd", at("link-flat.vmdk"))
    write("link.vmdk", b'# Disk DescriptorFile\nRW 1 FLAT "link-flat.vmdk" 0\n')
    refused("a part that is a link", "link.vmdk", why="is a link")
    write("snapshot.vmdk", b'# Disk DescriptorFile\nparentCID=12345678\nparentFileNameHint="a"\n'
          b'RW 1 ZERO\n')
    refused("a snapshot", "snapshot.vmdk", why="snapshot")
    write("x.vhdx", b"vhdxfile" + bytes(4096))
    refused("VHDX", "x.vhdx", why="qemu-img convert")
    with open(at("vpc-7.vhd"), "rb") as stream:
        vhd = bytearray(stream.read())
    vhd[60] ^= 1
    vhd[len(vhd) - 512 + 60] ^= 1
    write("sum.vhd", vhd)
    refused("a VHD whose checksum is wrong", "sum.vhd", why="checksum")


# ---- packages ----

def envelope(files, disk_list, items, more="", name="Machine"):
    """An OVF with VMware's and VirtualBox's usual prefixes."""
    return """<?xml version="1.0"?>
<Envelope ovf:version="1.0" xml:lang="en-US" xmlns="%(ns)s" xmlns:ovf="%(ns)s"
 xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
 xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData"
 xmlns:vmw="http://www.vmware.com/schema/ovf" xmlns:vbox="http://www.virtualbox.org/ovf/machine">
 <References>%(files)s</References>
 <DiskSection><Info>Disks</Info>%(disks)s</DiskSection>
 <NetworkSection><Info>Networks</Info><Network ovf:name="NAT"/></NetworkSection>
 <VirtualSystem ovf:id="%(name)s"><Info>A machine</Info>
  <OperatingSystemSection ovf:id="94"><Info>System</Info></OperatingSystemSection>
  <VirtualHardwareSection><Info>Hardware</Info>
   <System><vssd:ElementName>V</vssd:ElementName><vssd:InstanceID>0</vssd:InstanceID></System>
   %(items)s
  </VirtualHardwareSection>%(more)s
 </VirtualSystem>
</Envelope>
""" % {"ns": OVF, "files": files, "disks": disk_list, "items": items, "more": more, "name": name}


def item(number, kind, **fields):
    order = sorted(fields.items())
    return "<Item>%s<rasd:InstanceID>%d</rasd:InstanceID><rasd:ResourceType>%d</rasd:ResourceType></Item>" % (
        "".join("<rasd:%s>%s</rasd:%s>" % (name, value, name) for name, value in order), number, kind)


def basic_items():
    return (item(1, 3, VirtualQuantity=2, ElementName="2 virtual CPU") +
            item(2, 4, AllocationUnits="byte * 2^20", VirtualQuantity=768, ElementName="Memory"))


def manifest(kind, members):
    return "".join("%s(%s)= %s\n" % (kind.upper(), name, hashlib.new(kind, data).hexdigest())
                   for name, data in members).encode()


def add(archive, name, data, kind=tarfile.REGTYPE, link=""):
    member = tarfile.TarInfo(name)
    member.size, member.type, member.linkname = len(data), kind, link
    archive.addfile(member, io.BytesIO(data))


def package(path, members, form=tarfile.USTAR_FORMAT):
    with tarfile.open(at(path), "w", format=form) as archive:
        for name, data in members:
            add(archive, name, data)


def read(path):
    with open(at(path), "rb") as stream:
        return stream.read()


def virtualbox():
    """As VirtualBox 7 writes an OVA: IDE and SATA, SHA-1, its own element."""
    text = envelope(
        '<File ovf:id="file1" ovf:href="box-disk001.vmdk"/>',
        '<Disk ovf:capacity="9456128" ovf:diskId="vmdisk1" ovf:fileRef="file1" ovf:format="%s"/>' %
        "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized",
        basic_items() +
        item(3, 5, Address=0, ElementName="ideController0", ResourceSubType="PIIX4") +
        item(4, 20, Address=0, ElementName="sataController0", ResourceSubType="AHCI") +
        item(5, 23, ElementName="usb") +
        item(6, 35, ElementName="sound", ResourceSubType="ensoniq1371") +
        item(7, 17, AddressOnParent=0, ElementName="disk1", HostResource="/disk/vmdisk1", Parent=4) +
        item(8, 15, AddressOnParent=0, ElementName="cdrom1", Parent=3) +
        item(9, 10, Connection="NAT", ElementName="Ethernet adapter on 'NAT'", ResourceSubType="E1000"),
        '<vbox:Machine ovf:required="false" name="Box"><ovf:Info/><Hardware><Firmware type="EFI"/>'
        '</Hardware></vbox:Machine>', "Box from VirtualBox").encode()
    members = [("box.ovf", text), ("box-disk001.vmdk", read("vmdk-0.vmdk"))]
    package("box.ova", members + [("box.mf", manifest("sha1", members))])
    done = lathe("import", "box.ova")
    shown = lathe("show", "Box from VirtualBox").stdout
    image = at("data", "lathe", "machines", "box-from-virtualbox", "disk.qcow2")
    report("VirtualBox's OVA", done.returncode == 0 and same(at("disk.raw"), image)[0], done.stderr)
    for wanted in ("memory +768 MiB", "cpus +2", "firmware +uefi", "disk.qcow2 on sata",
                   r"\(empty\) on sata.*CD", "e1000e", "sound"):
        report("VirtualBox's OVA: " + wanted, re.search(wanted, shown) is not None, shown)
    for told in ("ideController0", "usb (line", "Ethernet adapter", "VirtualBox's own"):
        report("VirtualBox's OVA tells of " + told, told in done.stderr, done.stderr)
    validate("what comes of VirtualBox's OVA", "Box from VirtualBox")


def validate(name, machine):
    text = lathe("export", machine, "--format", "xml").stdout
    if VALIDATE:
        with open(at("validate.xml"), "w", encoding="utf-8") as stream:
            stream.write(text)
        done = subprocess.run([VALIDATE, at("validate.xml"), "domain"], capture_output=True, text=True,
                              check=False)
        report(name + " is libvirt's", done.returncode == 0, done.stdout + done.stderr + text)


def vmware():
    """As ovftool writes an OVF folder: SCSI, NVMe, firmware in a vmw:Config, SHA-256, a second
    disk that is empty, a disc."""
    iso = os.urandom(40960)
    items = (basic_items().replace("2 virtual CPU</rasd:ElementName>", "2 virtual CPU</rasd:ElementName>"
                                   '<vmw:CoresPerSocket ovf:required="false">2</vmw:CoresPerSocket>') +
             item(3, 6, Address=0, ElementName="SCSI Controller 0", ResourceSubType="VirtualSCSI") +
             item(4, 20, Address=0, ElementName="NVMe", ResourceSubType="vmware.nvme.controller") +
             item(5, 17, AddressOnParent=0, ElementName="Hard Disk 1", Parent=3,
                  HostResource="ovf:/disk/vmdisk1") +
             item(6, 17, AddressOnParent=0, ElementName="Hard Disk 2", Parent=4,
                  HostResource="ovf:/disk/vmdisk2") +
             item(7, 15, AddressOnParent=1, ElementName="CD/DVD Drive 1", Parent=3,
                  HostResource="ovf:/file/file2") +
             item(8, 10, Connection="VM Network", ElementName="Network Adapter 1",
                  ResourceSubType="VmxNet3", Address="00:50:56:01:02:03") +
             item(9, 24, ElementName="Video card") +
             item(10, 1, ElementName="VMCI device", ResourceSubType="vmware.vmci") +
             item(11, 21, ElementName="Serial port 1") +
             '<vmw:Config ovf:required="false" vmw:key="firmware" vmw:value="efi"/>'
             '<vmw:Config vmw:key="bootOptions.efiSecureBootEnabled" vmw:value="true"/>')
    text = envelope(
        '<File ovf:id="file1" ovf:href="vm-disk1.vmdk" ovf:size="1"/><File ovf:id="file2" ovf:href="vm.iso"/>',
        '<Disk ovf:capacity="10" ovf:capacityAllocationUnits="byte * 2^20" ovf:diskId="vmdisk1" ovf:fileRef="file1"/>'
        '<Disk ovf:capacity="3" ovf:capacityAllocationUnits="byte * 2^30" ovf:diskId="vmdisk2"/>', items,
        "<Name>VM &amp; co</Name><AnnotationSection><Info/><Annotation>Two\nlines</Annotation>"
        "</AnnotationSection><EulaSection><Info/><License>L</License></EulaSection>").encode()
    os.makedirs(at("vmware"))
    members = [("vm.ovf", text), ("vm-disk1.vmdk", read("vmdk-0.vmdk")), ("vm.iso", iso)]
    for name, data in members + [("vm.mf", manifest("sha256", members))]:
        with open(at("vmware", name), "wb") as stream:
            stream.write(data)
    done = lathe("import", at("vmware", "vm.ovf"))
    folder = at("data", "lathe", "machines", machines()["VM & co"]["folder"])
    shown = lathe("show", "VM & co").stdout
    report("VMware's OVF", done.returncode == 0 and same(at("disk.raw"), folder + "/disk.qcow2")[0],
           done.stderr)
    for wanted in (r"2 \(sockets=1, dies=1, cores=2", "uefi-secure", "disk.qcow2 on sata",
                   "disk-2.qcow2 on nvme", "disc-3.iso on sata.*CD", "00:50:56:01:02:03"):
        report("VMware's OVF: " + wanted, re.search(wanted, shown) is not None, shown)
    for told in ("SCSI Controller 0", "VMCI device", "Video card", "VM Network", "EulaSection",
                 "Network Adapter 1"):
        report("VMware's OVF tells of " + told, told in done.stderr, done.stderr)
    with open(folder + "/disc-3.iso", "rb") as stream:
        report("the disc is what it was", stream.read() == iso)
    report("the empty disk has its size", '"virtual-size": 3221225472' in
           qemu_img("info", "--output=json", folder + "/disk-2.qcow2")[1])
    validate("what comes of VMware's OVF", "VM & co")
    printed = lathe("import", "--print", at("vmware", "vm.ovf"))
    report("--print makes nothing", 'file="disk.qcow2"' in printed.stdout, printed.stdout)


def small(text=None, **more):
    """The members of a small good package."""
    text = text or envelope('<File ovf:id="f" ovf:href="d.vmdk"/>',
                            '<Disk ovf:capacity="1" ovf:diskId="d" ovf:fileRef="f"/>', basic_items() +
                            item(3, 17, HostResource="/disk/d", ElementName="D"), **more).encode()
    return [("s.ovf", text), ("d.vmdk", read("vmdk-0.vmdk"))]


def archives():
    """What an archive must not be."""
    members = small()
    for kind in ("sha1", "sha256", "sha512"):
        package("bad.ova", members + [("s.mf", manifest(kind, members).replace(b"= ", b"= 0")[:-2] + b"\n")])
        lines = manifest(kind, members).decode().splitlines()
        digit = "0" if lines[1][-1] != "0" else "1"
        package("bad.ova", members + [("s.mf", (lines[0] + "\n" + lines[1][:-1] + digit).encode())])
        refused("a wrong " + kind, "bad.ova", why="checksum is wrong")
        package("bad.ova", members + [("s.mf", lines[0].encode())])
        refused("a missing " + kind, "bad.ova", why="has none of 'd.vmdk'")
    package("bad.ova", members + [("s.mf", manifest("sha256", members + [("e", b"")]))])
    refused("a checksum of nothing", "bad.ova", why="'e' is missing")
    package("bad.ova", members + [("s.mf", b"MD4(s.ovf)= 12\n")])
    refused("an unknown checksum", "bad.ova", why="line 1")
    for name in ("../evil", "/etc/evil", "a/b", ".."):
        package("bad.ova", [(name, b"x")] + members)
        refused("a member '%s'" % name, "bad.ova", why="leads to another folder")
    package("bad.ova", members + [members[1]])
    refused("a member that is there twice", "bad.ova", why="twice")
    for kind, why in ((tarfile.SYMTYPE, "link"), (tarfile.LNKTYPE, "link"), (tarfile.DIRTYPE, "no file"),
                      (tarfile.CHRTYPE, "no file"), (tarfile.FIFOTYPE, "no file")):
        with tarfile.open(at("bad.ova"), "w") as archive:
            add(archive, "s.ovf", members[0][1])
            add(archive, "d.vmdk", b"", kind, "/etc/passwd")
        refused("a member of kind %r" % kind, "bad.ova", why=why)
    package("bad.ova", [members[0]])
    refused("a disk that is missing", "bad.ova", why="missing in the archive")
    package("bad.ova", [members[1]])
    refused("no description", "bad.ova", why="without a description")
    package("bad.ova", members + [("t.ovf", b"")])
    refused("two descriptions", "bad.ova", why="two descriptions")
    package("bad.ova", members)
    with open(at("bad.ova"), "r+b") as stream:
        stream.truncate(len(members[0][1]) + 4096)
    refused("an archive that is cut short", "bad.ova", why="cut short")
    for form, name in ((tarfile.GNU_FORMAT, "gnu"), (tarfile.PAX_FORMAT, "pax")):
        long = "n" * 120
        text = members[0][1].replace(b"d.vmdk", long.encode() + b".vmdk")
        package("long.ova", [("./s.ovf", text), (long + ".vmdk", members[1][1])], form)
        done = lathe("import", "long.ova", "--name", "Long " + name)
        report("long names by " + name, done.returncode == 0, done.stderr)


def descriptions():
    """What a description must not be."""
    for name, change, why in (
            ("entities", (b'<?xml version="1.0"?>', b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>'),
             "document type"),
            ("a way out", (b'href="d.vmdk"', b'href="../d.vmdk"'), "no file beside it"),
            ("a URL", (b'href="d.vmdk"', b'href="http://h/d.vmdk"'), "no file beside it"),
            ("a packed file", (b'href="d.vmdk"', b'href="d.vmdk" ovf:compression="gzip"'), "packed"),
            ("a file in pieces", (b'href="d.vmdk"', b'href="d.vmdk" ovf:chunkSize="1"'), "pieces"),
            ("a disk without a file", (b'fileRef="f"', b'fileRef="g"'), "not in <References>"),
            ("a drive without a disk", (b"/disk/d<", b"/disk/e<"), "not in <DiskSection>"),
            ("much memory", (b">768<", b">9999999999999<"), "no size of memory"),
            ("many CPUs", (b">2</rasd:VirtualQuantity", b">99999</rasd:VirtualQuantity"), "CPUs"),
            ("a parent", (b'fileRef="f"', b'fileRef="f" ovf:parentRef="d"'), "based on another"),
            ("no machine", (b"VirtualSystem ", b"NoSystem "), "not well-formed"),
            ("not XML", (b"<References>", b"<References"), "not well-formed"),
            ("depth", (b"<References>", b"<a>" * 100 + b"<References>"), "too deep")):
        text = small()[0][1].replace(*change)
        package("bad.ova", [("s.ovf", text), small()[1]])
        refused("a description with " + name, "bad.ova", why=why)
    package("bad.ova", [("s.ovf", b" " * (5 << 20)), small()[1]])
    refused("a huge description", "bad.ova", why="too large")


# ---- out ----

def unpack(path, folder):
    """The members of a package, in order, and their contents in a folder."""
    with tarfile.open(at(path)) as archive:
        names = archive.getnames()
        for member in archive.getmembers():
            os.makedirs(at(folder), exist_ok=True)
            with open(at(folder, member.name), "wb") as stream:
                stream.write(archive.extractfile(member).read())
    return names


def exports():
    """A machine with a bit of everything, out and in again."""
    os.makedirs(at("iso"))
    with open(at("iso", "disc.iso"), "wb") as stream:
        stream.write(os.urandom(51200))
    qemu_img("convert", "-O", "qcow2", at("disk.raw"), at("with space.qcow2"))
    done = lathe("create", "Out & about", "--memory", "640M", "--smp", "4,sockets=2,cores=2", "--disk",
                 at("with space.qcow2"), "--disk", at("disk.raw") + ",format=raw,bus=nvme", "--cdrom",
                 at("iso", "disc.iso"), "--net", "user,mac=52:54:00:00:00:07,forward=tcp::2200-:22",
                 "--firmware", "uefi", "--description", "One\n<two>", "--serial", "pty")
    done = lathe("export", "out & about", "--format", "ova", "-o", "out put.ova") if done.returncode == 0 else done
    report("a package is written", done.returncode == 0, done.stderr)
    for told in ("portForward", "target@bus", "lathe: not carried over"):
        report("an export tells of " + told, told in done.stderr, done.stderr)
    names = unpack("out put.ova", "unpacked")
    report("the description is first", names == [
        "out_put.ovf", "out_put.mf", "out_put-disk1.vmdk", "out_put-disk2.vmdk", "out_put-disc3.iso"], names)
    with open(at("unpacked", "out_put.mf"), encoding="ascii") as stream:
        lines = stream.read().splitlines()
    sums = [re.fullmatch(r"SHA256\((.*)\)= ([0-9a-f]{64})", line) for line in lines]
    report("its checksums are right", len(sums) == 4 and all(
        row and hashlib.sha256(read("unpacked/" + row.group(1))).hexdigest() == row.group(2)
        for row in sums), lines)
    for name in ("out_put-disk1.vmdk", "out_put-disk2.vmdk"):
        info = qemu_img("info", at("unpacked", name))[1]
        report(name + " is whole", same(at("disk.raw"), at("unpacked", name))[0] and
               qemu_img("check", at("unpacked", name))[0] and "streamOptimized" in info, info)
    report("the disc is what it was", read("unpacked/out_put-disc3.iso") == read("iso/disc.iso"))
    if shutil.which("xmllint"):
        done = subprocess.run(["xmllint", "--noout", at("unpacked", "out_put.ovf")], capture_output=True,
                              text=True, check=False)
        report("the description is XML", done.returncode == 0, done.stderr)
    before = lathe("show", "Out & about").stdout
    done = lathe("import", "out put.ova", "--name", "Back")
    after = lathe("show", "Back").stdout
    report("and in again", done.returncode == 0, done.stderr)
    for wanted in ("memory +640 MiB", r"4 \(sockets=2, dies=1, cores=2", "firmware +uefi",
                   "52:54:00:00:00:07", "on nvme, qcow2", "in a CD drive"):
        report("out and in: " + wanted, re.search(wanted, after) is not None, before + after)
    report("the notes stay", "One\n&lt;two&gt;" in lathe("export", "Back", "--format", "xml").stdout)
    validate("what comes back", "Back")
    done = lathe("export", "Back", "--format", "ova", "-o", "out put.ova")
    report("nothing is written over", done.returncode == 2 and "already" in done.stderr, done.stderr)
    done = lathe("export", "Back", "--format", "ova")
    report("a package needs a name", done.returncode == 2 and "--output" in done.stderr, done.stderr)
    done = lathe("export", "Back", "--format", "xml", "--output", "out.xml")
    report("a definition goes into a file too", done.returncode == 0 and b"<domain" in read("out.xml"))
    os.rename(at("with space.qcow2"), at("gone.qcow2"))
    done = lathe("export", "Out & about", "--format", "ova", "-o", "gone.ova")
    report("a disk that is gone", done.returncode == 2 and "with space" in done.stderr and
           not os.path.exists(at("gone.ova")), done.stderr)


def export_in_use():
    """A running machine's disks are not read."""
    lathe("create", "Busy", "--disk", "size=1M", "--kernel", LATHE, "--append", "print up;spin", "--display", "none",
          "--serial", "stdio")
    environment = {**os.environ, "XDG_DATA_HOME": at("data"), "XDG_RUNTIME_DIR": at("run"), "LC_ALL": "C.UTF-8"}
    with subprocess.Popen([FAKE, "run", "Busy"], env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdout.readline()
        done = lathe("export", "Busy", "--format", "ova", "-o", "busy.ova", program=FAKE)
        running.kill()
    report("a running machine is not exported", done.returncode == 2 and "Busy" in done.stderr and
           not os.path.exists(at("busy.ova")), done.stderr)


def export_interruptions():
    """Killed, or without room, at each write: all of the package or nothing of it."""
    os.makedirs(at("target"))
    lathe("create", "Small", "--disk", "size=1M", "--display", "none")
    for full in (False, True):
        number, good, why = 1, True, ""
        while good and number < 400:
            for name in os.listdir(at("target")):
                os.remove(at("target", name))
            more = {"INTERRUPT_FULL": "1"} if full else {}
            done = lathe("export", "Small", "--format", "ova", "-o", "target/small.ova", program=FAKE,
                         LD_PRELOAD=INTERRUPT, INTERRUPT_AT=str(number),
                         ASAN_OPTIONS="verify_asan_link_order=0", **more)
            there = os.listdir(at("target"))
            good = there in ([], ["small.ova"])
            if there:
                good = good and len(unpack("target/small.ova", "small")) == 3
            if full and done.returncode != 0:
                good = good and "No space left" in done.stderr
            why = (number, full, done.returncode, done.stderr, there)
            if done.returncode == 0:
                break
            number += 1
        report("an export %s at each of %d steps" % ("without room" if full else "killed", number - 1),
               good and number > 5 and done.returncode == 0 and there == ["small.ova"], why)


# ---- ends in the middle ----

def interruptions():
    """Killed at each write, and with a full disk at each: nothing or all of it is there."""
    members = small()
    package("whole.ova", members + [("s.mf", manifest("sha256", members))])
    number, good, why, full = 1, True, "", False
    while good and number < 200:
        shutil.rmtree(at("killed"), ignore_errors=True)
        more = {"INTERRUPT_FULL": "1"} if full else {}
        done = lathe("import", "whole.ova", program=FAKE, data="killed", LD_PRELOAD=INTERRUPT,
                     INTERRUPT_AT=str(number), ASAN_OPTIONS="verify_asan_link_order=0", **more)
        there = machines("killed")
        image = at("killed", "lathe", "machines", "machine", "disk.qcow2")
        good = not there or (list(there) == ["Machine"] and same(at("disk.raw"), image)[0])
        if full and not there:
            good = good and done.returncode == 2 and "No space left" in done.stderr and not leftovers("killed")
        why = (number, full, done.returncode, done.stderr, there)
        if done.returncode == 0:
            report("an import %s at each of %d steps" % ("without room" if full else "killed", number - 1),
                   good and number > 5, why)
            if full:
                return
            full, number = True, 0
        elif not full and good:
            again = lathe("import", "whole.ova", "--name", "Again", program=FAKE, data="killed")
            good, why = again.returncode == 0 and not leftovers("killed"), (number, again.stderr)
        number += 1
    report("an import that is interrupted", False, why)


def stop(name, words, begun):
    """Ctrl-C in the middle: ended by the signal, nothing left."""
    environment = {**os.environ, "XDG_DATA_HOME": at("data"), "LC_ALL": "C.UTF-8"}
    before = (set(machines()), set(os.listdir(SCRATCH)))
    with subprocess.Popen([LATHE, *words], env=environment, cwd=SCRATCH, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + 20
        while not begun(process) and process.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]
    report(name, process.returncode == -signal.SIGINT and (set(machines()), set(os.listdir(SCRATCH))) ==
           before and not leftovers(), (process.returncode, said))


def stops():
    """A large disk, so that there is time to stop it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what ignores it would leave that to us
    with open(at("large.raw"), "wb") as stream:
        for number in range(400):
            stream.seek(number << 20)
            stream.write(os.urandom(1 << 19))
    stop("Ctrl-C stops an import", ["import", "large.raw", "--name", "Large"], lambda process: leftovers())
    lathe("create", "Large", "--disk", at("large.raw") + ",format=raw")
    lathe("import", "large.raw", "--name", "Kept")
    stop("Ctrl-C stops a clone", ["clone", "Kept", "Clone"], lambda process: leftovers())
    begun = time.monotonic()
    stop("Ctrl-C stops an export", ["export", "Large", "--format", "ova", "-o", "large.ova"],
         lambda process: time.monotonic() > begun + 1)


try:
    if QEMU_IMG is None:
        print("# qemu-img is not here: nothing to compare with")
        sys.exit(77)
    make_disk()
    disks()
    damaged_disks()
    virtualbox()
    vmware()
    archives()
    descriptions()
    interruptions()
    exports()
    export_in_use()
    export_interruptions()
    stops()
finally:
    shutil.rmtree(SCRATCH, ignore_errors=True)
verdict.finish()
