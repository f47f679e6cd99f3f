/* Reads the members of one record as the pull reader meets them. Internal to wire: pages and key records share it. */
#ifndef UD_WIRE_RECORD_READ_H
#define UD_WIRE_RECORD_READ_H

#include "wire/json_reader.h"
#include "wire/page.h"

/* One managedDevice being read, with room for its text. */
struct ud_wire_device_record {
    struct ud_device d;
    unsigned member; /* whose value comes next; 0: none of ours */
    bool bad;
    bool has_id;
    char name[UD_NAME_MAX], serial[UD_NAME_MAX], user[UD_NAME_MAX], user_name[UD_NAME_MAX], model[UD_NAME_MAX], os[UD_NAME_MAX],
        os_version[UD_NAME_MAX];
};
void ud_wire_device_record_begin(struct ud_wire_device_record *r);
/* True where the member is one of ours: its value goes to _value. False: skip the value. */
bool ud_wire_device_record_name(struct ud_wire_device_record *r, const struct ud_json_text *name);
/* A scalar, or the opening of a container (which is then wrong: the caller skips it). */
void ud_wire_device_record_value(struct ud_wire_device_record *r, enum ud_json_token token, const struct ud_json_text *text);
/* True where the record can be handed over. */
bool ud_wire_device_record_end(struct ud_wire_device_record *r);

/* One key, or one entry of `other`. */
struct ud_wire_key_record {
    struct ud_key k;
    enum ud_wire_keys dialect;
    unsigned member;
    bool bad;
    bool has_id;
    struct ud_wire_other other; /* kind and device name as text */
};
void ud_wire_key_record_begin(struct ud_wire_key_record *r, enum ud_wire_keys dialect);
bool ud_wire_key_record_name(struct ud_wire_key_record *r, const struct ud_json_text *name);
void ud_wire_key_record_value(struct ud_wire_key_record *r, enum ud_json_token token, const struct ud_json_text *text);
bool ud_wire_key_record_end(struct ud_wire_key_record *r);
/* As entry of `other`: true where it has an id and a kind. */
bool ud_wire_key_record_end_other(struct ud_wire_key_record *r);

/* Shared by both: values of one type, null taken for missing. Each returns false where the type is wrong. */
bool ud_wire_take_text(char *out, size_t size, enum ud_json_token token, const struct ud_json_text *text);
bool ud_wire_take_guid(struct ud_guid *out, bool *has, enum ud_json_token token, const struct ud_json_text *text);
bool ud_wire_take_time(ud_wall *out, enum ud_json_token token, const struct ud_json_text *text);
bool ud_wire_take_tristate(enum ud_tristate *out, enum ud_json_token token);
/* volumeType: name, number, number as text, null. */
bool ud_wire_take_volume_type(enum ud_volume *out, enum ud_json_token token, const struct ud_json_text *text);

#endif
