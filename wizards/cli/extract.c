/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signatures to files of their own. */
#include <fcntl.h>
#include <unistd.h>

#include "app/plan/error.h"
#include "wizards/cli/firmware.h"
#include "wizards/firmware/certificate.h"
#include "wizards/firmware/signature.h"

/* A certificate's name comes from a stranger: only letters, digits and '-' of it reach a path. */
static char *extract_name(struct lathe_bytes der)
{
    g_autoptr(lathe_certificate) certificate = lathe_certificate_read(der, NULL);
    char *name = g_strdup(certificate != NULL ? certificate->name : "broken");

    for (char *at = name; *at != '\0'; at++) {
        if (!g_ascii_isalnum(*at))
            *at = '-';
    }
    if (strlen(name) > 64)
        name[64] = '\0';
    return name;
}

bool lathe_firmware_write_new(const char *folder, const char *name, struct lathe_bytes data,
                              GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

    if (fd < 0)
        return lathe_error_input(error, "%s: %s", path, g_strerror(errno));
    bool good = write(fd, data.data, data.size) == (ssize_t)data.size;
    good = close(fd) == 0 && good;
    if (!good)
        unlink(path);
    return good || lathe_error_input(error, "%s: it cannot be written", path);
}

static bool extract_certificate(const struct lathe_signature *signature, const char *folder,
                                const char *prefix, guint number, GError **error)
{
    struct lathe_bytes der = lathe_bytes_of(signature->data);
    g_autofree char *subject = extract_name(der);
    g_autofree char *name = g_strdup_printf("%s-%u-%s.der", prefix, number, subject);

    return lathe_firmware_write_new(folder, name, der, error);
}

bool lathe_firmware_extract(const GPtrArray *signatures, const char *folder, const char *prefix,
                            GError **error)
{
    g_autoptr(GString) hashes = g_string_new(NULL);
    g_autofree char *name = g_strconcat(prefix, "-hashes.txt", NULL);

    for (guint i = 0; i < signatures->len; i++) {
        const struct lathe_signature *signature = signatures->pdata[i];
        if (lathe_guid_is(&signature->type, LATHE_GUID_CERT_X509)) {
            if (!extract_certificate(signature, folder, prefix, i, error))
                return false;
            continue;
        }
        g_autofree char *type = lathe_guid_describe(&signature->type);
        g_autofree char *hex = lathe_hex_text(lathe_bytes_of(signature->data));
        g_string_append_printf(hashes, "%s %s\n", type, hex);
    }
    return hashes->len == 0 ||
           lathe_firmware_write_new(
               folder, name, (struct lathe_bytes){(const guint8 *)hashes->str, hashes->len}, error);
}
