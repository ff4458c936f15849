// SPDX-License-Identifier: Apache-2.0
// A whole table page by page: the memory does not grow with it.

#include "parts.hpp"
#include "terminal.hpp"

namespace tour {

asio::awaitable<void> stream_rows(ac::session session)
{
    constexpr double expected = 210'000;
    const auto begin = std::chrono::steady_clock::now();
    double sum = 0;
    std::size_t letters = 0;
    double mib_at_tenth = 0;
    auto stream = session.execute_stream("SELECT sensor, at, value, note FROM examples.readings");
    while (auto page = co_await stream.next_page()) {
        for (auto [sensor, at, value, note] : page->as<int, ac::timestamp, double, std::string_view>()) {
            sum += value;
            letters += note.size();
        }
        const double rows = static_cast<double>(stream.total_rows_fetched());
        if (mib_at_tenth == 0 && rows >= expected / 10)
            mib_at_tenth = resident_mib();
        progress("streaming", rows / expected);
    }
    const double seconds = seconds_since(begin);
    const auto rows = static_cast<double>(stream.total_rows_fetched());
    line(
        "streamed",
        "%s rows in %.2f s, %s a second, %zu pages",
        grouped(rows).c_str(),
        seconds,
        grouped(rows / seconds).c_str(),
        stream.page_number()
    );
    line(
        "content",
        "values add up to %s, notes to %s letters",
        grouped(sum).c_str(),
        grouped(double(letters)).c_str()
    );
    line("memory", "%.1f MiB after a tenth of the rows, %.1f MiB at the end", mib_at_tenth, resident_mib());
}

}  // namespace tour
