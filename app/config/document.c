/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Definitions in and out of text. Foreign text is bounded in size and depth, and may have no
 * document type: so there are no entities, and nothing is fetched from anywhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlsave.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/config/config.h"
#include "app/config/schema.h"
#include "app/config/tree.h"
#include "app/plan/error.h"

#define DOCUMENT_MAX_DEPTH 64
#define DOCUMENT_HEAD      8192 /* bytes in which a file shows what it is */
#define DOCUMENT_OPTIONS                                                                           \
    (XML_PARSE_NONET | XML_PARSE_NOBLANKS | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |              \
     XML_PARSE_NOCDATA | XML_PARSE_BIG_LINES)

struct lathe_config {
    char *name;
    xmlDoc *document;
};

const char *lathe_config_get_name(const struct lathe_config *config)
{
    return config->name;
}

xmlNode *lathe_config_root(const struct lathe_config *config)
{
    return xmlDocGetRootElement(config->document);
}

void lathe_config_free(struct lathe_config *config)
{
    if (config == NULL)
        return;
    xmlFreeDoc(config->document);
    g_free(config->name);
    g_free(config);
}

static struct lathe_config *config_take(const char *name, xmlDoc *document)
{
    struct lathe_config *config = g_new0(struct lathe_config, 1);

    config->name = g_strdup(name);
    config->document = document;
    return config;
}

struct lathe_config *lathe_config_new(const char *name)
{
    xmlDoc *document = xmlNewDoc((const xmlChar *)"1.0");
    xmlNode *root = xmlNewDocNode(document, NULL, (const xmlChar *)"domain", NULL);

    xmlDocSetRootElement(document, root);
    lathe_tree_set(root, "type", "kvm");
    return config_take(name, document);
}

/* ---- text to tree ---- */

/* What is wrong beyond what the parser itself finds. */
struct document_reader {
    const char *refused; /* NULL: nothing */
    int line;
    unsigned depth;
    startElementNsSAX2Func start;
    endElementNsSAX2Func end;
};

static void reader_refuse(xmlParserCtxt *context, const char *why)
{
    struct document_reader *reader = context->_private;

    if (reader->refused == NULL) {
        reader->refused = why;
        reader->line = context->input != NULL ? context->input->line : 0;
    }
    xmlStopParser(context);
}

static void reader_on_doctype(void *opaque, const xmlChar *name, const xmlChar *external,
                              const xmlChar *system)
{
    reader_refuse(opaque, "it has a document type (<!DOCTYPE>), which definitions have not");
}

static void reader_on_start(void *opaque, const xmlChar *name, const xmlChar *prefix,
                            const xmlChar *uri, int namespaces, const xmlChar **declared,
                            int attributes, int defaulted, const xmlChar **values)
{
    xmlParserCtxt *context = opaque;
    struct document_reader *reader = context->_private;

    if (++reader->depth > DOCUMENT_MAX_DEPTH)
        reader_refuse(context, "elements lie too deep in each other");
    else
        reader->start(opaque, name, prefix, uri, namespaces, declared, attributes, defaulted,
                      values);
}

static void reader_on_end(void *opaque, const xmlChar *name, const xmlChar *prefix,
                          const xmlChar *uri)
{
    xmlParserCtxt *context = opaque;
    struct document_reader *reader = context->_private;

    reader->depth--;
    reader->end(opaque, name, prefix, uri);
}

static bool reader_fail(const struct document_reader *reader, xmlParserCtxt *context,
                        const char *name, GError **error)
{
    const xmlError *found = xmlCtxtGetLastError(context);

    if (reader->refused != NULL)
        return lathe_error_input(error, "%s:%d: %s", name, reader->line, reader->refused);
    g_autofree char *why =
        g_strdup(found != NULL && found->message != NULL ? found->message : "nothing is in it");
    g_strdelimit(why, "\n", ' ');
    return lathe_error_input(error, "%s:%d: not well-formed XML: %s", name,
                             found != NULL ? found->line : 1, g_strstrip(why));
}

/* Some faults of encodings are told to nobody but standard error; the parser's state has them too.
 */
static void reader_hush(void *opaque, const char *format, ...)
{
}

xmlDoc *lathe_tree_parse(const char *name, const char *text, size_t length, GError **error)
{
    struct document_reader reader = {0};
    xmlParserCtxt *context = xmlNewParserCtxt();
    xmlGenericErrorFunc told = xmlGenericError;
    void *told_to = xmlGenericErrorContext;
    xmlDoc *document;

    if (length > LATHE_CONFIG_MAX_BYTES) {
        lathe_error_input(error, "%s: larger than %u MiB: no definition", name,
                          LATHE_CONFIG_MAX_BYTES >> 20);
        xmlFreeParserCtxt(context);
        return NULL;
    }
    xmlSetGenericErrorFunc(NULL, reader_hush);
    reader.start = context->sax->startElementNs;
    reader.end = context->sax->endElementNs;
    context->_private = &reader;
    context->sax->internalSubset = reader_on_doctype;
    context->sax->startElementNs = reader_on_start;
    context->sax->endElementNs = reader_on_end;
    document = xmlCtxtReadMemory(context, text, (int)length, NULL, NULL, DOCUMENT_OPTIONS);
    if (document == NULL || !context->wellFormed || reader.refused != NULL) {
        reader_fail(&reader, context, name, error);
        xmlFreeDoc(document);
        document = NULL;
    }
    xmlFreeParserCtxt(context);
    xmlSetGenericErrorFunc(told_to, told);
    return document;
}

/* A part of a definition, as notes and colleagues show it, becomes the domain that it is part of.
 */
static bool document_complete(const char *name, xmlDoc *document, GError **error)
{
    xmlNode *root = xmlDocGetRootElement(document);
    g_autofree char *word = lathe_tree_name(root);
    g_autofree char *device = g_strconcat("devices/", word, NULL);
    bool of_domain = word != NULL && lathe_schema_find(word) != NULL;
    bool of_devices = word != NULL && lathe_schema_find(device) != NULL;

    if (g_strcmp0(word, "domain") == 0)
        return true;
    if (!of_domain && !of_devices)
        return lathe_error_input(error,
                                 "%s:%ld: <%s> is no definition: its element is <domain>, or one "
                                 "that belongs into it",
                                 name, xmlGetLineNo(root), (const char *)root->name);
    xmlNode *domain = xmlNewDocNode(document, NULL, (const xmlChar *)"domain", NULL);
    xmlNode *parent = domain;
    lathe_tree_set(domain, "type", "kvm");
    if (!of_domain)
        parent = lathe_tree_add(domain, "devices", NULL);
    xmlReplaceNode(root, domain);
    xmlAddChild(parent, root);
    return true;
}

struct lathe_config *lathe_config_parse(const char *name, const char *text, size_t length,
                                        GError **error)
{
    xmlDoc *document = lathe_tree_parse(name, text, length, error);

    if (document == NULL)
        return NULL;
    if (!document_complete(name, document, error)) {
        xmlFreeDoc(document);
        return NULL;
    }
    return config_take(name, document);
}

/* ---- files ---- */

/* read() of a pipe that was opened without waiting for its writer: waits for what it writes. */
static ssize_t document_read(int fd, char *data, size_t size)
{
    struct pollfd input = {.fd = fd, .events = POLLIN};
    ssize_t got;

    while ((got = read(fd, data, size)) < 0 && (errno == EAGAIN || errno == EINTR))
        poll(&input, 1, -1);
    return got;
}

/* Up to size bytes of a file or pipe; -1 with errno. */
static ssize_t document_load(const char *path, char *data, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    size_t length = 0;
    ssize_t got = fd < 0 ? -1 : 1;

    while (got > 0 && length < size) {
        got = document_read(fd, data + length, size - length);
        length += got > 0 ? (size_t)got : 0;
    }
    int kept = errno;
    if (fd >= 0)
        close(fd);
    errno = kept;
    return got < 0 ? -1 : (ssize_t)length;
}

struct lathe_config *lathe_config_read(const char *path, GError **error)
{
    g_autofree char *data = g_malloc(LATHE_CONFIG_MAX_BYTES + 1);
    ssize_t length = document_load(path, data, LATHE_CONFIG_MAX_BYTES + 1);

    if (length < 0) {
        lathe_error_input(error, "cannot read '%s': %s", path, g_strerror(errno));
        return NULL;
    }
    return lathe_config_parse(path, data, (size_t)length, error);
}

/* What may stand before the first element: blanks, "<?...?>" and comments. NULL: it does not end.
 */
static const char *document_skip_prolog(const char *text)
{
    while (text != NULL) {
        text += strspn(text, " \t\r\n");
        const char *end = g_str_has_prefix(text, "<?")     ? "?>"
                          : g_str_has_prefix(text, "<!--") ? "-->"
                                                           : NULL;
        if (end == NULL)
            return text;
        text = strstr(text, end);
        text = text != NULL ? text + strlen(end) : NULL;
    }
    return NULL;
}

bool lathe_config_is_file(const char *path)
{
    char head[DOCUMENT_HEAD];
    ssize_t length = document_load(path, head, sizeof(head) - 1);
    const char *start = head;

    if (length <= 0)
        return false;
    head[length] = '\0';
    if (g_str_has_prefix(start, "\xef\xbb\xbf")) /* a byte order mark */
        start += 3;
    start = document_skip_prolog(start);
    return start != NULL && g_str_has_prefix(start, "<domain") &&
           strchr(" \t\r\n/>", start[strlen("<domain")]) != NULL;
}

char *lathe_config_format(const struct lathe_config *config)
{
    xmlBuffer *buffer = xmlBufferCreate();
    xmlSaveCtxt *context =
        xmlSaveToBuffer(buffer, "UTF-8", XML_SAVE_FORMAT | XML_SAVE_NO_DECL | XML_SAVE_AS_XML);
    char *text;

    xmlSaveDoc(context, config->document);
    xmlSaveClose(context);
    text = g_strdup((const char *)xmlBufferContent(buffer));
    xmlBufferFree(buffer);
    return text;
}
