/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main, by itself in a file, so that tests can link everything else: the process's language. */
#include <glib/gi18n.h>
#include <locale.h>

#include "app/cli/cli.h"

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    bindtextdomain("lathe", LATHE_LOCALEDIR);
    bind_textdomain_codeset("lathe", "UTF-8");
    textdomain("lathe");
    return lathe_cli_main(argc, argv);
}
