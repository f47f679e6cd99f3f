/* The Graph dialect, devices: /me, managedDevices, the rotation actions. */
#include <stdio.h>
#include <string.h>

#include "escrowd/front/front_state.h"
#include "escrowd/front/odata.h"
#include "escrowd/front/route.h"
#include "wire/graph.h"
#include "wire/record.h"

/* Members of a managedDevice that we hold; the position is the bit of $select. */
enum member {
    ID,
    ENTRA_ID,
    NAME,
    SERIAL,
    USER,
    USER_NAME,
    OS,
    OS_VERSION,
    MODEL,
    MANUFACTURER,
    OWNERSHIP,
    ENCRYPTED,
    LAST_SYNC,
    ENROLLED,
    COMPLIANCE,
    AGENT,
    ACTIONS,
    MEMBER_COUNT
};
static const char *const member_names[MEMBER_COUNT] = {
    "id",
    "azureADDeviceId",
    "deviceName",
    "serialNumber",
    "userPrincipalName",
    "userDisplayName",
    "operatingSystem",
    "osVersion",
    "model",
    "manufacturer",
    "managedDeviceOwnerType",
    "isEncrypted",
    "lastSyncDateTime",
    "enrolledDateTime",
    "complianceState",
    "managementAgent",
    "deviceActionResults",
};
/* Members Graph declares and we do not hold: they may be asked for and are left out. */
static const char *const other_names[] = { "aadRegistered", "activationLockBypassCode", "androidSecurityPatchLevel",
    "autopilotEnrolled", "azureADRegistered", "azureActiveDirectoryDeviceId", "bootstrapTokenEscrowed", "chassisType",
    "chromeOSDeviceInfo", "complianceGracePeriodExpirationDateTime", "configurationManagerClientEnabledFeatures",
    "configurationManagerClientHealthState", "configurationManagerClientInformation", "deviceCategoryDisplayName",
    "deviceEnrollmentType", "deviceFirmwareConfigurationInterfaceManaged", "deviceHealthAttestationState",
    "deviceRegistrationState", "deviceType", "easActivated", "easActivationDateTime", "easDeviceId", "emailAddress",
    "enrollmentProfileName", "ethernetMacAddress", "exchangeAccessState", "exchangeAccessStateReason",
    "exchangeLastSuccessfulSyncDateTime", "freeStorageSpaceInBytes", "hardwareInformation", "iccid", "imei", "isSupervised",
    "jailBroken", "joinType", "lostModeState", "managedDeviceName", "managementCertificateExpirationDate", "managementFeatures",
    "managementState", "meid", "notes", "ownerType", "partnerReportedThreatState", "phoneNumber", "physicalMemoryInBytes",
    "preferMdmOverGroupPolicyAppliedDateTime", "processorArchitecture", "remoteAssistanceSessionErrorDetails",
    "remoteAssistanceSessionUrl", "requireUserEnrollmentApproval", "retireAfterDateTime", "roleScopeTagIds", "skuFamily",
    "skuNumber", "specificationVersion", "subscriberCarrier", "totalStorageSpaceInBytes", "udid", "userId", "usersLoggedOn",
    "wiFiMacAddress", "windowsActiveMalwareCount", "windowsRemediatedMalwareCount" };
#define ALL_MEMBERS ((UINT64_C(1) << MEMBER_COUNT) - 1)

/* Graph declares its times as never null and writes year 1 for "never". */
static void
write_time(struct ud_json_writer *w, const char *name, ud_wall t)
{
    if (t == UD_WALL_NONE)
        ud_json_write_text(w, name, "0001-01-01T00:00:00Z");
    else
        ud_json_write_time(w, name, t);
}

static const char *
compliance_of(const struct ud_device *d)
{
    static const char *const names[] = { [UD_UNKNOWN] = "unknown", [UD_NO] = "noncompliant", [UD_YES] = "compliant" };

    return names[d->encrypted];
}

static void
write_actions(struct ud_json_writer *w, const struct ud_vault_reply *r)
{
    static const enum ud_wire_action_state states[] = { [UD_VAULT_ROT_NONE] = UD_WIRE_ACTION_NONE,
        [UD_VAULT_ROT_PENDING] = UD_WIRE_ACTION_PENDING,
        [UD_VAULT_ROT_DONE] = UD_WIRE_ACTION_DONE,
        [UD_VAULT_ROT_FAILED] = UD_WIRE_ACTION_FAILED };

    ud_json_write_array(w, member_names[ACTIONS]);
    for (size_t i = 0; i < r->rotation_count; i++) {
        const struct ud_vault_rotation *rot = &r->rotations[i];
        const char *name = ud_wire_action_name(rot->kind);
        struct ud_wire_action a = { .state = states[rot->state], .started = rot->requested, .error_code = rot->error_code };
        if (name == NULL || rot->state == UD_VAULT_ROT_NONE)
            continue;
        (void)ud_copy(a.name, sizeof(a.name), name);
        a.updated = rot->finished != UD_WALL_NONE ? rot->finished : rot->requested;
        ud_wire_action_write(w, rot->kind, &a);
    }
    ud_json_write_array_end(w);
}

static void
write_text_member(struct ud_json_writer *w, enum member m, const struct ud_vault_device *v)
{
    const char *const text[MEMBER_COUNT] = {
        [NAME] = v->d.name,
        [SERIAL] = v->d.serial,
        [USER] = v->d.user,
        [USER_NAME] = v->d.user_name,
        [OS] = v->d.os,
        [OS_VERSION] = v->d.os_version,
        [MODEL] = v->d.model,
        [MANUFACTURER] = v->manufacturer,
    };

    ud_json_write_text_or_null(w, member_names[m], text[m]);
}

static void
write_member(struct ud_json_writer *w, enum member m, const struct ud_vault_device *v)
{
    switch (m) {
    case ID:
    case ENTRA_ID: {
        char text[UD_GUID_TEXT];
        ud_guid_format(text, m == ID ? &v->d.id : &v->d.entra_id);
        ud_json_write_text_n(w, member_names[m], text, UD_GUID_TEXT - 1);
        break;
    }
    case OWNERSHIP:
        ud_json_write_text(w, member_names[m], ud_ownership_name(v->d.ownership));
        break;
    case ENCRYPTED:
        if (v->d.encrypted != UD_UNKNOWN) /* Graph's is never null */
            ud_json_write_bool(w, member_names[m], v->d.encrypted == UD_YES);
        break;
    case LAST_SYNC:
        write_time(w, member_names[m], v->d.last_checkin);
        break;
    case ENROLLED:
        write_time(w, member_names[m], v->enrolled);
        break;
    case COMPLIANCE:
        ud_json_write_text(w, member_names[m], compliance_of(&v->d));
        break;
    case AGENT:
        ud_json_write_text(w, member_names[m], "mdm");
        break;
    default:
        write_text_member(w, m, v);
    }
}

static void
write_members(struct ud_json_writer *w, const struct ud_vault_device *v, uint64_t mask)
{
    for (unsigned m = 0; m < ACTIONS; m++) {
        if ((mask & UINT64_C(1) << m) != 0)
            write_member(w, m, v);
    }
}

/* --- me -------------------------------------------------------------------------------------------------------------- */

static void
answer_me(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_wire_me me = { 0 };
    struct ud_json_writer w;
    char context[400];

    if (!r->has_user) {
        ud_call_error(c, 404, "Request_ResourceNotFound", "This token belongs to no person.");
        return;
    }
    ud_guid_format(me.id, &r->user.id);
    (void)ud_copy(me.name, sizeof(me.name), r->user.display);
    (void)ud_copy(me.account, sizeof(me.account), r->user.account);
    ud_odata_context(context, sizeof(context), c, "users/$entity");
    ud_call_json(c, &w, 200);
    ud_wire_me_write(&w, &me, context);
}

void
ud_front_me(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_ME };
    struct ud_odata o;

    if (ud_odata_read(&o, c, UD_ODATA_SELECT))
        ud_call_ask(c, &r, answer_me);
}

/* --- managedDevices -------------------------------------------------------------------------------------------------- */

static bool
read_select(struct ud_call *c, const char *select, uint64_t by_default)
{
    c->mask = by_default;
    if (select == NULL)
        return true;
    if (ud_odata_select(
            &c->mask, select, member_names, MEMBER_COUNT, other_names, sizeof(other_names) / sizeof(other_names[0]))) {
        c->mask |= UINT64_C(1) << ID;
        return true;
    }
    ud_call_error(c, 400, "BadRequest", "$select names a property that a managedDevice does not have.");
    return false;
}

/* The comparisons Graph documents for managedDevices, as far as a helpdesk uses them. `value` is kept by the caller. */
static bool
read_filter(struct ud_vault_page *page, char *value, size_t value_size, struct ud_call *c, const char *filter)
{
    static const struct {
        const char *property, *op;
        enum ud_vault_filter filter;
    } known[] = {
        { "deviceName", "eq", UD_VAULT_NAME_IS },
        { "deviceName", "contains", UD_VAULT_NAME_CONTAINS },
        { "serialNumber", "eq", UD_VAULT_SERIAL_IS },
        { "userPrincipalName", "eq", UD_VAULT_USER_IS },
        { "azureADDeviceId", "eq", UD_VAULT_ENTRA_IS },
    };
    char property[32];
    const char *op;

    if (ud_odata_filter(property, sizeof(property), &op, value, value_size, filter)) {
        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
            if (strcmp(known[i].property, property) != 0 || strcmp(known[i].op, op) != 0)
                continue;
            page->filter = (uint8_t)known[i].filter;
            page->text = value;
            return true;
        }
    }
    ud_call_error(c, 400, "BadRequest",
        "This $filter is not supported. Use deviceName, serialNumber, userPrincipalName or azureADDeviceId eq '…', or "
        "contains(deviceName,'…').");
    return false;
}

static void
answer_devices(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_json_writer w;
    struct ud_buf next;
    char context[400];

    ud_odata_context(context, sizeof(context), c, "deviceManagement/managedDevices");
    ud_buf_init(&next, 2 * UD_CALL_URI_MAX);
    if (r->next != 0)
        ud_odata_next(&next, c, r->next);
    ud_call_json(c, &w, 200);
    ud_wire_page_begin(&w, context, c->count ? (int64_t)r->total : -1);
    for (size_t i = 0; i < r->device_count; i++) {
        ud_json_write_object(&w, NULL);
        write_members(&w, &r->devices[i], c->mask);
        ud_json_write_object_end(&w);
    }
    ud_wire_page_end(&w, r->next != 0 ? next.data : NULL);
    ud_buf_free(&next);
}

void
ud_front_devices(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_DEVICE_PAGE };
    struct ud_odata o;
    char value[UD_NAME_MAX];

    if (!ud_odata_read(
            &o, c, UD_ODATA_TOP | UD_ODATA_SELECT | UD_ODATA_FILTER | UD_ODATA_SKIP | UD_ODATA_COUNT | UD_ODATA_IGNORED) ||
        !read_select(c, o.select, ALL_MEMBERS) || (o.filter != NULL && !read_filter(&r.page, value, sizeof(value), c, o.filter)))
        return;
    c->count = o.count;
    r.page.after = o.after;
    r.page.limit = o.top;
    ud_call_ask(c, &r, answer_devices);
}

static void
answer_device(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_json_writer w;
    char context[400];

    if (r->device_count != 1) {
        ud_call_error(c, 404, "ResourceNotFound", "The device does not exist, or you may not see it.");
        return;
    }
    ud_odata_context(context, sizeof(context), c, "deviceManagement/managedDevices/$entity");
    ud_call_json(c, &w, 200);
    ud_json_write_object(&w, NULL);
    ud_json_write_text(&w, "@odata.context", context);
    write_members(&w, &r->devices[0], c->mask);
    if ((c->mask & UINT64_C(1) << ACTIONS) != 0)
        write_actions(&w, r);
    ud_json_write_object_end(&w);
}

void
ud_front_device(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_DEVICE, .by_id = c->id };
    struct ud_odata o;

    if (ud_odata_read(&o, c, UD_ODATA_SELECT) && read_select(c, o.select, ALL_MEMBERS))
        ud_call_ask(c, &r, answer_device);
}

/* --- rotation actions ------------------------------------------------------------------------------------------------ */

static void
answer_accepted(struct ud_call *c, struct ud_vault_reply *r)
{
    (void)r;
    ud_call_empty(c, 204);
}

static void
rotate(struct ud_call *c, enum ud_kind kind)
{
    struct ud_vault_request r = { .op = UD_VAULT_ROTATE };

    r.reveal.has_device = true;
    r.reveal.device = c->id;
    r.reveal.kind = (uint8_t)kind;
    r.reveal.request = c->request_id;
    ud_call_ask(c, &r, answer_accepted);
}

void
ud_front_rotate_bitlocker(struct ud_call *c)
{
    rotate(c, UD_KIND_BITLOCKER);
}

void
ud_front_rotate_filevault(struct ud_call *c)
{
    rotate(c, UD_KIND_FILEVAULT);
}

void
ud_front_rotate_laps(struct ud_call *c)
{
    rotate(c, UD_KIND_LAPS);
}
