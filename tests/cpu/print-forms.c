/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prints every instruction form that the lifter knows: mnemonic, feature, chapter, and the tests
 * that cover it. "print-forms DIR", DIR being tests/, also looks whether those tests are there, and
 * fails if a form has none.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "emulator/isa/x86/lift.h"

static const struct {
    const char *group, *files;
} form_tests[] = {
#define COVERS(group, files) {group, files},
#include "tests/cpu/form-tests.inc"
#undef COVERS
};

static const char *print_c_test(const char *group)
{
    for (unsigned i = 0; i < sizeof(form_tests) / sizeof(form_tests[0]); i++)
        if (strcmp(form_tests[i].group, group) == 0)
            return form_tests[i].files;
    return NULL;
}

static bool print_exists(const char *dir, const char *file)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", dir, file);
    return access(path, R_OK) == 0;
}

/* The tests of a group, printed; false: there is none. */
static bool print_tests(const char *dir, const char *group)
{
    char guest[64];
    const char *test = print_c_test(group);
    snprintf(guest, sizeof(guest), "guest/%s.S", group);
    bool in_guest = print_exists(dir, guest), in_c = test && print_exists(dir, test);
    printf(" %s%s%s\n", in_guest ? guest : "", in_guest && in_c ? " " : "", in_c ? test : "");
    return in_guest || in_c;
}

static unsigned print_rows(const char *dir, const struct x86_form *forms, const char *table,
                           unsigned *untested)
{
    unsigned count = 0;
    for (unsigned i = 0; i <= ZYDIS_MNEMONIC_MAX_VALUE; i++) {
        const struct x86_form *form = &forms[i];
        if (!form->lift)
            continue;
        printf("%-8s %-18s %-12s %-30s", table, form->name,
               form->feature >= 0 ? x86_feature_names[form->feature] : "-", form->chapter);
        if (!print_tests(dir, form->test)) {
            printf("not ok: no test %s\n", form->test);
            ++*untested;
        }
        count++;
    }
    return count;
}

int main(int argc, char **argv)
{
    const char *dir = argc > 1 ? argv[1] : "tests";
    unsigned untested = 0, count = print_rows(dir, x86_forms_integer, "integer", &untested);
    count += print_rows(dir, x86_forms_vector, "vector", &untested);
    count += print_rows(dir, x86_forms_x87, "x87", &untested);
    printf("%s print-forms # %u forms, %u without a test\n", untested ? "not ok" : "ok", count,
           untested);
    return untested ? 1 : 0;
}
