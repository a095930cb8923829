/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints every instruction form that the lifter knows: mnemonic, chapter, the test that covers it.
 * As a test it fails if a row lacks one of them. */
#include <stdio.h>

#include "emulator/isa/x86/lift.h"

static unsigned print_rows(const struct x86_form *forms, const char *table, bool *complete)
{
    unsigned count = 0;
    for (unsigned i = 0; i <= ZYDIS_MNEMONIC_MAX_VALUE; i++) {
        const struct x86_form *form = &forms[i];
        if (!form->lift)
            continue;
        if (!form->chapter[0] || !form->test[0])
            *complete = false;
        printf("%-8s %-20s %-14s %-28s %s\n", table, form->name,
               form->feature >= 0 ? x86_feature_names[form->feature] : "-", form->chapter,
               form->test);
        count++;
    }
    return count;
}

int main(void)
{
    bool complete = true;
    unsigned count = print_rows(x86_forms_integer, "integer", &complete) +
                     print_rows(x86_forms_vector, "vector", &complete) +
                     print_rows(x86_forms_x87, "x87", &complete);
    printf("%s forms # %u\n", complete ? "ok" : "not ok", count);
    return complete ? 0 : 1;
}
