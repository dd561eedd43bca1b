/*
 * `bothyctl audit verify`: whether somebody changed what was recorded. The host looks at its own
 * ledger; a ledger's file, such as that of a backup, is looked at here, without a host.
 */
#include "ctl/client.h"
#include "ctl/show.h"

#include "store/store.h"

/* The document that the host answers, too. Returns an exit code. */
static int verify_file(const struct ctl *ctl, const char *path, json_t **ret_document)
{
    char last[STORE_HASH_MAX] = "";
    struct bothy_error error = { 0 };
    uint64_t rows = 0;
    int32_t r = store_verify_file(path, &rows, last, &error);

    if (r < 0)
        return ctl_fail(ctl, CTL_ERROR, "%s: %s", path,
                        error.text[0] ? error.text : bothy_strerror(r));
    *ret_document = json_pack("{s:I, s:s}", "actions", (json_int_t)rows, "last_hash", last);
    return *ret_document ? CTL_OK : ctl_fail(ctl, CTL_ERROR, "no memory");
}

int command_audit_verify(struct ctl *ctl, const struct ctl_args *args)
{
    json_t *document = NULL;
    int r = args->word_count > 0 ? verify_file(ctl, args->words[0], &document)
                                 : client_ask(ctl, "audit.verify", NULL, &document);

    if (r != CTL_OK)
        return r;
    if (ctl->json) {
        r = ctl_print_json(ctl, document);
    } else {
        printf("%lld actions, each follows from the one before\n",
               (long long)show_count(document, "actions"));
        if (show_text(document, "last_hash")[0])
            printf("last hash %s\n", show_text(document, "last_hash"));
    }
    json_decref(document);
    return r;
}
