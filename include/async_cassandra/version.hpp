// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The version of these headers, as three numbers. The build reads it from here; it stands nowhere else.
#define ASYNC_CASSANDRA_VERSION_MAJOR 0
#define ASYNC_CASSANDRA_VERSION_MINOR 1
#define ASYNC_CASSANDRA_VERSION_PATCH 0

/// The same as text, as sent to the server in STARTUP (`DRIVER_VERSION`, native_protocol_v5.spec 4.1.1).
#define ASYNC_CASSANDRA_VERSION "0.1.0"
