/* bothy-runner: runs one strategy plugin, without network, files or keys. */
#include "runner/runner.h"

#include <bothy/plugin.h>

int main(int argc, char **argv)
{
    runner_main(BOTHY_KIND_STRATEGY, argc, argv);
}
