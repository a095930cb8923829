/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * frames SECONDS: counts the frames of film.c that an X screen shows, by the colour of their
 * square: looks at one pixel of it 500 times a second and prints how many numbers it saw, and
 * between which they were.
 */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MARK     0x5a /* blue of the square */
#define INSIDE   24
#define PATIENCE 200

/* Where pixels of one marked colour lie side by side; false: nowhere. */
static bool find(Display *display, int *x, int *y)
{
    Window root = DefaultRootWindow(display);
    int width = DisplayWidth(display, 0), height = DisplayHeight(display, 0);
    XImage *image =
        XGetImage(display, root, 0, 0, (unsigned)width, (unsigned)height, AllPlanes, ZPixmap);
    bool found = false;

    for (*y = 0; image != NULL && !found && *y < height; *y += found ? 0 : 16)
        for (*x = 0; !found && *x + INSIDE < width; *x += found ? 0 : 16) {
            unsigned long pixel = XGetPixel(image, *x, *y);

            found = (pixel & 0xff) == MARK && pixel == XGetPixel(image, *x + 8, *y) &&
                    pixel == XGetPixel(image, *x + INSIDE, *y);
        }
    if (image != NULL)
        XDestroyImage(image);
    return found;
}

/* -1: the square is not there. */
static long look(Display *display, int x, int y)
{
    XImage *image =
        XGetImage(display, DefaultRootWindow(display), x + 4, y, 1, 1, AllPlanes, ZPixmap);
    unsigned long pixel = image != NULL ? XGetPixel(image, 0, 0) : 0;

    if (image != NULL)
        XDestroyImage(image);
    return (pixel & 0xff) == MARK ? (long)(pixel >> 8 & 0xffff) : -1;
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    Display *display = XOpenDisplay(NULL);
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 10, end;
    long frame = -1, first = -1, seen = 0;
    int x = 0, y = 0, patience = PATIENCE;

    while (display != NULL && !find(display, &x, &y) && patience-- > 0)
        usleep(50000);
    if (display == NULL || patience <= 0)
        return 1;
    for (end = now() + seconds; now() < end; usleep(2000)) {
        long found = look(display, x, y);

        if (found >= 0 && found != frame)
            seen++;
        frame = found >= 0 ? found : frame;
        first = first < 0 ? frame : first;
    }
    printf("%ld of %ld\n", seen, frame - first + 1);
    return 0;
}
