// SPDX-License-Identifier: Apache-2.0
// Without coroutines: each call takes a function, which is called on the io_context's thread with an error or a result.
// A function is never called inside the call that it was given to, so chains of any length do not grow the stack.
//
//     callbacks [HOST [PORT]]

#include "run_example.hpp"

namespace asio = boost::asio;
namespace ac = async_cassandra;

namespace {

class key_counter {
public:
    explicit key_counter(ac::cluster cluster) : cluster_(std::move(cluster)) {}

    void start()
    {
        cluster_.connect("system_schema", [this](std::exception_ptr error, ac::session session) {
            if (failed(error))
                return;
            session_ = std::move(session);
            ask();
        });
    }

    [[nodiscard]] int exit_code() const { return exit_code_; }

private:
    void ask()
    {
        session_.execute(
            "SELECT keyspace_name FROM keyspaces",
            [this](std::exception_ptr error, ac::result_set rows) {
                if (failed(error))
                    return;
                for (auto row : rows)
                    std::cout << row.get<std::string_view>("keyspace_name") << '\n';
                std::cout << rows.size() << " keyspaces\n";
                exit_code_ = 0;
                cluster_.close([](std::exception_ptr) { std::cout << "closed\n"; });
            }
        );
    }

    bool failed(const std::exception_ptr& error)
    {
        if (!error)
            return false;
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& why) {
            std::cerr << why.what() << '\n';
        }
        cluster_.close([](std::exception_ptr) {});
        return true;
    }

    ac::cluster cluster_;
    ac::session session_;
    int exit_code_ = 1;
};

}  // namespace

int main(int argc, char** argv)
{
    asio::io_context context{1};
    key_counter counter{ac::cluster{context.get_executor(), config_from(argc, argv)}};
    counter.start();
    context.run();
    return counter.exit_code();
}
