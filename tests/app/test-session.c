/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LatheSession, LatheSerial and the log of a console over the fake machine. */
#include <glib/gstdio.h>
#include <unistd.h>

#include "app/console/record.h"
#include "app/plan/definition.h"
#include "app/session/session.h"
#include "tests/test.h"

#define WAIT_SECONDS 10 /* times the patience of tests/run.py */

static char *session_kernel;

/* What a session did, as text: its serial output, and [words] for signals. */
struct watched {
    LatheSession *session;
    LatheSerial *serial;
    GString *seen;
};

static void watched_output(LatheSerial *serial, GBytes *bytes, struct watched *watched)
{
    g_string_append_len(watched->seen, g_bytes_get_data(bytes, NULL),
                        (gssize)g_bytes_get_size(bytes));
}

static void watched_reset(LatheSerial *serial, struct watched *watched)
{
    g_string_append(watched->seen, "[reset]");
}

static void watched_state(LatheSession *session, GParamSpec *spec, struct watched *watched)
{
    static const char *const names[] = {"[paused]", "[running]", "[stopped]"};

    g_string_append(watched->seen, names[lathe_session_get_state(session)]);
}

static struct watched *watched_new(const char *script, bool no_reboot)
{
    struct watched *watched = g_new0(struct watched, 1);
    struct lathe_definition *definition = lathe_definition_new();

    definition->kernel = g_strdup(session_kernel);
    definition->append = g_strdup(script);
    definition->no_reboot = no_reboot;
    CHECK(lathe_definition_complete(definition, true, NULL));
    watched->session = lathe_session_new(definition);
    watched->serial = lathe_session_get_serials(watched->session)->pdata[0];
    watched->seen = g_string_new(NULL);
    g_signal_connect(watched->serial, "output", G_CALLBACK(watched_output), watched);
    g_signal_connect(watched->serial, "reset", G_CALLBACK(watched_reset), watched);
    g_signal_connect(watched->session, "notify::state", G_CALLBACK(watched_state), watched);
    CHECK(lathe_session_build(watched->session, NULL));
    return watched;
}

static void watched_free(struct watched *watched)
{
    lathe_session_close(watched->session); /* events on their way hold references */
    g_object_unref(watched->session);
    g_string_free(watched->seen, TRUE);
    g_free(watched);
}

static gboolean session_on_alarm(gpointer data)
{
    *(bool *)data = true;
    return G_SOURCE_CONTINUE;
}

/* Runs the main loop until the text is there. */
static bool watched_wait(struct watched *watched, const char *text)
{
    bool late = false;
    guint alarm = g_timeout_add_seconds(WAIT_SECONDS * test_patience(), session_on_alarm, &late);

    while (!late && strstr(watched->seen->str, text) == NULL)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(alarm);
    if (late)
        fprintf(stderr, "waiting for \"%s\", seen \"%s\"\n", text, watched->seen->str);
    return !late;
}

static void session_run_for(unsigned ms)
{
    bool over = false;
    guint alarm = g_timeout_add(ms, session_on_alarm, &over);

    while (!over)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(alarm);
}

static void test_life(void)
{
    struct watched *watched = watched_new("print one;print two;poweroff", false);

    CHECK_EQ(lathe_session_get_state(watched->session), LATHE_STATE_PAUSED);
    CHECK_STR(lathe_session_get_engine(watched->session), "interp");
    lathe_session_start(watched->session);
    CHECK(watched_wait(watched, "[stopped]"));
    CHECK(strstr(watched->seen->str, "[running]") != NULL);
    CHECK(g_str_has_suffix(watched->seen->str, "[stopped]"));
    g_string_replace(watched->seen, "[running]", "", 1);
    CHECK_STR(watched->seen->str, "one\r\ntwo\r\n[stopped]");
    CHECK_EQ(lathe_session_get_exit_status(watched->session), 0);
    CHECK(!lathe_session_stop_is_fault(watched->session));
    watched_free(watched);
}

static void test_input_and_pause(void)
{
    struct watched *watched = watched_new("print up;echo", false);

    lathe_session_start(watched->session);
    CHECK(watched_wait(watched, "up"));
    CHECK_EQ(lathe_serial_send(watched->serial, "abc", 3), 3);
    CHECK(watched_wait(watched, "abc"));
    lathe_session_pause(watched->session);
    CHECK(watched_wait(watched, "[paused]"));
    lathe_serial_send(watched->serial, "late", 4);
    session_run_for(100);
    CHECK(strstr(watched->seen->str, "late") == NULL);
    lathe_session_start(watched->session);
    CHECK(watched_wait(watched, "late"));
    watched_free(watched);
}

/* More than the guest takes at once: all of it arrives, in order. */
static void test_much_input(void)
{
    struct watched *watched = watched_new("echo", false);
    GString *sent = g_string_new(NULL);

    while (sent->len < 50000)
        g_string_append_printf(sent, "%zu,", sent->len);
    g_string_append(sent, "end");
    lathe_session_start(watched->session);
    CHECK(watched_wait(watched, "[running]"));
    CHECK_EQ(lathe_serial_send(watched->serial, sent->str, sent->len), sent->len);
    for (unsigned i = 0; i < 1000 * test_patience() && strstr(watched->seen->str, "end") == NULL;
         i++) {
        session_run_for(10); /* the fake guest never says that it has room: ask again */
        lathe_serial_send(watched->serial, "", 0);
    }
    CHECK(strstr(watched->seen->str, sent->str) != NULL);
    CHECK_EQ(lathe_serial_get_waiting(watched->serial), 0);
    g_string_free(sent, TRUE);
    watched_free(watched);
}

static void test_reset(void)
{
    struct watched *watched = watched_new("print up;echo", false);

    lathe_session_start(watched->session);
    CHECK(watched_wait(watched, "up"));
    lathe_session_reset(watched->session);
    CHECK(watched_wait(watched, "[reset]up"));
    lathe_session_power_button(watched->session);
    CHECK(watched_wait(watched, "[stopped]"));
    CHECK_EQ(lathe_session_get_exit_status(watched->session), 0);
    watched_free(watched);
}

static void test_restart(void)
{
    struct watched *watched = watched_new("print up;crash bang", false);

    lathe_session_start(watched->session);
    CHECK(watched_wait(watched, "[stopped]"));
    CHECK_STR(lathe_session_get_stop_text(watched->session), "bang");
    CHECK_EQ(lathe_session_get_exit_status(watched->session), 3);
    CHECK(lathe_session_stop_is_fault(watched->session));
    lathe_session_restart(watched->session);
    lathe_session_restart(watched->session); /* the second has nothing to do */
    g_string_truncate(watched->seen, 0);
    CHECK(watched_wait(watched, "[stopped]"));
    CHECK(g_str_has_prefix(watched->seen->str, "[paused][reset]"));
    g_string_replace(watched->seen, "[running]", "", 1); /* has its own way, anywhere */
    CHECK(g_str_has_suffix(watched->seen->str, "up\r\n[stopped]"));
    watched_free(watched);
}

static bool session_has_no_kernel(LatheSession *session)
{
    return strstr(lathe_session_get_stop_text(session), "is no kernel image") != NULL;
}

/* The kernel is gone when it should start again: the session says so and stays. */
static void test_restart_fails(void)
{
    struct watched *watched = watched_new("poweroff", false);
    g_autofree char *moved = g_strconcat(session_kernel, ".moved", NULL);

    lathe_session_start(watched->session);
    CHECK(watched_wait(watched, "[stopped]"));
    CHECK_EQ(g_rename(session_kernel, moved), 0);
    lathe_session_restart(watched->session);
    for (unsigned i = 0; i < 1000 * test_patience() && !session_has_no_kernel(watched->session);
         i++)
        session_run_for(10);
    CHECK(session_has_no_kernel(watched->session));
    CHECK_EQ(lathe_session_get_state(watched->session), LATHE_STATE_STOPPED);
    CHECK_EQ(g_rename(moved, session_kernel), 0);
    lathe_session_restart(watched->session);
    g_string_truncate(watched->seen, 0);
    CHECK(watched_wait(watched, "[stopped]"));
    CHECK_EQ(lathe_session_get_exit_status(watched->session), 0);
    watched_free(watched);
}

static void test_stop_statuses(void)
{
    static const struct {
        const char *script;
        int status;
    } rows[] = {{"triple", 4}, {"reset", 4}, {"exit 5", 11}, {"exit 255", 255}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct watched *watched = watched_new(rows[i].script, true);
        lathe_session_start(watched->session);
        CHECK(watched_wait(watched, "[stopped]"));
        CHECK_EQ(lathe_session_get_exit_status(watched->session), rows[i].status);
        watched_free(watched);
    }
}

/* Sessions that end in the middle of everything, again and again. */
static void test_closing(void)
{
    for (int i = 0; i < 100; i++) {
        struct watched *watched = watched_new("print x;flood 4;reset", false);
        lathe_session_start(watched->session);
        if (i % 3 != 0)
            session_run_for(i % 7);
        lathe_session_force_off(watched->session);
        if (i % 2 != 0)
            lathe_session_restart(watched->session);
        watched_free(watched);
    }
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

/* A main loop that is late loses output, says so, and memory stays bounded. */
static void test_flood(void)
{
    struct watched *watched = watched_new("flood 8192;print end;spin", false);

    lathe_session_start(watched->session);
    g_usleep(300000);
    CHECK(watched_wait(watched, "bytes came too fast"));
    CHECK(watched->seen->len < 6u << 20);
    watched_free(watched);
}

/* ---- disks that come and go ---- */

static void watched_attached(LatheSession *session, const char *path, struct watched *watched)
{
    g_string_append_printf(watched->seen, "[in %u]", lathe_session_get_attached(session)->len);
}

static void watched_detached(LatheSession *session, const char *path, struct watched *watched)
{
    g_string_append_printf(watched->seen, "[out %u]", lathe_session_get_attached(session)->len);
}

static void watched_warning(LatheSession *session, const char *sentence, struct watched *watched)
{
    g_string_append_printf(watched->seen, "[%s]", sentence);
}

static struct watched *disks_new(const char *script)
{
    struct watched *watched = watched_new(script, false);

    g_signal_connect(watched->session, "disk-attached", G_CALLBACK(watched_attached), watched);
    g_signal_connect(watched->session, "disk-detached", G_CALLBACK(watched_detached), watched);
    g_signal_connect(watched->session, "warning", G_CALLBACK(watched_warning), watched);
    lathe_session_start(watched->session);
    CHECK(watched_wait(watched, "up"));
    return watched;
}

static void disks_attach(struct watched *watched, const char *name, enum emu_drive_bus bus)
{
    g_autofree char *path = g_strdup_printf("%s-%s", session_kernel, name);
    const struct lathe_disk_definition disk = {.path = path, .format = (char *)"raw", .bus = bus};

    lathe_session_attach_disk(watched->session, &disk);
}

static void disks_make(const char *name, bool make)
{
    g_autofree char *path = g_strdup_printf("%s-%s", session_kernel, name);
    static const char zeroes[4096];

    if (make)
        CHECK(g_file_set_contents(path, zeroes, sizeof(zeroes), NULL));
    else
        g_remove(path);
}

static unsigned disks_first(struct watched *watched)
{
    GPtrArray *disks = lathe_session_get_attached(watched->session);

    return disks->len > 0 ? ((struct lathe_attached_disk *)disks->pdata[0])->number : 0;
}

/* A slot's disk leaves when the guest lets go of it, a USB disk at once. */
static void test_disks(void)
{
    struct watched *watched = disks_new("keep 1;print up;echo");

    disks_make("a", true);
    disks_attach(watched, "a", EMU_DRIVE_VIRTIO);
    CHECK(watched_wait(watched, "[in 1]"));
    lathe_session_detach_disk(watched->session, disks_first(watched), FALSE);
    CHECK(watched_wait(watched, "asked for"));
    CHECK(lathe_session_get_attached(watched->session)->len == 1);
    lathe_session_detach_disk(watched->session, disks_first(watched), TRUE);
    CHECK(watched_wait(watched, "[out 0]"));
    g_string_truncate(watched->seen, 0);
    disks_attach(watched, "a", EMU_DRIVE_USB);
    CHECK(watched_wait(watched, "[in 1]"));
    lathe_session_detach_disk(watched->session, disks_first(watched), FALSE);
    CHECK(watched_wait(watched, "[out 0]"));
    disks_attach(watched, "none", EMU_DRIVE_USB);
    CHECK(watched_wait(watched, "No such file"));
    CHECK(disks_first(watched) == 0);
    watched_free(watched);
    disks_make("a", false);
}

/* They are in the next machine, but for those that were to go. */
static void test_disks_stay(void)
{
    struct watched *watched = disks_new("keep 1;print up;wait 10;echo");

    disks_make("a", true);
    disks_make("b", true);
    disks_attach(watched, "a", EMU_DRIVE_NVME);
    disks_attach(watched, "b", EMU_DRIVE_USB);
    CHECK(watched_wait(watched, "[in 2]"));
    lathe_session_detach_disk(watched->session, disks_first(watched), FALSE);
    CHECK(watched_wait(watched, "asked for"));
    lathe_session_force_off(watched->session);
    CHECK(watched_wait(watched, "[stopped]"));
    g_string_truncate(watched->seen, 0);
    lathe_session_restart(watched->session);
    CHECK(watched_wait(watched, "[out 1]"));
    CHECK(watched_wait(watched, "-b bus 3"));
    CHECK(strstr(watched->seen->str, "-a bus") == NULL);
    CHECK(watched_wait(watched, "up"));
    watched_free(watched);
    disks_make("a", false);
    disks_make("b", false);
}

static char *log_contents(const char *path)
{
    char *text = NULL;

    CHECK(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static void test_log(void)
{
    struct watched *watched = watched_new("print one;print two;echo", false);
    g_autoptr(LatheConsole) console = lathe_console_new_serial(watched->serial);
    struct lathe_console_record *log = lathe_console_record_new(console);
    g_autofree char *path = g_strconcat(session_kernel, ".log", NULL);

    lathe_session_start(watched->session);
    CHECK(watched_wait(watched, "two\r\n"));
    CHECK(lathe_console_record_start(log, path, FALSE, NULL));
    lathe_serial_send(watched->serial, "three", 5);
    CHECK(watched_wait(watched, "three"));
    g_autofree char *plain = log_contents(path);
    CHECK_STR(plain, "one\r\ntwo\r\nthree");
    CHECK(lathe_console_record_start(log, path, TRUE, NULL));
    lathe_serial_send(watched->serial, "3\rfour", 6);
    CHECK(watched_wait(watched, "four"));
    lathe_console_record_stop(log);
    g_autofree char *stamped = log_contents(path);
    CHECK(g_regex_match_simple("^\\[[-0-9 :.]{23}\\] one\r\n\\[[-0-9 :.]{23}\\] two\r\n"
                               "\\[[-0-9 :.]{23}\\] three3\r\n\\[[-0-9 :.]{23}\\] four$",
                               stamped, G_REGEX_DOLLAR_ENDONLY, 0));
    CHECK(!lathe_console_record_start(log, "/nonexistent/x", FALSE, NULL));
    CHECK(lathe_console_record_export(log, path, FALSE, NULL));
    g_autofree char *exported = log_contents(path);
    CHECK_STR(exported, "one\r\ntwo\r\nthree3\r\nfour");
    CHECK(!lathe_console_record_export(log, "/dev/full", FALSE, NULL));
    lathe_console_record_free(log);
    g_remove(path);
    watched_free(watched);
}

static const struct test_case cases[] = {
    {"session: start to power-off", test_life},
    {"session: input and pause", test_input_and_pause},
    {"session: much input", test_much_input},
    {"session: reset and power button", test_reset},
    {"session: start again", test_restart},
    {"session: start again fails", test_restart_fails},
    {"session: exit statuses", test_stop_statuses},
    {"session: closing at any time", test_closing},
    {"session: flood", test_flood},
    {"session: log", test_log},
    {"session: disks come and go", test_disks},
    {"session: disks stay over a restart", test_disks_stay},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    session_kernel = g_strdup_printf("%s/lathe-session-%d", g_get_tmp_dir(), (int)getpid());
    CHECK(g_file_set_contents(session_kernel, "\177ELF, or so", -1, NULL));
    int failed = test_main(argc, argv, cases);
    g_remove(session_kernel);
    g_free(session_kernel);
    return failed;
}
