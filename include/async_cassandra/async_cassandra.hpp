// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Everything at once. Programs that care for compile time include what they use.

#include <async_cassandra/authentication.hpp>
#include <async_cassandra/cluster.hpp>
#include <async_cassandra/compression.hpp>
#include <async_cassandra/config.hpp>
#include <async_cassandra/error.hpp>
#include <async_cassandra/log.hpp>
#include <async_cassandra/policy/load_balancing.hpp>
#include <async_cassandra/result.hpp>
#include <async_cassandra/row_mapping.hpp>
#include <async_cassandra/schema.hpp>
#include <async_cassandra/session.hpp>
#include <async_cassandra/tls.hpp>
#include <async_cassandra/topology.hpp>
#include <async_cassandra/uuid_generator.hpp>
#include <async_cassandra/version.hpp>
