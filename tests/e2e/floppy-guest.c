/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * In the guest of the floppy test: formats a track, as busybox cannot.
 *
 *   floppy-guest DEVICE CYLINDER HEAD
 */
#include <fcntl.h>
#include <linux/fd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct format_descr track = {0};
    int fd;

    if (argc != 4)
        return 2;
    track.track = (unsigned)atoi(argv[2]);
    track.head = (unsigned)atoi(argv[3]);
    fd = open(argv[1], O_RDWR);
    if (fd < 0 || ioctl(fd, FDFMTBEG, NULL) < 0 || ioctl(fd, FDFMTTRK, &track) < 0 ||
        ioctl(fd, FDFMTEND, NULL) < 0) {
        perror("floppy-guest");
        return 1;
    }
    return close(fd) != 0;
}
