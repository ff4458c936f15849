// SPDX-License-Identifier: Apache-2.0
#include "base/tls_context.hpp"

#include <async_cassandra/authentication.hpp>

#include "base/failure.hpp"
#include "base/log.hpp"
#include "base/tls_verification.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <vector>

#include <sys/stat.h>

namespace async_cassandra::base {

namespace {

struct context_deleter {
    void operator()(SSL_CTX* context) const noexcept { ::SSL_CTX_free(context); }
};
using context_ptr = std::unique_ptr<SSL_CTX, context_deleter>;

struct bio_deleter {
    void operator()(BIO* bio) const noexcept { ::BIO_free(bio); }
};
struct certificate_deleter {
    void operator()(X509* certificate) const noexcept { ::X509_free(certificate); }
};

[[noreturn]] void refuse(const std::string& what)
{
    throw configuration_error{
        failure_ptr{make_failure(errc::bad_configuration, "cluster_config::tls: " + what)}};
}

/// OpenSSL's reason for the last failure, and an empty queue.
std::string take_reason()
{
    const unsigned long code = ::ERR_peek_error();
    ::ERR_clear_error();
    if (code == 0)
        return "no reason is known";
    if (ERR_SYSTEM_ERROR(code))
        return std::generic_category().message(ERR_GET_REASON(code));
    std::array<char, 256> text{};
    ::ERR_error_string_n(code, text.data(), text.size());
    return text.data();
}

[[noreturn]] void refuse_file(const char* setting, const std::string& path)
{
    refuse(std::string{setting} + " '" + path + "': " + take_reason());
}

/// Gives OpenSSL the passphrase. A terminal is never asked.
int on_passphrase(char* into, int size, int, void* options)
{
    const auto& ask = static_cast<const tls_options*>(options)->key_passphrase;
    if (!ask)
        return -1;
    try {
        std::string phrase = ask();
        const bool fits = phrase.size() <= static_cast<std::size_t>(size);
        if (fits)
            std::ranges::copy(phrase, into);
        const int length = fits ? static_cast<int>(phrase.size()) : -1;
        wipe(phrase);
        return length;
    } catch (...) {
        return -1;  // reported as a key that cannot be read; an exception may not pass through OpenSSL
    }
}

void trust(SSL_CTX& context, const std::string& pem)
{
    const std::unique_ptr<BIO, bio_deleter> bio{
        ::BIO_new_mem_buf(pem.data(), static_cast<int>(std::min<std::size_t>(pem.size(), INT32_MAX)))};
    std::size_t count = 0;
    while (bio != nullptr) {
        const std::unique_ptr<X509, certificate_deleter> certificate{
            ::PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr)};
        if (certificate == nullptr)
            break;
        if (::X509_STORE_add_cert(::SSL_CTX_get_cert_store(&context), certificate.get()) != 1)
            refuse("ca_pem: " + take_reason());
        ++count;
    }
    const bool at_end = ERR_GET_REASON(::ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    if (count == 0 || !at_end)
        refuse("ca_pem, certificate " + std::to_string(count + 1) + ": " + take_reason());
    ::ERR_clear_error();
}

void load_authorities(SSL_CTX& context, const tls_options& options)
{
    if (options.ca_file.empty() && options.ca_directory.empty() && options.ca_pem.empty()) {
        if (::SSL_CTX_set_default_verify_paths(&context) != 1)
            refuse("the system's authorities: " + take_reason());
        return;
    }
    if (!options.ca_file.empty() && ::SSL_CTX_load_verify_file(&context, options.ca_file.c_str()) != 1)
        refuse_file("ca_file", options.ca_file);
    if (!options.ca_directory.empty()) {
        struct stat found {};
        if (::stat(options.ca_directory.c_str(), &found) != 0)
            refuse("ca_directory '" + options.ca_directory + "': " + std::generic_category().message(errno));
        if (!S_ISDIR(found.st_mode))
            refuse("ca_directory '" + options.ca_directory + "': it is no folder");
        if (::SSL_CTX_load_verify_dir(&context, options.ca_directory.c_str()) != 1)
            refuse_file("ca_directory", options.ca_directory);
    }
    if (!options.ca_pem.empty())
        trust(context, options.ca_pem);
}

void load_certificate(SSL_CTX& context, const tls_options& options)
{
    if (options.certificate_file.empty()) {
        if (!options.private_key_file.empty())
            refuse("private_key_file is set, but certificate_file is not");
        return;
    }
    if (::SSL_CTX_use_certificate_chain_file(&context, options.certificate_file.c_str()) != 1)
        refuse_file("certificate_file", options.certificate_file);
    const std::string& key =
        options.private_key_file.empty() ? options.certificate_file : options.private_key_file;
    const char* const setting =
        options.private_key_file.empty() ? "the private key in certificate_file" : "private_key_file";
    if (::SSL_CTX_use_PrivateKey_file(&context, key.c_str(), SSL_FILETYPE_PEM) != 1)
        refuse_file(setting, key);
    if (::SSL_CTX_check_private_key(&context) != 1)
        refuse_file(setting, key);
}

context_ptr build(const tls_options& options)
{
    ::ERR_clear_error();
    context_ptr context{::SSL_CTX_new(::TLS_client_method())};
    if (context == nullptr)
        refuse(take_reason());
    const int lowest = options.minimum_version == tls_version::tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
    ::SSL_CTX_set_min_proto_version(context.get(), lowest);
    ::SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    ::SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    ::SSL_CTX_set_default_passwd_cb(context.get(), on_passphrase);
    ::SSL_CTX_set_default_passwd_cb_userdata(context.get(), const_cast<tls_options*>(&options));
    load_authorities(*context, options);
    load_certificate(*context, options);
    return context;
}

/// Changes when a file is replaced or rewritten.
struct file_stamp {
    ino_t inode = 0;
    off_t size = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;

    friend bool operator==(const file_stamp&, const file_stamp&) = default;
};

file_stamp stamp_of(const std::string& path)
{
    struct stat found {};
    if (path.empty() || ::stat(path.c_str(), &found) != 0)
        return {};
    return {found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

using stamps = std::array<file_stamp, 4>;

stamps stamps_of(const tls_options& o)
{
    return {
        stamp_of(o.ca_file),
        stamp_of(o.ca_directory),
        stamp_of(o.certificate_file),
        stamp_of(o.private_key_file)};
}

}  // namespace

struct tls_context::state {
    std::mutex mutex;
    stamps read;  // taken before the files were read: what changes meanwhile is read again
    context_ptr context;
};

void ssl_deleter::operator()(ssl_st* session) const noexcept
{
    ::SSL_free(session);
}

tls_context::tls_context(tls_options options)
    : options_(std::move(options)), state_(std::make_unique<state>())
{
    if (options_.minimum_version != tls_version::tls_1_2 && options_.minimum_version != tls_version::tls_1_3)
        refuse("minimum_version is neither tls_1_2 nor tls_1_3");
    state_->read = stamps_of(options_);
    state_->context = build(options_);
}

tls_context::~tls_context() = default;

ssl_ptr tls_context::make_session(const endpoint& node, const std::string& host, tls_peer& peer)
{
    const std::lock_guard lock{state_->mutex};
    if (const stamps now = stamps_of(options_); now != state_->read) {
        try {
            state_->context = build(options_);
            state_->read = now;
            log(log_level::info, "tls", "certificates have changed and were read again");
        } catch (const configuration_error& wrong) {
            log(log_level::warning,
                "tls",
                "certificates have changed and cannot be read; those read before stay in use",
                {{"reason", wrong.details().what}});
        }
    }
    ssl_ptr session{::SSL_new(state_->context.get())};
    if (session == nullptr)
        throw std::bad_alloc{};
    peer.name = options_.verified_name;
    if (peer.name.empty())
        peer.name = host.empty() ? node.address.to_string() : host;
    check_peer(*session, peer, options_);
    return session;
}

}  // namespace async_cassandra::base
