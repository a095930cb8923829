/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of answers, and parameters and arguments that somebody has: any bytes; what can be read is
 * checked, composed, written and read again. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "wizards/choice/choice.h"
#include "wizards/installer/installer.h"
#include "wizards/netboot/netboot.h"
#include "wizards/topology/topology.h"

static void fuzz_use(struct lathe_answers *answers)
{
    g_autofree char *text = lathe_answers_to_json(answers);
    struct lathe_answers *again = lathe_answers_new(lathe_answers_flow(answers));

    if (!lathe_answers_from_json(again, text, strlen(text), NULL))
        abort();
    g_autofree char *same = lathe_answers_to_json(again);
    if (strcmp(text, same) != 0)
        abort(); /* what we write is what we read */
    lathe_problems_free(lathe_flow_check(again, NULL));
    lathe_outcome_free(lathe_flow_compose(again, true));
    lathe_answers_free(again);
}

static void fuzz_flow(const struct lathe_flow *flow, const char *text, size_t size)
{
    struct lathe_answers *answers = lathe_answers_new(flow);

    if (lathe_answers_from_json(answers, text, size, NULL))
        fuzz_use(answers);
    lathe_answers_free(answers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct lathe_answers *read[] = {lathe_installer_read(text, size, NULL),
                                    lathe_netboot_read(text, size, NULL),
                                    lathe_topology_read(text, size, NULL),
                                    lathe_firmware_read(text, size, NULL)};

    fuzz_flow(&lathe_installer_flow, text, size);
    fuzz_flow(&lathe_netboot_flow, text, size);
    fuzz_flow(&lathe_topology_flow, text, size);
    for (size_t i = 0; i < G_N_ELEMENTS(read); i++) {
        if (read[i] != NULL)
            fuzz_use(read[i]);
        lathe_answers_free(read[i]);
    }
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    static const char *const seeds[] = {
        "{\"wizard\":\"installer\",\"answers\":{\"system\":\"rhel9\",\"read\":\"bdf0\",\"write\":"
        "\"0.0.bdf1\",\"data\":\"bdf2\",\"vlan\":true,\"vlan-id\":88,\"address\":\"192.0.2.9\","
        "\"url\":\"ftp://u:%40@[2001:db8::1]:8021/d\",\"dasd\":[\"0200-0207(ro)\",\"fc00\"],"
        "\"zfcp\":[\"fc00,0x5005076300c213e9,0x4010401000000000\"],\"target\":\"zvm\"}}",
        "ro rd.znet=qeth,0.0.bdf0,0.0.bdf1,0.0.bdf2,layer2=0,portno=1 vlan=encbdf0.88:encbdf0\n"
        "ip=[2001:db8::1]::[2001:db8::2]:64:h:encbdf0.88:none nameserver=[2001:db8::3] "
        "inst.repo=http://joe:%70%77@192.0.2.5/r/ inst.vnc inst.vncpassword=secret rd.dasd=200-207",
        "-machine sbsa-ref -smp 8,sockets=2,cores=2,threads=2 -m 3G,slots=2,maxmem=9G -object "
        "memory-backend-ram,id=m,size=3G -numa node,nodeid=0,cpus=0-3,memdev=m -numa node,cpus=4-7 "
        "-numa dist,src=0,dst=1,val=21 -device pxb-pcie,id=x,bus_nr=0x40,numa_node=1 -device "
        "pcie-root-port,id=r,bus=x,chassis=1 -device x3130-upstream,id=u,bus=r -device "
        "xio3130-downstream,id=d,bus=u,slot=1 -device e1000,bus=d,addr=2.1,multifunction=on",
        "<domain><os firmware='efi'><type arch='x86_64' machine='q35'>hvm</type><firmware><feature "
        "enabled='yes' name='secure-boot'/></firmware><loader secure='yes' format='qcow2' "
        "type='rom'>/c.fd</loader><nvram>/v.fd</nvram></os></domain>",
        "{\"answers\":{\"nodes\":[\"cpus=0-4095,memory=1G\",\"id=127\"],\"distances\":[\"0,127,"
        "255\"],"
        "\"devices\":[\"pcie-pci-bridge,id=p\",\"pci-bridge,id=q,bus=p,chassis_nr=1\",\"AC97,bus="
        "q\"]}}",
        "instnetdev=osa layer2=1 portno=0 readchannel=0.0.a ifcfg=*.12=try,10.0.0.5/8,10.0.0.1,"
        "10.0.0.2,example.com install=ftp://h/d ssh.password=x ifcfg=eth0=dhcp6",
        "ip=10.0.0.2::10.0.0.1:255.0.0.0:u:eno34:none:10.0.0.3 url=https://h/u.iso cc: password: "
        "%78 end_cc autoinstall ds=nocloud-net;s=http://h/ ip=ens3:dhcp",
        "--memory 1G --net 'user,file=boot.iso=/a,,b.iso,file=linux=/l,bootfile-efi=shimx64.efi,"
        "pcap=p'",
        "{\"wizard\":\"netboot\",\"answers\":{\"source\":\"kernel\",\"kernel\":\"/etc/passwd\","
        "\"append\":\"a=\\\"b "
        "c\\\"\",\"secure\":true,\"shim\":\"/etc/passwd\",\"client\":\"http\"}}",
        "s390-netdevice/qeth/choose=0.0.1-0.0.2-0.0.3 netcfg/get_ipaddress=fd00::1/64 mirror/"
        "protocol=http mirror/http/hostname=h mirror/http/directory=/d s390-zfcp/zfcp=1:2:3,4",
    };

    return fuzz_seed_text(seeds, sizeof(seeds) / sizeof(seeds[0]), index, out, size);
}
