// SPDX-License-Identifier: Apache-2.0
#include "cluster/replicas.hpp"
#include "cluster/routing_key.hpp"
#include "cluster/scylla_shard.hpp"
#include "cluster/token.hpp"
#include "unit/vectors/comparison.hpp"

#include <algorithm>
#include <sstream>

namespace async_cassandra::test {
namespace {

std::vector<std::string> words_of(const std::string& text)
{
    std::istringstream in{text};
    std::vector<std::string> words;
    for (std::string word; in >> word;)
        words.push_back(word);
    return words;
}

// Numbers for names, in the order in which they come.
class numbering {
public:
    std::uint32_t operator()(const std::string& name)
    {
        const auto found = std::ranges::find(names_, name);
        if (found != names_.end())
            return static_cast<std::uint32_t>(found - names_.begin());
        names_.push_back(name);
        return static_cast<std::uint32_t>(names_.size() - 1);
    }
    [[nodiscard]] const std::string& name(std::uint32_t number) const { return names_.at(number); }
    [[nodiscard]] std::size_t size() const { return names_.size(); }

private:
    std::vector<std::string> names_;
};

struct topology {
    explicit topology(const test_vector& v)
    {
        std::string text = v.get("ring");
        std::ranges::replace(text, ',', ' ');
        const auto words = words_of(text);
        for (std::size_t i = 0; i + 1 < words.size(); i += 2)
            ring.push_back({std::stoll(words[i]), node(words[i + 1])});
        places.resize(node.size());
        for (const std::string& line : v.all("node")) {
            const auto place = words_of(line);
            places.at(node(place.at(0))) = {data_center(place.at(1)), rack(place.at(1) + " " + place.at(2))};
        }
        for (const std::string& line : v.all("factor"))
            if (const auto factor = words_of(line); factor.size() == 2)
                factors.push_back({data_center(factor[0]), static_cast<std::uint32_t>(std::stoul(factor[1]))}
                );
    }

    numbering node;
    numbering data_center;
    numbering rack;
    std::vector<detail::ring_entry> ring;
    std::vector<detail::node_place> places;
    std::vector<detail::data_center_replication> factors;
};

void compare_replicas(comparison& with, const test_vector& v)
{
    const topology t{v};
    for (const std::string& line : v.all("case")) {
        const auto arrow = line.find(" -> ");
        const detail::token at = std::stoll(line.substr(0, arrow));
        const auto found =
            v.get("strategy") == "SimpleStrategy"
                ? detail::simple_replicas(t.ring, at, static_cast<std::uint32_t>(v.number("factor")))
                : detail::network_topology_replicas(t.ring, t.places, t.factors, at);
        std::string names;
        for (const std::uint32_t node : found)
            names += (names.empty() ? "" : " ") + t.node.name(node);
        with.equal(v, line, line.substr(arrow + 4), names);
    }
}

}  // namespace

void compare_routing(comparison& with)
{
    for (const test_vector& v : with.entries("token")) {
        const exact_bytes key{v.hex("key")};
        with.equal(v, "hash", v.get("hash"), std::to_string(detail::murmur3_hash(key.span())));
        // The vector tells the hash of the empty key; its token is the minimum, says the note.
        if (!key.span().empty())
            with.equal(v, "token", v.get("token"), std::to_string(detail::murmur3_token(key.span())));
    }
    for (const test_vector& v : with.entries("routing_key")) {
        std::vector<bytes> parts;
        for (const std::string& part : v.all("part"))
            parts.push_back(from_hex(part));
        const std::vector<detail::key_component> components(parts.begin(), parts.end());
        base::byte_buffer out;
        with.equal(v, "made", "1", std::to_string(detail::append_routing_key(components, out)));
        with.equal(v, "key", v.get("hex"), to_hex(out.bytes()));
        with.equal(v, "token", v.get("token"), std::to_string(detail::murmur3_token(out.bytes())));
    }
    for (const test_vector& v : with.entries("shard"))
        with.equal(
            v,
            "shard",
            v.get("shard"),
            std::to_string(detail::scylla_shard(
                std::stoll(v.get("token")),
                static_cast<std::uint32_t>(v.number("shards")),
                static_cast<unsigned>(v.number("ignored_bits"))
            ))
        );
    for (const test_vector& v : with.entries("replicas"))
        compare_replicas(with, v);
}

}  // namespace async_cassandra::test
