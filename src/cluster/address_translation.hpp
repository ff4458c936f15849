// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <async_cassandra/endpoint.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace async_cassandra::detail {

/// Turns addresses that nodes tell of one another into those to connect to, by the user's function. When that fails, what
/// it gave before is used: a node must not be left because somebody's table could not be read for a moment.
class address_translation {
public:
    using function = std::function<endpoint(const endpoint&)>;

    /// `translate` may be empty: addresses stay as they are.
    explicit address_translation(function translate) : translate_(std::move(translate)) {}

    struct outcome {
        std::optional<endpoint> address{};  ///< Empty: there is none.
        std::string problem{};              ///< Empty: it went well.
    };
    [[nodiscard]] outcome translate(const endpoint& told);

private:
    function translate_;
    std::map<endpoint, endpoint> known_;
};

}  // namespace async_cassandra::detail
