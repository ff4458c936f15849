// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/environment.hpp"
#include "base/single_writer.hpp"
#include "base/timer_wheel.hpp"
#include "net/operation.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

namespace async_cassandra::net {

struct dirty_tag;
struct guest_tag;

/// Something with output gathered during a turn, to be written at its end.
class flushable : public base::list_hook<dirty_tag> {
public:
    virtual void flush() noexcept = 0;

protected:
    virtual ~flushable() = default;
};

/// What the connections of a shard hold at the moment: changed on its thread, read on any.
struct connection_holdings {
    base::single_writer<std::size_t> connections;  ///< Sockets, those that are being opened included.
    base::single_writer<std::size_t> orphans;      ///< Their stream ids that nobody waits for any more.
};

/// One serial executor and everything that belongs to it alone: timers, running operations, finished ones.
///
/// All work happens in *turns*: something arrives (bytes, an alarm, calls from elsewhere), decisions are made, the
/// handlers of finished operations run (at most 256 a turn), and at the end every connection with gathered output
/// writes once.
class shard final : public std::enable_shared_from_this<shard> {
public:
    /// Registers the shard with the executor's context: when the context is destroyed first, pending handlers are
    /// destroyed uninvoked.
    [[nodiscard]] static std::shared_ptr<shard> create(std::unique_ptr<base::environment> env);

    explicit shard(std::unique_ptr<base::environment> env);
    ~shard();
    shard(const shard&) = delete;
    shard& operator=(const shard&) = delete;

    [[nodiscard]] base::environment& env() noexcept { return *env_; }
    [[nodiscard]] bool on_thread() const noexcept
    {
        return !is_dead() && (in_turn_here == this || env_->on_executor());
    }
    [[nodiscard]] bool is_dead() const noexcept { return dead_.load(std::memory_order_relaxed); }

    /// The time of the current turn, or the clock's outside one.
    [[nodiscard]] base::time_point now() const noexcept { return in_turn_ ? turn_time_ : env_->now(); }

    [[nodiscard]] const asio::any_completion_executor& executor() const noexcept { return executor_; }

    /// From any thread: the operation's `start` runs, at once when this is the shard's thread. The handler never runs
    /// inside this call.
    void submit(operation& op) noexcept;

    /// From any thread: the entry is handed over in a turn; dropped when the shard takes nothing any more.
    void put(base::inbox_node& node) noexcept;

    /// The operation has its result; its handler runs in this turn or the next.
    void finish(operation& op) noexcept;

    /// Output was gathered: `flush` runs at the end of the turn.
    void gathered(flushable& who) noexcept;

    void set_timer(base::timer_node& node, base::time_point when) noexcept;

    /// Timers that are set. Any thread.
    [[nodiscard]] std::size_t timers() const noexcept { return timers_.size(); }

    [[nodiscard]] connection_holdings& held() noexcept { return held_; }
    [[nodiscard]] const connection_holdings& held() const noexcept { return held_; }

    /// Runs `work` as one turn: for completions of the environment.
    template <class Work>
    void turn(Work&& work)
    {
        turn_scope scope{*this};
        work();
        scope.complete();
    }

    /// Runs `work`, which must not throw, at a call of the user's on the shard's thread: no handler runs and nothing is
    /// written before that call has returned. A turn follows.
    template <class Work>
    void prepare(Work&& work)
    {
        if (in_turn_) {
            work();
            return;
        }
        turn_time_ = env_->now();
        in_turn_ = true;
        work();
        in_turn_ = false;
        schedule_turn();
    }

    /// Called by the context's destructor (through the registry) on whatever thread destroys it.
    void shut_down() noexcept;

    /// From any thread: no operation is taken any more; later ones complete through their own executor at once.
    void close_inbox() noexcept;

    /// Something that must let go of the shard when it goes down, and is no operation.
    class guest : public base::list_hook<guest_tag> {
    public:
        virtual void on_shard_down() noexcept = 0;

    protected:
        virtual ~guest() = default;
    };
    void add_guest(guest& g) noexcept { guests_.push_back(g); }

private:
    friend class operation;

    // The shard whose turn this thread is in: it need not ask its executor where it is.
    static inline constinit thread_local const shard* in_turn_here = nullptr;

    class turn_scope {
    public:
        explicit turn_scope(shard& s) noexcept;
        ~turn_scope();
        void complete();

    private:
        shard& shard_;
        bool outermost_;
        const shard* around_;  // whose turn this one is in
    };

    static constexpr int handlers_per_turn = 256;
    static constexpr std::chrono::milliseconds late{100};

    void run_ready();
    void end_turn() noexcept;
    void schedule_turn() noexcept;
    void wake() noexcept;
    static void refuse(operation& op) noexcept;
    void arm() noexcept;
    void on_alarm();
    void begin(operation& op) noexcept;

    std::unique_ptr<base::environment> env_;
    asio::any_completion_executor executor_;
    base::timer_wheel timers_;
    connection_holdings held_;
    std::unique_ptr<base::alarm> alarm_;
    std::optional<base::time_point> armed_;
    base::time_point turn_time_{};
    bool in_turn_ = false;
    bool turn_scheduled_ = false;
    std::atomic<bool> dead_{false};
    base::intrusive_list<operation, live_tag> live_;
    base::intrusive_list<operation, ready_tag> ready_;
    base::intrusive_list<flushable, dirty_tag> dirty_;
    base::intrusive_list<guest, guest_tag> guests_;
    base::inbox inbox_;
};

}  // namespace async_cassandra::net
