/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line: what a line was parsed to, the verb and option tables behind it, and the
 * texts that are generated from the tables. Main thread only.
 */
#ifndef LATHE_CLI_CLI_H
#define LATHE_CLI_CLI_H

#include <glib.h>
#include <stdbool.h>

struct lathe_definition;
struct lathe_machine;
struct lathe_verb;

enum lathe_exit {
    LATHE_EXIT_OK = 0,
    LATHE_EXIT_USAGE = 2,    /* bad usage or bad input */
    LATHE_EXIT_INTERNAL = 3, /* the machine stopped with an internal error */
    LATHE_EXIT_RESET = 4,    /* the guest reset with --no-reboot, or triple-faulted */
    LATHE_EXIT_TIMEOUT = 124,
};

/* Options of the verbs about machines that are kept; strings are owned, NULL: not given. */
struct lathe_keep {
    char *name, *title, *description, *group;
    char *express;      /* "ask" or a file of answers */
    GPtrArray *removed; /* of char * */
    unsigned position;  /* from 1; 0: not given */
    bool template;      /* --template yes */
    bool xml, linked, undo, purge, force, deleted, names, print, window;
};

/* A parsed line. */
struct lathe_cli {
    const struct lathe_verb *verb;
    GPtrArray *operands; /* of char *, owned */
    struct lathe_definition *definition;
    GRegex *expect; /* NULL: not asked for */
    double timeout; /* seconds; 0: none */
    bool dry_run, json, help, version;
    bool memory_given;             /* --memory */
    bool by_file;                  /* "lathe FILE...", without a verb */
    bool by_definition;            /* FILE is a machine's definition */
    bool restarts;                 /* run: the guest's restart starts the process anew */
    char *format, *output;         /* --format, --output; NULL: not given */
    char *head, *record;           /* --head, --record; likewise */
    double seconds;                /* --for; 0: not given */
    guint64 given;                 /* a bit for each row of the option table */
    struct lathe_machine *machine; /* the one of the library that is run; NULL: none */
    struct lathe_lock *lock;       /* run: of a trial that is kept by now; NULL: none */
    struct lathe_keep keep;
    bool list_cpus, list_traces; /* "--cpu help", "--trace help" */
};

struct lathe_verb {
    const char *name, *operands, *summary;
    int (*run)(struct lathe_cli *cli); /* returns the exit status */
};

enum { OPTION_REPEATS = 1 << 0 };

struct lathe_option {
    const char *name, *argument;
    unsigned verbs; /* a mask by the verb's index */
    unsigned flags;
    const char *words, *help;
    bool (*set)(struct lathe_cli *cli, const char *value, GError **error);
};

/* The tables, each ended by a row without a name. */
extern const struct lathe_verb lathe_verbs[];
extern const struct lathe_option lathe_options[];

const struct lathe_verb *lathe_verb_find(const char *name);
bool lathe_option_fits(const struct lathe_option *option, const struct lathe_verb *verb);
/* If the name is of a verb or option that a later version has: one line that says so, g_free. */
char *lathe_later_verb(const char *name);
bool lathe_later_option(const char *name, const struct lathe_verb *verb, const char **accepted);

/* NULL with *error. argv is main's. */
struct lathe_cli *lathe_cli_parse(int argc, char **argv, GError **error);
void lathe_cli_free(struct lathe_cli *cli);

/* Texts made from the tables; g_free. verb NULL: the overview. */
char *lathe_help_text(const struct lathe_verb *verb);
/* Appends the text wrapped and indented, as help shows it. */
void lathe_help_wrap(GString *out, const char *text);
char *lathe_man_page(void);

/* "lathe: TEXT" on standard error, for each line of it. Returns status. */
int lathe_cli_fail(int status, const char *text);

/* The verbs, one file each. */
#define VERB(id, name, operands, summary) int lathe_verb_##id(struct lathe_cli *cli);
#define LATER_VERB(name)
#include "app/cli/verbs.inc"
#undef VERB
#undef LATER_VERB

/* The whole program. */
int lathe_cli_main(int argc, char **argv);

#endif
