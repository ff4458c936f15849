// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/tls_context.hpp"

namespace async_cassandra::base {

/// Sets up which certificate the session accepts, and the server name it asks for. What is wrong with another one is
/// noted in `peer`, which must live as long as the session.
void check_peer(ssl_st& session, tls_peer& peer, const tls_options& options);

}  // namespace async_cassandra::base
