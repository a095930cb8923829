/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The TPM in the DSDT, with the physical presence interface (TCG PC Client Physical Presence
 * Interface 1.30, chapter 8): a system leaves a request in memory that firmware looks at when the
 * machine starts again (QEMU's docs/specs/tpm, "PPI"). Clearing memory on reset is left out.
 */
#include "emulator/firmware/acpi-private.h"
#include "emulator/firmware/memory-map.h"

#define TPM_BYTE_ACCESS 0x01u
#define TPM_FUNCTIONS   0x100u /* bytes, one for each operation */
#define TPM_REQUESTS    0x5au  /* bytes behind them */

/* What an operation's byte says about how it is carried out; 0: not at all. */
#define TPM_HOW 0x07u

/* Answers. */
#define TPM_NOT_THERE 1u /* to a request */
#define TPM_REBOOT    2u /* the request is looked at then */
#define TPM_NO_LOCALE 3u /* preferred languages are not known */

/* Field (region, ByteAcc) { name, bits ... }: short enough for one byte of length. */
static void tpm_open_field(struct aml *aml, const char *region, unsigned length)
{
    aml_byte(aml, AML_EXTENDED);
    aml_byte(aml, AML_EXT_FIELD);
    aml_byte(aml, (uint8_t)(1 + 4 + 1 + length));
    aml_name_string(aml, region);
    aml_byte(aml, TPM_BYTE_ACCESS);
}

/* Names of the words that firmware and system share, as they lie behind the functions. */
static void tpm_memory(struct aml *aml)
{
    static const char *const words[] = {"PPIP", "PPRP", "PPRQ", "PPRM", "LPPR"};

    aml_region(aml, "TPP1", 0, EMU_PC_TPM_PPI, TPM_FUNCTIONS);
    tpm_open_field(aml, "TPP1", 6);
    aml_name_string(aml, "FUNC");
    aml_bytes(aml, (const uint8_t[]){0x40, TPM_FUNCTIONS * 8 >> 4}, 2);
    aml_region(aml, "TPP2", 0, EMU_PC_TPM_PPI + TPM_FUNCTIONS, TPM_REQUESTS);
    tpm_open_field(aml, "TPP2", 5 + 5 * sizeof(words) / sizeof(words[0]));
    aml_name_string(aml, "PPIN");
    aml_byte(aml, 8);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        aml_name_string(aml, words[i]);
        aml_byte(aml, 32);
    }
}

/* TPFN (operation): its byte. */
static void tpm_function_method(struct aml *aml)
{
    aml_open_method(aml, "TPFN", 1 | AML_SERIALIZED);
    aml_open_if(aml);
    aml_byte(aml, AML_NOT);
    aml_byte(aml, AML_LESS);
    aml_byte(aml, AML_ARG0);
    aml_integer(aml, TPM_FUNCTIONS);
    aml_return(aml);
    aml_integer(aml, 0);
    aml_close(aml);
    aml_byte(aml, AML_STORE);
    aml_name_string(aml, "FUNC");
    aml_byte(aml, AML_LOCAL0);
    aml_return(aml);
    aml_byte(aml, AML_DEREF);
    aml_byte(aml, AML_INDEX);
    aml_byte(aml, AML_LOCAL0);
    aml_byte(aml, AML_ARG0);
    aml_integer(aml, 0); /* no other target */
    aml_close(aml);
}

/* DerefOf (Arg3 [index]) */
static void tpm_argument(struct aml *aml, unsigned index)
{
    aml_byte(aml, AML_DEREF);
    aml_byte(aml, AML_INDEX);
    aml_byte(aml, AML_ARG3);
    aml_integer(aml, index);
    aml_integer(aml, 0);
}

static void tpm_store(struct aml *aml, const char *from, const char *to)
{
    aml_byte(aml, AML_STORE);
    if (from != NULL)
        aml_name_string(aml, from);
    else
        aml_integer(aml, 0);
    aml_name_string(aml, to);
}

static void tpm_open_function(struct aml *aml, uint8_t variable, unsigned value)
{
    aml_open_if(aml);
    aml_byte(aml, AML_EQUAL);
    aml_byte(aml, variable);
    aml_integer(aml, value);
}

static void tpm_answer(struct aml *aml, unsigned function, unsigned answer)
{
    tpm_open_function(aml, AML_ARG2, function);
    aml_return(aml);
    aml_integer(aml, answer);
    aml_close(aml);
}

/* Local0 = the operation that is asked about, Local1 = how it is carried out. */
static void tpm_look_up(struct aml *aml)
{
    aml_byte(aml, AML_STORE);
    tpm_argument(aml, 0);
    aml_byte(aml, AML_LOCAL0);
    aml_byte(aml, AML_AND);
    aml_name_string(aml, "TPFN");
    aml_byte(aml, AML_LOCAL0);
    aml_integer(aml, TPM_HOW);
    aml_byte(aml, AML_LOCAL1);
}

/* Requests: the second kind may have a parameter. */
static void tpm_request(struct aml *aml, unsigned function)
{
    tpm_open_function(aml, AML_ARG2, function);
    tpm_look_up(aml);
    tpm_open_function(aml, AML_LOCAL1, 0);
    aml_return(aml);
    aml_integer(aml, TPM_NOT_THERE);
    aml_close(aml);
    aml_byte(aml, AML_STORE);
    aml_byte(aml, AML_LOCAL0);
    aml_name_string(aml, "PPRQ");
    tpm_store(aml, NULL, "PPRM");
    if (function == 7) {
        tpm_open_function(aml, AML_ARG1, 2);
        aml_byte(aml, AML_STORE);
        tpm_argument(aml, 1);
        aml_name_string(aml, "PPRM");
        aml_close(aml);
    }
    aml_return(aml);
    aml_integer(aml, 0);
    aml_close(aml);
}

/* Return (Package {0, first, second}); second NULL: without. */
static void tpm_return_words(struct aml *aml, const char *first, const char *second)
{
    const char *words[] = {first, second};
    unsigned count = second != NULL ? 2 : 1;

    aml_byte(aml, AML_STORE);
    aml_open_package(aml, 1 + count);
    for (unsigned i = 0; i <= count; i++)
        aml_integer(aml, 0);
    aml_close(aml);
    aml_byte(aml, AML_LOCAL0);
    for (unsigned i = 0; i < count; i++) {
        aml_byte(aml, AML_STORE);
        aml_name_string(aml, words[i]);
        aml_byte(aml, AML_INDEX);
        aml_byte(aml, AML_LOCAL0);
        aml_integer(aml, 1 + i);
        aml_integer(aml, 0);
    }
    aml_return(aml);
    aml_byte(aml, AML_LOCAL0);
}

/* What waits, and what was done last with its result. */
static void tpm_tell(struct aml *aml)
{
    tpm_open_function(aml, AML_ARG2, 3);
    tpm_open_function(aml, AML_ARG1, 1);
    tpm_return_words(aml, "PPRQ", NULL);
    aml_close(aml);
    tpm_return_words(aml, "PPRQ", "PPRM");
    aml_close(aml);
    tpm_open_function(aml, AML_ARG2, 5);
    tpm_return_words(aml, "LPPR", "PPRP");
    aml_close(aml);
}

static void tpm_functions(struct aml *aml)
{
    tpm_open_function(aml, AML_ARG2, 0); /* which there are: 0 to 8 */
    aml_return(aml);
    aml_buffer(aml, (const uint8_t[]){0xff, 0x01}, 2);
    aml_close(aml);
    tpm_open_function(aml, AML_ARG2, 1);
    aml_return(aml);
    aml_string(aml, "1.3");
    aml_close(aml);
    tpm_request(aml, 2);
    tpm_tell(aml);
    tpm_answer(aml, 4, TPM_REBOOT);
    tpm_answer(aml, 6, TPM_NO_LOCALE);
    tpm_request(aml, 7);
    tpm_open_function(aml, AML_ARG2, 8);
    tpm_look_up(aml);
    aml_return(aml);
    aml_byte(aml, AML_LOCAL1);
    aml_close(aml);
}

static void tpm_dsm(struct aml *aml)
{
    /* 3dddfaa6-361b-4eb4-a424-8d10089d1653 */
    static const uint8_t uuid[16] = {0xa6, 0xfa, 0xdd, 0x3d, 0x1b, 0x36, 0xb4, 0x4e,
                                     0xa4, 0x24, 0x8d, 0x10, 0x08, 0x9d, 0x16, 0x53};

    aml_open_method(aml, "_DSM", 4 | AML_SERIALIZED);
    aml_open_if(aml);
    aml_byte(aml, AML_EQUAL);
    aml_byte(aml, AML_ARG0);
    aml_buffer(aml, uuid, sizeof(uuid));
    tpm_functions(aml);
    aml_close(aml);
    aml_return(aml);
    aml_buffer(aml, (const uint8_t[]){0}, 1);
    aml_close(aml);
}

void emu_acpi_tpm(struct aml *aml, const struct emu_acpi_board *board)
{
    aml_open_device(aml, "TPM");
    aml_name_string_value(aml, "_HID", "MSFT0101");
    aml_name_integer(aml, "_UID", 1);
    aml_name_integer(aml, "_STA", 0xf);
    aml_open_resources(aml, "_CRS");
    aml_resource_memory32(aml, EMU_PC_TPM, 0x1000);
    aml_close_resources(aml);
    if (board->tpm_log) {
        tpm_memory(aml);
        tpm_function_method(aml);
        tpm_dsm(aml);
    }
    aml_close(aml);
}
