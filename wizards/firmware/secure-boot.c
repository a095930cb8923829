/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Enrolling keys without firmware's help. */
#include "wizards/firmware/secure-boot.h"

#include <glib/gi18n.h>

#include "app/plan/error.h"
#include "wizards/firmware/certificate.h"

#define OLDEST_TIME 1262304000 /* 2010-01-01: of what has no date */

/* ---- files ---- */

static bool secure_is_list(struct lathe_bytes file)
{
    struct lathe_guid type;

    if (file.size < sizeof(type.bytes))
        return false;
    type = lathe_guid_read(file.data);
    for (enum lathe_guid_id id = LATHE_GUID_CERT_SHA256; id <= LATHE_GUID_CERT_PKCS7; id++) {
        if (lathe_guid_is(&type, id))
            return true;
    }
    return false;
}

GPtrArray *lathe_secure_boot_read_file(struct lathe_bytes file, const struct lathe_guid *owner,
                                       GError **error)
{
    struct lathe_bytes lists = lathe_signatures_payload(file, NULL);

    if (secure_is_list(lists))
        return lathe_signatures_parse(lists, error);
    g_autoptr(GBytes) der = lathe_certificate_from_file(file, error);
    if (der == NULL)
        return NULL;
    GPtrArray *signatures = lathe_signatures_new();
    lathe_signatures_add(signatures, LATHE_GUID_CERT_X509, owner, lathe_bytes_of(der));
    return signatures;
}

/* ---- times ---- */

/* A time-based variable is changed later only by what is signed after its own time. */
static gint64 secure_newest(const GPtrArray *signatures)
{
    gint64 newest = OLDEST_TIME;

    for (guint i = 0; i < signatures->len; i++) {
        const struct lathe_signature *signature = signatures->pdata[i];
        g_autoptr(lathe_certificate) certificate =
            lathe_guid_is(&signature->type, LATHE_GUID_CERT_X509)
                ? lathe_certificate_read(lathe_bytes_of(signature->data), NULL)
                : NULL;
        if (certificate != NULL)
            newest = MAX(newest, certificate->from);
    }
    return newest;
}

static void secure_advance_time(struct lathe_variable *variable, const GPtrArray *signatures)
{
    guint8 time[LATHE_EFI_TIME];

    if ((variable->attributes & LATHE_VARIABLE_TIME_AUTHENTICATED) == 0)
        return;
    lathe_efi_time_set(time, secure_newest(signatures));
    if (lathe_efi_time_compare(variable->time, time) < 0)
        memcpy(variable->time, time, LATHE_EFI_TIME);
}

/* ---- databases ---- */

static const struct lathe_known_variable *secure_database(const char *name, GError **error)
{
    const struct lathe_known_variable *known = lathe_known_variable(name, NULL);

    if (known != NULL && known->kind == LATHE_VARIABLE_SIGNATURES)
        return known;
    lathe_error_input(error, "'%s' is no variable that holds signatures", name);
    return NULL;
}

static struct lathe_variable *secure_find(const GPtrArray *variables,
                                          const struct lathe_known_variable *known)
{
    struct lathe_guid guid = lathe_guid_of(known->guid);

    return lathe_variables_find(variables, known->name, &guid);
}

static bool secure_check_platform_key(const GPtrArray *signatures, GError **error)
{
    const struct lathe_signature *first = signatures->len == 1 ? signatures->pdata[0] : NULL;

    return (first != NULL && lathe_guid_is(&first->type, LATHE_GUID_CERT_X509)) ||
           lathe_error_input(error, "PK takes one certificate");
}

static void secure_write(GPtrArray *variables, const struct lathe_known_variable *known,
                         const GPtrArray *signatures)
{
    struct lathe_guid guid = lathe_guid_of(known->guid);
    struct lathe_variable *variable =
        lathe_variables_set(variables, known->name, &guid, lathe_signatures_build(signatures));

    variable->attributes = known->attributes;
    secure_advance_time(variable, signatures);
}

bool lathe_secure_boot_replace(GPtrArray *variables, const char *name, const GPtrArray *signatures,
                               GError **error)
{
    const struct lathe_known_variable *known = secure_database(name, error);

    if (known == NULL || (strcmp(name, "PK") == 0 && !secure_check_platform_key(signatures, error)))
        return false;
    secure_write(variables, known, signatures);
    return true;
}

/* What the variable holds already. NULL with *error: it is broken. */
static GPtrArray *secure_present(const GPtrArray *variables,
                                 const struct lathe_known_variable *known, GError **error)
{
    const struct lathe_variable *variable = secure_find(variables, known);
    GPtrArray *present;

    if (variable == NULL)
        return lathe_signatures_new();
    present = lathe_signatures_parse(lathe_bytes_of(variable->data), error);
    if (present == NULL)
        g_prefix_error(error, "%s: ", known->name);
    return present;
}

bool lathe_secure_boot_add(GPtrArray *variables, const char *name, const GPtrArray *signatures,
                           GError **error)
{
    const struct lathe_known_variable *known = secure_database(name, error);

    if (known == NULL)
        return false;
    if (strcmp(name, "PK") == 0)
        return lathe_secure_boot_replace(variables, name, signatures, error);
    g_autoptr(GPtrArray) present = secure_present(variables, known, error);
    if (present == NULL)
        return false;
    for (guint i = 0; i < signatures->len; i++)
        lathe_signatures_take(present, signatures->pdata[i]);
    secure_write(variables, known, present);
    return true;
}

/* An update's time counts for what comes of it. */
static void secure_take_time(GPtrArray *variables, const char *name, struct lathe_bytes file)
{
    struct lathe_variable *variable = secure_find(variables, lathe_known_variable(name, NULL));
    guint8 time[LATHE_EFI_TIME];

    lathe_signatures_payload(file, time);
    if ((variable->attributes & LATHE_VARIABLE_TIME_AUTHENTICATED) != 0 &&
        lathe_efi_time_compare(variable->time, time) < 0)
        memcpy(variable->time, time, LATHE_EFI_TIME);
}

bool lathe_secure_boot_take_file(GPtrArray *variables, const char *name, struct lathe_bytes file,
                                 const struct lathe_guid *owner, bool replace, GError **error)
{
    g_autoptr(GPtrArray) signatures = lathe_secure_boot_read_file(file, owner, error);

    if (signatures == NULL || !(replace ? lathe_secure_boot_replace : lathe_secure_boot_add)(
                                  variables, name, signatures, error))
        return false;
    secure_take_time(variables, name, file);
    return true;
}

bool lathe_secure_boot_enrol(GPtrArray *variables, const GPtrArray *signatures, GError **error)
{
    return lathe_secure_boot_replace(variables, "PK", signatures, error) &&
           lathe_secure_boot_add(variables, "KEK", signatures, error) &&
           lathe_secure_boot_add(variables, "db", signatures, error);
}

bool lathe_secure_boot_remove(GPtrArray *variables, const char *name, guint index, GError **error)
{
    const struct lathe_known_variable *known = secure_database(name, error);
    g_autoptr(GPtrArray) present = known != NULL ? secure_present(variables, known, error) : NULL;

    if (present == NULL)
        return false;
    if (index >= present->len)
        return lathe_error_input(error, "%s has no signature of this number", name);
    g_ptr_array_remove_index(present, index);
    struct lathe_guid guid = lathe_guid_of(known->guid);
    if (present->len == 0)
        return lathe_variables_remove(variables, known->name, &guid);
    secure_write(variables, known, present);
    return true;
}

static const char *const secure_databases[] = {"PK", "KEK", "db", "dbx"};

bool lathe_secure_boot_copy(GPtrArray *variables, const GPtrArray *from, GError **error)
{
    if (secure_find(from, lathe_known_variable("PK", NULL)) == NULL)
        return lathe_error_input(error, "there are no keys in it");
    for (size_t i = 0; i < G_N_ELEMENTS(secure_databases); i++) {
        const struct lathe_known_variable *known = lathe_known_variable(secure_databases[i], NULL);
        const struct lathe_variable *source = secure_find(from, known);
        struct lathe_guid guid = lathe_guid_of(known->guid);
        lathe_variables_remove(variables, known->name, &guid);
        if (source != NULL)
            g_ptr_array_add(variables, lathe_variable_copy(source));
    }
    return true;
}

/* ---- the switch ---- */

static void secure_set_byte(GPtrArray *variables, const char *name, guint8 value)
{
    struct lathe_guid guid = lathe_guid_of(lathe_known_variable(name, NULL)->guid);

    lathe_variables_set(variables, name, &guid, g_bytes_new(&value, 1));
}

/* The hash of nothing at all, which is no image's. */
static bool secure_fill_forbidden(GPtrArray *variables, GError **error)
{
    struct lathe_guid owner = lathe_guid_of(LATHE_GUID_OWNER_OVMF);
    g_autoptr(GPtrArray) signatures = lathe_signatures_new();
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "", 0);
    g_autoptr(GBytes) bytes = lathe_hex_parse(hash);

    if (secure_find(variables, lathe_known_variable("dbx", NULL)) != NULL)
        return true;
    lathe_signatures_add(signatures, LATHE_GUID_CERT_SHA256, &owner, lathe_bytes_of(bytes));
    return lathe_secure_boot_add(variables, "dbx", signatures, error);
}

bool lathe_secure_boot_switch(GPtrArray *variables, bool on, GError **error)
{
    for (size_t i = 0; on && i < 3; i++) {
        const char *name = secure_databases[i];
        if (secure_find(variables, lathe_known_variable(name, NULL)) == NULL)
            return lathe_error_input(error, "Secure Boot needs a key in %s: enrol one first", name);
    }
    if (on && !secure_fill_forbidden(variables, error))
        return false;
    secure_set_byte(variables, "SecureBootEnable", on);
    if (on)
        secure_set_byte(variables, "CustomMode", 0);
    return true;
}

const char *lathe_secure_boot_state(const GPtrArray *variables)
{
    const struct lathe_variable *enable =
        secure_find(variables, lathe_known_variable("SecureBootEnable", NULL));
    bool key = secure_find(variables, lathe_known_variable("PK", NULL)) != NULL;

    if (!key)
        return N_("off: there are no keys (setup mode)");
    if (enable == NULL)
        return N_("on, as firmware switches it on when there are keys");
    struct lathe_bytes data = lathe_bytes_of(enable->data);
    return data.size == 1 && data.data[0] == 1 ? N_("on") : N_("off");
}
