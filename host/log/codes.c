/*
 * The table of codes: see codes.h. Sorted, so that it can be searched and read.
 */
#include "log/codes.h"

#include <string.h>

const struct log_code log_codes[] = {
    { "AUDIT", "a recorded action was changed afterwards",
      "The actions of the ledger are chained by their hashes, and the chain is broken: somebody"
      " edited, added or took out a row.",
      "Keep the files as they are; compare them with a backup from the row on that the message"
      " names." },
    { "CONFIG", "the configuration is wrong or doubtful",
      "A file of the configuration was read again and something in it cannot be used, or is"
      " used otherwise than it may be meant.",
      "Correct the place that the message names; bothyd --check shows all of them without a"
      " restart." },
    { "EVENT_ERROR", "a bot could not handle an event",
      "The plugin returned an error from its event callback; the event counts as handled.",
      "Read the plugin's own lines before it. A bot that fails often is a case for its "
      "author." },
    { "EXPIRE_TIME_PASSED", "the order would have expired already",
      "A good-till-date order came with a time that is not in the future.",
      "Let the bot compute the time from the host's clock service." },
    { "FEED", "a feed is not what it should be",
      "The data of an instrument stopped, has a gap, or its exchange plugin failed. Orders "
      "on it are refused until it is live again.",
      "Usually it mends itself. If it lasts, look at the network and at the venue's status "
      "page; bothyctl feed list shows all feeds." },
    { "FEED_ERROR", "an exchange plugin reported an error",
      "The plugin that reads the venue cannot go on with a feed.",
      "The message says why. Symbols that the venue does not know are the commonest cause." },
    { "FEED_NOT_LIVE", "refused: the feed is not live",
      "Nobody knows the present price, so no order is sent.",
      "Wait until the feed is live; bothyctl feed list shows it." },
    { "FILL_NOT_BOOKED", "a fill does not fit into the ledger",
      "A fill is finer or larger than the ledger can book exactly. Trading stops, so that "
      "no position is wrong unseen.",
      "Do not reset the kill switch before bothyctl verify is clean. Report it with the "
      "instrument's definition." },
    { "INSTRUMENT_NOT_DEFINED", "refused: the instrument is not known yet",
      "The venue has not said the instrument's steps and limits.",
      "Wait for the feed, or remove a symbol that the venue does not have." },
    { "INSTRUMENT_NOT_GRANTED", "refused: not one of the bot's symbols",
      "A bot may order on the symbols that its configuration lists, and on no other.",
      "Add the symbol to the bot, if it is meant to trade there." },
    { "KILLED", "the kill switch is on",
      "Entries are refused, and those that waited were cancelled. Orders that only reduce a"
      " position pass.",
      "When the cause is gone: bothyctl kill reset." },
    { "KIND_NOT_SUPPORTED", "refused: this kind of instrument cannot be booked",
      "The profit of inverse contracts follows a rule that the ledger does not know.",
      "Use the linear or the spot market of the same pair." },
    { "LEVELS_NOT_ON_TICK", "refused: entry, stop and target fall together",
      "Rounded to the instrument's tick, the signal's levels leave no room between them.",
      "Let the bot keep its levels some ticks apart, or choose a longer time frame." },
    { "LIMIT", "a limit of the host is reached",
      "A bot asked for more timers, subscriptions or history than the host gives to one.",
      "Let the bot ask for less, or split it into two." },
    { "LOG", "an event could not be published",
      "The host's own event log refused an event. This is a defect of the host.",
      "Report it with the lines before it." },
    { "LOG_FLOOD", "lines of a process were lost",
      "A plugin wrote more than its share; what was beyond it was dropped, so that nothing "
      "else waits.",
      "Lower the plugin's log level: bothyctl log level NAME warning." },
    { "MALFORMED", "an exchange plugin sent an impossible event",
      "The event was dropped and counted. A book that it was meant for is in doubt until it"
      " is rebuilt.",
      "Report it to the author of the exchange plugin." },
    { "NOTHING_GRANTED", "refused: the bot may not trade at all",
      "max_notional of the bot is 0 or absent: what is not granted is refused.",
      "Set max_notional in the bot's grants, if it is meant to trade." },
    { "NOTIFY", "a bot has a message", "A bot sent a message for people, with this severity.",
      "Read it; what to do is the bot's to say." },
    { "NOTIONAL_BELOW_MIN", "refused: too small for the venue",
      "Price times quantity is below the least that the venue accepts.",
      "Raise the size: risk_pct, or the bot's own setting." },
    { "NOTIONAL_EXCEEDS_MAX", "refused: larger than granted",
      "Price times quantity is above the max_notional of the bot.",
      "Lower the size, or raise max_notional, if the bot is meant to risk that much." },
    { "NOTIONAL_TOO_LARGE", "refused: no such amount of money",
      "Price times quantity does not fit into a number of money.",
      "The quantity is almost surely a mistake of the bot." },
    { "NO_MEMORY", "the host is out of memory",
      "Something could not be followed for want of memory.",
      "Give the host more memory, or fewer bots." },
    { "NO_PRICE", "refused: no price to judge by",
      "The side of the market that the order would meet is empty or not known.",
      "Wait for a quote. A market that stays one-sided is not one for market orders." },
    { "ORDER_TYPE_NOT_GRANTED", "refused: the type of order is not granted",
      "order_types of the bot does not list this type.",
      "Add the type to the grants, if the bot is meant to use it." },
    { "PARKED", "a process is not started again",
      "It failed too often in too short a time, or said that a restart cannot help.",
      "Read why it failed, mend that, then bothyctl bot reset NAME." },
    { "PAUSED", "refused: the bot is paused", "A paused bot may only reduce its positions.",
      "bothyctl bot resume NAME." },
    { "PRICE_NOT_POSITIVE", "refused: a limit order without a price",
      "The limit price is missing, negative, or less than one tick.", "Correct the bot." },
    { "QUANTITY_ABOVE_MAX", "refused: too much for the venue",
      "The quantity is above the most that the venue accepts in one order.",
      "Lower the size, or split the order." },
    { "QUANTITY_BELOW_LOT", "refused: less than one lot",
      "Rounded down to the instrument's lot, nothing is left.",
      "Raise the size: risk_pct, or the bot's own setting." },
    { "QUANTITY_BELOW_MIN", "refused: too little for the venue",
      "The quantity is below the least that the venue accepts.",
      "Raise the size: risk_pct, or the bot's own setting." },
    { "QUANTITY_NOT_POSITIVE", "refused: nothing to order",
      "The quantity is zero or negative; for a signal: its risk buys less than one lot.",
      "Raise the balance or risk_pct, or correct the bot." },
    { "RELOAD", "the configuration was not taken over whole",
      "A reload was refused, or some of it waits for a restart. What was in force stays in "
      "force.",
      "The message names the setting. Restart the host when it is convenient." },
    { "RELOADED", "a bot did not take its new settings",
      "The plugin refused a reload; it goes on with the old settings.",
      "bothyctl bot restart NAME starts it with the new ones." },
    { "RESTLESS", "bots answer each other without end",
      "Within one instant of virtual time bots kept reacting to one another; time goes on "
      "regardless.",
      "Look for two bots that subscribe to each other's signals." },
    { "REVERSAL_WARNING", "a bot contradicts what it has open",
      "The bot gave a signal against one of its own that is still open on the same symbol. What "
      "is open stays open; the new one is subject to cooldown and caps as any other.",
      "Look whether the open position is still wanted. risk.reversal_bypass lets the new signal "
      "break the cooldown." },
    { "SIGNALS_ONLY", "refused: the bot may only give signals", "signals_only is set for this bot.",
      "Take signals_only out of its grants, if it is meant to trade." },
    { "STALLED", "a process is stuck in a callback",
      "It has not returned from one event for long. If it goes on, it is killed and started"
      " again.",
      "Report it to the plugin's author, with the event that the message names." },
    { "STOP_PRICE_NOT_POSITIVE", "refused: a stop without its price",
      "stop_price is missing, negative, or less than one tick.", "Correct the bot." },
    { "STORE", "the store failed", "Orders and fills cannot be made durable, so no order is sent.",
      "Look for space on the disk and for errors of the file system; the host tries again "
      "by itself." },
    { "STORE_FAILED", "refused: the store failed",
      "Nothing can be made durable now, and an order that is not recorded is not sent.",
      "See STORE." },
    { "WORKER", "a process of the host ended or could not be started",
      "The message says how it ended and when it is started again.",
      "Once is an accident. If it repeats, read the lines of that process before its end." },
};
const size_t log_code_count = sizeof log_codes / sizeof log_codes[0];

const struct log_code *log_code_find(const char *code)
{
    size_t low = 0, high = log_code_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(code, log_codes[middle].code);

        if (order == 0)
            return &log_codes[middle];
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
