// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/answer.hpp"
#include "support/seeded_random.hpp"

#include <cstdint>

namespace async_cassandra::testing {

/// Makes some answers of a node go wrong, by chance.
class bad_answers {
public:
    /// Of 1000 answers `per_mille` go wrong in some way. `checksums`: the conversation has some to damage. `doubles`: some
    /// come twice, which needs a network that keeps both in one piece: in a later one the second may meet another request
    /// under its stream id, and nobody could tell.
    bad_answers(std::uint64_t seed, std::uint64_t per_mille, bool checksums, bool doubles = false)
        : random_(seed), per_mille_(per_mille), checksums_(checksums), doubles_(doubles)
    {}

    /// Whether a refusal takes the place of the next answer: nothing is carried out then.
    [[nodiscard]] bool refuses() { return random_.chance(per_mille_, 3000); }
    [[nodiscard]] answer refusal();
    /// One that another try may not get.
    [[nodiscard]] answer passing_refusal();
    /// From now on nothing goes wrong any more.
    void stop() noexcept { per_mille_ = 0; }
    /// The answer as it is, or spoilt in a way that the server's side survives.
    [[nodiscard]] answer spoil(answer good);

private:
    seeded_random random_;
    std::uint64_t per_mille_;
    bool checksums_;
    bool doubles_;
};

}  // namespace async_cassandra::testing
