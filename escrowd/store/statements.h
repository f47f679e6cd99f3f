/* Every SQL statement of the service. Constant text, values bound; nothing builds SQL at run time (SR-139). */
#ifndef UD_STORE_STATEMENTS_H
#define UD_STORE_STATEMENTS_H

#define UD_SQL_DEVICE_COLUMNS                                                                                                    \
    "device.row, device.id, device.entra, device.name, device.serial, device.user, device.user_name, device.model, "             \
    "device.os, device.os_version, device.ownership, device.encrypted, device.checkin, device.manufacturer, "                    \
    "device.domain, device.local_users, device.enrolled, device.retired "
#define UD_SQL_KEY_COLUMNS                                                                                                       \
    "k.row, k.device, k.id, device.id, device.entra, k.kind, k.volume, k.state, k.created, k.shown, k.version, k.ring, "         \
    "EXISTS(SELECT 1 FROM key_package p WHERE p.key = k.row) "
#define UD_SQL_KEY_FROM "FROM recovery_key k JOIN device ON device.row = k.device "
#define UD_SQL_WORK_COLUMNS                                                                                                      \
    "w.row, w.id, w.device, device.id, w.kind, w.state, w.requested, w.finished, w.code, w.request, w.user, w.new_key, "         \
    "k.id, k.created, w.action, w.cause "
#define UD_SQL_WORK_FROM "FROM work w JOIN device ON device.row = w.device LEFT JOIN recovery_key k ON k.row = w.new_key "

/* Devices whose user is account `a`, and to which this account has signed in locally. Nobody's devices are not those of an account without a name. */
#define UD_SQL_OWNED(a)                                                                                                          \
    "user = " a " AND " a " <> '' AND instr(';' || lower(local_users) || ';', ';' || lower(" a ") || ';') > 0 "

/* Lines of the audit that answer somebody who asked for a key. The quotes make it a member of the line: within a text they are escaped.
 * The index audit_asked holds just these, so that a report of a week reads a week. */
#define UD_SQL_ASKED "instr(line, '\"asked\":\"') > 0 "

#define UD_SQL_LIST(X)                                                                                                           \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                                                  \
    X(READ, "BEGIN DEFERRED")                                                                                                    \
    X(COMMIT, "COMMIT")                                                                                                          \
    X(ROLLBACK, "ROLLBACK")                                                                                                      \
    X(SAVEPOINT, "SAVEPOINT part")                                                                                               \
    X(RELEASE, "RELEASE part")                                                                                                   \
    X(UNDO, "ROLLBACK TO part")                                                                                                  \
    X(VERSION, "PRAGMA data_version")                                                                                            \
    X(META_PUT, "INSERT INTO meta(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value = excluded.value")           \
    X(META_GET, "SELECT value FROM meta WHERE name = ?1")                                                                        \
    X(NOTICE_PUT, "INSERT OR REPLACE INTO notice(audience, language, text, hash) VALUES(?1, ?2, ?3, ?4)")                        \
    X(NOTICE_DROP, "DELETE FROM notice WHERE audience = ?1 AND language = ?2")                                                   \
    X(NOTICES, "SELECT audience, language, text, hash FROM notice ORDER BY audience, language")                                  \
    X(RING_PUT, "INSERT INTO ring(id, purpose, created, box) VALUES(?1, ?2, ?3, ?4)")                                            \
    X(RINGS, "SELECT id, purpose, created, box FROM ring ORDER BY id")                                                           \
    X(AUDIT_ADD, "INSERT INTO audit(seq, at, line, hash) VALUES(?1, ?2, ?3, ?4)")                                                \
    X(AUDIT_LAST, "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")                                                       \
    X(AUDITS, "SELECT seq, at, line, hash FROM audit WHERE seq > ?1 ORDER BY seq")                                               \
    X(AUDIT_ASKED, "SELECT seq, at, line FROM audit WHERE " UD_SQL_ASKED "AND at >= ?1 AND at < ?2 "                             \
                   "ORDER BY at DESC, seq DESC")                                                                                 \
    X(AUDIT_ASKED_ON, "SELECT seq, at, line FROM audit WHERE " UD_SQL_ASKED "AND at >= ?1 AND at < ?2 "                          \
                      "AND (at, seq) < (SELECT at, seq FROM audit WHERE seq = ?3) ORDER BY at DESC, seq DESC")                   \
    X(ENCRYPTION, "SELECT " UD_SQL_DEVICE_COLUMNS ", EXISTS (SELECT 1 FROM recovery_key k WHERE k.device = device.row AND "      \
                  "k.state IN (0, 2, 3)), EXISTS (SELECT 1 FROM recovery_key k WHERE k.device = device.row AND "                 \
                  "k.state IN (2, 3) AND k.shown IS NOT NULL) FROM device WHERE row > ?1 AND device.retired IS NULL ORDER BY "   \
                  "row LIMIT ?2")                                                                                                \
    X(CHECKPOINT_ADD, "INSERT OR REPLACE INTO checkpoint(seq, at, head, signature) VALUES(?1, ?2, ?3, ?4)")                      \
    X(CHECKPOINTS, "SELECT seq, at, head, signature FROM checkpoint ORDER BY seq")                                               \
    X(DEVICE_ADD, "INSERT INTO device(id, entra, name, serial, user, user_name, model, os, os_version, ownership, "              \
                  "encrypted, checkin, manufacturer, domain, local_users, enrolled) "                                            \
                  "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)")                               \
    X(DEVICES, "SELECT " UD_SQL_DEVICE_COLUMNS "FROM device WHERE row > ?1 AND retired IS NULL ORDER BY row LIMIT ?2")           \
    X(DEVICES_OWNED, "SELECT " UD_SQL_DEVICE_COLUMNS                                                                             \
                     "FROM device WHERE " UD_SQL_OWNED("?3") "AND row > ?1 AND retired IS NULL ORDER BY row LIMIT ?2")           \
    X(DEVICES_NAME, "SELECT " UD_SQL_DEVICE_COLUMNS "FROM device WHERE name = ?4 AND (?3 IS NULL OR " UD_SQL_OWNED(              \
                        "?3") ") "                                                                                               \
                              "AND row > ?1 AND retired IS NULL ORDER BY row LIMIT ?2")                                          \
    X(DEVICES_CONTAINS, "SELECT " UD_SQL_DEVICE_COLUMNS "FROM device WHERE row > ?1 AND (?3 IS NULL OR " UD_SQL_OWNED(           \
                            "?3") ") "                                                                                           \
                                  "AND instr(lower(name), lower(?4)) > 0 AND retired IS NULL ORDER BY row LIMIT ?2")             \
    X(DEVICES_SERIAL, "SELECT " UD_SQL_DEVICE_COLUMNS "FROM device WHERE serial = ?4 AND (?3 IS NULL OR " UD_SQL_OWNED(          \
                          "?3") ") "                                                                                             \
                                "AND row > ?1 AND retired IS NULL ORDER BY row LIMIT ?2")                                        \
    X(DEVICES_USER, "SELECT " UD_SQL_DEVICE_COLUMNS "FROM device WHERE user = ?4 AND (?3 IS NULL OR " UD_SQL_OWNED(              \
                        "?3") ") "                                                                                               \
                              "AND row > ?1 AND retired IS NULL ORDER BY row LIMIT ?2")                                          \
    X(DEVICE_COUNT, "SELECT (SELECT count(*) FROM device) - (SELECT count(*) FROM device WHERE retired IS NOT NULL) "            \
                    "WHERE ?1 IS NULL AND ?2 IS NULL")                                                                           \
    X(DEVICE_COUNT_OWNED, "SELECT count(*) FROM device WHERE " UD_SQL_OWNED("?1") "AND ?2 IS NULL AND retired IS NULL")          \
    X(DEVICE_COUNT_NAME,                                                                                                         \
        "SELECT count(*) FROM device WHERE name = ?2 AND (?1 IS NULL OR " UD_SQL_OWNED("?1") ") AND retired IS NULL")            \
    X(DEVICE_COUNT_CONTAINS, "SELECT count(*) FROM device WHERE (?1 IS NULL OR " UD_SQL_OWNED(                                   \
                                 "?1") ") "                                                                                      \
                                       "AND instr(lower(name), lower(?2)) > 0 AND retired IS NULL")                              \
    X(DEVICE_COUNT_SERIAL,                                                                                                       \
        "SELECT count(*) FROM device WHERE serial = ?2 AND (?1 IS NULL OR " UD_SQL_OWNED("?1") ") AND retired IS NULL")          \
    X(DEVICE_COUNT_USER,                                                                                                         \
        "SELECT count(*) FROM device WHERE user = ?2 AND (?1 IS NULL OR " UD_SQL_OWNED("?1") ") AND retired IS NULL")            \
    X(LOCAL_USERS, "UPDATE device SET local_users = ?2 WHERE row = ?1")                                                          \
    X(DEVICE_RETIRE, "UPDATE device SET retired = ?2 WHERE row = ?1")                                                            \
    X(DEVICE_BY_ID, "SELECT " UD_SQL_DEVICE_COLUMNS "FROM device WHERE id = ?1")                                                 \
    X(DEVICE_BY_ENTRA, "SELECT " UD_SQL_DEVICE_COLUMNS "FROM device WHERE entra = ?1")                                           \
    X(DEVICE_BY_ROW, "SELECT " UD_SQL_DEVICE_COLUMNS "FROM device WHERE row = ?1")                                               \
    X(CHECK_IN, "UPDATE device SET checkin = ?2, os_version = coalesce(?3, os_version), "                                        \
                "encrypted = CASE ?4 WHEN 0 THEN encrypted ELSE ?4 END WHERE row = ?1")                                          \
    X(KEY_LAST, "SELECT max((SELECT coalesce(max(row), 0) FROM recovery_key), (SELECT coalesce(max(key), 0) FROM deleted_key))") \
    X(KEY_ADD, "INSERT INTO recovery_key(row, device, id, kind, volume, state, created, shown, version, ring, box) "             \
               "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")                                                           \
    X(KEY_SUPERSEDE, "UPDATE recovery_key SET state = 1 WHERE device = ?1 AND kind = ?2 AND volume = ?3 AND "                    \
                     "state IN (0, 2, 3) AND row <> ?4")                                                                         \
    X(KEY_SHOWN, "UPDATE recovery_key SET shown = ?2, state = CASE state WHEN 0 THEN 2 ELSE state END WHERE row = ?1")           \
    X(KEYS_DUE, "SELECT " UD_SQL_KEY_COLUMNS UD_SQL_KEY_FROM "WHERE k.state = 2 AND k.shown <= ?1 AND device.retired IS NULL "   \
                "AND NOT EXISTS (SELECT 1 FROM work w WHERE w.device = k.device AND w.kind = k.kind AND w.action = 0 "           \
                "AND w.requested >= k.shown) ORDER BY k.shown LIMIT ?2")                                                         \
    X(KEYS_SHOWN,                                                                                                                \
        "SELECT " UD_SQL_KEY_COLUMNS UD_SQL_KEY_FROM                                                                             \
        "WHERE k.state IN (2, 3) AND k.shown IS NOT NULL AND device.retired IS NULL AND (?2 IS NULL OR device.user = ?2) "       \
        "ORDER BY k.shown LIMIT ?1")                                                                                             \
    X(KEY_SHOWN_BY, "SELECT user.account FROM disclosure d JOIN user ON user.row = d.user WHERE d.key = ?1 "                     \
                    "ORDER BY d.at DESC LIMIT 1")                                                                                \
    X(KEY_ROTATING, "UPDATE recovery_key SET state = 3 WHERE device = ?1 AND kind = ?2 AND state IN (0, 2)")                     \
    X(KEY_RESTING, "UPDATE recovery_key SET state = CASE WHEN shown IS NULL THEN 0 ELSE 2 END "                                  \
                   "WHERE device = ?1 AND kind = ?2 AND state = 3")                                                              \
    X(KEYS, "SELECT " UD_SQL_KEY_COLUMNS UD_SQL_KEY_FROM "WHERE k.row > ?1 AND (?3 = 0 OR (?3 >> k.kind) & 1) "                  \
            "AND (?4 IS NULL OR " UD_SQL_OWNED("?4") ") ORDER BY k.row LIMIT ?2")                                                \
    X(KEY_COUNT, "SELECT count(*) FROM recovery_key WHERE ?1 = 0 AND ?2 IS NULL")                                                \
    X(KEY_COUNT_SOME, "SELECT count(*) " UD_SQL_KEY_FROM "WHERE (?1 = 0 OR (?1 >> k.kind) & 1) "                                 \
                      "AND (?2 IS NULL OR " UD_SQL_OWNED("?2") ")")                                                              \
    X(KEYS_OF, "SELECT " UD_SQL_KEY_COLUMNS UD_SQL_KEY_FROM "WHERE k.device = ?1 ORDER BY k.created DESC, k.row DESC")           \
    X(KEY_BY_ID, "SELECT " UD_SQL_KEY_COLUMNS UD_SQL_KEY_FROM "WHERE k.id = ?1")                                                 \
    X(KEY_CURRENT, "SELECT " UD_SQL_KEY_COLUMNS UD_SQL_KEY_FROM "WHERE k.device = ?1 AND k.kind = ?2 AND "                       \
                   "k.state IN (0, 2, 3) ORDER BY k.created DESC, k.row DESC LIMIT 1")                                           \
    X(KEY_FIND, "SELECT " UD_SQL_KEY_COLUMNS UD_SQL_KEY_FROM "WHERE k.id BETWEEN ?1 AND ?2 ORDER BY k.id LIMIT ?3")              \
    X(KEY_BOX, "SELECT " UD_SQL_KEY_COLUMNS ", k.box " UD_SQL_KEY_FROM "WHERE k.row = ?1")                                       \
    X(PACKAGE_ADD, "INSERT INTO key_package(key, box) VALUES(?1, ?2)")                                                           \
    X(PACKAGE_GET, "SELECT box FROM key_package WHERE key = ?1")                                                                 \
    X(PACKAGE_DELETE, "DELETE FROM key_package WHERE key = ?1")                                                                  \
    X(MATCH_DELETE, "DELETE FROM key_match WHERE key = ?1")                                                                      \
    X(KEY_DELETE, "DELETE FROM recovery_key WHERE row = ?1")                                                                     \
    X(KEY_DELETED, "INSERT INTO deleted_key(key, id, device, at) VALUES(?1, ?2, ?3, ?4)")                                        \
    X(PROTECTOR_ADD, "INSERT OR IGNORE INTO protector(id, device, kind) VALUES(?1, ?2, ?3)")                                     \
    X(PROTECTOR_FIND, "SELECT p.id, p.kind, device.name FROM protector p JOIN device ON device.row = p.device "                  \
                      "WHERE p.id BETWEEN ?1 AND ?2 ORDER BY p.id LIMIT ?3")                                                     \
    X(WORK_ADD, "INSERT INTO work(id, device, kind, state, requested, request, user, action) "                                   \
                "VALUES(?1, ?2, ?3, 1, ?4, ?5, ?6, ?7)")                                                                         \
    X(WORK_END, "UPDATE work SET state = ?2, finished = ?3, code = ?4, new_key = ?5, cause = ?6 WHERE row = ?1 AND state = 1")   \
    X(WORK_BY_ID, "SELECT " UD_SQL_WORK_COLUMNS UD_SQL_WORK_FROM "WHERE w.id = ?1")                                              \
    X(WORK_LAST, "SELECT " UD_SQL_WORK_COLUMNS UD_SQL_WORK_FROM "WHERE w.device = ?1 AND w.kind = ?2 "                           \
                 "AND w.action = ?3 ORDER BY w.row DESC LIMIT 1")                                                                \
    X(WORK_PENDING, "SELECT " UD_SQL_WORK_COLUMNS UD_SQL_WORK_FROM "WHERE w.state = 1 ORDER BY w.row LIMIT ?1")                  \
    X(WORK_PENDING_OF, "SELECT " UD_SQL_WORK_COLUMNS UD_SQL_WORK_FROM "WHERE w.device = ?2 AND w.state = 1 "                     \
                       "ORDER BY w.action DESC, w.row LIMIT ?1")                                                                 \
    X(WORK_OVERDUE, "SELECT " UD_SQL_WORK_COLUMNS UD_SQL_WORK_FROM "WHERE w.state = 1 AND w.action = 1 AND w.requested <= ?1 "   \
                    "ORDER BY w.row LIMIT ?2")                                                                                   \
    X(WORK_OLDEST_TYPED, "SELECT min(requested) FROM work WHERE state = 1 AND action = 1")                                       \
    X(WORK_BY_REQUEST, "SELECT row FROM work WHERE action = 1 AND request = ?1")                                                 \
    X(TYPED_PUT, "INSERT INTO typed_key(work, ring, box) VALUES(?1, ?2, ?3)")                                                    \
    X(TYPED_GET, "SELECT ring, box FROM typed_key WHERE work = ?1")                                                              \
    X(TYPED_DROP, "DELETE FROM typed_key WHERE work = ?1")                                                                       \
    X(ASKED_PUT, "INSERT OR REPLACE INTO store_request(device, user, asked, note) VALUES(?1, ?2, ?3, ?4)")                       \
    X(ASKED_GET, "SELECT s.device, s.asked, s.note, u.display, u.name FROM store_request s JOIN user u ON u.row = s.user "       \
                 "WHERE s.device = ?1")                                                                                          \
    X(ASKED_OF, "SELECT s.device, s.asked, s.note, u.display, u.name FROM store_request s JOIN user u ON u.row = s.user "        \
                "JOIN device d ON d.row = s.device WHERE d.user = ?1 ORDER BY s.asked LIMIT ?2")                                 \
    X(ASKED_DROP, "DELETE FROM store_request WHERE device = ?1")                                                                 \
    X(OUTCOME_OF_KEY, "SELECT 1 FROM disclosure WHERE key = ?1 AND outcome = ?2 LIMIT 1")                                        \
    X(USER_ADD, "INSERT INTO user(id, name, account, display, role, password, created) "                                         \
                "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")                                                                            \
    X(USER_BY_NAME, "SELECT row, id, name, account, display, role, password, disabled FROM user WHERE name = ?1")                \
    X(USER_BY_ROW, "SELECT row, id, name, account, display, role, password, disabled FROM user WHERE row = ?1")                  \
    X(USERS, "SELECT row, id, name, account, display, role, password, disabled FROM user ORDER BY name")                         \
    X(USER_DISABLE, "UPDATE user SET disabled = 1 WHERE name = ?1")                                                              \
    X(USER_PASSWORD, "UPDATE user SET password = ?2 WHERE name = ?1")                                                            \
    X(GRANT_ADD, "INSERT INTO consent(user, client, scope, created, expires) VALUES(?1, ?2, ?3, ?4, ?5)")                        \
    X(GRANT_REVOKE, "UPDATE consent SET revoked = 1 WHERE row = ?1")                                                             \
    X(USER_REVOKE, "UPDATE consent SET revoked = 1 WHERE user = ?1")                                                             \
    X(TOKEN_ADD, "INSERT INTO token(id, consent, kind, hash, expires) VALUES(?1, ?2, ?3, ?4, ?5)")                               \
    X(TOKEN_USED, "UPDATE token SET used = 1 WHERE id = ?1")                                                                     \
    X(TOKEN_GET, "SELECT t.id, t.hash, t.kind, t.expires, t.used, c.row, c.user, c.client, c.scope, c.created, "                 \
                 "c.expires, c.revoked FROM token t JOIN consent c ON c.row = t.consent WHERE t.id = ?1")                        \
    X(TOKEN_SWEEP, "DELETE FROM token WHERE expires < ?1")                                                                       \
    X(GRANT_SWEEP, "DELETE FROM consent WHERE expires < ?1 AND NOT EXISTS (SELECT 1 FROM token t "                               \
                   "WHERE t.consent = consent.row)")                                                                             \
    X(DEVICE_TOKEN_ADD, "INSERT INTO device_token(id, hash, device) VALUES(?1, ?2, ?3)")                                         \
    X(DEVICE_TOKEN_DROP, "DELETE FROM device_token WHERE device = ?1")                                                           \
    X(DEVICE_TOKEN_GET, "SELECT hash, device FROM device_token WHERE id = ?1")                                                   \
    X(AGENT_ADD, "INSERT INTO agent(id, name, hash, os, created) VALUES(?1, ?2, ?3, ?4, ?5)")                                    \
    X(AGENTS, "SELECT row, id, name, hash, os, disabled FROM agent ORDER BY name")                                               \
    X(AGENT_DISABLE, "UPDATE agent SET disabled = 1 WHERE name = ?1")                                                            \
    X(PINNED, "SELECT d.row, d.id, d.name, d.serial, d.user, d.os, d.ownership, p.agent, p.made, "                               \
              "CASE WHEN p.agent IS NULL THEN EXISTS(SELECT 1 FROM device_token t WHERE t.device = d.row) END, "                 \
              "CASE WHEN p.agent IS NULL THEN EXISTS(SELECT 1 FROM device o WHERE o.serial = ?1 AND o.row <> d.row "             \
              "AND o.retired IS NULL) END "                                                                                      \
              "FROM device d LEFT JOIN pin p ON p.device = d.row WHERE d.serial = ?1 AND d.retired IS NULL LIMIT 1")             \
    X(PIN_ADD, "INSERT INTO pin(device, agent, made, since) VALUES(?1, ?2, ?3, ?4)")                                             \
    X(PIN_DROP, "DELETE FROM pin WHERE device = ?1")                                                                             \
    X(DEVICE_NAMED, "UPDATE device SET name = ?2, user = ?3, user_name = ?3, "                                                   \
                    "local_users = CASE WHEN user = ?3 THEN local_users ELSE '' END WHERE row = ?1")                             \
    X(DEVICE_SEEN, "UPDATE device SET checkin = ?2 WHERE row = ?1 AND (checkin IS NULL OR checkin < ?2)")                        \
    X(MATCH_GET, "SELECT k.row, k.kind, k.state, k.created, m.hash FROM recovery_key k JOIN key_match m ON m.key = k.row "       \
                 "WHERE k.device = ?1 AND k.state IN (0, 2, 3) AND m.type = ?2 ORDER BY k.row DESC LIMIT 1")                     \
    X(MATCH_ADD, "INSERT INTO key_match(key, type, hash) VALUES(?1, ?2, ?3)")                                                    \
    X(MATCH_SUPERSEDE, "UPDATE recovery_key SET state = 1 WHERE device = ?1 AND kind = ?2 AND state IN (0, 2, 3) AND row <> ?5 " \
                       "AND (EXISTS(SELECT 1 FROM key_match m WHERE m.key = recovery_key.row AND m.type = ?3) OR (?4 = 1 AND "   \
                       "NOT EXISTS(SELECT 1 FROM key_match m WHERE m.key = recovery_key.row)))")                                 \
    X(MATCH_TYPES, "SELECT count(*) FROM recovery_key k JOIN key_match m ON m.key = k.row "                                      \
                   "WHERE k.device = ?1 AND k.state IN (0, 2, 3)")                                                               \
    X(MATCH_COUNT, "SELECT count(*) FROM recovery_key k JOIN key_match m ON m.key = k.row "                                      \
                   "WHERE k.device = ?1 AND k.created >= ?2")                                                                    \
    X(DISCLOSURE_ADD, "INSERT INTO disclosure(request, user, device, key, at) VALUES(?1, ?2, ?3, ?4, ?5)")                       \
    X(DISCLOSURE_OUTCOME, "UPDATE disclosure SET outcome = ?3 WHERE request = ?1 AND user = ?2")                                 \
    X(DISCLOSURE_GET, "SELECT request, user, device, key, at, outcome FROM disclosure WHERE request = ?1")                       \
    X(DISCLOSURES, "SELECT request, user, device, key, at, outcome FROM disclosure WHERE at >= ?1 ORDER BY at")                  \
    X(APPROVAL_ADD, "INSERT INTO approval(id, request, user, device, key, state, reason, ticket, note, caller, verified, "       \
                    "created, expires) VALUES(?1, ?2, ?3, ?4, ?5, 1, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")                            \
    X(APPROVAL_BY_ID, "SELECT " UD_SQL_APPROVAL_COLUMNS UD_SQL_APPROVAL_FROM "WHERE a.id = ?1")                                  \
    X(APPROVAL_BY_REQUEST, "SELECT " UD_SQL_APPROVAL_COLUMNS UD_SQL_APPROVAL_FROM "WHERE a.user = ?1 AND a.request = ?2")        \
    X(APPROVALS_OPEN, "SELECT " UD_SQL_APPROVAL_COLUMNS UD_SQL_APPROVAL_FROM "WHERE a.state = 1 AND a.expires > ?1 "             \
                      "AND (?2 IS NULL OR a.user = ?2) ORDER BY a.row LIMIT ?3")                                                 \
    X(APPROVALS, "SELECT " UD_SQL_APPROVAL_COLUMNS UD_SQL_APPROVAL_FROM "WHERE (?1 IS NULL OR a.user = ?1) "                     \
                 "ORDER BY a.row DESC LIMIT ?2")                                                                                 \
    X(APPROVAL_COUNT, "SELECT count(*) FROM approval WHERE state = 1 AND user = ?1 AND expires > ?2")                            \
    X(APPROVAL_DECIDE, "UPDATE approval SET state = ?2, approver = ?3, decided = ?4, expires = ?5, answer = ?6 "                 \
                       "WHERE row = ?1 AND state = 1")                                                                           \
    X(APPROVAL_WITHDRAW, "UPDATE approval SET state = 4, decided = ?2 WHERE row = ?1 AND state IN (1, 2)")                       \
    X(APPROVAL_USE, "UPDATE approval SET state = 5, used = ?2 WHERE row = ?1 AND state = 2")                                     \
    X(SURGE_ADD, "INSERT INTO surge(incident, user, opened, ends) VALUES(?1, ?2, ?3, ?4)")                                       \
    X(SURGE_END, "UPDATE surge SET ends = ?1 WHERE ends > ?1")                                                                   \
    X(SURGE_NOW, "SELECT incident, opened, ends FROM surge WHERE ends > ?1 ORDER BY row DESC LIMIT 1")

/* Columns of struct ud_store_approval; 'a' is the table, 'w' who asked, 'v' who decided. */
#define UD_SQL_APPROVAL_COLUMNS                                                                                                  \
    "a.row, a.user, a.device, a.key, a.id, a.request, k.id, d.id, k.kind, a.state, a.created, a.expires, a.decided, "            \
    "a.reason, a.ticket, a.note, a.caller, a.verified, CASE w.display WHEN '' THEN w.name ELSE w.display END, w.account, "       \
    "d.name, d.serial, d.user, CASE v.display WHEN '' THEN v.name ELSE v.display END, a.answer "
#define UD_SQL_APPROVAL_FROM                                                                                                     \
    "FROM approval a JOIN user w ON w.row = a.user JOIN device d ON d.row = a.device "                                           \
    "JOIN recovery_key k ON k.row = a.key LEFT JOIN user v ON v.row = a.approver "

/* The schema, one statement each. Order matters. */
#define UD_SCHEMA_VERSION 2
#define UD_SCHEMA_TABLES(X)                                                                                                      \
    X("CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")                                             \
    X("CREATE TABLE notice(audience TEXT NOT NULL, language TEXT NOT NULL COLLATE NOCASE, text TEXT NOT NULL, "                  \
      "hash TEXT NOT NULL, PRIMARY KEY(audience, language)) WITHOUT ROWID")                                                      \
    X("CREATE TABLE ring(id INTEGER PRIMARY KEY, purpose TEXT NOT NULL, created INTEGER NOT NULL, box BLOB NOT NULL)")           \
    X("CREATE TABLE device(row INTEGER PRIMARY KEY, id BLOB NOT NULL, entra BLOB NOT NULL, "                                     \
      "name TEXT NOT NULL COLLATE NOCASE, serial TEXT NOT NULL COLLATE NOCASE, user TEXT NOT NULL COLLATE NOCASE, "              \
      "user_name TEXT NOT NULL, model TEXT NOT NULL, os TEXT NOT NULL, os_version TEXT NOT NULL, "                               \
      "ownership INTEGER NOT NULL, encrypted INTEGER NOT NULL, checkin INTEGER, manufacturer TEXT NOT NULL, "                    \
      "domain TEXT NOT NULL, local_users TEXT NOT NULL, enrolled INTEGER, retired INTEGER)")                                     \
    X("CREATE TABLE recovery_key(row INTEGER PRIMARY KEY, device INTEGER NOT NULL, id BLOB, kind INTEGER NOT NULL, "             \
      "volume INTEGER NOT NULL, state INTEGER NOT NULL, created INTEGER NOT NULL, shown INTEGER, "                               \
      "version INTEGER NOT NULL, ring INTEGER NOT NULL, box BLOB NOT NULL)")                                                     \
    X("CREATE TABLE key_package(key INTEGER PRIMARY KEY, box BLOB NOT NULL)")                                                    \
    X("CREATE TABLE deleted_key(key INTEGER PRIMARY KEY, id BLOB, device INTEGER NOT NULL, at INTEGER NOT NULL)")                \
    X("CREATE TABLE protector(id BLOB PRIMARY KEY, device INTEGER NOT NULL, kind TEXT NOT NULL) WITHOUT ROWID")                  \
    X("CREATE TABLE work(row INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, device INTEGER NOT NULL, "                            \
      "kind INTEGER NOT NULL, state INTEGER NOT NULL, requested INTEGER NOT NULL, finished INTEGER, "                            \
      "code INTEGER NOT NULL DEFAULT 0, request BLOB, user INTEGER NOT NULL, new_key INTEGER, "                                  \
      "action INTEGER NOT NULL DEFAULT 0, cause INTEGER NOT NULL DEFAULT 0)")                                                    \
    X("CREATE TABLE typed_key(work BLOB PRIMARY KEY, ring INTEGER NOT NULL, box BLOB NOT NULL) WITHOUT ROWID")                   \
    X("CREATE TABLE store_request(device INTEGER PRIMARY KEY, user INTEGER NOT NULL, asked INTEGER NOT NULL, "                   \
      "note TEXT NOT NULL)")                                                                                                     \
    X("CREATE TABLE user(row INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE COLLATE NOCASE, "           \
      "account TEXT NOT NULL COLLATE NOCASE, display TEXT NOT NULL, role INTEGER NOT NULL, password TEXT NOT NULL, "             \
      "disabled INTEGER NOT NULL DEFAULT 0, created INTEGER NOT NULL)")                                                          \
    X("CREATE TABLE consent(row INTEGER PRIMARY KEY, user INTEGER NOT NULL, client TEXT NOT NULL, scope TEXT NOT NULL, "         \
      "created INTEGER NOT NULL, expires INTEGER NOT NULL, revoked INTEGER NOT NULL DEFAULT 0)")                                 \
    X("CREATE TABLE token(id BLOB PRIMARY KEY, consent INTEGER NOT NULL, kind INTEGER NOT NULL, hash BLOB NOT NULL, "            \
      "expires INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID")                                                \
    X("CREATE TABLE device_token(id BLOB PRIMARY KEY, hash BLOB NOT NULL, device INTEGER NOT NULL) WITHOUT ROWID")               \
    X("CREATE TABLE agent(row INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE COLLATE NOCASE, "          \
      "hash BLOB NOT NULL, os TEXT NOT NULL, created INTEGER NOT NULL, disabled INTEGER NOT NULL DEFAULT 0)")                    \
    X("CREATE TABLE pin(device INTEGER PRIMARY KEY, agent INTEGER NOT NULL, made INTEGER NOT NULL, since INTEGER NOT NULL)")     \
    X("CREATE TABLE key_match(key INTEGER PRIMARY KEY, type TEXT NOT NULL, hash BLOB NOT NULL)")                                 \
    X("CREATE TABLE disclosure(request BLOB PRIMARY KEY, user INTEGER NOT NULL, device INTEGER NOT NULL, "                       \
      "key INTEGER NOT NULL, at INTEGER NOT NULL, outcome TEXT) WITHOUT ROWID")                                                  \
    X("CREATE TABLE approval(row INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, request BLOB NOT NULL, user INTEGER NOT NULL, "   \
      "device INTEGER NOT NULL, key INTEGER NOT NULL, state INTEGER NOT NULL, reason TEXT NOT NULL, ticket TEXT NOT NULL, "      \
      "note TEXT NOT NULL, caller TEXT NOT NULL, verified TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL, "   \
      "approver INTEGER, decided INTEGER, used INTEGER, answer TEXT NOT NULL DEFAULT '', UNIQUE(user, request))")                \
    X("CREATE TABLE surge(row INTEGER PRIMARY KEY, incident TEXT NOT NULL, user INTEGER NOT NULL, opened INTEGER NOT NULL, "     \
      "ends INTEGER NOT NULL)")                                                                                                  \
    X("CREATE TABLE audit(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, line TEXT NOT NULL, hash BLOB NOT NULL)")                \
    X("CREATE TABLE checkpoint(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, head BLOB NOT NULL, "                               \
      "signature BLOB NOT NULL)")                                                                                                \
    X("CREATE UNIQUE INDEX key_id ON recovery_key(id) WHERE id IS NOT NULL")                                                     \
    X("CREATE INDEX device_retired ON device(retired) WHERE retired IS NOT NULL")                                                \
    X("CREATE INDEX key_device ON recovery_key(device, state)")                                                                  \
    X("CREATE INDEX work_device ON work(device, kind)")                                                                          \
    X("CREATE INDEX work_pending ON work(row) WHERE state = 1")                                                                  \
    X("CREATE INDEX token_expires ON token(expires)")                                                                            \
    X("CREATE INDEX token_consent ON token(consent)")                                                                            \
    X("CREATE INDEX device_token_device ON device_token(device)")                                                                \
    X("CREATE INDEX work_request ON work(request) WHERE action = 1")                                                             \
    X("CREATE INDEX key_shown ON recovery_key(shown) WHERE state IN (2, 3)")                                                     \
    X("CREATE INDEX disclosure_key ON disclosure(key, at)")                                                                      \
    X("CREATE INDEX audit_asked ON audit(at, seq) WHERE " UD_SQL_ASKED)                                                          \
    X("CREATE INDEX disclosure_at ON disclosure(at)")                                                                            \
    X("CREATE INDEX approval_open ON approval(row) WHERE state = 1")                                                             \
    X("CREATE INDEX approval_user ON approval(user, state)")

/* Indexes that bulk loading drops and makes again; that of a device's keys stays, every new key looks there. */
#define UD_SCHEMA_INDEXES(X)                                                                                                     \
    X("UNIQUE", "device_id", "device(id)")                                                                                       \
    X("UNIQUE", "device_entra", "device(entra)")                                                                                 \
    X("", "device_name", "device(name)")                                                                                         \
    X("", "device_serial", "device(serial)")                                                                                     \
    X("", "device_user", "device(user)")

#endif
