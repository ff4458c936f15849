// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_answers.hpp"
#include "query_parameters.hpp"
#include "system_tables.hpp"

namespace async_cassandra::bench {

/// What all connections answer from.
struct canned_answers {
    bench_answers bench;
    system_tables system;
};

/// Answers the requests of one connection, one whole envelope at a time.
class request_answerer {
public:
    request_answerer(canned_answers& answers, std::uint8_t max_version)
        : answers_(answers), max_version_(max_version)
    {}

    /// STARTUP has been answered with READY.
    bool started() const { return started_; }

    void answer(const envelope_header& header, byte_view body, envelope_writer& to);

    void write_error(
        envelope_writer& to,
        std::uint8_t version,
        std::int16_t stream,
        error_code code,
        std::string_view message,
        byte_view unprepared_id = {}
    );

private:
    void answer_options(const envelope_header& header, envelope_writer& to);
    void answer_startup(const envelope_header& header, byte_reader& body, envelope_writer& to);
    void answer_query(const envelope_header& header, byte_reader& body, envelope_writer& to);
    void answer_prepare(const envelope_header& header, byte_reader& body, envelope_writer& to);
    void answer_execute(const envelope_header& header, byte_reader& body, envelope_writer& to);
    void answer_bench(
        const envelope_header& header,
        bench_statement which,
        const query_parameters& parameters,
        metadata_mode mode,
        envelope_writer& to
    );
    bool answer_system(const envelope_header& header, const std::string& statement, envelope_writer& to);
    bool answer_use(const envelope_header& header, const std::string& statement, envelope_writer& to);
    bool answer_ddl(
        const envelope_header& header,
        const std::string& statement,
        std::string_view keyspace,
        envelope_writer& to
    );
    void refuse(const envelope_header& header, const std::string& statement, envelope_writer& to);

    void write_envelope(const envelope_header& request, opcode code, byte_view body, envelope_writer& to);
    void write_error(
        const envelope_header& request, error_code code, std::string_view message, envelope_writer& to
    )
    {
        write_error(to, request.version, request.stream, code, message);
    }

    canned_answers& answers_;
    std::uint8_t max_version_;
    bool started_ = false;
    std::string keyspace_;
    byte_buffer body_;
};

}  // namespace async_cassandra::bench
