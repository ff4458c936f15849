// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace async_cassandra {

/// Versions of TLS. Older ones are never spoken.
enum class tls_version : std::uint8_t { tls_1_2, tls_1_3 };

/// How connections are encrypted, whom they trust and how they show who they are. As it is made, only nodes
/// are accepted whose certificate leads to an authority that the system trusts, is in its time, and names
/// what was connected to: the host name of the contact point, or the address when it was an address (an IP
/// entry among the certificate's subject alternative names). Nothing happens in the clear.
///
/// The files are PEM. They are read when the cluster is made, which fails with `configuration_error` when one
/// is no good, and again, for new connections, when one of them has changed since: certificates are renewed
/// by replacing the files (the key first when both change; while they do not fit each other, what was read
/// before stays in use, and the log says so). A renewed file of the same size within the file system's
/// resolution of time is not noticed.
class tls_options {
public:
    /// Trusted authorities: every certificate in this file. Empty, like `ca_directory` and `ca_pem`: those of
    /// the system. As soon as one of the three is set, the system's are not trusted any more.
    std::string ca_file;

    /// Trusted authorities: a folder with a file each, named by hash as `openssl rehash` does.
    std::string ca_directory;

    /// Trusted authorities: certificates as PEM text.
    std::string ca_pem;

    /// The certificate to show to nodes that want one, with intermediate ones behind it. Empty: none.
    std::string certificate_file;

    /// Its private key. Empty: in `certificate_file`.
    std::string private_key_file;

    /// Asked for the passphrase of an encrypted key whenever the key is read, on the thread that reads it.
    /// What it returns is wiped. Empty: an encrypted key is refused; nobody is ever asked on a terminal.
    std::function<std::string()> key_passphrase;

    /// The lowest version to speak.
    tls_version minimum_version = tls_version::tls_1_2;

    /// The name or address that every node's certificate must hold, in place of the one that was connected
    /// to: for clusters whose nodes share one certificate. Sent as SNI, as any name is (addresses never are).
    std::string verified_name;

    /// Every certificate will do: anybody on the way can read and change everything, credentials included.
    /// For trying things out.
    tls_options& danger_accept_any_certificate() noexcept
    {
        accepts_any_certificate_ = true;
        return *this;
    }

    /// The certificate must be trusted, but may be for any name: whoever holds a certificate of the
    /// authority, any client for instance, can pass for a node.
    tls_options& danger_accept_any_name() noexcept
    {
        accepts_any_name_ = true;
        return *this;
    }

    [[nodiscard]] bool accepts_any_certificate() const noexcept { return accepts_any_certificate_; }
    [[nodiscard]] bool accepts_any_name() const noexcept { return accepts_any_name_; }

private:
    bool accepts_any_certificate_ = false;
    bool accepts_any_name_ = false;
};

}  // namespace async_cassandra
