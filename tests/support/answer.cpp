// SPDX-License-Identifier: Apache-2.0
#include "support/answer.hpp"

namespace async_cassandra::testing {

answer& answer::after(std::chrono::nanoseconds delay)
{
    delivery.delay = delay;
    return *this;
}

answer& answer::held(std::string gate)
{
    delivery.gate = std::move(gate);
    return *this;
}

answer& answer::cut_to(std::size_t bytes)
{
    delivery.cut_at = bytes;
    return *this;
}

answer& answer::with_bad_payload_crc()
{
    delivery.bad_payload_crc = true;
    return *this;
}

answer& answer::with_bad_header_crc()
{
    delivery.bad_header_crc = true;
    return *this;
}

answer& answer::on_stream(std::int16_t stream)
{
    delivery.stream = stream;
    return *this;
}

answer& answer::with_version(std::uint8_t version)
{
    delivery.version = version;
    return *this;
}

answer& answer::twice()
{
    delivery.copies = 2;
    return *this;
}

answer& answer::with_warning(std::string text)
{
    delivery.warnings.push_back(std::move(text));
    return *this;
}

answer& answer::then_close()
{
    delivery.ending = peer_ending::orderly;
    return *this;
}

answer& answer::then_reset()
{
    delivery.ending = peer_ending::reset;
    return *this;
}

answer as_usual()
{
    return answer{say::as_usual{}};
}
answer no_reply()
{
    return answer{say::nothing{}};
}
answer reply_void()
{
    return answer{say::void_{}};
}

answer reply_rows(std::vector<column> metadata, std::vector<row> rows)
{
    const std::size_t count = rows.size();
    return reply_generated(std::move(metadata), count, [rows = std::move(rows)](std::size_t i) {
        return rows[i];
    });
}

answer reply_pages(std::vector<column> metadata, std::vector<std::vector<row>> pages)
{
    row_source source;
    source.metadata = std::make_shared<columns>(std::move(metadata));
    std::vector<row> all;
    for (auto& page : pages) {
        source.pages.push_back(page.size());
        all.insert(all.end(), page.begin(), page.end());
    }
    source.count = all.size();
    source.at = [all = std::move(all)](std::size_t i) { return all[i]; };
    return answer{say::rows{std::make_shared<row_source>(std::move(source))}};
}

answer reply_generated(std::vector<column> metadata, std::size_t count, std::function<row(std::size_t)> at)
{
    auto source = std::make_shared<row_source>();
    source->metadata = std::make_shared<columns>(std::move(metadata));
    source->count = count;
    source->at = std::move(at);
    return answer{say::rows{std::move(source)}};
}

answer reply_set_keyspace(std::string name)
{
    return answer{say::set_keyspace{std::move(name)}};
}
answer reply_schema_change(protocol::schema_change change)
{
    return answer{say::schema_change{std::move(change)}};
}

answer reply_error(server_code code, std::string message)
{
    server_error_details details;
    details.code = code;
    details.message = std::move(message);
    return reply_error(std::move(details));
}

answer reply_error(server_error_details details)
{
    return answer{say::error{std::move(details)}};
}

answer reply_envelope(protocol::opcode op, std::vector<std::byte> body)
{
    return answer{say::envelope{op, std::move(body)}};
}

answer reply_bytes(std::vector<std::byte> raw)
{
    return answer{say::bytes{std::move(raw)}};
}

answer reply_bytes(std::string_view raw)
{
    const auto bytes = std::as_bytes(std::span{raw});
    return reply_bytes(std::vector<std::byte>(bytes.begin(), bytes.end()));
}

answer close_connection()
{
    return no_reply().then_close();
}
answer reset_connection()
{
    return no_reply().then_reset();
}

}  // namespace async_cassandra::testing
