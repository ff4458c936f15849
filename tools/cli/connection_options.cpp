// SPDX-License-Identifier: Apache-2.0
#include "connection_options.hpp"

#include <async_cassandra/authentication.hpp>
#include <async_cassandra/error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace async_cassandra::cli {

namespace {

[[noreturn]] void refuse(std::string what)
{
    failure f;
    f.code = errc::bad_configuration;
    f.what = std::move(what);
    throw configuration_error{failure_ptr{std::move(f)}};
}

/// The first line of the file. Read without buffers that nobody wipes.
std::string read_password(const std::string& path)
{
    constexpr std::size_t longest = 4096;
    const auto fail = [&] {
        refuse("--password-file '" + path + "': " + std::generic_category().message(errno));
    };
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        fail();
    std::string text(longest + 1, '\0');
    std::size_t size = 0;
    ssize_t count = 0;
    while (size < text.size() && (count = ::read(file, text.data() + size, text.size() - size)) > 0)
        size += static_cast<std::size_t>(count);
    const int problem = count < 0 ? errno : 0;
    ::close(file);
    std::string line = text.substr(0, std::min(size, text.find_first_of("\r\n")));
    wipe(text);
    errno = problem;
    if (problem != 0)
        fail();
    if (line.size() > longest)
        refuse("--password-file '" + path + "': the first line is longer than 4096 bytes");
    return line;
}

std::string find_password(const connection_options& options)
{
    if (!options.password_file.empty())
        return read_password(options.password_file);
    if (const char* const text = std::getenv(password_variable))
        return text;
    refuse(
        "--user " + options.user +
        ": the password is missing; give --password-file, or the environment variable " + password_variable
    );
}

}  // namespace

cluster_config connection_options::to_config() const
{
    cluster_config config;
    config.contact_points = contact_points;
    config.port = port;
    config.load_balancing.local_dc = local_dc;
    config.protocol = protocol;
    config.compression = compression;
    config.connect_timeout = connect_timeout;
    config.handshake_timeout = std::min(config.handshake_timeout, connect_timeout);
    if (!user.empty())
        config.authentication = std::make_shared<password_authentication>(user, find_password(*this));
    if (tls) {
        tls_options& secured = config.tls.emplace();
        secured.ca_file = authorities;
        secured.certificate_file = certificate;
        secured.private_key_file = key;
        if (accept_any_certificate)
            secured.danger_accept_any_certificate();
    }
    return config;
}

}  // namespace async_cassandra::cli
