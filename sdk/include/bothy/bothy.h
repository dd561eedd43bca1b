/* bothy/bothy.h: the whole SDK in one include. */
#ifndef BOTHY_BOTHY_H
#define BOTHY_BOTHY_H

#include <bothy/base.h>
#include <bothy/breaker.h>
#include <bothy/config.h>
#include <bothy/csv.h>
#include <bothy/decimal.h>
#include <bothy/event.h>
#include <bothy/flow.h>
#include <bothy/host.h>
#include <bothy/json.h>
#include <bothy/levels.h>
#include <bothy/plugin.h>
#include <bothy/random.h>
#include <bothy/retry.h>
#include <bothy/risk.h>
#include <bothy/saved.h>
#include <bothy/signal.h>
#include <bothy/ta.h>
#include <bothy/time.h>

#endif
