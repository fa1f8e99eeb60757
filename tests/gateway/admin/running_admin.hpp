// A real admin server on a free port, above a real ledger in a scratch directory: what the tests of
// the API and of the commands talk to.
#pragma once

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>

#include "budgets/records/hold.hpp"
#include "budgets/records/settlement.hpp"
#include "gateway/admin/api/services.hpp"
#include "gateway/admin/server.hpp"
#include "gateway/admin/token.hpp"
#include "pricing/wall_time.hpp"
#include "scratch_directory.hpp"

namespace stint {

class running_admin {
 public:
  // `more`: whole lines of the configuration.
  explicit running_admin(bool metrics_need_token = false, const std::string& more = {}) {
    settings_ = std::get<config>(parse_config(
        "admin: {port: 0, metrics_need_token: " +
            std::string(metrics_need_token ? "true" : "false") + "}\n" +
            "data_directory: " + directory_.path() + "/data\n" + more +
            "caps:\n"
            "  - {name: tenant-day, per: [tenant], window: day, unit: usd, limit: 50}\n"
            "  - {name: all-tokens, window: forever, unit: tokens, limit: 1M}\n"
            "  - {name: runaway, window: request, unit: tokens, limit: 10k}\n",
        "f", "."));
    ledger_options options;
    options.directory = settings_.data_directory;
    options.caps = settings_.caps;
    ledger_ = std::make_unique<ledger_thread>(std::move(options));
    server_ = std::make_unique<admin_server>(settings_, prices_, *ledger_, seen_, keys_,
                                             [this] { return ready_.load(); });
  }

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] std::string token() const { return load_admin_token(token_file()).reveal(); }
  [[nodiscard]] const std::string& token_file() const { return settings_.admin_token_file; }
  [[nodiscard]] const std::string& data_directory() const { return settings_.data_directory; }
  [[nodiscard]] key_ring& keys() { return keys_; }
  [[nodiscard]] ledger_thread& ledger() { return *ledger_; }
  void drain() { ready_ = false; }

  // Holds and settles one call; returns its id.
  std::string spend(const std::string& tenant, std::int64_t input_tokens, nanodollars cost) {
    return settle(tenant, {.input_tokens = input_tokens}, cost, 0, "test-1");
  }
  // A call of 10 tokens in and 500 out whose end nobody saw; returns its id.
  std::string leave_unknown(const std::string& tenant, const std::string& prices = "test-1") {
    return settle(tenant, {.input_tokens = 10, .output_tokens = 500}, nanodollars{5'025'000},
                  row_flag::unknown | row_flag::counted, prices);
  }
  // The same tokens and no cost, half by each of two models that answered together; returns its id.
  std::string leave_shared(const std::string& one, const std::string& other) {
    leg half;
    half.used = {.input_tokens = 5, .output_tokens = 250};
    std::vector<leg> legs = {half, half};
    legs[0].model = one;
    legs[1].model = other;
    return settle("acme", {.input_tokens = 10, .output_tokens = 500}, nanodollars{0}, 0, "test-1",
                  legs);
  }

 private:
  std::string settle(const std::string& tenant, const usage& used, nanodollars cost,
                     std::uint32_t flags, const std::string& prices,
                     const std::vector<leg>& legs = {}) {
    const auto now = wall_now();
    hold_request hold;
    hold.id = make_call_id(now, calls_ += 1, 0);
    hold.admitted = now;
    hold.charged = {.tenant = tenant,
                    .feature = "chat",
                    .key = "key_1",
                    .user = "",
                    .model = "gpt-4o",
                    .provider = "sim"};
    hold.worst = {.input_tokens = used.input_total(),
                  .output_tokens = used.output_total(),
                  .cost = cost,
                  .requests = 1};
    const auto admitted = wait_for_answer<admission>(
        [&](auto completion) { ledger_->hold(hold, std::move(completion)); });
    if (!admitted || admitted->refused) throw std::runtime_error("the test's call was refused");
    settlement done;
    done.id = hold.id;
    done.used = used;
    done.flags = flags;
    if ((flags & row_flag::counted) != 0) done.source = usage_source::counted;
    done.cost = cost;
    done.legs = legs;
    done.price_version = prices;
    done.model_served = "gpt-4o-2024-08-06";
    done.status = 200;
    done.ended = now;
    const auto recorded = wait_for_answer<settled>(
        [&](auto completion) { ledger_->settle(done, std::move(completion)); });
    if (!recorded || !recorded->recorded)
      throw std::runtime_error("the test's call was not recorded");
    return to_string(hold.id);
  }

  static price test_price() {
    price one;
    one.model = "gpt-4o";
    one.provider = "openai";
    one.base.input = 2'500'000'000;
    one.base.output = 10'000'000'000;
    return one;
  }

  scratch_directory directory_;
  config settings_;
  current_prices prices_{price_book("test-1", {test_price()}, {})};
  metrics seen_{1'000};
  key_ring keys_{{}};
  std::atomic<bool> ready_{true};
  std::uint64_t calls_ = 0;
  std::unique_ptr<ledger_thread> ledger_;
  std::unique_ptr<admin_server> server_;
};

}  // namespace stint
