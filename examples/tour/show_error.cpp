// SPDX-License-Identifier: Apache-2.0
// A statement that is wrong: the whole failure, as a value.

#include "parts.hpp"
#include "terminal.hpp"

#include <sstream>

namespace tour {

asio::awaitable<void> show_error(ac::session session)
{
    constexpr auto wrong = "SELECT temperature FROM examples.readings";
    line("statement", "%s", wrong);
    auto outcome = co_await session.try_execute(wrong);
    if (!outcome.has_error()) {
        line("error", "none, although there is no such column");
        co_return;
    }
    std::istringstream lines{outcome.error()->describe()};
    const char* name = "error";
    for (std::string each; std::getline(lines, each); name = "")
        line(name, "%s", each.c_str());
}

}  // namespace tour
