/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine table and the choice from it: by name, or the best that can run here. */
#include "emulator/accel/accel.h"

#include <stdio.h>
#include <string.h>

#include "emulator/accel/engines.h"
#include "emulator/core/machine.h"

const struct emu_engine_ops *const emu_engines[] = {
    &emu_engine_jit,
    &emu_engine_interp,
    NULL,
};

/* A word that a user may well try. */
static bool accel_refuse_known(const char *name, struct emu_error *err)
{
    char kvm[120];
    if (strcmp(name, "kvm") == 0) {
        emu_host_describe_kvm(kvm, sizeof(kvm));
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "the engine 'kvm' is not part of this build (%s); use --accel auto",
                             kvm);
    }
    return emu_error_set(err, EMU_ERROR_INPUT,
                         "there is no engine '%.40s'; use auto, jit or interp", name);
}

static const struct emu_engine_ops *accel_named(const struct emu_engine_ops *const *engines,
                                                const char *name, struct emu_error *err)
{
    for (size_t i = 0; engines[i] != NULL; i++)
        if (strcmp(engines[i]->name, name) == 0)
            return engines[i]->probe(err) ? engines[i] : NULL;
    accel_refuse_known(name, err);
    return NULL;
}

/* Appends; what does not fit is cut off. */
static void accel_say(char *why, size_t size, const char *format, const char *first,
                      const char *second)
{
    size_t used = strlen(why);
    if (used < size)
        snprintf(why + used, size - used, format, first, second);
}

/* Those before the best one cannot run; and the one that a user would expect is not in the table.
 */
static const struct emu_engine_ops *accel_best(const struct emu_engine_ops *const *engines,
                                               char *why, size_t why_size)
{
    char kvm[120];
    size_t best = 0;
    for (; engines[best] != NULL; best++) {
        struct emu_error reason = EMU_ERROR_INIT;
        if (engines[best]->probe(&reason))
            break;
        accel_say(why, why_size, "%s cannot run here (%s); ", engines[best]->name, reason.text);
    }
    if (engines[best] == NULL)
        return NULL;
    emu_host_describe_kvm(kvm, sizeof(kvm));
    accel_say(why, why_size, "the fastest of this build here (kvm is not in it, and %s)%s", kvm,
              "");
    return engines[best];
}

const struct emu_engine_ops *emu_engine_choose_from(const struct emu_engine_ops *const *engines,
                                                    const char *name, char *why, size_t why_size,
                                                    struct emu_error *err)
{
    char unwanted[1];
    if (why_size == 0) {
        why = unwanted;
        why_size = sizeof(unwanted);
    }
    why[0] = '\0';
    if (name != NULL && strcmp(name, "auto") != 0)
        return accel_named(engines, name, err);
    const struct emu_engine_ops *best = accel_best(engines, why, why_size);
    if (best == NULL)
        emu_error_set(err, EMU_ERROR_HOST, "no engine can run on this host: %s", why);
    return best;
}

const struct emu_engine_ops *emu_engine_choose(const char *name, char *why, size_t why_size,
                                               struct emu_error *err)
{
    return emu_engine_choose_from(emu_engines, name, why, why_size, err);
}

/* ---- api/machine.h ---- */

bool emu_machine_set_engine(struct emu_machine *machine, const char *name, struct emu_error *err)
{
    const struct emu_engine_ops *engine = emu_engine_choose(name, NULL, 0, err);
    return engine != NULL && emu_machine_change_engine(machine, engine, err);
}
