/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a hostile guest sends to a shared folder: the input is messages, each with its length of two
 * bytes before it. What is beside the folder must be as it was.
 */
#include <stdlib.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tests/share/client.h"

static void fuzz_send(struct client *client, const uint8_t *data, uint32_t size)
{
    const struct iovec out = {client->out, size};
    const struct iovec in = {client->in, size % 3 == 0 ? 64 : sizeof(client->in)};

    memcpy(client->out, data, size);
    if (size >= 4 && data[size - 1] % 8 != 0)
        memcpy(client->out, &size, 4);
    if (emu_share_serve(client->share, &out, 1, &in, 1) > in.iov_len)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct client client;
    struct stat outside;

    client_start(&client, (struct emu_shared_folder){.read_only = size % 7 == 0}, 32);
    while (size >= 2) {
        uint32_t length = data[0] | (uint32_t)(data[1] & 15) << 8;

        data += 2;
        size -= 2;
        length = length < size ? length : (uint32_t)size;
        fuzz_send(&client, data, length);
        data += length;
        size -= length;
    }
    if (stat(client.outside, &outside) != 0 || outside.st_size != 0 ||
        (outside.st_mode & 0777) != 0600)
        abort();
    client_finish(&client);
    return 0;
}

/* Fields of calls behind their headers: d is a fid, s a string, w four bytes, q eight. */
static const struct {
    uint8_t type;
    const char *fields;
} fuzz_calls[] = {
    {110, "0100"},      {14, "1sww w"},  {118, "1qws"},  {116, "1qw"},   {24, "1q"},
    {26, "1wwwwqqqqq"}, {72, "0sww"},    {16, "0ssw"},   {18, "0swwww"}, {74, "0s0s"},
    {20, "10s"},        {76, "0sw"},     {40, "0qw"},    {12, "0w"},     {22, "0"},
    {50, "1w"},         {52, "1bwqqws"}, {54, "1bqqws"}, {70, "01s"},    {8, "0"},
    {30, "02s"},        {32, "0sqw"},    {122, "1"},     {120, "1"},     {108, "h"},
    {100, "ws"},
};

#define FUZZ_CALLS (sizeof(fuzz_calls) / sizeof(fuzz_calls[0]))

static void fuzz_field(struct share_out *out, char field, unsigned index)
{
    static const char *const names[] = {"a", "d", "..", "../secret", "/tmp"};

    switch (field) {
    case 's':
        client_put(out, names[index % 5]);
        break;
    case 'w':
        share_put32(out, index % 2 ? 0x42 : 0100644);
        break;
    case 'q':
        share_put64(out, index % 9);
        break;
    case 'b':
        share_put8(out, 1);
        break;
    case 'h':
        share_put16(out, 1);
        break;
    case ' ':
        break;
    default:
        share_put32(out, (uint32_t)(field - '0'));
    }
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    struct share_out all = {out, out + size, false};

    if (index >= 10)
        return 0;
    for (unsigned i = 0; i < FUZZ_CALLS; i++) {
        uint8_t *told = all.at;
        uint16_t length;

        share_put16(&all, 0);
        share_put32(&all, 0);
        share_put8(&all, fuzz_calls[(i + index) % FUZZ_CALLS].type);
        share_put16(&all, 1);
        for (const char *field = fuzz_calls[(i + index) % FUZZ_CALLS].fields; *field != '\0';
             field++)
            fuzz_field(&all, *field, index + i);
        share_put8(&all, 1);
        if (all.full)
            return 0;
        length = (uint16_t)(all.at - told - 2);
        memcpy(told, &length, 2);
    }
    return (size_t)(all.at - out);
}
