// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/endpoint.hpp>
#include <async_cassandra/types/uuid.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace async_cassandra {

namespace detail {
struct topology_data;
}  // namespace detail

/// Whether a client can use a node.
enum class node_state : std::uint8_t {
    unknown,  ///< Not tried yet, or not wanted: no request goes there but those that name it.
    up,       ///< A thread of the cluster has a connection to it.
    silent,   ///< The same, but hears nothing: requests go there when no other node is left.
    down,     ///< It was tried, and no thread has one.
};

/// "unknown", "up", "silent" or "down".
[[nodiscard]] std::string_view to_string(node_state state) noexcept;

/// A node of the cluster, as its own and its neighbours' system tables describe it.
struct node {
    uuid host_id;                           ///< What tells nodes apart: it stays when the address changes.
    endpoint address;                       ///< Where the client connects.
    std::optional<inet> broadcast_address;  ///< Where other nodes find it, if it is known.
    std::string data_center;
    std::string rack;
    std::string release_version;         ///< "5.0.2"; empty when it is not known.
    std::optional<uuid> schema_version;  ///< Equal on all nodes when they agree.
    std::uint32_t token_count = 0;       ///< 0: it owns no part of the ring.
    node_state state = node_state::unknown;

    friend bool operator==(const node&, const node&) noexcept = default;
};

/// The tokens greater than `after` up to and including `upto`; never around the end of the ring.
struct token_range {
    std::int64_t after = 0;
    std::int64_t upto = 0;

    friend constexpr auto operator<=>(const token_range&, const token_range&) noexcept = default;
};

/// Some nodes of a topology, in an order that means something. A view: valid as long as any copy of the
/// topology it comes from.
class node_list {
public:
    class iterator {
    public:
        using value_type = node;
        using reference = const node&;
        using pointer = const node*;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::forward_iterator_tag;

        iterator() noexcept = default;
        iterator(const node* nodes, const std::uint32_t* at) noexcept : nodes_(nodes), at_(at) {}

        [[nodiscard]] reference operator*() const noexcept { return nodes_[*at_]; }
        [[nodiscard]] pointer operator->() const noexcept { return nodes_ + *at_; }
        iterator& operator++() noexcept
        {
            ++at_;
            return *this;
        }
        iterator operator++(int) noexcept
        {
            iterator before = *this;
            ++at_;
            return before;
        }
        friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.at_ == b.at_; }

    private:
        const node* nodes_ = nullptr;
        const std::uint32_t* at_ = nullptr;
    };

    node_list() noexcept = default;
    /// Made by topology. Every position is less than the number of nodes.
    node_list(const node* nodes, std::span<const std::uint32_t> positions) noexcept
        : nodes_(nodes), positions_(positions)
    {}

    [[nodiscard]] std::size_t size() const noexcept { return positions_.size(); }
    [[nodiscard]] bool empty() const noexcept { return positions_.empty(); }
    /// `index` < size().
    [[nodiscard]] const node& operator[](std::size_t index) const noexcept
    {
        return nodes_[positions_[index]];
    }
    [[nodiscard]] iterator begin() const noexcept { return {nodes_, positions_.data()}; }
    [[nodiscard]] iterator end() const noexcept { return {nodes_, positions_.data() + positions_.size()}; }

    /// The same nodes as positions in `topology::nodes()`.
    [[nodiscard]] std::span<const std::uint32_t> positions() const noexcept { return positions_; }

private:
    const node* nodes_ = nullptr;
    std::span<const std::uint32_t> positions_;
};

/// What the client knew of the cluster at one moment: its nodes, and who of them has which data. Immutable
/// and cheap to copy: copies share. May be read from any thread, by several at once. What it returns views
/// it, and is valid as long as any copy of it.
///
///     const async_cassandra::topology now = cluster.topology();
///     for (const async_cassandra::node& n : now.nodes()) …
class topology {
public:
    /// No nodes.
    topology() noexcept = default;

    /// Made by the cluster.
    explicit topology(std::shared_ptr<const detail::topology_data> data) noexcept : data_(std::move(data)) {}

    /// All nodes, sorted by host id.
    [[nodiscard]] std::span<const node> nodes() const& noexcept;
    void nodes() const&& = delete;

    /// The node with this host id; null when there is none.
    [[nodiscard]] const node* find(const uuid& host_id) const& noexcept;
    void find(const uuid&) const&& = delete;

    /// Java class name of the cluster's partitioner, for example
    /// "org.apache.cassandra.dht.Murmur3Partitioner". With any other than this one no tokens are known:
    /// `replicas` and `token_ranges` are empty.
    [[nodiscard]] std::string_view partitioner() const& noexcept;
    void partitioner() const&& = delete;

    /// The nodes that hold a token in this keyspace, the first on the ring first. Allocates nothing; takes
    /// time logarithmic in the number of tokens.
    ///
    /// Empty when there is nothing to prefer: the keyspace is not known (its name is taken as it stands, not
    /// as CQL writes it), each node has rows of its own in it (LocalStrategy, virtual tables), its
    /// replication is of a class or has settings that the client does not know, or the partitioner is
    /// another.
    [[nodiscard]] node_list replicas(std::string_view keyspace, std::int64_t token) const& noexcept;
    void replicas(std::string_view, std::int64_t) const&& = delete;

    /// The same for a partition key as the server hashes it: the encoded value of the only key column, or of
    /// each of several with its length in 16 bits in front and a zero byte behind.
    [[nodiscard]] node_list replicas(std::string_view keyspace, std::span<const std::byte> routing_key)
        const& noexcept;
    void replicas(std::string_view, std::span<const std::byte>) const&& = delete;

    /// The parts of the ring that a node holds in this keyspace, ascending, one for each token of the ring
    /// (the one around the end as two): together those of all nodes are the whole ring as often as there are
    /// replicas. Empty as `replicas` is, and when there is no such node.
    [[nodiscard]] std::vector<token_range> token_ranges(std::string_view keyspace, const uuid& host_id) const;

    /// Used by the library.
    [[nodiscard]] const std::shared_ptr<const detail::topology_data>& data() const noexcept { return data_; }

private:
    std::shared_ptr<const detail::topology_data> data_;
};

}  // namespace async_cassandra
