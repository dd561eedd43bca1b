/*
 * Writes what the option tables know into documents, when the package is built:
 *
 *     genman man TEMPLATE    bothy.conf(5): the template, with a line @OPTIONS@ replaced
 *     genman sample          conf/bothy.conf: every option with its default, commented out
 *
 * In the sample, comments begin with // and settings that are commented out with #: without
 * the # it is a complete configuration, which a test loads.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bothy/risk.h>

#include "base/clean.h"
#include "conf/options.h"

#define WIDTH     96 /* of comments in the sample */
#define MAN_WIDTH 78

/* What the sample says where there is no default, or the default is an installation's. */
static const struct {
    const char *section, *name, *value;
} examples[] = {
    { "paths", "state", "\"/var/lib/bothy\"" },
    { "paths", "log", "\"/var/log/bothy\"" },
    { "paths", "run", "\"/run/bothy\"" },
    { "paths", "plugins", "\"/usr/lib/bothy/plugins\"" },
    { "exchange", "name", "\"sim\"" },
    { "exchange", "plugin", "\"sim\"" },
    { "watchlist", "name", "\"majors\"" },
    { "bot", "name", "\"funding\"" },
    { "bot", "plugin", "\"funding\"" },
    { "bot", "exchange", "\"sim\"" },
    { "bot", "interval", "\"300s\"" },
    { "bot", "watchlist", "\"majors\"" },
    { "bot", "log_level", "\"info\"" },
    { "symbols", "symbol", "\"BTC/USDT:USDT\"" },
    { "symbols", "exchange", "\"sim\"" },
    { "grants", "order_types", "( \"market\", \"limit\", \"stop\", \"take_profit\" )" },
};

static const struct bothy_option *option_at(const struct bothy_option *options, size_t size,
                                            uint32_t i)
{
    return (const void *)((const char *)options + i * size);
}

static const char *structure_doc(const char *in, const char *name)
{
    for (uint32_t i = 0; i < conf_structure_count; i++) {
        if (!strcmp(conf_structures[i].in, in) && !strcmp(conf_structures[i].name, name))
            return conf_structures[i].doc;
    }
    return "";
}

/* ---- the sample ---- */

/* Words of a text in lines of at most WIDTH columns, each behind `indent` and "// ". */
static void sample_doc(const char *indent, const char *doc)
{
    size_t column = 0;

    while (*doc) {
        size_t length = strcspn(doc, " ");

        if (column && column + 1 + length > WIDTH) {
            putchar('\n');
            column = 0;
        }
        if (column == 0)
            column = (size_t)printf("%s// %.*s", indent, (int)length, doc);
        else
            column += (size_t)printf(" %.*s", (int)length, doc);
        doc += length;
        doc += *doc == ' ';
    }
    putchar('\n');
}

static void sample_value(const char *section, const struct bothy_option *option)
{
    for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
        if (!strcmp(examples[i].section, section) && !strcmp(examples[i].name, option->name)) {
            printf("%s", examples[i].value);
            return;
        }
    }
    if (option->type == BOTHY_OPTION_BOOL || option->type == BOTHY_OPTION_INT)
        printf("%s", option->default_value);
    else
        printf("\"%s\"", option->default_value ? option->default_value : "");
}

/* What may stand there besides the default: choices or a range. */
static void sample_range(const struct bothy_option *option)
{
    const char *unit = option->unit ? option->unit : "";

    if (option->choices && option->type == BOTHY_OPTION_ENUM)
        printf("  // %s", option->choices);
    else if (option->minimum && option->maximum)
        printf("  // %s … %s%s%s", option->minimum, option->maximum, *unit ? " " : "", unit);
    else if (option->minimum)
        printf("  // at least %s%s%s", option->minimum, *unit ? " " : "", unit);
}

static void sample_options(const char *section, const char *indent,
                           const struct bothy_option *options, size_t size, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct bothy_option *option = option_at(options, size, i);

        if (i)
            putchar('\n');
        if (option->doc)
            sample_doc(indent, option->doc);
        printf("#%s%s = ", indent, option->name);
        sample_value(section, option);
        putchar(';');
        sample_range(option);
        putchar('\n');
    }
}

static void sample_section(const struct conf_section *section, const char *indent)
{
    sample_options(section->name, indent, &section->fields[0].option, sizeof section->fields[0],
                   section->field_count);
}

static void sample_group(const struct conf_section *section)
{
    putchar('\n');
    sample_doc("", section->doc);
    printf("%s = {\n", section->name);
    sample_section(section, "    ");
    printf("};\n");
}

static void sample_entries(void)
{
    putchar('\n');
    sample_doc("", structure_doc("", "exchanges"));
    printf("exchanges = (\n#  {\n");
    sample_section(&conf_exchange_section, "    ");
    putchar('\n');
    sample_doc("    ", structure_doc("exchange", "params"));
    printf("#    params = { };\n#  }\n);\n\n");
    sample_doc("", structure_doc("", "watchlists"));
    printf("watchlists = (\n#  {\n");
    sample_section(&conf_watchlist_section, "    ");
    putchar('\n');
    sample_doc("    ", structure_doc("watchlist", "symbols"));
    printf("#    symbols = ( \"BTC/USDT:USDT\", \"ETH/USDT:USDT\" );\n#  }\n);\n\n");
    sample_doc("", structure_doc("", "bots"));
    printf("bots = (\n#  {\n");
    sample_section(&conf_bot_section, "    ");
    putchar('\n');
    sample_doc("    ", structure_doc("bot", "symbols"));
    printf("#    symbols = (\n#      {\n");
    sample_doc("        ", conf_symbol_section.doc);
    putchar('\n');
    sample_section(&conf_symbol_section, "        ");
    printf("#      }\n#    );\n\n");
    sample_doc("    ", structure_doc("bot", "risk"));
    printf("#    risk = { };\n\n");
    sample_doc("    ", structure_doc("bot", "params"));
    printf("#    params = { };\n\n");
    sample_doc("    ", structure_doc("bot", "grants"));
    printf("#    grants = {\n");
    sample_section(&conf_grants_section, "        ");
    printf("#    };\n#  }\n);\n");
}

static void sample(void)
{
    sample_doc("", "bothy.conf: the configuration of bothyd, all of it, with the defaults. What "
                   "each setting means stands in bothy.conf(5) as well. Remove the # before a "
                   "setting to change it; check the result with: bothyd -c FILE --check");
    printf("//\n");
    sample_doc("", "Money, sizes, percentages and durations are texts in quotes: \"0.5\", \"45m\". "
                   "Bare numbers are for counts. Files in conf.d beside this one are read after "
                   "it: what stands there wins, and lists grow.");
    putchar('\n');
    sample_section(&conf_sections[SECTION_TOP], "");
    for (uint32_t i = SECTION_TOP + 1; i < SECTION_COUNT; i++)
        sample_group(&conf_sections[i]);
    putchar('\n');
    sample_doc("", structure_doc("", "risk"));
    printf("risk = {\n");
    sample_options("risk", "    ", bothy_risk_options, sizeof bothy_risk_options[0],
                   bothy_risk_option_count);
    printf("};\n");
    sample_entries();
}

/* ---- the manual ---- */

/* One word for mdoc(7): no escape in it. Returns its width. */
static size_t man_word(const char *word, size_t length)
{
    size_t width = 0;

    for (size_t i = 0; i < length; i++) {
        if (word[i] == '\\') {
            width += (size_t)printf("\\e");
        } else if (!strncmp(word + i, "…", strlen("…"))) {
            width += (size_t)printf("...");
            i += strlen("…") - 1;
        } else {
            putchar(word[i]);
            width++;
        }
    }
    return width;
}

/* A text for mdoc(7): no macro at the start of a line, and a sentence ends its line. */
static void man_text(const char *text)
{
    size_t column = 0;

    while (*text) {
        size_t length = strcspn(text, " ");

        if (column && column + 1 + length > MAN_WIDTH) {
            putchar('\n');
            column = 0;
        }
        if (column)
            column += (size_t)printf(" ");
        else if (*text == '.' || *text == '\'')
            column += (size_t)printf("\\&");
        column += man_word(text, length);
        if (text[length] && length && text[length - 1] == '.') {
            putchar('\n');
            column = 0;
        }
        text += length;
        text += *text == ' ';
    }
    if (column)
        putchar('\n');
}

static void man_choices(const char *choices)
{
    printf("One of");
    while (*choices) {
        size_t length = strcspn(choices, "|");

        printf("\n.Cm %.*s%s", (int)length, choices, choices[length] ? " ," : " .");
        choices += length;
        choices += *choices == '|';
    }
    putchar('\n');
}

static void man_range(const struct bothy_option *option)
{
    const char *unit = option->unit ? option->unit : "";
    const char *blank = *unit ? " " : "";

    if (option->choices)
        man_choices(option->choices);
    else if (option->minimum && option->maximum)
        printf("From %s to %s%s%s.\n", option->minimum, option->maximum, blank, unit);
    else if (option->minimum)
        printf("At least %s%s%s.\n", option->minimum, blank, unit);
    else if (option->maximum)
        printf("At most %s%s%s.\n", option->maximum, blank, unit);
}

static void man_options(const struct bothy_option *options, size_t size, uint32_t count)
{
    printf(".Bl -tag -width Ds\n");
    for (uint32_t i = 0; i < count; i++) {
        const struct bothy_option *option = option_at(options, size, i);
        int bare = option->type == BOTHY_OPTION_BOOL || option->type == BOTHY_OPTION_INT;

        printf(".It Ic %s No = Ar %s\n", option->name, bothy_option_type_name(option->type));
        if (option->doc)
            man_text(option->doc);
        man_range(option);
        if (option->flags & BOTHY_OPTION_REQUIRED)
            printf("Required.\n");
        else if (option->default_value && *option->default_value)
            printf(bare ? "Default:\n.Li %s .\n" : "Default:\n.Qq Li %s .\n",
                   option->default_value);
        if (option->flags & BOTHY_OPTION_RELOADABLE)
            printf("A reload changes it.\n");
    }
    printf(".El\n");
}

static void man_section(const struct conf_section *section)
{
    man_options(&section->fields[0].option, sizeof section->fields[0], section->field_count);
}

static void man_structures(const char *in)
{
    printf(".Pp\nBesides:\n.Bl -tag -width Ds\n");
    for (uint32_t i = 0; i < conf_structure_count; i++) {
        const struct conf_structure *structure = &conf_structures[i];

        if (strcmp(structure->in, in))
            continue;
        printf(".It Ic %s No = Ar ", structure->name);
        man_text(structure->form[0] == '{' ? "group" : "list");
        man_text(structure->doc);
    }
    printf(".El\n");
}

static void manual(void)
{
    for (uint32_t i = 0; i < SECTION_COUNT; i++) {
        const struct conf_section *section = &conf_sections[i];

        printf(".Ss %s\n", *section->name ? section->name : "Top level");
        man_text(section->doc);
        man_section(section);
        if (i == SECTION_TOP)
            man_structures("");
    }
    printf(".Ss risk\n");
    man_text("Risk parameters. They stand at the top level for all bots, in a bot for all its "
             "symbols, and in an entry of its symbols; the innermost wins.");
    man_options(bothy_risk_options, sizeof bothy_risk_options[0], bothy_risk_option_count);
    printf(".Ss Entries of exchanges\n");
    man_text(structure_doc("", "exchanges"));
    man_section(&conf_exchange_section);
    man_structures("exchange");
    printf(".Ss Entries of watchlists\n");
    man_text(structure_doc("", "watchlists"));
    man_section(&conf_watchlist_section);
    man_structures("watchlist");
    printf(".Ss Entries of bots\n");
    man_text(structure_doc("", "bots"));
    man_section(&conf_bot_section);
    man_structures("bot");
    printf(".Ss grants\n");
    man_text(conf_grants_section.doc);
    man_section(&conf_grants_section);
    printf(".Ss Entries of symbols\n");
    man_text(conf_symbol_section.doc);
    man_section(&conf_symbol_section);
}

static int fill_template(const char *path)
{
    FILE *in = fopen(path, "re");
    char line[1024];
    int filled = 0;

    if (!in) {
        perror(path);
        return 1;
    }
    while (fgets(line, sizeof line, in)) {
        if (!strcmp(line, "@OPTIONS@\n")) {
            manual();
            filled = 1;
        } else {
            fputs(line, stdout);
        }
    }
    fclose(in);
    if (!filled)
        fprintf(stderr, "%s: has no line @OPTIONS@\n", path);
    return !filled;
}

int main(int argc, char **argv)
{
    int r = 0;

    if (argc == 3 && !strcmp(argv[1], "man")) {
        r = fill_template(argv[2]);
    } else if (argc == 2 && !strcmp(argv[1], "sample")) {
        sample();
    } else {
        fprintf(stderr, "usage: genman man TEMPLATE | genman sample\n");
        return 2;
    }
    if (fflush(stdout) == EOF || ferror(stdout)) {
        perror("genman");
        return 1;
    }
    return r;
}
