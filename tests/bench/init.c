/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /init of the benchmark guest. The word run=PROGRAM:ARGUMENT...,PROGRAM... of the kernel's command
 * line, which the kernel hands on as an environment variable, says what runs, one after the other;
 * then the guest powers off, or stays up and idle where stay=1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { WORDS_MAX = 8 };

/* Runs "PROGRAM:ARGUMENT..." and waits for its end. */
static void run(char *text)
{
    char path[64], *words[WORDS_MAX + 1] = {path}, *rest = text;
    int status;
    pid_t child;

    snprintf(path, sizeof(path), "/bin/%s", strsep(&rest, ":"));
    for (int i = 1; i < WORDS_MAX && rest; i++)
        words[i] = strsep(&rest, ":");
    child = fork();
    if (child == 0) {
        execv(path, words);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status)
        printf("bench-failed: %s\n", path);
}

int main(void)
{
    char *list = getenv("run");

    setvbuf(stdout, NULL, _IOLBF, 0);
    mkdir("/dev", 0755);
    mount("dev", "/dev", "devtmpfs", 0, NULL);
    puts("bench-up");
    while (list && *list)
        run(strsep(&list, ","));
    puts("bench-done");
    fflush(stdout);
    tcdrain(STDOUT_FILENO); /* power is off before the serial port has said all */
    while (getenv("stay"))
        sleep(1000);
    reboot(RB_POWER_OFF);
    return 1;
}
