/*
 * `plugin check` and `plugin schema`: the runners do that work, in their sandbox; bothyctl never
 * loads a plugin. It finds the file and the runner, and becomes the runner.
 */
#include "ctl/ctl.h"

#include "base/clean.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define RUNNER_ARGS_MAX (2 * CTL_GIVEN_MAX + 8)

static const char *const kinds[] = { "strategy", "exchange", "sink", "handler" };

/* "funding" → the first PLUGINDIR/KIND/funding.so; what has a slash or ends in .so is a path. */
static int find_plugin(const struct ctl *ctl, const char *name, char path[PATH_MAX])
{
    const char *folder = getenv("BOTHY_PLUGIN_DIR"); /* to run from a build tree */
    size_t length = strlen(name);

    if (!folder || !folder[0])
        folder = BOTHY_PLUGINDIR;
    if (strchr(name, '/') || (length > 3 && strcmp(name + length - 3, ".so") == 0)) {
        if (!realpath(name, path))
            return ctl_fail(ctl, errno == ENOENT ? CTL_REFUSED : CTL_ERROR, "%s: %s", name,
                            strerror(errno));
        return CTL_OK;
    }
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        int n = snprintf(path, PATH_MAX, "%s/%s/%s.so", folder, kinds[i], name);

        if (n > 0 && n < PATH_MAX && access(path, R_OK) == 0)
            return CTL_OK;
    }
    return ctl_fail(ctl, CTL_REFUSED,
                    "no plugin '%s' below %s; name it as it is called there, or give a file", name,
                    folder);
}

/* Plugins that talk to the network have a runner of their own. Where a file lies tells. */
static const char *runner_for(const char *path)
{
    return strstr(path, "/exchange/") || strstr(path, "/sink/") ? "bothy-netrunner"
                                                                : "bothy-runner";
}

static int become_runner(struct ctl *ctl, const struct ctl_args *args, const char *what)
{
    const char *libexec = getenv("BOTHY_LIBEXEC"); /* to run from a build tree */
    char *argv[RUNNER_ARGS_MAX], plugin[PATH_MAX], program[PATH_MAX];
    char texts[CTL_GIVEN_MAX][64];
    int count = 0, n, r = find_plugin(ctl, args->words[0], plugin);

    if (r != CTL_OK)
        return r;
    n = snprintf(program, sizeof program, "%s/%s",
                 libexec && libexec[0] ? libexec : BOTHY_LIBEXECDIR, runner_for(plugin));
    if (n < 0 || (size_t)n >= sizeof program)
        return ctl_fail(ctl, CTL_ERROR, "the path of the runner is too long");
    argv[count++] = program;
    argv[count++] = (char *)(uintptr_t)what;
    argv[count++] = plugin;
    for (uint32_t i = 0; i < args->given_count; i++) {
        snprintf(texts[i], sizeof texts[i], "--%s", args->given[i].option->name);
        argv[count++] = texts[i];
        argv[count++] = (char *)(uintptr_t)args->given[i].value;
    }
    if (ctl->json)
        argv[count++] = (char *)(uintptr_t) "--json";
    argv[count] = NULL;
    fflush(NULL);
    execv(program, argv);
    return ctl_fail(ctl, CTL_ERROR, "%s: %s; is bothy installed completely?", program,
                    strerror(errno));
}

int command_plugin_check(struct ctl *ctl, const struct ctl_args *args)
{
    return become_runner(ctl, args, "--check");
}

int command_plugin_schema(struct ctl *ctl, const struct ctl_args *args)
{
    return become_runner(ctl, args, "--describe");
}
