/* A failed attempt in words: what happened with which server, and what to do. Never our request, never bytes from the wire. */
#include "http/call.h"

#include <openssl/x509_vfy.h>

#include "base/i18n.h"

struct sentence {
    int code;
    enum ud_status status;
    const char *message; /* %s: the host */
    const char *hint;
};

static const struct sentence verify[] = {
    { X509_V_ERR_CERT_HAS_EXPIRED, UD_TLS, N_("The certificate of %s has expired"),
        N_("Tell whoever runs the server; check this machine's clock") },
    { X509_V_ERR_CERT_NOT_YET_VALID, UD_TLS, N_("The certificate of %s is not valid yet"), N_("Check this machine's clock") },
    { X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, UD_TLS, N_("%s shows a certificate it signed itself"),
        N_("If this is your own server, name its authority with ca_file in unlockdesk.conf") },
    { X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, UD_TLS, N_("The certificate of %s comes from an unknown authority"),
        N_("If this is your own server, name its authority with ca_file in unlockdesk.conf") },
    { X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, UD_TLS, N_("The certificate of %s comes from an unknown authority"),
        N_("If this is your own server, name its authority with ca_file in unlockdesk.conf") },
    { X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, UD_TLS, N_("The certificate of %s comes from an unknown authority"),
        N_("If this is your own server, name its authority with ca_file in unlockdesk.conf") },
    { X509_V_ERR_CERT_SIGNATURE_FAILURE, UD_TLS, N_("The certificate of %s is forged or damaged"),
        N_("Do not go on; tell your security team") },
    { X509_V_ERR_CERT_REVOKED, UD_TLS, N_("The certificate of %s has been revoked"),
        N_("Do not go on; tell your security team") },
    { X509_V_ERR_CA_MD_TOO_WEAK, UD_TLS, N_("The certificate of %s uses a signature that is no longer safe"),
        N_("Tell whoever runs the server") },
    { X509_V_ERR_EE_KEY_TOO_SMALL, UD_TLS, N_("The certificate of %s uses a key that is too short"),
        N_("Tell whoever runs the server") },
    { X509_V_ERR_INVALID_PURPOSE, UD_TLS, N_("The certificate of %s is not meant for a server"),
        N_("Tell whoever runs the server") },
};

static const struct sentence transfer[] = {
    { CURLE_COULDNT_RESOLVE_HOST, UD_OFFLINE, N_("There is no server named %s"),
        N_("Check the address in unlockdesk.conf and the network") },
    { CURLE_COULDNT_CONNECT, UD_OFFLINE, N_("%s does not accept connections"),
        N_("Check that the service runs, and the network between") },
    { CURLE_OPERATION_TIMEDOUT, UD_TIMEOUT, N_("%s did not answer in time"), N_("Try again; if it lasts, check the network") },
    { CURLE_PEER_FAILED_VERIFICATION, UD_TLS, N_("The certificate of %s is made out to another name"),
        N_("Check the address in unlockdesk.conf; do not go on otherwise") },
    { CURLE_SSL_PINNEDPUBKEYNOTMATCH, UD_TLS, N_("%s shows another key than the one pinned in unlockdesk.conf"),
        N_("Ask whoever runs the server whether its key was changed; do not go on otherwise") },
    { CURLE_SSL_CACERT_BADFILE, UD_TLS, N_("The file of certificate authorities for %s cannot be read"),
        N_("Check ca_file in unlockdesk.conf") },
    { CURLE_SSL_CONNECT_ERROR, UD_TLS, N_("No safe connection to %s could be agreed on"),
        N_("The server must speak TLS 1.2 or 1.3") },
    { CURLE_PARTIAL_FILE, UD_OFFLINE, N_("The connection to %s was cut in the middle of an answer"), N_("Try again") },
    { CURLE_RECV_ERROR, UD_OFFLINE, N_("The connection to %s was cut"), N_("Try again") },
    { CURLE_SEND_ERROR, UD_OFFLINE, N_("The connection to %s was cut"), N_("Try again") },
    { CURLE_GOT_NOTHING, UD_OFFLINE, N_("%s closed the connection without an answer"), N_("Try again") },
    { CURLE_WEIRD_SERVER_REPLY, UD_MALFORMED, N_("Unexpected reply from %s"), N_("Is this address an escrow service?") },
    { CURLE_UNSUPPORTED_PROTOCOL, UD_MALFORMED, N_("Unexpected reply from %s"), N_("Is this address an escrow service?") },
    { CURLE_BAD_CONTENT_ENCODING, UD_MALFORMED, N_("The answer of %s could not be unpacked"),
        N_("Tell whoever runs the server") },
    { CURLE_HTTP2, UD_OFFLINE, N_("The connection to %s was cut"), N_("Try again") },
    { CURLE_HTTP2_STREAM, UD_OFFLINE, N_("The connection to %s was cut"), N_("Try again") },
    { CURLE_OUT_OF_MEMORY, UD_NOMEM, N_("Memory ran out while talking to %s"), "" },
};

static const struct sentence stopped[] = {
    { UD_HTTP_BODY_TOO_LARGE, UD_MALFORMED, N_("The answer of %s is larger than allowed"), N_("Tell whoever runs the server") },
    { UD_HTTP_HEADERS_TOO_LARGE, UD_MALFORMED, N_("%s sent more headers than allowed"), N_("Tell whoever runs the server") },
    { UD_HTTP_ENCODED, UD_MALFORMED, N_("%s sent a packed answer that was not asked for"), N_("Tell whoever runs the server") },
    { UD_HTTP_PRIVATE_ADDRESS, UD_OFFLINE, N_("The name %s leads to a private address, which is not used for a public service"),
        N_("The name service of this network may be tampered with; tell your network team") },
};

static const struct sentence *
find(const struct sentence *list, size_t count, int code)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].code == code)
            return &list[i];
    }
    return NULL;
}

#define FIND(list, code) find(list, sizeof(list) / sizeof((list)[0]), (int)(code))

static const struct sentence *
sentence_of(struct ud_http_call *c, CURLcode rc)
{
    const struct sentence *s = NULL;
    long verified = X509_V_OK;

    if (c->stop != UD_HTTP_NOT_STOPPED)
        return FIND(stopped, c->stop);
    if (rc == CURLE_PEER_FAILED_VERIFICATION && curl_easy_getinfo(c->easy, CURLINFO_SSL_VERIFYRESULT, &verified) == CURLE_OK &&
        verified != X509_V_OK && verified != X509_V_ERR_UNSPECIFIED) { /* unspecified: the chain is good, the name is not */
        static const struct sentence other = { 0, UD_TLS, N_("The certificate of %s is not accepted"),
            N_("Tell whoever runs the server") };
        s = FIND(verify, verified);
        return s != NULL ? s : &other;
    }
    return FIND(transfer, rc);
}

void
ud_http_failure(struct ud_http_call *c, CURLcode rc)
{
    const struct sentence *s = sentence_of(c, rc);
    struct ud_error *e = &c->reply.error;

    if (c->stop == UD_HTTP_TAKER_REFUSED) {
        *e = c->stop_error;
        c->reply.status = e->status;
    } else if (s == NULL) {
        c->reply.status = ud_error_set(e, UD_FAILED, "The exchange with %s failed: %s", c->origin->host, curl_easy_strerror(rc));
    } else {
        char message[sizeof(e->message)];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(
            message, sizeof(message), ud_translate(s->message), c->origin->host); /* from the tables above, each with one %s */
#pragma GCC diagnostic pop
        c->reply.status = ud_error_set(e, s->status, "%s", message);
        ud_error_hint(e, "%s", ud_translate(s->hint));
    }
}
