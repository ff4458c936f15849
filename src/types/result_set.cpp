// SPDX-License-Identifier: Apache-2.0
#include <async_cassandra/result_set.hpp>

namespace async_cassandra {

namespace {

std::unique_ptr<const std::vector<std::string>> keep_warnings(std::vector<std::string>&& warnings)
{
    if (warnings.empty())
        return nullptr;
    return std::make_unique<const std::vector<std::string>>(std::move(warnings));
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
      warnings_(keep_warnings(std::move(parts.warnings)))
{}

const class columns& page::columns() const noexcept
{
    static const class columns none;
    return columns_ ? *columns_ : none;
}

const std::vector<std::string>& page::warnings() const noexcept
{
    static const std::vector<std::string> none;
    return warnings_ ? *warnings_ : none;
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
    std::vector<std::string> all = other_ ? other_->warnings : first_.warnings();
    for (const page& p : more())
        all.insert(all.end(), p.warnings().begin(), p.warnings().end());
    return all;
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
