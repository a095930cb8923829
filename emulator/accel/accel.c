/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine table and the choice from it: by name, or the best that can run here. */
#include "emulator/accel/accel.h"

#include <stdio.h>
#include <string.h>

#include "emulator/accel/engines.h"

const struct emu_engine_ops *const emu_engines[] = {
    &emu_engine_jit,
    &emu_engine_interp,
    NULL,
};

static const struct emu_engine_ops *accel_best(void)
{
    for (size_t i = 0; emu_engines[i] != NULL; i++)
        if (emu_engines[i]->probe(NULL))
            return emu_engines[i];
    return NULL;
}

/* A word that a user may well try. */
static bool accel_refuse_known(const char *name, struct emu_error *err)
{
    char kvm[120];
    if (strcmp(name, "kvm") == 0) {
        emu_host_describe_kvm(kvm, sizeof(kvm));
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "the engine 'kvm' is not part of this build (%s); use --accel interp",
                             kvm);
    }
    return emu_error_set(err, EMU_ERROR_INPUT,
                         "there is no engine '%.40s'; use auto, jit or interp", name);
}

static const struct emu_engine_ops *accel_named(const char *name, struct emu_error *err)
{
    for (size_t i = 0; emu_engines[i] != NULL; i++)
        if (strcmp(emu_engines[i]->name, name) == 0)
            return emu_engines[i]->probe(err) ? emu_engines[i] : NULL;
    accel_refuse_known(name, err);
    return NULL;
}

const struct emu_engine_ops *emu_engine_choose(const char *name, char *why, size_t why_size,
                                               struct emu_error *err)
{
    char kvm[120];
    if (why_size > 0)
        why[0] = '\0';
    if (name != NULL && strcmp(name, "auto") != 0)
        return accel_named(name, err);
    const struct emu_engine_ops *best = accel_best();
    if (best == NULL) {
        emu_error_set(err, EMU_ERROR_HOST, "no engine can run on this host");
        return NULL;
    }
    emu_host_describe_kvm(kvm, sizeof(kvm));
    snprintf(why, why_size, "the fastest of this build here (kvm is not in it, and %s)", kvm);
    return best;
}
