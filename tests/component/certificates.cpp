// SPDX-License-Identifier: Apache-2.0
#include "component/certificates.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace async_cassandra::testing {

namespace {

template <auto Free>
struct free_with {
    template <class T>
    void operator()(T* p) const noexcept
    {
        Free(p);
    }
};
using key_ptr = std::unique_ptr<EVP_PKEY, free_with<EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, free_with<X509_free>>;
using bio_ptr = std::unique_ptr<BIO, free_with<BIO_free>>;

void require(bool done, const char* what)
{
    if (!done)
        throw std::runtime_error(std::string{"OpenSSL: "} + what);
}

std::string text_of(BIO* bio)
{
    char* text = nullptr;
    const long length = BIO_get_mem_data(bio, &text);
    return {text, static_cast<std::size_t>(length)};
}

bio_ptr reading(const std::string& pem)
{
    return bio_ptr{::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
}

std::string pem_of(EVP_PKEY* key, const std::string& passphrase = {})
{
    const bio_ptr bio{::BIO_new(::BIO_s_mem())};
    const EVP_CIPHER* const cipher = passphrase.empty() ? nullptr : ::EVP_aes_256_cbc();
    std::string phrase = passphrase;
    require(
        ::PEM_write_bio_PKCS8PrivateKey(
            bio.get(), key, cipher, phrase.data(), static_cast<int>(phrase.size()), nullptr, nullptr
        ) == 1,
        "write the key"
    );
    return text_of(bio.get());
}

key_ptr read_key(const std::string& pem)
{
    key_ptr key{::PEM_read_bio_PrivateKey(reading(pem).get(), nullptr, nullptr, nullptr)};
    require(key != nullptr, "read the key");
    return key;
}

void add(X509* certificate, X509* issuer, int extension, const std::string& value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    ::X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* const made = ::X509V3_EXT_conf_nid(nullptr, &context, extension, value.c_str());
    require(made != nullptr, "make an extension");
    const int added = ::X509_add_ext(certificate, made, -1);
    ::X509_EXTENSION_free(made);
    require(added == 1, "add an extension");
}

/// Signed by `issuer`, or by itself when there is none.
identity make(const certificate_wish& wish, bool is_authority, const identity* issuer)
{
    static std::atomic<long> serial{1};
    const key_ptr key{EVP_EC_gen("P-256")};
    const certificate_ptr made{::X509_new()};
    require(key != nullptr && made != nullptr, "make a key");
    ::X509_set_version(made.get(), X509_VERSION_3);
    ::ASN1_INTEGER_set(::X509_get_serialNumber(made.get()), serial++);
    ::X509_gmtime_adj(::X509_getm_notBefore(made.get()), wish.valid_from.count());
    ::X509_gmtime_adj(::X509_getm_notAfter(made.get()), wish.valid_until.count());
    ::X509_set_pubkey(made.get(), key.get());
    ::X509_NAME_add_entry_by_txt(
        ::X509_get_subject_name(made.get()),
        "CN",
        MBSTRING_UTF8,
        reinterpret_cast<const unsigned char*>(wish.subject.c_str()),
        -1,
        -1,
        0
    );
    certificate_ptr above;
    if (issuer != nullptr)
        above.reset(::PEM_read_bio_X509(reading(issuer->certificate).get(), nullptr, nullptr, nullptr));
    X509* const signer = above ? above.get() : made.get();
    ::X509_set_issuer_name(made.get(), ::X509_get_subject_name(signer));
    add(made.get(), signer, NID_basic_constraints, is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    add(made.get(), signer, NID_subject_key_identifier, "hash");
    if (!wish.names.empty())
        add(made.get(), signer, NID_subject_alt_name, wish.names);
    const key_ptr signing_key = issuer != nullptr ? read_key(issuer->key) : nullptr;
    require(::X509_sign(made.get(), signing_key ? signing_key.get() : key.get(), ::EVP_sha256()) > 0, "sign");
    const bio_ptr bio{::BIO_new(::BIO_s_mem())};
    require(::PEM_write_bio_X509(bio.get(), made.get()) == 1, "write a certificate");
    return {text_of(bio.get()), pem_of(key.get())};
}

}  // namespace

std::string identity::encrypted_key(const std::string& passphrase) const
{
    return pem_of(read_key(key).get(), passphrase);
}

authority::authority(const std::string& name)
    : own_(make({name, "", std::chrono::hours{-1}, std::chrono::hours{1}}, true, nullptr))
{}

identity authority::issue(const certificate_wish& wish) const
{
    return make(wish, false, &own_);
}

identity self_signed(const certificate_wish& wish)
{
    return make(wish, false, nullptr);
}

scratch_folder::scratch_folder()
    : folder_((std::filesystem::temp_directory_path() / "async-cassandra-XXXXXX").string())
{
    if (::mkdtemp(folder_.data()) == nullptr)
        throw std::runtime_error("no folder for temporary files");
}

scratch_folder::~scratch_folder()
{
    std::error_code ignored;  // left behind at worst
    std::filesystem::remove_all(folder_, ignored);
}

std::string scratch_folder::write(const std::string& name, const std::string& content) const
{
    const std::string made = path(name + ".new");
    std::ofstream{made} << content;
    std::filesystem::rename(made, path(name));
    return path(name);
}

}  // namespace async_cassandra::testing
