/* bothyctl: asks and commands a running bothyd, and helps those who write plugins. */
#include "ctl/ctl.h"

int main(int argc, char **argv)
{
    return ctl_main(argc, argv);
}
