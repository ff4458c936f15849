// SPDX-License-Identifier: Apache-2.0
#include "option_groups.hpp"

#include <fmt/format.h>

namespace async_cassandra::cli {

namespace {

void add_security_options(CLI::App& app, connection_options& options)
{
    CLI::Option* const user =
        app.add_option("--user", options.user, "Log in as this user")
            ->type_name("NAME")
            ->check(CLI::Validator{
                [](const std::string& text) { return text.empty() ? std::string{"the name is empty"} : ""; },
                ""});
    app.add_option(
           "--password-file",
           options.password_file,
           fmt::format(
               "File with the password in its first line. Without it, the environment\n"
               "variable {} holds the password",
               password_variable
           )
    )
        ->type_name("FILE")
        ->needs(user);
    CLI::Option* const tls = app.add_flag("--tls", options.tls, "Encrypt, and verify who the nodes are");
    app.add_option("--ca", options.authorities, "PEM file of the authorities to trust (the system's)")
        ->type_name("FILE")
        ->needs(tls);
    CLI::Option* const certificate =
        app.add_option(
               "--cert", options.certificate, "PEM file of the certificate to show to nodes that want one"
        )
            ->type_name("FILE")
            ->needs(tls);
    app.add_option("--key", options.key, "PEM file of its private key (in the file of --cert)")
        ->type_name("FILE")
        ->needs(certificate);
    app.add_flag(
           "--tls-danger-accept-any-certificate",
           options.accept_any_certificate,
           "Do not verify the nodes: anybody on the way can read and change everything"
    )
        ->needs(tls);
}

}  // namespace

CLI::Validator above_zero(double highest)
{
    const auto check = [highest](const std::string& text) -> std::string {
        double value = 0;
        if (!CLI::detail::lexical_cast(text, value) || !(value > 0) || value > highest)
            return fmt::format("'{}' is not a number above 0 and up to {}", text, highest);
        return {};
    };
    return CLI::Validator{check, "NUMBER"};
}

void add_connection_options(CLI::App& app, connection_options& options)
{
    static const std::map<std::string, protocol_version> versions{
        {"4", protocol_version::v4}, {"5", protocol_version::v5}};
    app.add_option(
           "--contact-point",
           options.contact_points,
           "Host, host:port or address; may be repeated (127.0.0.1)"
    )
        ->type_name("HOST")
        ->allow_extra_args(false);
    app.add_option("--port", options.port, "Port of contact points that name none (9042)")
        ->type_name("PORT")
        ->check(at_least_one<std::uint16_t>().description(""));
    app.add_option("--local-dc", options.local_dc, "Data center to use (that of the first node connected to)")
        ->type_name("NAME");
    app.add_option("--protocol", options.protocol, "Highest native protocol version to speak (5)")
        ->type_name("4|5")
        ->transform(CLI::Transformer(versions).description(""))
        ->check(CLI::IsMember({4, 5}).description(""));
    constexpr double longest_connect = 86'400;
    app.add_option_function<double>(
           "--connect-timeout",
           [&options](double seconds) {
               options.connect_timeout = seconds_option{seconds}.as<std::chrono::milliseconds>();
           },
           "How long a cluster that cannot be reached is tried again (5)"
    )
        ->type_name("SECONDS")
        ->check(above_zero(longest_connect).description(""));
    app.add_option_function<std::string>(
           "--compression",
           [&options](const std::string& name) { options.compression = parse_compression(name).value(); },
           "How messages are compressed on their way (none); snappy with --protocol 4"
    )
        ->type_name("none|lz4|snappy")
        ->check(CLI::IsMember({"none", "lz4", "snappy"}).description(""));
    add_security_options(app, options);
}

void add_consistency_option(CLI::App& app, std::string& level)
{
    app.add_option("--consistency", level, "Consistency level (LOCAL_QUORUM)")
        ->type_name("LEVEL")
        ->check(CLI::Validator{
            [](const std::string& text) -> std::string {
                return parse_consistency(text) ? "" : "'" + text + "' is no consistency level";
            },
            ""});
}

void add_format_option(CLI::App& app, row_format& format)
{
    static const std::map<std::string, row_format> formats{
        {"table", row_format::table}, {"json", row_format::json}, {"csv", row_format::csv}};
    app.add_option("--format", format, "How rows are printed (table); json is one object a line")
        ->type_name("table|json|csv")
        ->transform(CLI::CheckedTransformer(formats).description(""));
}

void add_timeout_option(CLI::App& app, seconds_option& timeout, const std::string& what)
{
    app.add_option("--timeout", timeout.value, "Time limit of " + what)
        ->type_name("SECONDS")
        ->check(above_zero(seconds_option::longest).description(""));
}

}  // namespace async_cassandra::cli
