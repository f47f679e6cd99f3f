/* Pages through cJSON. */
#include "bench_cjson.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "wire/record.h"

enum ud_status
ud_bench_see(const struct ud_device *d, struct ud_error *err, void *arg)
{
    struct ud_bench_seen *s = arg;

    (void)err;
    s->records++;
    s->sum += strlen(d->name) + strlen(d->serial) + strlen(d->user) + strlen(d->model) + (uint64_t)d->last_checkin +
              d->ownership + d->encrypted + (uint64_t)ud_guid_compare(&d->id, &d->entra_id);
    return UD_OK;
}

#define MEMBERS 8
struct texts {
    char text[MEMBERS][UD_NAME_MAX];
};

static const char *
take_text(struct texts *t, unsigned at, const cJSON *o, const char *name)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, name);

    t->text[at][0] = '\0';
    if (cJSON_IsString(v))
        ud_text_clean(t->text[at], sizeof(t->text[at]), v->valuestring, strlen(v->valuestring));
    return t->text[at];
}

static bool
take_guid(struct ud_guid *out, const cJSON *o, const char *name)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, name);

    return cJSON_IsString(v) && ud_guid_parse(out, v->valuestring, strlen(v->valuestring), NULL) == UD_OK;
}

static void
take_object(const cJSON *o, struct ud_bench_seen *s)
{
    struct ud_device d = { .last_checkin = UD_WALL_NONE };
    struct texts t;
    const cJSON *v;

    if (!take_guid(&d.id, o, "id"))
        return;
    (void)take_guid(&d.entra_id, o, "azureADDeviceId");
    d.name = take_text(&t, 0, o, "deviceName");
    d.serial = take_text(&t, 1, o, "serialNumber");
    d.user = take_text(&t, 2, o, "userPrincipalName");
    d.user_name = take_text(&t, 3, o, "userDisplayName");
    d.os = take_text(&t, 4, o, "operatingSystem");
    d.os_version = take_text(&t, 5, o, "osVersion");
    d.model = take_text(&t, 6, o, "model");
    v = cJSON_GetObjectItemCaseSensitive(o, "managedDeviceOwnerType");
    if (cJSON_IsString(v))
        (void)ud_ownership_parse(&d.ownership, v->valuestring);
    v = cJSON_GetObjectItemCaseSensitive(o, "isEncrypted");
    d.encrypted = !cJSON_IsBool(v) ? UD_UNKNOWN : cJSON_IsTrue(v) ? UD_YES : UD_NO;
    v = cJSON_GetObjectItemCaseSensitive(o, "lastSyncDateTime");
    if (cJSON_IsString(v))
        (void)ud_wall_parse(&d.last_checkin, v->valuestring, strlen(v->valuestring));
    (void)ud_bench_see(&d, NULL, s);
}

bool
ud_bench_cjson(const char *page, size_t length, struct ud_bench_seen *seen)
{
    cJSON *root = cJSON_ParseWithLength(page, length), *o;

    if (root == NULL)
        return false;
    cJSON_ArrayForEach(o, cJSON_GetObjectItemCaseSensitive(root, "value")) take_object(o, seen);
    cJSON_Delete(root);
    return true;
}
