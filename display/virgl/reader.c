/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A texture's rows are read as they lie if they lie from the top; else they are drawn upside down
 * into a buffer of ours first, which is the driver's work and no copy of the host's. */
#include "display/virgl/reader.h"

#include <epoxy/gl.h>

static bool reader_begin(struct disp_reader *reader, unsigned texture)
{
    if (reader->source == 0)
        glGenFramebuffers(1, &reader->source);
    glBindFramebuffer(GL_READ_FRAMEBUFFER, reader->source);
    glFramebufferTexture2D(GL_READ_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
    glReadBuffer(GL_COLOR_ATTACHMENT0);
    return glCheckFramebufferStatus(GL_READ_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
}

static bool reader_reserve(struct disp_reader *reader, int width, int height)
{
    if (reader->target == 0) {
        glGenFramebuffers(1, &reader->target);
        glGenRenderbuffers(1, &reader->picture);
    }
    glBindFramebuffer(GL_DRAW_FRAMEBUFFER, reader->target);
    if (reader->width != width || reader->height != height) {
        glBindRenderbuffer(GL_RENDERBUFFER, reader->picture);
        glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, width, height);
        glFramebufferRenderbuffer(GL_DRAW_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER,
                                  reader->picture);
        reader->width = width;
        reader->height = height;
    }
    return glCheckFramebufferStatus(GL_DRAW_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
}

static bool reader_turn(struct disp_reader *reader, const struct disp_reader_view *view)
{
    int bottom = view->texture_height - view->y - view->height;

    if (!reader_reserve(reader, view->width, view->height))
        return false;
    glBlitFramebuffer(view->x, bottom, view->x + view->width, bottom + view->height, 0,
                      view->height, view->width, 0, GL_COLOR_BUFFER_BIT, GL_NEAREST);
    glBindFramebuffer(GL_READ_FRAMEBUFFER, reader->target);
    return true;
}

bool disp_reader_read(struct disp_reader *reader, const struct disp_reader_view *view,
                      uint32_t *pixels)
{
    while (glGetError() != GL_NO_ERROR)
        ; /* of before */
    if (!reader_begin(reader, view->texture) || (!view->from_top && !reader_turn(reader, view)))
        return false;
    glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
    glPixelStorei(GL_PACK_ALIGNMENT, 4);
    glPixelStorei(GL_PACK_ROW_LENGTH, 0);
    glReadPixels(view->from_top ? view->x : 0, view->from_top ? view->y : 0, view->width,
                 view->height, GL_BGRA, GL_UNSIGNED_INT_8_8_8_8_REV, pixels);
    return glGetError() == GL_NO_ERROR;
}

void disp_reader_finish(struct disp_reader *reader)
{
    if (reader->source != 0)
        glDeleteFramebuffers(1, &reader->source);
    if (reader->target != 0) {
        glDeleteFramebuffers(1, &reader->target);
        glDeleteRenderbuffers(1, &reader->picture);
    }
    *reader = (struct disp_reader){0};
}
