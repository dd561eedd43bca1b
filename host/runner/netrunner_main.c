/* bothy-netrunner: runs one exchange plugin. */
#include "runner/runner.h"

#include <bothy/plugin.h>

int main(int argc, char **argv)
{
    runner_main(BOTHY_KIND_EXCHANGE, argc, argv);
}
