/*
 * Loading and judging a plugin: see loader.h. The order is fixed: nothing of the descriptor past
 * its 16 frozen bytes is looked at before those are accepted, and nothing past the shorter of
 * the two sizes ever.
 */
#include "config.h"

#include "runner/loader.h"

#include "base/clean.h"

#include <bothy/risk.h>

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

#define FROZEN_SIZE 16
#define OPTIONS_MAX 256

_Static_assert(offsetof(struct bothy_plugin, name) == FROZEN_SIZE, "the frozen part is 16 bytes");

const char *loader_kind_name(uint32_t kind)
{
    static const char *const names[] = { "?", "strategy", "exchange", "sink", "handler" };

    return kind < ARRAY_SIZE(names) ? names[kind] : names[0];
}

static int32_t judge_frozen(const struct bothy_plugin *frozen, size_t length, uint32_t kind,
                            const char *path, struct bothy_error *error)
{
    if (frozen->magic != BOTHY_MAGIC)
        return bothy_fail(error, BOTHY_EABI,
                          "plugin %s: its " BOTHY_PLUGIN_SYMBOL
                          " begins with 0x%08x, not with the magic 0x%08x of a bothy plugin; "
                          "define it with BOTHY_PLUGIN_HEADER",
                          path, (unsigned)frozen->magic, (unsigned)BOTHY_MAGIC);
    if (frozen->abi_major != BOTHY_ABI_MAJOR || frozen->abi_minor > BOTHY_ABI_MINOR)
        return bothy_fail(error, BOTHY_EABI,
                          "plugin %s: built for ABI %u.%u, this host speaks %u.%u; rebuild it "
                          "against bothy-dev %u.%u%s",
                          path, frozen->abi_major, frozen->abi_minor, BOTHY_ABI_MAJOR,
                          BOTHY_ABI_MINOR, BOTHY_ABI_MAJOR, BOTHY_ABI_MINOR,
                          frozen->abi_major < BOTHY_ABI_MAJOR ? "" : " or upgrade bothy");
    if (frozen->size < sizeof(struct bothy_plugin) || frozen->size > length)
        return bothy_fail(error, BOTHY_EABI,
                          "plugin %s: built for ABI %u.%u, its descriptor claims %u bytes but %s "
                          "%zu; use BOTHY_PLUGIN_HEADER and rebuild it",
                          path, frozen->abi_major, frozen->abi_minor, (unsigned)frozen->size,
                          frozen->size > length ? "there are only" : "needs",
                          frozen->size > length ? length : sizeof(struct bothy_plugin));
    if (kind && frozen->kind != kind)
        return bothy_fail(error, BOTHY_EINVAL,
                          "plugin %s: its kind is %s (%u), wanted is %s; name it where the "
                          "configuration lists its kind",
                          path, loader_kind_name(frozen->kind), (unsigned)frozen->kind,
                          loader_kind_name(kind));
    return 0;
}

static int32_t missing(const char *path, const char *member, struct bothy_error *error)
{
    return bothy_fail(error, BOTHY_EINVAL,
                      "plugin %s: built for ABI %u.%u, which this host speaks, but %s is missing; "
                      "set it in the descriptor",
                      path, BOTHY_ABI_MAJOR, BOTHY_ABI_MINOR, member);
}

static int is_plugin_name(const char *name)
{
    size_t length = strnlen(name, BOTHY_NAME_MAX);

    return length > 0 && length < BOTHY_NAME_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}

/* Copies as much of a table of functions as both sides know. */
static int32_t take_ops(const struct bothy_plugin *plugin, void *ops, size_t size, const char *path,
                        struct bothy_error *error)
{
    uint32_t found;

    memset(ops, 0, size);
    if (!plugin->ops.any)
        return missing(path, "ops", error);
    memcpy(&found, plugin->ops.any, sizeof found);
    if (found < 2 * sizeof(uint32_t) || found > 4096 || found % sizeof(void *) != 0)
        return bothy_fail(error, BOTHY_EINVAL,
                          "plugin %s: ops.size is %u; set it to sizeof the struct of its kind",
                          path, (unsigned)found);
    memcpy(ops, plugin->ops.any, found < size ? found : size);
    return 0;
}

static int32_t judge_ops(struct loader_plugin *plugin, const char *path, struct bothy_error *error)
{
    int32_t r;

    switch (plugin->descriptor.kind) {
    case BOTHY_KIND_STRATEGY:
        r = take_ops(&plugin->descriptor, &plugin->strategy, sizeof plugin->strategy, path, error);
        if (r < 0)
            return r;
        if (!plugin->strategy.create)
            return missing(path, "ops.strategy->create", error);
        if (!plugin->strategy.on_event)
            return missing(path, "ops.strategy->on_event", error);
        if (!plugin->strategy.destroy)
            return missing(path, "ops.strategy->destroy", error);
        return 0;
    case BOTHY_KIND_EXCHANGE:
        r = take_ops(&plugin->descriptor, &plugin->exchange, sizeof plugin->exchange, path, error);
        if (r < 0)
            return r;
        if (!plugin->exchange.create)
            return missing(path, "ops.exchange->create", error);
        if (!plugin->exchange.subscribe)
            return missing(path, "ops.exchange->subscribe", error);
        if (!plugin->exchange.destroy)
            return missing(path, "ops.exchange->destroy", error);
        if ((plugin->descriptor.flags & BOTHY_PLUGIN_VIRTUAL_TIME) && !plugin->exchange.next)
            return missing(path, "ops.exchange->next (flags have BOTHY_PLUGIN_VIRTUAL_TIME)",
                           error);
        return 0;
    default:
        return bothy_fail(error, BOTHY_ENOTSUP, "plugin %s: this host runs no %s plugins", path,
                          loader_kind_name(plugin->descriptor.kind));
    }
}

/* The table may have rows that are longer than ours: a newer minor appends to a row. */
static int32_t take_options(struct loader_plugin *plugin, const char *path,
                            struct bothy_error *error)
{
    struct bothy_plugin *d = &plugin->descriptor;
    const char *row = (const char *)d->options;

    if (d->option_count == 0) {
        d->options = NULL;
        return 0;
    }
    if (!d->options)
        return missing(path, "options (option_count is not 0)", error);
    if (d->option_count > OPTIONS_MAX)
        return bothy_fail(error, BOTHY_EINVAL, "plugin %s: %u options; a plugin may have %d", path,
                          (unsigned)d->option_count, OPTIONS_MAX);
    if (d->option_size < sizeof(struct bothy_option) || d->option_size > 1024 ||
        d->option_size % sizeof(void *) != 0)
        return bothy_fail(error, BOTHY_EABI,
                          "plugin %s: option_size is %u, ABI %u.%u has %zu; use "
                          "BOTHY_PLUGIN_HEADER and rebuild it",
                          path, (unsigned)d->option_size, BOTHY_ABI_MAJOR, BOTHY_ABI_MINOR,
                          sizeof(struct bothy_option));
    plugin->options = calloc(d->option_count, sizeof *plugin->options);
    if (!plugin->options)
        return bothy_fail(error, BOTHY_ENOMEM, "plugin %s: no memory for its options", path);
    for (uint32_t i = 0; i < d->option_count; i++, row += d->option_size)
        memcpy(&plugin->options[i], row, sizeof plugin->options[i]);
    d->options = plugin->options;
    d->option_size = sizeof *plugin->options;
    return loader_check_options(plugin->options, d->option_count, d->kind, path, error);
}

/* One table of all that can be set: the plugin's options, then the risk parameters. */
static int32_t join_values(struct loader_plugin *plugin, struct bothy_error *error)
{
    uint32_t own = plugin->descriptor.option_count;
    uint32_t risk = plugin->descriptor.kind == BOTHY_KIND_STRATEGY ? bothy_risk_option_count : 0;

    plugin->values = calloc(own + risk + 1, sizeof *plugin->values);
    plugin->risk_names = calloc(risk + 1, sizeof *plugin->risk_names);
    if (!plugin->values || !plugin->risk_names)
        return bothy_fail(error, BOTHY_ENOMEM, "no memory for the options");
    if (own)
        memcpy(plugin->values, plugin->options, own * sizeof *plugin->values);
    for (uint32_t i = 0; i < risk; i++) {
        plugin->values[own + i] = bothy_risk_options[i];
        snprintf(plugin->risk_names[i], sizeof plugin->risk_names[i], "%s%s", BOTHY_RISK_PREFIX,
                 bothy_risk_options[i].name);
        plugin->values[own + i].name = plugin->risk_names[i];
    }
    plugin->value_count = own + risk;
    return 0;
}

int32_t loader_judge(const void *found, size_t length, uint32_t kind, const char *path,
                     struct loader_plugin *ret_plugin, struct bothy_error *error)
{
    struct loader_plugin plugin = { 0 };
    struct bothy_plugin *d = &plugin.descriptor;
    int32_t r;

    if (length < FROZEN_SIZE)
        return bothy_fail(error, BOTHY_EABI,
                          "plugin %s: its " BOTHY_PLUGIN_SYMBOL " has %zu bytes; no ABI has less "
                          "than %d, this host speaks %u.%u",
                          path, length, FROZEN_SIZE, BOTHY_ABI_MAJOR, BOTHY_ABI_MINOR);
    memcpy(d, found, FROZEN_SIZE);
    r = judge_frozen(d, length, kind, path, error);
    if (r < 0)
        return r;
    memcpy(d, found, sizeof *d);
    if (!d->name || !is_plugin_name(d->name))
        return d->name ? bothy_fail(error, BOTHY_EINVAL,
                                    "plugin %s: its name must be 1 to %d of a-z 0-9 _ -", path,
                                    BOTHY_NAME_MAX - 1)
                       : missing(path, "name", error);
    if (!d->version)
        return missing(path, "version", error);
    if (!d->summary)
        return missing(path, "summary", error);
    r = judge_ops(&plugin, path, error);
    if (r == 0)
        r = take_options(&plugin, path, error);
    if (r == 0)
        r = join_values(&plugin, error);
    if (r < 0) {
        loader_clear(&plugin);
        return r;
    }
    *ret_plugin = plugin;
    return 0;
}

int32_t loader_open(const char *path, uint32_t kind, struct loader_plugin *ret_plugin,
                    struct bothy_error *error)
{
    const ElfW(Sym) *symbol = NULL;
    Dl_info info;
    void *module;
    void *found;

    if (path[0] != '/')
        return bothy_fail(error, BOTHY_EINVAL, "plugin %s: not an absolute path; name it from / on",
                          path);
    module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!module)
        return bothy_fail(error, BOTHY_ENOENT, "plugin %s: cannot be loaded: %s", path, dlerror());
    found = dlsym(module, BOTHY_PLUGIN_SYMBOL);
    if (!found)
        return bothy_fail(error, BOTHY_ENOENT,
                          "plugin %s: exports no " BOTHY_PLUGIN_SYMBOL "; define it with "
                          "BOTHY_PLUGIN_EXPORT",
                          path);
    /* The symbol's own size bounds what may be read: a descriptor may lie about its size. */
    if (!dladdr1(found, &info, (void **)&symbol, RTLD_DL_SYMENT) || !symbol ||
        info.dli_saddr != found)
        return bothy_fail(error, BOTHY_EABI,
                          "plugin %s: its " BOTHY_PLUGIN_SYMBOL " is no data of its own", path);
    return loader_judge(found, symbol->st_size, kind, path, ret_plugin, error);
}

void loader_clear(struct loader_plugin *plugin)
{
    if (!plugin)
        return;
    free(plugin->options);
    free(plugin->values);
    free(plugin->risk_names);
    memset(plugin, 0, sizeof *plugin);
}
