// SPDX-License-Identifier: Apache-2.0
#include "integration/local_cluster.hpp"

#include <array>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>

namespace async_cassandra::integration {

faulty_node::~faulty_node()
{
    try {
        start();
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
    }
}

cluster_config faulty_node::config(protocol_version version)
{
    cluster_config config;
    config.contact_points = {where().address.to_string()};
    config.port = where().port;
    config.protocol = version;
    return config;
}

endpoint faulty_node::where()
{
    return {inet{std::array<std::uint8_t, 4>{127, 0, 0, 1}}, AC_FAULTS_PORT};
}

void faulty_node::start()
{
    run("start", "--port " + std::to_string(where().port));
}

void faulty_node::run(const std::string& command, const std::string& arguments)
{
    const std::string line = "'" AC_LOCAL_CASSANDRA "' " + command + " --instance " AC_FAULTS_INSTANCE " " +
                             arguments + " >/dev/null";
    if (std::system(line.c_str()) != 0)
        throw std::runtime_error{line + " failed"};
}

}  // namespace async_cassandra::integration
