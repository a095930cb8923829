/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verb and option tables as data, and looking things up in them. */
#include <glib/gi18n.h>
#include <string.h>

#include "app/cli/cli.h"
#include "app/cli/setters.h"

enum verb_index {
#define VERB(id, name, operands, summary) VERB_INDEX_##id,
#define LATER_VERB(name)
#include "app/cli/verbs.inc"
#undef VERB
#undef LATER_VERB
};

const struct lathe_verb lathe_verbs[] = {
#define VERB(id, name, operands, summary) {name, operands, summary, lathe_verb_##id},
#define LATER_VERB(name)
#include "app/cli/verbs.inc"
#undef VERB
#undef LATER_VERB
    {NULL, NULL, NULL, NULL},
};

static const char *const later_verbs[] = {
#define VERB(id, name, operands, summary)
#define LATER_VERB(name) name,
#include "app/cli/verbs.inc"
#undef VERB
#undef LATER_VERB
    NULL,
};

#define VERB_BIT(id) (1u << VERB_INDEX_##id)
#define ALL_VERBS    (~0u)
#define SETTINGS     (VERB_BIT(run) | VERB_BIT(create) | VERB_BIT(edit))

const struct lathe_option lathe_options[] = {
#define OPTION(id, name, argument, verbs, flags, words, help)                                      \
    {name, argument, verbs, flags, words, help, lathe_set_##id},
#define LATER_OPTION(name, argument, accepted, verbs)
#include "app/cli/options.inc"
#undef OPTION
#undef LATER_OPTION
    {NULL, NULL, 0, 0, NULL, NULL, NULL},
};
/* A bit for each in lathe_cli.given. */
G_STATIC_ASSERT(G_N_ELEMENTS(lathe_options) <= 65);

static const struct {
    const char *name, *accepted;
    unsigned verbs;
} later_options[] = {
#define OPTION(id, name, argument, verbs, flags, words, help)
#define LATER_OPTION(name, argument, accepted, verbs) {name, accepted, verbs},
#include "app/cli/options.inc"
#undef OPTION
#undef LATER_OPTION
    {NULL, NULL, 0},
};

const struct lathe_verb *lathe_verb_find(const char *name)
{
    for (const struct lathe_verb *verb = lathe_verbs; verb->name != NULL; verb++) {
        if (strcmp(verb->name, name) == 0)
            return verb;
    }
    return NULL;
}

bool lathe_option_fits(const struct lathe_option *option, const struct lathe_verb *verb)
{
    return verb == NULL ? option->verbs == ALL_VERBS
                        : (option->verbs & (1u << (verb - lathe_verbs))) != 0;
}

char *lathe_later_verb(const char *name)
{
    if (!g_strv_contains(later_verbs, name))
        return NULL;
    return g_strdup_printf(_("this version does not have 'lathe %s'; lathe help shows what it has"),
                           name);
}

bool lathe_later_option(const char *name, const struct lathe_verb *verb, const char **accepted)
{
    for (size_t i = 0; later_options[i].name != NULL; i++) {
        if (strcmp(later_options[i].name, name) == 0 &&
            (later_options[i].verbs & (1u << (verb - lathe_verbs))) != 0) {
            *accepted = later_options[i].accepted;
            return true;
        }
    }
    return false;
}
