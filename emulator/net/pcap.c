/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames into a pcap file (pcap.h). */
#include "emulator/net/pcap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "emulator/api/ops/net.h"

#define PCAP_MAGIC    0xa1b2c3d4u
#define PCAP_ETHERNET 1u

/* In the host's order: the magic number tells which. */
struct pcap_head {
    uint32_t magic;
    uint16_t major, minor;
    uint32_t zone, digits, longest, link;
};

struct pcap_frame {
    uint32_t seconds, microseconds, kept, length;
};

struct emu_pcap {
    FILE *stream;
    uint64_t room; /* bytes that may come yet */
};

struct emu_pcap *emu_pcap_open(const char *path, uint64_t most, struct emu_error *err)
{
    const struct pcap_head head = {
        .magic = PCAP_MAGIC,
        .major = 2,
        .minor = 4,
        .longest = EMU_NET_MAX_FRAME,
        .link = PCAP_ETHERNET,
    };
    struct emu_pcap *pcap = calloc(1, sizeof(*pcap));

    if (pcap != NULL)
        pcap->stream = fopen(path, "we");
    if (pcap != NULL && pcap->stream != NULL && fwrite(&head, sizeof(head), 1, pcap->stream) == 1 &&
        fflush(pcap->stream) == 0) {
        pcap->room = most > sizeof(head) ? most - sizeof(head) : 0;
        return pcap;
    }
    emu_error_set(err, EMU_ERROR_INPUT, "cannot write the network's record %s: %s", path,
                  strerror(errno));
    emu_pcap_close(pcap);
    return NULL;
}

void emu_pcap_add(struct emu_pcap *pcap, const void *frame, size_t length)
{
    struct pcap_frame head = {.kept = (uint32_t)length, .length = (uint32_t)length};
    struct timespec now;

    if (pcap == NULL || ferror(pcap->stream))
        return;
    if (pcap->room < sizeof(head) + length) {
        pcap->room = 0; /* no gaps: a smaller frame later does not come in, either */
        return;
    }
    pcap->room -= sizeof(head) + length;
    clock_gettime(CLOCK_REALTIME, &now);
    head.seconds = (uint32_t)now.tv_sec;
    head.microseconds = (uint32_t)(now.tv_nsec / 1000);
    if (fwrite(&head, sizeof(head), 1, pcap->stream) == 1)
        (void)fwrite(frame, 1, length, pcap->stream); /* ferror remembers */
}

void emu_pcap_flush(struct emu_pcap *pcap)
{
    if (pcap != NULL)
        fflush(pcap->stream);
}

void emu_pcap_close(struct emu_pcap *pcap)
{
    if (pcap != NULL && pcap->stream != NULL)
        fclose(pcap->stream);
    free(pcap);
}
