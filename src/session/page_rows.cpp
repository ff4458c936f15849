// SPDX-License-Identifier: Apache-2.0
// How the rows of an answer become a page: which columns they have, and whether their cells are as long as they say.
#include "session/page_rows.hpp"

#include "net/shard_call.hpp"

#include <algorithm>
#include <utility>

namespace async_cassandra::detail {

namespace {

// A walk over so many cells takes less than a millisecond even when each lies in a page of memory of its own.
constexpr std::size_t cells_per_turn = 8192;

}  // namespace

void page_request::learn_columns(const protocol::rows_result& rows) const
{
    if (sent_with_ == nullptr || rows.metadata == nullptr)
        return;
    if (rows.metadata_changed) {
        const auto& id = rows.new_metadata_id;
        what_.prepared()->results.publish({{id.begin(), id.end()}, {}, false, rows.metadata});
    } else if (home().version() == protocol_version::v4 && sent_with_->list != nullptr && !rows.columns_wire.empty()) {
        // Not for what has no columns when prepared: those of a conditional statement differ from one answer to the next.
        const auto& wire = rows.columns_wire;
        what_.prepared()->results.publish(
            {{}, {wire.begin(), wire.end()}, rows.global_table_spec, rows.metadata}
        );
    }
}

void page_request::take_rows(
    protocol::rows_result& rows, net::response&& answer, protocol::response_prefix&& prefix
)
{
    learn_columns(rows);
    std::shared_ptr<const columns> list = rows.metadata != nullptr ? std::move(rows.metadata)
                                          : sent_with_ != nullptr  ? sent_with_->list
                                                                   : nullptr;
    if (list == nullptr || list->size() != static_cast<std::size_t>(rows.column_count)) {
        fail_malformed("rows without metadata that fits them");
        return;
    }
    const auto cells =
        static_cast<std::uint64_t>(rows.row_count) * static_cast<std::uint64_t>(rows.column_count);
    const bool in_one_turn = cells <= cells_per_turn || answer.block.size() == 0;
    protocol::parse_error broken;
    if (in_one_turn &&
        !protocol::check_cells(answer.body, rows.rows_offset, rows.row_count, rows.column_count, broken)) {
        fail_malformed(describe(broken));
        return;
    }
    page_parts parts = net::unchecked_page(rows, std::move(list), std::move(answer));
    if (!prefix.warnings.empty() || prefix.tracing_id || !prefix.custom_payload.empty())
        parts.notes = net::to_notes(std::move(prefix));
    if (in_one_turn) {
        finish(std::move(parts));
        return;
    }
    set_decoding();
    unchecked_ = std::make_shared<unchecked_page>();
    unchecked_->owner = this;
    unchecked_->next_cell = rows.rows_offset;
    unchecked_->rows_left = rows.row_count;
    unchecked_->column_count = rows.column_count;
    unchecked_->parts = std::move(parts);
    check_some();
}

void page_request::check_some() noexcept
{
    unchecked_page& page = *unchecked_;
    const auto width = static_cast<std::size_t>(std::max(page.column_count, 1));
    const auto rows =
        static_cast<std::uint32_t>(std::clamp<std::size_t>(cells_per_turn / width, 1, page.rows_left));
    protocol::parse_error broken;
    const std::optional<std::size_t> next =
        protocol::walk_cells(page.parts.block.bytes(), page.next_cell, rows, page.column_count, broken);
    if (!next) {
        fail_malformed(describe(broken));
        return;
    }
    page.next_cell = *next;
    page.rows_left -= rows;
    if (page.rows_left != 0) {
        net::run_later(home().home(), [kept = unchecked_] {
            if (kept->owner != nullptr)
                kept->owner->check_some();
        });
        return;
    }
    const std::shared_ptr<unchecked_page> done = std::move(unchecked_);
    done->owner = nullptr;
    finish(std::move(done->parts));
}

void page_request::finish(page_parts&& parts)
{
    preparations_ = 0;
    on_page(page{std::move(parts)});
}

}  // namespace async_cassandra::detail
