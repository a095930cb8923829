/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Virtio sound: what it says it has, its streams' states, frames by the test's own clock, the
 * microphone's jack, and drivers that break the rules. */
#include "emulator/audio/audio.h"
#include "emulator/hw/pci/pci.h"
#include "tests/hw/rig.h"

/* Where the driver puts things: each queue has chains of three descriptors, head, middle and end. */
#define SIZE          64u
#define QUEUE(q)      (RIG_RAM + 0x4000u * (q))
#define AVAILABLE(q)  (QUEUE(q) + 0x1000)
#define USED(q)       (QUEUE(q) + 0x2000)
#define CONTROL       0u
#define EVENTS        1u
#define TX            2u
#define RX            3u
#define QUEUES        4u
#define REQUEST       (RIG_RAM + 0x10000u)
#define ANSWER        (RIG_RAM + 0x11000u)
#define EVENT         (RIG_RAM + 0x12000u)
#define STATUS(i)     (RIG_RAM + 0x13000u + 8 * (i))
#define HEAD(i)       (RIG_RAM + 0x14000u + 8 * (i))
#define FRAMES(i)     (RIG_RAM + 0x20000u + 0x1000u * (i))
#define BELL          0x3000u
#define STATUS_DRIVER 0x0bu
#define STATUS_OK     0x0fu
#define NEEDS_RESET   0x40u

#define OK            0x8000u
#define BAD_MESSAGE   0x8001u
#define NOT_SUPPORTED 0x8002u
#define IO_ERROR      0x8003u

#define S16       5u
#define RATE_48   7u
#define FRAME     4u
#define MESSAGE   1024u /* frames of a message */
#define MS_FRAMES 48u

struct sound_rig {
    struct rig rig;
    struct emu_audio_backend backend;
    struct emu_audio *audio;
    struct rig_device *card;
    uint16_t offered[QUEUES];
};

static void sound_put(struct sound_rig *rig, uint64_t address, uint64_t value, unsigned size)
{
    memcpy(rig_ram(&rig->rig) + (address - RIG_RAM), &value, size);
}

static uint64_t sound_get(struct sound_rig *rig, uint64_t address, unsigned size)
{
    uint64_t value = 0;

    memcpy(&value, rig_ram(&rig->rig) + (address - RIG_RAM), size);
    return value;
}

static void sound_write(struct sound_rig *rig, uint64_t offset, uint64_t value, unsigned size)
{
    rig_write(rig->card, 0, offset, value, size);
}

static void sound_start_driver(struct sound_rig *rig)
{
    sound_write(rig, 0x08, 1, 4);
    sound_write(rig, 0x0c, 1, 4); /* version 1 */
    sound_write(rig, 0x14, STATUS_DRIVER, 1);
    for (unsigned queue = 0; queue < QUEUES; queue++) {
        sound_write(rig, 0x16, queue, 2);
        sound_write(rig, 0x18, SIZE, 2);
        sound_write(rig, 0x20, QUEUE(queue), 4);
        sound_write(rig, 0x28, AVAILABLE(queue), 4);
        sound_write(rig, 0x30, USED(queue), 4);
        sound_write(rig, 0x1c, 1, 2);
        sound_put(rig, AVAILABLE(queue), 0, 4);
        sound_put(rig, USED(queue), 0, 4);
        rig->offered[queue] = 0;
    }
    sound_write(rig, 0x14, STATUS_OK, 1);
}

static void sound_init(struct sound_rig *rig)
{
    struct emu_pci_device *pci;

    *rig = (struct sound_rig){.card = NULL};
    rig_init(&rig->rig);
    emu_audio_test(&rig->backend, NULL);
    rig->audio = emu_audio_new(&rig->backend, NULL);
    rig->card = rig_new(&rig->rig, &emu_virtio_sound_class);
    rig->card->device->audio = rig->audio;
    rig_realize(rig->card);
    pci = (struct emu_pci_device *)rig->card->device;
    emu_pci_config_write(pci, EMU_PCI_COMMAND, EMU_PCI_COMMAND_MASTER | EMU_PCI_COMMAND_MEMORY, 2);
    sound_start_driver(rig);
}

static void sound_finish(struct sound_rig *rig)
{
    rig_finish(&rig->rig);
    emu_audio_free(rig->audio);
}

struct part {
    uint64_t address;
    uint32_t length;
    bool write;
};

/* Offers a chain, and rings unless it is to wait. */
static void sound_offer(struct sound_rig *rig, unsigned queue, const struct part *parts,
                        unsigned count)
{
    unsigned number = rig->offered[queue]++, first = 3 * number % (SIZE - 4);

    for (unsigned i = 0; i < count; i++) {
        unsigned flags = (parts[i].write ? 2 : 0) | (i + 1 < count ? 1 : 0);

        sound_put(rig, QUEUE(queue) + 16 * (first + i), parts[i].address, 8);
        sound_put(rig, QUEUE(queue) + 16 * (first + i) + 8,
                  parts[i].length | (uint64_t)flags << 32 | (uint64_t)(first + i + 1) << 48, 8);
    }
    sound_put(rig, AVAILABLE(queue) + 4 + 2 * (number % SIZE), first, 2);
    sound_put(rig, AVAILABLE(queue) + 2, rig->offered[queue], 2);
    sound_write(rig, BELL + 4 * queue, queue, 2);
}

static unsigned sound_used(struct sound_rig *rig, unsigned queue)
{
    return (unsigned)sound_get(rig, USED(queue) + 2, 2);
}

/* Bytes that were written into the chain that was given back as number i. */
static unsigned sound_used_length(struct sound_rig *rig, unsigned queue, unsigned i)
{
    return (unsigned)sound_get(rig, USED(queue) + 4 + 8 * (i % SIZE) + 4, 4);
}

/* A request of these words; its code's answer. */
static unsigned sound_ask(struct sound_rig *rig, const uint32_t *words, unsigned bytes,
                          unsigned room)
{
    const struct part parts[] = {{REQUEST, bytes, false}, {ANSWER, room, true}};
    unsigned before = sound_used(rig, CONTROL);

    memcpy(rig_ram(&rig->rig) + (REQUEST - RIG_RAM), words, bytes);
    memset(rig_ram(&rig->rig) + (ANSWER - RIG_RAM), 0xee, 256);
    sound_offer(rig, CONTROL, parts, room != 0 ? 2 : 1);
    CHECK_EQ(sound_used(rig, CONTROL), before + 1);
    return (unsigned)sound_get(rig, ANSWER, 4);
}

static unsigned sound_query(struct sound_rig *rig, unsigned code, unsigned first, unsigned count,
                            unsigned size)
{
    const uint32_t words[] = {code, first, count, size};

    return sound_ask(rig, words, sizeof(words), 256);
}

static unsigned sound_order(struct sound_rig *rig, unsigned code, unsigned stream)
{
    const uint32_t words[] = {code, stream};

    return sound_ask(rig, words, sizeof(words), 4);
}

static unsigned sound_set(struct sound_rig *rig, unsigned stream, unsigned channels,
                          unsigned format, unsigned rate)
{
    const uint32_t words[] = {0x101, stream, 4 * MESSAGE * FRAME, MESSAGE * FRAME, 0,
                              channels | format << 8 | rate << 16};

    return sound_ask(rig, words, sizeof(words), 4);
}

/* One message of the stream, from or to FRAMES(i). */
static void sound_message(struct sound_rig *rig, unsigned stream, unsigned i, unsigned bytes)
{
    const struct part tx[] = {{HEAD(i), 4, false}, {FRAMES(i), bytes, false}, {STATUS(i), 8, true}};
    const struct part rx[] = {{HEAD(i), 4, false}, {FRAMES(i), bytes, true}, {STATUS(i), 8, true}};

    sound_put(rig, HEAD(i), stream, 4);
    sound_put(rig, STATUS(i), 0xeeeeeeee, 8);
    sound_offer(rig, stream == 0 ? TX : RX, stream == 0 ? tx : rx, 3);
}

/* ---- cases ---- */

static void test_information(void)
{
    struct sound_rig rig;

    sound_init(&rig);
    for (unsigned i = 0; i < 3; i++)
        CHECK_EQ(rig_read(rig.card, 0, 0x2000 + 4 * i, 4), 2);
    CHECK_EQ(sound_query(&rig, 0x100, 0, 2, 32), OK);
    CHECK_EQ(sound_used_length(&rig, CONTROL, 0), 4 + 64);
    CHECK_EQ(sound_get(&rig, ANSWER + 4 + 8, 8), 1u << 4 | 1u << 5 | 1u << 17);
    CHECK_EQ(sound_get(&rig, ANSWER + 4 + 16, 8), 0x1fff);
    CHECK_EQ(sound_get(&rig, ANSWER + 4 + 24, 4), 0x020100);
    CHECK_EQ(sound_get(&rig, ANSWER + 4 + 32 + 24, 4), 0x020101);
    CHECK_EQ(sound_query(&rig, 0x1, 0, 2, 24), OK);
    CHECK_EQ(sound_get(&rig, ANSWER + 4 + 8, 4), 0x01014110);
    CHECK_EQ(sound_get(&rig, ANSWER + 4 + 16, 1), 1);
    CHECK_EQ(sound_get(&rig, ANSWER + 4 + 24 + 16, 1), 0); /* nobody allowed it */
    CHECK_EQ(sound_query(&rig, 0x200, 1, 1, 40), OK);      /* pieces that may be longer */
    CHECK_EQ(sound_used_length(&rig, CONTROL, 2), 4 + 40);
    CHECK_EQ(sound_get(&rig, ANSWER + 4 + 4, 4), 0x04030201);
    CHECK_EQ(sound_get(&rig, ANSWER + 4 + 24, 8), 0);
    CHECK(rig_survives(rig.card));
    sound_finish(&rig);
}

static void test_bad_requests(void)
{
    static const uint32_t query[] = {0x100, 0, 2, 32};
    struct sound_rig rig;

    sound_init(&rig);
    CHECK_EQ(sound_query(&rig, 0x100, 0, 3, 32), BAD_MESSAGE);
    CHECK_EQ(sound_query(&rig, 0x100, 0xffffffff, 2, 32), BAD_MESSAGE);
    CHECK_EQ(sound_query(&rig, 0x100, 2, 0xffffffff, 32), BAD_MESSAGE);
    CHECK_EQ(sound_query(&rig, 0x100, 0, 1, 31), BAD_MESSAGE);
    CHECK_EQ(sound_query(&rig, 0x100, 0, 2, 0xffffffff), BAD_MESSAGE);
    CHECK_EQ(sound_ask(&rig, query, 12, 256), BAD_MESSAGE); /* half of it */
    CHECK_EQ(sound_ask(&rig, query, 2, 256), BAD_MESSAGE);
    CHECK_EQ(sound_ask(&rig, query, 16, 20), BAD_MESSAGE); /* no room for the answer */
    CHECK_EQ(sound_used_length(&rig, CONTROL, 7), 4);
    sound_ask(&rig, query, 16, 0); /* none at all */
    CHECK_EQ(sound_used_length(&rig, CONTROL, 8), 0);
    CHECK_EQ(sound_query(&rig, 0x2, 0, 0, 0), NOT_SUPPORTED); /* remapping */
    CHECK_EQ(sound_query(&rig, 0xffffffff, 0, 0, 0), NOT_SUPPORTED);
    CHECK_EQ(sound_order(&rig, 0x104, 2), BAD_MESSAGE); /* there is no such stream */
    CHECK_EQ(sound_order(&rig, 0x101, 0), BAD_MESSAGE);
    CHECK_EQ(sound_set(&rig, 0, 0, S16, RATE_48), NOT_SUPPORTED);
    CHECK_EQ(sound_set(&rig, 0, 3, S16, RATE_48), NOT_SUPPORTED);
    CHECK_EQ(sound_set(&rig, 0, 2, 6, RATE_48), NOT_SUPPORTED);
    CHECK_EQ(sound_set(&rig, 0, 2, 0xff, RATE_48), NOT_SUPPORTED);
    CHECK_EQ(sound_set(&rig, 0, 2, S16, 13), NOT_SUPPORTED);
    CHECK_EQ(sound_set(&rig, 0, 2, S16, 0xff), NOT_SUPPORTED);
    CHECK_EQ(rig_read(rig.card, 0, 0x14, 1), STATUS_OK);
    sound_finish(&rig);
}

static void test_states(void)
{
    struct sound_rig rig;

    sound_init(&rig);
    CHECK_EQ(sound_order(&rig, 0x102, 0), BAD_MESSAGE); /* no parameters yet */
    CHECK_EQ(sound_order(&rig, 0x104, 0), BAD_MESSAGE);
    CHECK_EQ(sound_order(&rig, 0x103, 0), BAD_MESSAGE);
    CHECK_EQ(sound_set(&rig, 0, 2, S16, RATE_48), OK);
    CHECK_EQ(sound_order(&rig, 0x104, 0), BAD_MESSAGE); /* not prepared */
    CHECK_EQ(sound_order(&rig, 0x102, 0), OK);
    CHECK_EQ(sound_order(&rig, 0x102, 0), OK);
    CHECK_EQ(sound_order(&rig, 0x105, 0), BAD_MESSAGE);
    CHECK_EQ(sound_order(&rig, 0x104, 0), OK);
    CHECK_EQ(sound_set(&rig, 0, 2, S16, RATE_48), BAD_MESSAGE);
    CHECK_EQ(sound_order(&rig, 0x103, 0), BAD_MESSAGE);
    CHECK(rig_survives(rig.card));
    CHECK_EQ(sound_order(&rig, 0x105, 0), OK);
    CHECK_EQ(sound_order(&rig, 0x104, 0), OK);
    CHECK_EQ(sound_order(&rig, 0x105, 0), OK);
    CHECK_EQ(sound_order(&rig, 0x103, 0), OK);
    CHECK_EQ(sound_order(&rig, 0x102, 0), OK);
    sound_finish(&rig);
}

static void test_play(void)
{
    int16_t heard[2 * 4 * MESSAGE], *samples;
    struct sound_rig rig;
    size_t played;

    sound_init(&rig);
    samples = (int16_t *)(rig_ram(&rig.rig) + (FRAMES(0) - RIG_RAM));
    for (unsigned i = 0; i < 4 * 2 * MESSAGE; i++)
        samples[i] = (int16_t)(i + 1);
    sound_set(&rig, 0, 2, S16, RATE_48);
    sound_order(&rig, 0x102, 0);
    sound_message(&rig, 0, 0, MESSAGE * FRAME);
    sound_message(&rig, 0, 1, MESSAGE * FRAME);
    rig_advance(&rig.rig, 50 * RIG_MS); /* they wait for the start */
    CHECK_EQ(sound_used(&rig, TX), 0);
    CHECK_EQ(emu_audio_test_played(&rig.backend, 0, NULL, 0), 0);
    sound_order(&rig, 0x104, 0);
    rig_advance(&rig.rig, 10 * RIG_MS);
    CHECK_EQ(emu_audio_test_rate(&rig.backend, EMU_AUDIO_PLAY), 48000);
    CHECK_EQ(emu_audio_test_played(&rig.backend, 0, heard, 2 * MESSAGE), 10 * MS_FRAMES);
    CHECK(rig_survives(rig.card)); /* in the middle of a message */
    CHECK_EQ(sound_used(&rig, TX), 0);
    rig_advance(&rig.rig, 12 * RIG_MS); /* 22 ms: 1056 frames */
    CHECK_EQ(sound_used(&rig, TX), 1);
    CHECK_EQ(sound_used_length(&rig, TX, 0), 8);
    CHECK_EQ(sound_get(&rig, STATUS(0), 8), OK);
    rig_advance(&rig.rig, 30 * RIG_MS); /* more than there is */
    CHECK_EQ(sound_used(&rig, TX), 2);
    CHECK_EQ(emu_audio_test_played(&rig.backend, 0, heard, 2 * MESSAGE), 2 * MESSAGE);
    CHECK(memcmp(heard, samples, 2 * MESSAGE * FRAME) == 0);
    sound_message(&rig, 0, 2, MESSAGE * FRAME); /* a driver that was 10 ms late: 5 are made up */
    rig_advance(&rig.rig, 10 * RIG_MS);
    played = emu_audio_test_played(&rig.backend, 0, NULL, 0) - 2 * MESSAGE;
    CHECK(played >= 10 * MS_FRAMES && played <= 15 * MS_FRAMES);
    sound_order(&rig, 0x105, 0);
    CHECK_EQ(emu_audio_test_rate(&rig.backend, EMU_AUDIO_PLAY), 0);
    rig_advance(&rig.rig, 50 * RIG_MS);
    CHECK_EQ(emu_audio_test_played(&rig.backend, 0, NULL, 0), 2 * MESSAGE + played);
    sound_order(&rig, 0x104, 0); /* and where it was */
    rig_advance(&rig.rig, 20 * RIG_MS);
    CHECK_EQ(emu_audio_test_played(&rig.backend, 0, heard, 3 * MESSAGE), 3 * MESSAGE);
    CHECK(memcmp(heard, samples, 3 * MESSAGE * FRAME) == 0);
    sound_finish(&rig);
}

/* What waits comes back with a release, and at once what nobody prepared for. */
static void test_release(void)
{
    struct sound_rig rig;

    sound_init(&rig);
    sound_message(&rig, 0, 0, 64);
    CHECK_EQ(sound_used(&rig, TX), 1);
    CHECK_EQ(sound_get(&rig, STATUS(0), 8), IO_ERROR);
    sound_set(&rig, 0, 2, S16, RATE_48);
    sound_order(&rig, 0x102, 0);
    sound_message(&rig, 0, 1, MESSAGE * FRAME);
    sound_message(&rig, 0, 2, MESSAGE * FRAME);
    sound_order(&rig, 0x104, 0);
    rig_advance(&rig.rig, 5 * RIG_MS);
    sound_order(&rig, 0x105, 0);
    CHECK_EQ(sound_used(&rig, TX), 1);
    CHECK_EQ(sound_order(&rig, 0x103, 0), OK);
    CHECK_EQ(sound_used(&rig, TX), 3);
    CHECK_EQ(sound_get(&rig, STATUS(2), 4), OK);
    sound_order(&rig, 0x102, 0); /* again, from the beginning of a message */
    sound_message(&rig, 0, 3, 5 * MS_FRAMES * FRAME);
    sound_order(&rig, 0x104, 0);
    rig_advance(&rig.rig, 6 * RIG_MS);
    CHECK_EQ(sound_used(&rig, TX), 4);
    CHECK_EQ(emu_audio_test_played(&rig.backend, 0, NULL, 0), 10 * MS_FRAMES);
    sound_write(&rig, 0x14, 0, 1); /* and a reset in the middle of it all */
    CHECK_EQ(emu_audio_test_rate(&rig.backend, EMU_AUDIO_PLAY), 0);
    rig_advance(&rig.rig, 50 * RIG_MS);
    CHECK_EQ(emu_audio_test_played(&rig.backend, 0, NULL, 0), 10 * MS_FRAMES);
    sound_finish(&rig);
}

static void test_record(void)
{
    const int16_t *samples;
    struct sound_rig rig;

    sound_init(&rig);
    samples = (const int16_t *)(rig_ram(&rig.rig) + (FRAMES(0) - RIG_RAM));
    emu_audio_allow_record(rig.audio, true);
    memset(rig_ram(&rig.rig) + (FRAMES(0) - RIG_RAM), 0xee, 2 * MESSAGE * FRAME);
    sound_set(&rig, 1, 2, S16, RATE_48);
    sound_order(&rig, 0x102, 1);
    sound_message(&rig, 1, 0, MESSAGE * FRAME);
    sound_message(&rig, 1, 1, MESSAGE * FRAME);
    sound_order(&rig, 0x104, 1);
    rig_advance(&rig.rig, 10 * RIG_MS);
    CHECK_EQ(sound_used(&rig, RX), 0);
    for (int i = 0; i < 480; i++)
        CHECK(samples[2 * i] == i + 1 && samples[2 * i + 1] == -i - 1);
    CHECK(samples[960] == (int16_t)0xeeee);
    CHECK(rig_survives(rig.card));
    rig_advance(&rig.rig, 40 * RIG_MS);
    CHECK_EQ(sound_used(&rig, RX), 2);
    CHECK_EQ(sound_used_length(&rig, RX, 0), MESSAGE * FRAME + 8);
    CHECK_EQ(sound_get(&rig, STATUS(1), 8), OK);
    CHECK(samples[2 * 2047] == 2048);
    sound_order(&rig, 0x105, 1);
    CHECK_EQ(emu_audio_test_rate(&rig.backend, EMU_AUDIO_RECORD), 0);
    sound_finish(&rig);
}

/* The driver hears of the jack once it has a buffer for that, and of nothing that it knows. */
static void test_jack(void)
{
    const struct part event = {EVENT, 8, true};
    struct sound_rig rig;

    sound_init(&rig);
    sound_offer(&rig, EVENTS, &event, 1);
    CHECK_EQ(sound_used(&rig, EVENTS), 0);
    emu_audio_allow_record(rig.audio, true);
    CHECK_EQ(sound_used(&rig, EVENTS), 1);
    CHECK_EQ(sound_get(&rig, EVENT, 8), 0x1000 | 1ull << 32);
    emu_audio_allow_record(rig.audio, false);
    emu_audio_allow_record(rig.audio, true);
    sound_offer(&rig, EVENTS, &event, 1);
    CHECK_EQ(sound_used(&rig, EVENTS), 1);
    emu_audio_allow_record(rig.audio, false);
    CHECK_EQ(sound_used(&rig, EVENTS), 2);
    CHECK_EQ(sound_get(&rig, EVENT, 8), 0x1001 | 1ull << 32);
    emu_audio_allow_record(rig.audio, true);
    CHECK_EQ(sound_query(&rig, 0x1, 1, 1, 24), OK);
    CHECK_EQ(sound_get(&rig, ANSWER + 4 + 16, 1), 1);
    sound_offer(&rig, EVENTS, &event, 1);
    CHECK_EQ(sound_used(&rig, EVENTS), 2);
    CHECK(rig_survives(rig.card));
    sound_finish(&rig);
}

/* Messages of another stream, without room for a status, of no frames, of half a frame, of memory
 * that is not there. */
static void test_bad_messages(void)
{
    const struct part narrow[] = {{HEAD(1), 4, false}, {FRAMES(1), 64, false}, {STATUS(1), 7, true}};
    const struct part nothing[] = {{HEAD(2), 4, false}, {STATUS(2), 8, true}};
    const struct part headless[] = {{HEAD(3), 3, false}, {STATUS(3), 8, true}};
    const struct part nowhere[] = {{HEAD(5), 4, false}, {1ull << 40, 64, false}, {STATUS(5), 8, true}};
    struct sound_rig rig;

    sound_init(&rig);
    sound_set(&rig, 0, 2, S16, RATE_48);
    sound_order(&rig, 0x102, 0);
    sound_order(&rig, 0x104, 0);
    sound_message(&rig, 0, 0, 64);
    sound_put(&rig, HEAD(0), 1, 4);
    rig_advance(&rig.rig, RIG_MS); /* its 16 frames are none, or the next's */
    sound_offer(&rig, TX, narrow, 3);
    sound_offer(&rig, TX, nothing, 2);
    sound_offer(&rig, TX, headless, 2);
    sound_message(&rig, 0, 4, 63);
    rig_advance(&rig.rig, 10 * RIG_MS);
    CHECK_EQ(sound_used(&rig, TX), 5);
    CHECK_EQ(sound_used_length(&rig, TX, 1), 0);
    CHECK_EQ(sound_get(&rig, STATUS(2), 4), OK);
    CHECK_EQ(sound_get(&rig, STATUS(3), 4), BAD_MESSAGE);
    CHECK_EQ(sound_get(&rig, STATUS(4), 4), OK);
    CHECK_EQ(rig_read(rig.card, 0, 0x14, 1), STATUS_OK);
    sound_offer(&rig, TX, nowhere, 3);
    rig_advance(&rig.rig, 10 * RIG_MS);
    CHECK_EQ(rig_read(rig.card, 0, 0x14, 1) & NEEDS_RESET, NEEDS_RESET);
    sound_write(&rig, 0x14, 0, 1);
    sound_start_driver(&rig);
    CHECK_EQ(sound_order(&rig, 0x102, 0), BAD_MESSAGE); /* all forgotten */
    sound_finish(&rig);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"virtio-sound-information", test_information},
        {"virtio-sound-bad-requests", test_bad_requests},
        {"virtio-sound-states", test_states},
        {"virtio-sound-play", test_play},
        {"virtio-sound-release", test_release},
        {"virtio-sound-record", test_record},
        {"virtio-sound-jack", test_jack},
        {"virtio-sound-bad-messages", test_bad_messages},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
