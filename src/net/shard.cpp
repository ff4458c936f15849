// SPDX-License-Identifier: Apache-2.0
#include "net/shard.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/system_executor.hpp>

#include <cassert>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

namespace async_cassandra::net {

namespace {

/// Knows the shards of one execution context, and tells them when the context is destroyed before they are.
class shard_registry final : public asio::execution_context::service {
public:
    static inline asio::execution_context::id id;

    explicit shard_registry(asio::execution_context& context) : service(context) {}

    void add(std::weak_ptr<shard> s)
    {
        const std::lock_guard lock{mutex_};
        std::erase_if(shards_, [](const std::weak_ptr<shard>& known) { return known.expired(); });
        shards_.push_back(std::move(s));
    }

private:
    void shutdown() override
    {
        std::vector<std::weak_ptr<shard>> shards;
        {
            const std::lock_guard lock{mutex_};
            shards.swap(shards_);
        }
        for (const std::weak_ptr<shard>& known : shards)
            if (const auto s = known.lock())
                s->shut_down();
    }

    std::mutex mutex_;
    std::vector<std::weak_ptr<shard>> shards_;
};

/// Finished operations on their way to another executor: one hand-over for all of them.
struct foreign_batch {
    base::intrusive_list<operation, ready_tag> operations;

    foreign_batch() = default;
    foreign_batch(const foreign_batch&) = delete;
    foreign_batch& operator=(const foreign_batch&) = delete;
    ~foreign_batch()
    {
        while (!operations.empty())
            operations.pop_front().abandon();
    }

    static void send(std::unique_ptr<foreign_batch> batch)
    {
        // The copy is a share of that loop's work: it must not run out, and its context go, before this function returns.
        const asio::any_completion_executor where = batch->operations.front().foreign_executor();
        asio::dispatch(where, [batch = std::move(batch)]() mutable { run(std::move(batch)); });
    }

    // Behind what runs there now, by way of a system thread: an erased executor cannot be posted to.
    static void send_later(std::unique_ptr<foreign_batch> batch)
    {
        asio::post(asio::system_executor{}, [batch = std::move(batch)]() mutable { send(std::move(batch)); });
    }

    static void run(std::unique_ptr<foreign_batch> batch)
    {
        while (!batch->operations.empty()) {
            operation& op = batch->operations.pop_front();
            try {
                op.invoke();
            } catch (...) {
                // A handler threw: its neighbours still get their turn, the exception goes to the executor's run().
                // Later, else what they throw would take its place.
                if (!batch->operations.empty())
                    send_later(std::move(batch));
                throw;
            }
        }
    }
};

/// Collects the finished operations of one turn by the executor they go to.
class outgoing_batches {
public:
    void add(operation& op)
    {
        const asio::any_completion_executor& where = op.foreign_executor();
        for (std::unique_ptr<foreign_batch>& open : open_) {
            if (open->operations.front().foreign_executor() == where) {
                open->operations.push_back(op);
                return;
            }
        }
        open_.push_back(std::make_unique<foreign_batch>());
        open_.back()->operations.push_back(op);
        // Behind taking it in: sending may throw.
        if (open_.size() == most_open)
            send_all();
    }

    void send_all()
    {
        // An executor may run what it is given at once, and a handler may throw: the others are sent all the same.
        std::exception_ptr thrown;
        for (std::unique_ptr<foreign_batch>& batch : std::exchange(open_, {})) {
            try {
                foreign_batch::send(std::move(batch));
            } catch (...) {
                thrown = std::current_exception();
            }
        }
        if (thrown)
            std::rethrow_exception(thrown);
    }

private:
    static constexpr std::size_t most_open = 8;
    std::vector<std::unique_ptr<foreign_batch>> open_;
};

void invoke_here(operation& op, outgoing_batches& outgoing)
{
    try {
        op.invoke();
    } catch (...) {
        outgoing.send_all();
        throw;
    }
}

}  // namespace

std::shared_ptr<shard> shard::create(std::unique_ptr<base::environment> env)
{
    asio::execution_context& context = asio::query(env->executor(), asio::execution::context);
    auto created = std::make_shared<shard>(std::move(env));
    // The last owner may go on another thread while the alarm rings.
    created->alarm_ = created->env_->make_alarm([weak = std::weak_ptr{created}] {
        if (const auto self = weak.lock())
            self->on_alarm();
    });
    asio::use_service<shard_registry>(context).add(created);
    return created;
}

shard::shard(std::unique_ptr<base::environment> env)
    : env_(std::move(env)), executor_(env_->executor()), timers_(env_->now())
{}

shard::~shard()
{
    shut_down();
}

void shard::submit(operation& op) noexcept
{
    if (on_thread()) {
        begin(op);
        return;
    }
    switch (is_dead() ? base::inbox::put_result::closed : inbox_.put(op)) {
    case base::inbox::put_result::first: wake(); break;
    case base::inbox::put_result::behind: break;
    case base::inbox::put_result::closed: refuse(op); break;
    }
}

void shard::put(base::inbox_node& node) noexcept
{
    switch (inbox_.put(node)) {
    case base::inbox::put_result::first: wake(); break;
    case base::inbox::put_result::behind: break;
    case base::inbox::put_result::closed: node.on_dropped(); break;
    }
}

void shard::refuse(operation& op) noexcept
{
    op.refuse();
    auto batch = std::make_unique<foreign_batch>();
    batch->operations.push_back(op);
    // By way of a system thread: the handler must not run inside the initiating function.
    asio::post(asio::system_executor{}, [batch = std::move(batch)]() mutable {
        if (batch->operations.front().foreign_executor())
            foreign_batch::send(std::move(batch));
        else
            foreign_batch::run(std::move(batch));
    });
}

void shard::begin(operation& op) noexcept
{
    live_.push_back(op);
    op.start();
    if (!in_turn_)
        schedule_turn();
}

void shard::finish(operation& op) noexcept
{
    ready_.push_back(op);
    if (!in_turn_)
        schedule_turn();
}

void shard::gathered(flushable& who) noexcept
{
    if (who.is_linked())
        return;
    dirty_.push_back(who);
    if (!in_turn_)
        schedule_turn();
}

void shard::set_timer(base::timer_node& node, base::time_point when) noexcept
{
    timers_.set(node, when);
    if (!in_turn_)
        schedule_turn();
}

void shard::schedule_turn() noexcept
{
    if (turn_scheduled_ || is_dead())
        return;
    turn_scheduled_ = true;
    asio::post(env_->executor(), [self = shared_from_this()] {
        self->turn_scheduled_ = false;
        if (!self->is_dead())
            self->turn([] {});
    });
}

void shard::wake() noexcept
{
    asio::post(env_->executor(), [self = shared_from_this()] {
        if (!self->is_dead())
            self->turn([&] { self->inbox_.take_all(); });
    });
}

void shard::close_inbox() noexcept
{
    inbox_.close(false);
}

void shard::run_ready()
{
    outgoing_batches outgoing;
    for (int count = 0; count < handlers_per_turn && !ready_.empty(); ++count) {
        operation& op = ready_.pop_front();
        static_cast<base::list_hook<live_tag>&>(op).unlink();
        if (op.foreign_executor())
            outgoing.add(op);
        else
            invoke_here(op, outgoing);
    }
    outgoing.send_all();
}

void shard::end_turn() noexcept
{
    while (!dirty_.empty())
        dirty_.pop_front().flush();
    if (!ready_.empty())
        schedule_turn();
    arm();
}

void shard::arm() noexcept
{
    const auto next = timers_.next();
    if (!next) {
        if (std::exchange(armed_, std::nullopt))
            alarm_->clear();
        return;
    }
    if (!armed_ || *next < *armed_) {
        armed_ = next;
        alarm_->set(*next);
    }
}

void shard::on_alarm()
{
    if (is_dead())
        return;
    const base::time_point now = env_->now();
    const bool was_late = armed_ && now - *armed_ > late;
    armed_.reset();
    if (!was_late) {
        turn([&] { timers_.advance(now); });
        return;
    }
    // The loop was held up: answers that lie in the sockets are read before anybody is told that they are missing.
    // The second post runs behind the reads that the first one let the reactor find.
    asio::post(env_->executor(), [self = shared_from_this()] {
        asio::post(self->env_->executor(), [self] {
            if (!self->is_dead())
                self->turn([&] { self->timers_.advance(self->env_->now()); });
        });
    });
}

shard::turn_scope::turn_scope(shard& s) noexcept : shard_(s), outermost_(!s.in_turn_), around_(in_turn_here)
{
    assert(s.on_thread() || !s.env_->knows_executor());
    in_turn_here = &s;
    if (outermost_) {
        shard_.turn_time_ = shard_.env_->now();
        shard_.in_turn_ = true;
    }
}

void shard::turn_scope::complete()
{
    if (outermost_ && !shard_.is_dead())
        shard_.run_ready();
}

// Also the way out when a user's handler throws: what is gathered must be written, what is finished must be told.
shard::turn_scope::~turn_scope()
{
    if (outermost_) {
        if (!shard_.is_dead())
            shard_.end_turn();
        shard_.in_turn_ = false;
    }
    in_turn_here = around_;
}

void shard::shut_down() noexcept
{
    if (dead_.exchange(true))
        return;
    inbox_.close(true);
    while (!guests_.empty())
        guests_.pop_front().on_shard_down();
    dirty_.clear();
    ready_.clear();
    // Destroying a handler may destroy a coroutine, and with it handles of this very cluster.
    while (!live_.empty()) {
        operation& op = live_.pop_front();
        op.detach();
        op.abandon();
    }
    alarm_.reset();
    executor_ = {};
    env_.reset();
}

}  // namespace async_cassandra::net
