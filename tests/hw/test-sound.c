/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The HDA controller and its codec, and the WAV file that sound goes to: by the test's own clock.
 */
#include <fcntl.h>
#include <unistd.h>

#include "emulator/audio/audio.h"
#include "emulator/hw/pci/pci.h"
#include "tests/hw/rig.h"

#define CORB    0x0000 /* from the beginning of the bench's RAM */
#define RIRB    0x1000
#define LIST    0x2000
#define DPLB    0x3000
#define BUFFERS 0x8000
#define BUFFER  0x1000 /* bytes of each */

#define OUT_STREAM         4
#define SD(stream, offset) (0x80u + 0x20u * (stream) + (offset))
#define STEREO_48          0x0011

struct sound_rig {
    struct rig rig;
    struct emu_audio_backend backend;
    struct emu_audio *audio;
    struct rig_device *card;
};

static void sound_write(struct sound_rig *rig, unsigned offset, uint64_t value, unsigned size)
{
    rig_write(rig->card, 0, offset, value, size);
}

static uint32_t sound_read(struct sound_rig *rig, unsigned offset, unsigned size)
{
    return (uint32_t)rig_read(rig->card, 0, offset, size);
}

static void sound_put(struct sound_rig *rig, unsigned at, uint64_t value, unsigned size)
{
    memcpy(rig_ram(&rig->rig) + at, &value, size);
}

static void sound_init(struct sound_rig *rig)
{
    struct emu_pci_device *pci;

    *rig = (struct sound_rig){.card = NULL};
    rig_init(&rig->rig);
    emu_audio_test(&rig->backend, NULL);
    rig->audio = emu_audio_new(&rig->backend, NULL);
    rig->card = rig_new(&rig->rig, &emu_hda_class);
    rig->card->device->audio = rig->audio;
    rig_realize(rig->card);
    pci = (struct emu_pci_device *)rig->card->device;
    pci->intx = rig->card->device->irqs[0];
    emu_pci_config_write(pci, EMU_PCI_COMMAND, EMU_PCI_COMMAND_MASTER | EMU_PCI_COMMAND_MEMORY, 2);
    sound_write(rig, 0x08, 1, 4);
}

static void sound_finish(struct sound_rig *rig)
{
    rig_finish(&rig->rig);
    emu_audio_free(rig->audio);
}

static uint32_t sound_verb(struct sound_rig *rig, unsigned node, unsigned verb)
{
    sound_write(rig, 0x60, node << 20 | verb, 4);
    sound_write(rig, 0x68, 1, 2);
    CHECK_EQ(sound_read(rig, 0x68, 2), 2);
    sound_write(rig, 0x68, 2, 2);
    return sound_read(rig, 0x64, 4);
}

/* Two buffers of one page, the second of which tells. */
static void sound_start(struct sound_rig *rig, unsigned stream, unsigned tag)
{
    for (unsigned i = 0; i < 2; i++) {
        sound_put(rig, LIST + 16 * i, RIG_RAM + BUFFERS + BUFFER * i, 8);
        sound_put(rig, LIST + 16 * i + 8, BUFFER | (uint64_t)i << 32, 8);
    }
    sound_write(rig, SD(stream, 0x08), 2 * BUFFER, 4);
    sound_write(rig, SD(stream, 0x0c), 1, 2);
    sound_write(rig, SD(stream, 0x12), STEREO_48, 2);
    sound_write(rig, SD(stream, 0x18), RIG_RAM + LIST, 4);
    sound_write(rig, 0x20, 0xc00000ff, 4);
    sound_write(rig, SD(stream, 0x00), tag << 20 | 0x6, 4);
}

/* ---- cases ---- */

static void test_codec(void)
{
    struct sound_rig rig;

    sound_init(&rig);
    CHECK_EQ(sound_read(&rig, 0x0e, 2), 1); /* a codec at address 0 */
    CHECK_EQ(sound_verb(&rig, 0, 0xf0000), 0x1af40022);
    CHECK_EQ(sound_verb(&rig, 0, 0xf0004), 0x00010001);
    CHECK_EQ(sound_verb(&rig, 1, 0xf0005), 1);
    CHECK_EQ(sound_verb(&rig, 1, 0xf0004), 0x00020004);
    CHECK_EQ(sound_verb(&rig, 3, 0xf0200), 2); /* the pin is the converter's */
    CHECK_EQ(sound_verb(&rig, 3, 0xf1c00), 0x01014110);
    sound_verb(&rig, 3, 0x71f90);
    CHECK_EQ(sound_verb(&rig, 3, 0xf1c00), 0x90014110);
    sound_verb(&rig, 2, 0x3b020); /* both sides of the output, 0x20 */
    CHECK_EQ(sound_verb(&rig, 2, 0xba000), 0x20);
    CHECK_EQ(sound_verb(&rig, 9, 0xf0000), 0); /* no such node */
    sound_verb(&rig, 1, 0x7ff00);
    CHECK_EQ(sound_verb(&rig, 2, 0xba000), 74);
    sound_write(&rig, 0x60, 0x10000000, 4); /* no such codec */
    sound_write(&rig, 0x68, 1, 2);
    CHECK_EQ(sound_read(&rig, 0x68, 2), 0);
    sound_finish(&rig);
}

static void test_rings(void)
{
    struct sound_rig rig;
    uint64_t response;

    sound_init(&rig);
    for (unsigned i = 0; i < 256; i++)
        sound_put(&rig, CORB + 4 * i, 0xf0000 + (i & 3), 4);
    sound_write(&rig, 0x40, RIG_RAM + CORB, 4);
    sound_write(&rig, 0x50, RIG_RAM + RIRB, 4);
    sound_write(&rig, 0x4a, 0x8000, 2);
    CHECK_EQ(sound_read(&rig, 0x4a, 2), 0x8000);
    sound_write(&rig, 0x4a, 0, 2);
    sound_write(&rig, 0x58, 0x8000, 2);
    sound_write(&rig, 0x5a, 200, 2);
    sound_write(&rig, 0x20, 0xc0000000, 4);
    sound_write(&rig, 0x5c, 3, 1);
    sound_write(&rig, 0x4c, 2, 1);
    sound_write(&rig, 0x48, 4, 2);
    CHECK_EQ(sound_read(&rig, 0x4a, 2), 4);
    CHECK_EQ(sound_read(&rig, 0x58, 2), 4);
    memcpy(&response, rig_ram(&rig.rig) + RIRB + 8 * 2, sizeof(response));
    CHECK_EQ(response, 0x00100101); /* parameter 2 */
    CHECK(rig.card->level[0]);
    CHECK_EQ(sound_read(&rig, 0x24, 4), 0xc0000000);
    sound_write(&rig, 0x5d, 1, 1);
    CHECK(!rig.card->level[0]);
    sound_write(&rig, 0x48, 3, 2); /* all the way round */
    CHECK_EQ(sound_read(&rig, 0x4a, 2), 3);
    CHECK_EQ(sound_read(&rig, 0x58, 2), 3);
    CHECK(rig.card->level[0]);
    sound_finish(&rig);
}

static void test_play(void)
{
    struct sound_rig rig;
    int16_t heard[2 * 4096], *samples;
    uint32_t position;

    sound_init(&rig);
    samples = (int16_t *)(rig_ram(&rig.rig) + BUFFERS);
    for (int i = 0; i < 2 * BUFFER / 2; i++)
        samples[i] = (int16_t)(i + 1);
    sound_verb(&rig, 2, 0x70650); /* stream 5 */
    sound_write(&rig, 0x70, (RIG_RAM + DPLB) | 1, 4);
    sound_start(&rig, OUT_STREAM, 5);
    rig_advance(&rig.rig, 10 * RIG_MS);
    CHECK_EQ(sound_read(&rig, SD(OUT_STREAM, 4), 4), 480 * 4);
    CHECK_EQ(sound_read(&rig, 0x2000 + SD(OUT_STREAM, 4), 4), 480 * 4);
    memcpy(&position, rig_ram(&rig.rig) + DPLB + 8 * OUT_STREAM, sizeof(position));
    CHECK_EQ(position, 480 * 4);
    CHECK_EQ(emu_audio_test_rate(&rig.backend, EMU_AUDIO_PLAY), 48000);
    CHECK(!rig.card->level[0]);
    rig_advance(&rig.rig, 33 * RIG_MS); /* both buffers, and 16 frames of the first again */
    CHECK(rig.card->level[0]);
    CHECK_EQ(sound_read(&rig, SD(OUT_STREAM, 3), 1), 0x24);
    CHECK_EQ(sound_read(&rig, SD(OUT_STREAM, 4), 4), 43 * 48 * 4 - 2 * BUFFER);
    CHECK_EQ(emu_audio_test_played(&rig.backend, 0, heard, 4096), 43 * 48);
    CHECK(memcmp(heard, samples, 2 * BUFFER) == 0);
    CHECK(memcmp(heard + BUFFER, samples, 16 * 4) == 0);
    sound_write(&rig, SD(OUT_STREAM, 3), 0x4, 1);
    CHECK(!rig.card->level[0]);
    CHECK(rig_survives(rig.card));
    sound_write(&rig, SD(OUT_STREAM, 0), 0, 1);
    CHECK_EQ(emu_audio_test_rate(&rig.backend, EMU_AUDIO_PLAY), 0);
    rig_advance(&rig.rig, 50 * RIG_MS);
    CHECK_EQ(emu_audio_test_played(&rig.backend, 0, NULL, 0), 43 * 48);
    sound_finish(&rig);
}

/* Silent, half as loud, and not heard at all by a converter of another stream. */
static void test_volume(void)
{
    struct sound_rig rig;
    int16_t heard[2], *samples;

    sound_init(&rig);
    samples = (int16_t *)(rig_ram(&rig.rig) + BUFFERS);
    for (int i = 0; i < 2 * BUFFER / 2; i++)
        samples[i] = 10000;
    sound_verb(&rig, 2, 0x70650);
    sound_verb(&rig, 2, 0x3a000 | (74 - 6)); /* left 6 dB less */
    sound_verb(&rig, 2, 0x39080 | 74);       /* right silent */
    sound_start(&rig, OUT_STREAM, 5);
    rig_advance(&rig.rig, 10 * RIG_MS);
    CHECK_EQ(emu_audio_test_played(&rig.backend, 100, heard, 1), 480);
    CHECK(heard[0] > 4950 && heard[0] < 5050 && heard[1] == 0);
    sound_verb(&rig, 2, 0x70640);
    rig_advance(&rig.rig, 10 * RIG_MS);
    CHECK_EQ(emu_audio_test_played(&rig.backend, 0, NULL, 0), 480);
    CHECK_EQ(sound_read(&rig, SD(OUT_STREAM, 4), 4), 960 * 4);
    sound_finish(&rig);
}

static void test_record(void)
{
    struct sound_rig rig;
    const int16_t *samples;

    sound_init(&rig);
    samples = (const int16_t *)(rig_ram(&rig.rig) + BUFFERS);
    memset(rig_ram(&rig.rig) + BUFFERS, 0xff, 2 * BUFFER);
    sound_verb(&rig, 4, 0x70630);
    sound_start(&rig, 0, 3);
    rig_advance(&rig.rig, 10 * RIG_MS);
    CHECK(samples[0] == 0 && samples[959] == 0 && samples[960] == -1);
    CHECK_EQ(emu_audio_test_rate(&rig.backend, EMU_AUDIO_RECORD), 0);
    emu_audio_allow_record(rig.audio, true);
    rig_advance(&rig.rig, 10 * RIG_MS);
    CHECK_EQ(emu_audio_test_rate(&rig.backend, EMU_AUDIO_RECORD), 48000);
    for (int i = 0; i < 480; i++)
        CHECK(samples[960 + 2 * i] == i + 1 && samples[961 + 2 * i] == -i - 1);
    emu_audio_allow_record(rig.audio, false);
    rig_advance(&rig.rig, 5 * RIG_MS);
    CHECK_EQ(sound_read(&rig, SD(0, 4), 4), 25 * 48 * 4);
    CHECK_EQ(emu_audio_test_rate(&rig.backend, EMU_AUDIO_RECORD), 0);
    CHECK(samples[1920] == 0 && samples[2399] == 0);
    sound_finish(&rig);
}

/* What nobody made up for: a second without a look at the clock is not played in one go. */
static void test_late(void)
{
    struct sound_rig rig;

    sound_init(&rig);
    sound_verb(&rig, 2, 0x70650);
    sound_start(&rig, OUT_STREAM, 5);
    emu_clock_set(rig.rig.clock, emu_clock_now(rig.rig.clock) + 1000 * RIG_MS);
    sound_read(&rig, SD(OUT_STREAM, 4), 4);
    CHECK_EQ(emu_audio_test_played(&rig.backend, 0, NULL, 0), 4800);
    sound_finish(&rig);
}

/* Lists that lead nowhere, and without end. */
static void test_bad_lists(void)
{
    struct sound_rig rig;

    sound_init(&rig);
    sound_verb(&rig, 2, 0x70650);
    sound_start(&rig, OUT_STREAM, 5);
    sound_put(&rig, LIST + 8, 0, 8); /* no bytes */
    rig_advance(&rig.rig, 5 * RIG_MS);
    CHECK_EQ(sound_read(&rig, SD(OUT_STREAM, 3), 1) & 0x10, 0x10);
    sound_write(&rig, SD(OUT_STREAM, 0), 1, 1);
    CHECK_EQ(sound_read(&rig, SD(OUT_STREAM, 0), 1), 1);
    sound_write(&rig, SD(OUT_STREAM, 0), 0, 1);
    sound_start(&rig, OUT_STREAM, 5);
    sound_put(&rig, LIST, 0xfffffffffffff000, 8);
    rig_advance(&rig.rig, 5 * RIG_MS);
    CHECK_EQ(sound_read(&rig, SD(OUT_STREAM, 3), 1) & 0x10, 0x10);
    sound_write(&rig, SD(OUT_STREAM, 0), 1, 1);
    sound_start(&rig, OUT_STREAM, 5);
    for (unsigned i = 0; i < 2; i++)
        sound_put(&rig, LIST + 16 * i + 8, 1, 8); /* a byte each, for ever */
    rig_advance(&rig.rig, 100 * RIG_MS);
    CHECK_EQ(sound_read(&rig, SD(OUT_STREAM, 3), 1) & 0x10, 0);
    sound_finish(&rig);
}

/* Widths and channels of samples. */
static void test_formats(void)
{
    static const uint8_t bytes[] = {0x80, 0xc0, 0x00, 0x40};
    static const uint8_t words[] = {0xff, 0xff, 0x00, 0x40, 0xff, 0xff, 0x00, 0xc0};
    const struct emu_audio_format narrow = {48000, 1, 1}, wide = {48000, 2, 4};
    struct emu_audio_backend backend;
    struct emu_audio *audio;
    int16_t heard[2 * 5];

    emu_audio_test(&backend, NULL);
    audio = emu_audio_new(&backend, NULL);
    emu_audio_play(audio, &narrow, bytes, sizeof(bytes));
    emu_audio_play(audio, &wide, words, 1);
    CHECK_EQ(emu_audio_test_played(&backend, 0, heard, 5), 5);
    CHECK(heard[0] == 0 && heard[2] == 0x4000 && heard[4] == -0x8000 && heard[6] == -0x4000);
    CHECK(heard[1] == 0 && heard[3] == 0x4000 && heard[8] == 0x4000 && heard[9] == -0x4000);
    emu_audio_free(audio);
}

/* Each listener gets all from when it came; the newest with a microphone is asked. */
static void test_listeners(void)
{
    const struct emu_audio_format format = {48000, 2, 2};
    struct emu_audio_backend first, second, more;
    struct emu_audio *audio;
    int16_t frames[2 * 100] = {0};
    struct emu_audio_status status;

    emu_audio_test(&first, NULL);
    emu_audio_test(&second, NULL);
    audio = emu_audio_new(&first, NULL);
    emu_audio_play(audio, &format, frames, 100);
    CHECK(emu_audio_add_listener(audio, &second, NULL));
    CHECK_EQ(emu_audio_test_rate(&second, EMU_AUDIO_PLAY), 48000);
    emu_audio_play(audio, &format, frames, 100);
    CHECK_EQ(emu_audio_test_played(&first, 0, NULL, 0), 200);
    CHECK_EQ(emu_audio_test_played(&second, 0, NULL, 0), 100);
    emu_audio_allow_record(audio, true);
    emu_audio_record(audio, &format, frames, 10);
    CHECK_EQ(emu_audio_test_rate(&first, EMU_AUDIO_RECORD), 0);
    CHECK_EQ(emu_audio_test_rate(&second, EMU_AUDIO_RECORD), 48000);
    CHECK_EQ(frames[18], 10);
    for (unsigned i = 2; i < EMU_AUDIO_LISTENERS; i++)
        CHECK(emu_audio_null(&more, NULL) && emu_audio_add_listener(audio, &more, NULL));
    status = emu_audio_get_status(audio);
    CHECK_EQ(status.listeners, EMU_AUDIO_LISTENERS);
    CHECK(strcmp(status.listener[1].name, "test") == 0);
    emu_audio_test(&more, NULL);
    CHECK(!emu_audio_add_listener(audio, &more, NULL));
    CHECK(emu_audio_remove_listener(audio, second.opaque));
    CHECK(!emu_audio_remove_listener(audio, second.opaque));
    emu_audio_record(audio, &format, frames, 10);
    CHECK_EQ(emu_audio_test_rate(&first, EMU_AUDIO_RECORD), 48000);
    CHECK_EQ(frames[0], 1);
    emu_audio_free(audio);
}

/* Silence goes on in time. */
static void test_mute(void)
{
    const struct emu_audio_format format = {48000, 2, 2};
    int16_t frames[2 * 2] = {1000, 2000, 3000, 4000}, heard[2 * 6];
    struct emu_audio_backend backend;
    struct emu_audio *audio;

    emu_audio_test(&backend, NULL);
    audio = emu_audio_new(&backend, NULL);
    emu_audio_play(audio, &format, frames, 2);
    emu_audio_mute(audio, true);
    emu_audio_play(audio, &format, frames, 2);
    CHECK(emu_audio_get_status(audio).muted);
    emu_audio_mute(audio, false);
    emu_audio_play(audio, &format, frames, 2);
    CHECK_EQ(emu_audio_test_played(&backend, 0, heard, 6), 6);
    CHECK(memcmp(heard, frames, sizeof(frames)) == 0 &&
          memcmp(heard + 8, frames, sizeof(frames)) == 0);
    CHECK(heard[4] == 0 && heard[5] == 0 && heard[6] == 0 && heard[7] == 0);
    emu_audio_free(audio);
}

static uint32_t wav_number(const uint8_t *at)
{
    return at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
}

static void test_wav(void)
{
    char path[] = "/tmp/lathe-wav-XXXXXX";
    struct emu_audio_backend backend;
    int16_t samples[2 * 100];
    uint8_t file[8192];
    int fd = mkstemp(path);

    for (int i = 0; i < 100; i++)
        samples[2 * i] = samples[2 * i + 1] = (int16_t)(100 * i);
    CHECK(emu_audio_wav(path, &backend, NULL));
    backend.ops->start(backend.opaque, EMU_AUDIO_PLAY, 48000);
    backend.ops->play(backend.opaque, samples, 100);
    backend.ops->start(backend.opaque, EMU_AUDIO_PLAY, 24000); /* the same twice as slow */
    backend.ops->play(backend.opaque, samples, 100);
    emu_audio_backend_close(&backend);
    CHECK_EQ(read(fd, file, sizeof(file)), 44 + 300 * 4);
    CHECK(memcmp(file, "RIFF", 4) == 0 && memcmp(file + 8, "WAVEfmt ", 8) == 0);
    CHECK_EQ(wav_number(file + 4), 36 + 300 * 4);
    CHECK_EQ(wav_number(file + 24), 48000);
    CHECK_EQ(wav_number(file + 40), 300 * 4);
    CHECK(memcmp(file + 44, samples, sizeof(samples)) == 0);
    CHECK_EQ(file[44 + 4 * (100 + 2 * 50)] | file[45 + 4 * (100 + 2 * 50)] << 8, 4900);
    CHECK_EQ(file[44 + 4 * (101 + 2 * 50)] | file[45 + 4 * (101 + 2 * 50)] << 8, 4950);
    close(fd);
    unlink(path);
    CHECK(!emu_audio_wav("/nowhere/at/all.wav", &backend, NULL));
    CHECK(!emu_audio_wav("/dev/full", &backend, NULL));
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"sound-codec", test_codec},
        {"sound-rings", test_rings},
        {"sound-play", test_play},
        {"sound-volume", test_volume},
        {"sound-record", test_record},
        {"sound-late", test_late},
        {"sound-bad-lists", test_bad_lists},
        {"sound-formats", test_formats},
        {"sound-listeners", test_listeners},
        {"sound-mute", test_mute},
        {"sound-wav", test_wav},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
