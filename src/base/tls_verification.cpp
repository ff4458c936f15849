// SPDX-License-Identifier: Apache-2.0
#include "base/tls_verification.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdio>
#include <ctime>

namespace async_cassandra::base {

namespace {

constexpr int most_names_told = 20;

struct bio_deleter {
    void operator()(BIO* bio) const noexcept { ::BIO_free(bio); }
};

/// What `print` writes. Control characters of the peer's are escaped by the functions used.
template <class Print>
std::string printed(Print print)
{
    const std::unique_ptr<BIO, bio_deleter> bio{::BIO_new(::BIO_s_mem())};
    if (bio == nullptr)
        return "?";
    print(bio.get());
    char* text = nullptr;
    const long length = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(length)};
}

std::string text_of(const X509_NAME* name)
{
    const unsigned long flags = XN_FLAG_ONELINE & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
    return "'" + printed([&](BIO* to) { ::X509_NAME_print_ex(to, name, 0, flags); }) + "'";
}

std::string text_of(const ASN1_TIME* time)
{
    std::tm parts{};
    if (::ASN1_TIME_to_tm(time, &parts) != 1)
        return "an unreadable time";
    std::array<char, 40> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts);
    return {text.data(), length};
}

std::string text_of(const GENERAL_NAME& name)
{
    int type = 0;
    const void* const value = ::GENERAL_NAME_get0_value(&name, &type);
    if (type == GEN_DNS)
        return printed([&](BIO* to) {
            ::ASN1_STRING_print_ex(to, static_cast<const ASN1_STRING*>(value), ASN1_STRFLGS_RFC2253);
        });
    if (type != GEN_IPADD)
        return {};
    const auto* const bytes = static_cast<const ASN1_OCTET_STRING*>(value);
    const auto* const data = ::ASN1_STRING_get0_data(bytes);
    const auto fill = [&](auto address) {
        std::copy(data, data + address.size(), address.begin());
        return inet{address}.to_string();
    };
    switch (::ASN1_STRING_length(bytes)) {
    case 4: return fill(std::array<std::uint8_t, 4>{});
    case 16: return fill(std::array<std::uint8_t, 16>{});
    default: return {};
    }
}

/// The names and addresses that a certificate is for, else its subject.
std::string names_in(X509* certificate)
{
    std::string told;
    auto* const names =
        static_cast<GENERAL_NAMES*>(::X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    const int count = names == nullptr ? 0 : sk_GENERAL_NAME_num(names);
    for (int i = 0; i < count; ++i) {
        const std::string text = text_of(*sk_GENERAL_NAME_value(names, i));
        if (text.empty())
            continue;
        if (i == most_names_told) {
            told += ", …";
            break;
        }
        told += (told.empty() ? "" : ", ") + text;
    }
    ::GENERAL_NAMES_free(names);
    if (told.empty())
        return "no host name or address, and has the subject " +
               text_of(::X509_get_subject_name(certificate));
    return told;
}

std::string problem_of(int error, X509* certificate, const tls_peer& peer)
{
    if (certificate == nullptr)
        return ::X509_verify_cert_error_string(error);
    const std::string subject = text_of(::X509_get_subject_name(certificate));
    switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return "the certificate of " + subject + " expired on " + text_of(::X509_get0_notAfter(certificate));
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return "the certificate of " + subject + " is not valid before " +
               text_of(::X509_get0_notBefore(certificate));
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return "the certificate of " + subject + " is self-signed, and is not trusted itself";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        return "the chain ends with the authority " + subject + ", which is not trusted";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return "the certificate of " + subject + " was issued by " +
               text_of(::X509_get_issuer_name(certificate)) + ", which is not trusted";
    case X509_V_ERR_HOSTNAME_MISMATCH:
        return "the certificate is not for the host name '" + peer.name + "', it names " +
               names_in(certificate);
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return "the certificate is not for the address " + peer.name + ", it names " + names_in(certificate);
    default: return "the certificate of " + subject + ": " + ::X509_verify_cert_error_string(error);
    }
}

int peer_index()
{
    static const int index = ::SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

int on_verify(int fine, X509_STORE_CTX* chain)
{
    if (fine == 1)
        return 1;
    const auto* const session =
        static_cast<SSL*>(::X509_STORE_CTX_get_ex_data(chain, ::SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* const peer = static_cast<tls_peer*>(::SSL_get_ex_data(session, peer_index()));
    if (peer == nullptr || !peer->problem.empty())
        return 0;
    try {
        const int error = ::X509_STORE_CTX_get_error(chain);
        X509* certificate = ::X509_STORE_CTX_get_current_cert(chain);
        peer->problem = problem_of(
            error, certificate != nullptr ? certificate : ::X509_STORE_CTX_get0_cert(chain), *peer
        );
    } catch (...) {
        return 0;  // not accepted; only the text is missing, and an exception may not pass through OpenSSL
    }
    return 0;
}

}  // namespace

void check_peer(ssl_st& session, tls_peer& peer, const tls_options& options)
{
    if (peer.name.ends_with('.'))
        peer.name.pop_back();  // the root: part of a fully qualified name, not of one in a certificate
    peer.name_is_address = inet::parse(peer.name).has_value();
    if (!peer.name_is_address)
        SSL_set_tlsext_host_name(&session, peer.name.c_str());
    if (options.accepts_any_certificate()) {
        ::SSL_set_verify(&session, SSL_VERIFY_NONE, nullptr);
        return;
    }
    ::SSL_set_ex_data(&session, peer_index(), &peer);
    ::SSL_set_verify(&session, SSL_VERIFY_PEER, on_verify);
    if (options.accepts_any_name())
        return;
    X509_VERIFY_PARAM* const wanted = ::SSL_get0_param(&session);
    ::X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const int taken = peer.name_is_address
                          ? ::X509_VERIFY_PARAM_set1_ip_asc(wanted, peer.name.c_str())
                          : ::X509_VERIFY_PARAM_set1_host(wanted, peer.name.c_str(), peer.name.size());
    if (taken != 1)
        throw std::bad_alloc{};
}

std::string describe_tls_error(unsigned long openssl_error, const tls_options& options)
{
    const char* const reason = ::ERR_reason_error_string(openssl_error);
    std::string told = reason == nullptr ? "error " + std::to_string(openssl_error) : reason;
    const bool shows_certificate = !options.certificate_file.empty();
    switch (ERR_GET_REASON(openssl_error)) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_UNEXPECTED_MESSAGE:
    case SSL_R_BAD_RECORD_TYPE:
    case SSL_R_RECORD_LENGTH_MISMATCH: return "the peer does not speak TLS (" + told + ")";
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
        return std::string{"the peer does not speak TLS "} +
               (options.minimum_version == tls_version::tls_1_3 ? "1.3" : "1.2") + " or newer (" + told + ")";
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
        return "the peer requires a client certificate (" + told + ")" +
               (shows_certificate ? "" : ", and tls_options::certificate_file is not set");
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
        if (shows_certificate)
            return "the peer does not accept our certificate '" + options.certificate_file + "' (" + told +
                   ")";
        return "the peer refuses the handshake (" + told +
               "); if it requires a client certificate: tls_options::certificate_file is not set";
    default: return told;
    }
}

}  // namespace async_cassandra::base
