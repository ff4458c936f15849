// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/endpoint.hpp>
#include <async_cassandra/tls.hpp>

#include <memory>
#include <string>

struct ssl_st;

namespace async_cassandra::base {

struct ssl_deleter {
    void operator()(ssl_st* session) const noexcept;
};
using ssl_ptr = std::unique_ptr<ssl_st, ssl_deleter>;

/// What a session checks of its peer, and what was wrong.
struct tls_peer {
    std::string name;  ///< The host name or address that the certificate must hold.
    bool name_is_address = false;
    std::string problem;  ///< Why the certificate was not accepted; empty: it was, or it has not come yet.
};

/// TLS as one cluster speaks it. Safe from any thread: all shards share one.
///
/// Sessions are not resumed: a resumed one would pass over the check of a certificate that has expired or whose authority
/// is not trusted any more, and connections are opened rarely and live long.
class tls_context {
public:
    /// Reads the files. Throws `configuration_error`.
    explicit tls_context(tls_options options);
    ~tls_context();
    tls_context(const tls_context&) = delete;
    tls_context& operator=(const tls_context&) = delete;

    [[nodiscard]] const tls_options& options() const noexcept { return options_; }

    /// A client's session with the node. Reads changed files. `peer` must live as long as the session.
    [[nodiscard]] ssl_ptr make_session(const endpoint& node, const std::string& host, tls_peer& peer);

private:
    struct state;

    tls_options options_;
    std::unique_ptr<state> state_;
};

/// What went wrong when the peer's certificate was not the reason: `openssl_error` is the number that OpenSSL gave.
[[nodiscard]] std::string describe_tls_error(unsigned long openssl_error, const tls_options& options);

}  // namespace async_cassandra::base
