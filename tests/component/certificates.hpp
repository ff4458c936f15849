// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

// Keys and certificates, made for the moment.
namespace async_cassandra::testing {

/// A certificate and its private key, as PEM.
struct identity {
    std::string certificate;
    std::string key;

    /// The key as PEM that this passphrase opens.
    [[nodiscard]] std::string encrypted_key(const std::string& passphrase) const;
};

struct certificate_wish {
    std::string subject = "node";
    std::string names =
        "IP:127.0.0.1,DNS:localhost";  ///< Subject alternative names as OpenSSL writes them; empty: none.
    std::chrono::seconds valid_from{-3600};  ///< From now.
    std::chrono::seconds valid_until{3600};
};

class authority {
public:
    explicit authority(const std::string& name);

    [[nodiscard]] const std::string& certificate() const noexcept { return own_.certificate; }
    [[nodiscard]] identity issue(const certificate_wish& wish = {}) const;

private:
    identity own_;
};

[[nodiscard]] identity self_signed(const certificate_wish& wish = {});

/// A folder of its own for files, removed with all of them.
class scratch_folder {
public:
    scratch_folder();
    ~scratch_folder();
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;

    [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
    /// Writes the file anew, under another name first, and returns its path.
    std::string write(const std::string& name, const std::string& content) const;

private:
    std::string folder_;
};

}  // namespace async_cassandra::testing
