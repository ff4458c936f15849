// SPDX-License-Identifier: Apache-2.0
#include "protocol/compression.hpp"
#include "protocol/response_encode.hpp"
#include "support/fake_connection.hpp"
#include "support/segment_writer.hpp"

#include <algorithm>
#include <stdexcept>

namespace async_cassandra::testing {

namespace {

template <class... Cases>
struct one_of : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
one_of(Cases...) -> one_of<Cases...>;

// "fake", number of the page, first row.
constexpr std::uint32_t paging_magic = 0x66616B65;

struct page_place {
    std::uint32_t page = 0;
    std::uint64_t row = 0;
};

std::vector<std::byte> encode_place(const page_place& place)
{
    std::vector<std::byte> out(16);
    base::store_big_endian(out.data(), paging_magic);
    base::store_big_endian(out.data() + 4, place.page);
    base::store_big_endian(out.data() + 8, place.row);
    return out;
}

std::optional<page_place> decode_place(const std::vector<std::byte>& state)
{
    if (state.size() != 16 || base::load_big_endian<std::uint32_t>(state.data()) != paging_magic)
        return std::nullopt;
    return page_place{
        base::load_big_endian<std::uint32_t>(state.data() + 4),
        base::load_big_endian<std::uint64_t>(state.data() + 8)};
}

void check(protocol::encode_result result)
{
    if (!result)
        throw std::logic_error(std::string{"fake node: an answer that cannot be encoded: "} + result.rule);
}

}  // namespace

void fake_connection::count_fault(const outgoing& what)
{
    effect_tally& effects = node_->cluster->effects;
    const answer_delivery& how = what.what.delivery;
    if (how.delay.count() > 0 && what.stream != protocol::event_stream)
        effects.add(answer_fault::late, what.whom);
    if (how.cut_at)
        effects.add(answer_fault::cut_short, what.whom);
    if (std::holds_alternative<say::nothing>(what.what.content))
        effects.add(answer_fault::withheld, what.whom);
    else if (how.copies > 1)
        effects.add(answer_fault::doubled, what.whom);
    if (how.bad_header_crc || how.bad_payload_crc || how.version ||
        std::holds_alternative<say::bytes>(what.what.content))
        effects.add(answer_fault::damaged, what.whom);
}

void fake_connection::count_overtaken(std::uint64_t sequence)
{
    for (const auto& [key, what] : waiting_)
        if (what.stream == protocol::event_stream && key.second < sequence)
            node_->cluster->effects.add(fault_effect::overtaken_event);
}

void fake_connection::deliver(const outgoing& what)
{
    if (over_)
        return;
    count_fault(what);
    const answer_delivery& how = what.what.delivery;
    if (const auto* raw = std::get_if<say::bytes>(&what.what.content)) {
        flush_segments();
        output_.insert(output_.end(), raw->raw.begin(), raw->raw.end());
        streams_in_use_.erase(what.stream);
    } else if (!std::holds_alternative<say::nothing>(what.what.content)) {
        base::byte_buffer frame;
        encode(what, frame);
        if (how.version)
            frame.data()[0] = static_cast<std::byte>(protocol::response_bit | *how.version);
        // A stream id with a wrong or damaged answer is still free for the server.
        streams_in_use_.erase(what.stream);
        put(what, frame.bytes());
    }
    if (what.answers_startup && !std::holds_alternative<say::nothing>(what.what.content) && !in_segments_)
        startup_unanswered_ = false;
    if (how.ending != peer_ending::none)
        end(how.ending);
}

void fake_connection::encode(const outgoing& what, base::byte_buffer& frame)
{
    const answer_delivery& how = what.what.delivery;
    protocol::response_address to{conversation_.version, how.stream.value_or(what.stream), {}};
    to.prefix.warnings = how.warnings;
    std::visit(
        one_of{
            [](const say::as_usual&) {
                throw std::logic_error("fake node: as_usual() is no answer by itself");
            },
            [](const say::nothing&) {},
            [](const say::bytes&) {},
            [&](const say::void_&) { check(protocol::encode_void(frame, to)); },
            [&](const say::rows& m) { encode_rows(m, what, to, frame); },
            [&](const say::set_keyspace& m) { check(protocol::encode_set_keyspace(frame, to, m.name)); },
            [&](const say::schema_change& m) { check(protocol::encode_schema_change(frame, to, m.change)); },
            [&](const say::error& m) { check(protocol::encode_error(frame, to, m.details)); },
            [&](const say::ready&) { check(protocol::encode_ready(frame, to)); },
            [&](const say::authenticate& m) {
                check(protocol::encode_authenticate(frame, to, m.authenticator));
            },
            [&](const say::auth_challenge& m) {
                check(protocol::encode_auth_challenge(frame, to, std::as_bytes(std::span{m.token})));
            },
            [&](const say::auth_success& m) {
                std::optional<std::span<const std::byte>> token;
                if (!m.token.empty())
                    token = std::as_bytes(std::span{m.token});
                check(protocol::encode_auth_success(frame, to, token));
            },
            [&](const say::supported& m) { check(protocol::encode_supported(frame, to, m.options)); },
            [&](const say::prepared& m) { check(protocol::encode_prepared(frame, to, m.result)); },
            [&](const say::envelope& m) {
                protocol::writer out{frame};
                const std::size_t begin = out.begin_envelope(to.version, m.op, to.stream, 0, true);
                out.raw(m.body);
                out.end_envelope(begin);
            },
        },
        what.what.content
    );
}

void fake_connection::encode_rows(
    const say::rows& rows,
    const outgoing& what,
    const protocol::response_address& to,
    base::byte_buffer& frame
)
{
    const row_source& source = *rows.source;
    const bool listed = !source.pages.empty();
    page_place place;
    if (what.paging_state) {
        const auto asked = decode_place(*what.paging_state);
        if (!asked || asked->row > source.count || (listed && asked->page >= source.pages.size())) {
            server_error_details details;
            details.code = server_code::protocol_error;
            details.message = "Invalid value for the paging state";
            return check(protocol::encode_error(frame, to, details));
        }
        place = *asked;
    }
    const std::size_t left = source.count - place.row;
    const std::size_t wanted = listed               ? source.pages[place.page]
                               : what.page_size > 0 ? static_cast<std::size_t>(what.page_size)
                                                    : left;
    const std::size_t count = std::min(left, wanted);
    const bool more = listed ? place.page + 1U < source.pages.size() : count < left;

    base::byte_buffer cell_bytes;
    for (std::size_t i = 0; i < count; ++i)
        for (const cell& value : source.at(place.row + i))
            protocol::append_cell(
                cell_bytes, value ? std::optional{std::span<const std::byte>{*value}} : std::nullopt
            );
    const auto next = encode_place({place.page + 1, place.row + count});
    const auto metadata_id = metadata_id_of(source.metadata.get());

    protocol::rows_encoding encoding;
    encoding.metadata = source.metadata.get();
    encoding.row_count = static_cast<std::uint32_t>(count);
    encoding.cells = cell_bytes.bytes();
    if (more)
        encoding.paging_state = next;
    const bool changed =
        what.is_execute && to.version == protocol_version::v5 && what.result_metadata_id != metadata_id;
    if (changed) {
        encoding.new_metadata_id = metadata_id;
    } else if (what.skip_metadata) {
        encoding.column_count = static_cast<std::int32_t>(source.metadata->size());
        encoding.metadata = nullptr;
    }
    check(protocol::encode_rows(frame, to, encoding));
}

void fake_connection::put(const outgoing& what, std::span<const std::byte> frame)
{
    const answer_delivery& how = what.what.delivery;
    const bool damaged = how.cut_at || how.bad_header_crc || how.bad_payload_crc;
    if (what.in_segments && !damaged) {
        for (std::size_t copy = 0; copy < how.copies; ++copy)
            whole_frames_.append(frame);
        return;
    }
    flush_segments();
    std::vector<std::byte> wire;
    for (std::size_t copy = 0; copy < how.copies; ++copy) {
        if (!what.in_segments) {
            if (how.bad_header_crc || how.bad_payload_crc)
                throw std::logic_error("fake node: only v5 has checksums to damage");
            append_envelope(wire, frame);
            continue;
        }
        const auto places =
            append_segments(wire, frame, node_->settings.segment_payload, conversation_.compression);
        const segment_place& last = places.back();
        if (how.bad_header_crc)
            wire[last.begin + last.header - 3] ^= std::byte{0xFF};
        if (how.bad_payload_crc)
            wire[last.begin + last.header + last.payload] ^= std::byte{0xFF};
    }
    if (how.cut_at)
        wire.resize(std::min(*how.cut_at, wire.size() - 1));
    output_.insert(output_.end(), wire.begin(), wire.end());
}

// Of v4: compressed, as servers do, when the client asked for it.
void fake_connection::append_envelope(std::vector<std::byte>& wire, std::span<const std::byte> frame) const
{
    base::byte_buffer sent;
    base::byte_buffer scratch;
    sent.append(frame);
    if (conversation_.compression != compression::none && conversation_.version == protocol_version::v4)
        protocol::compress_envelope(conversation_.compression, sent, 0, scratch);
    wire.insert(wire.end(), sent.bytes().begin(), sent.bytes().end());
}

void fake_connection::flush_segments()
{
    if (whole_frames_.empty())
        return;
    append_segments(
        output_, whole_frames_.bytes(), node_->settings.segment_payload, conversation_.compression
    );
    whole_frames_.clear();
}

}  // namespace async_cassandra::testing
