// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/result_set.hpp>

namespace async_cassandra {

namespace {

std::unique_ptr<const detail::result_notes> keep(detail::result_notes&& notes)
{
    return notes.empty() ? nullptr : std::make_unique<const detail::result_notes>(std::move(notes));
}

}  // namespace

void row_cursor::enter_next_page() noexcept
{
    while (rows_.left == 0 && next_ != end_)
        rows_ = (next_++)->rows();
}

page::page(detail::page_parts parts)
    : block_(std::move(parts.block)),
      columns_(std::move(parts.columns)),
      first_(std::as_const(block_).data() + parts.first_cell),
      state_(parts.paging_state),
      row_count_(parts.row_count),
      has_more_(parts.has_more_pages),
      notes_(keep(std::move(parts.notes)))
{}

page::page(detail::result_notes notes) : notes_(keep(std::move(notes))) {}

const class columns& page::columns() const noexcept
{
    static const class columns none;
    return columns_ ? *columns_ : none;
}

const detail::result_notes& page::notes() const noexcept
{
    static const detail::result_notes none;
    return notes_ ? *notes_ : none;
}

const std::vector<std::string>& page::warnings() const noexcept
{
    return notes().warnings;
}

std::optional<uuid> page::tracing_id() const noexcept
{
    return notes().tracing_id;
}

const async_cassandra::custom_payload& page::custom_payload() const noexcept
{
    return notes().payload;
}

result_set::result_set(detail::other_result other)
    : other_(std::make_unique<const detail::other_result>(std::move(other)))
{}

void result_set::append(page next)
{
    if (!more_)
        more_ = std::make_unique<std::vector<page>>();
    more_->push_back(std::move(next));
}

result_kind result_set::kind() const noexcept
{
    if (other_)
        return other_->kind;
    return first_.columns_ ? result_kind::rows : result_kind::void_;
}

std::size_t result_set::size() const noexcept
{
    std::size_t rows = first_.size();
    for (const page& p : more())
        rows += p.size();
    return rows;
}

std::optional<row> result_set::one() const& noexcept
{
    const row_iterator first = begin();
    if (first == end())
        return std::nullopt;
    return *first;
}

std::size_t result_set::page_count() const noexcept
{
    return kind() == result_kind::rows ? 1 + more().size() : 0;
}

std::vector<std::string> result_set::warnings() const
{
    std::vector<std::string> all = other_ ? other_->notes.warnings : first_.warnings();
    for (const page& p : more())
        all.insert(all.end(), p.warnings().begin(), p.warnings().end());
    return all;
}

std::optional<uuid> result_set::tracing_id() const noexcept
{
    return other_ ? other_->notes.tracing_id : first_.tracing_id();
}

const async_cassandra::custom_payload& result_set::custom_payload() const noexcept
{
    return other_ ? other_->notes.payload : first_.custom_payload();
}

std::size_t result_set::byte_size() const noexcept
{
    std::size_t bytes = first_.byte_size();
    for (const page& p : more())
        bytes += p.byte_size();
    return bytes;
}

const std::string& result_set::keyspace() const noexcept
{
    static const std::string none;
    return other_ ? other_->keyspace : none;
}

const schema_change* result_set::change() const noexcept
{
    return other_ && other_->change ? &*other_->change : nullptr;
}

}  // namespace async_cassandra
