#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <unordered_map>

#include "bench/ledger/calls.hpp"
#include "bench/ledger/commands.hpp"
#include "bench/ledger/progress.hpp"
#include "bench/ledger/table_reads.hpp"
#include "budgets/books/query.hpp"
#include "budgets/books/verify.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/settlement.hpp"
#include "budgets/records/standing.hpp"
#include "budgets/store/format.hpp"
#include "budgets/writer/ledger_thread.hpp"
#include "budgets/writer/ledger_writer.hpp"

namespace stint::bench {
namespace {

using clock_type = std::chrono::steady_clock;
constexpr std::chrono::days month_length{30};

[[nodiscard]] double seconds_since(clock_type::time_point begin) {
  return std::chrono::duration<double>(clock_type::now() - begin).count();
}

// The thirty whole days before today.
[[nodiscard]] wall_time month_start() {
  return std::chrono::floor<std::chrono::days>(now()) - month_length;
}

[[nodiscard]] std::vector<cap> caps_of_month() {
  auto caps = three_caps();
  caps.push_back(cap_of("user-for-ever", {dimension::user}, cap_unit::usd, window_kind::forever));
  return caps;
}

[[nodiscard]] rollup_query month_by_tenant_and_feature() {
  rollup_query query;
  query.from = month_start();
  query.until = month_start() + month_length;
  query.by = {dimension::tenant, dimension::feature};
  return query;
}

using sums_of_pair = std::map<std::pair<std::string, std::string>, rollup_sums>;

// What there would be to do without roll-ups: every row of the month is read and added.
[[nodiscard]] sums_of_pair scan_rows(const ledger_store::moment& at) {
  std::unordered_map<std::string, rollup_sums> sums;
  std::string from;
  std::string until;
  ledger_format::append_row_key(from, make_call_id(month_start(), 0, 0));
  ledger_format::append_row_key(until, make_call_id(month_start() + month_length, 0, 0));
  std::string both;
  at.scan(ledger_store::family::rows, from, until,
          [&](std::string_view key, std::string_view value) {
            const auto id = ledger_format::read_row_key(key);
            const auto found = ledger_format::read_row(id.value(), value);
            both = found.value().row.charged.tenant;
            both += '/';
            both += found.value().row.charged.feature;
            sums[both] += sums_of(found.value().row);
            return true;
          });
  sums_of_pair result;
  for (const auto& [name, sum] : sums) {
    const auto slash = name.find('/');
    result[{name.substr(0, slash), name.substr(slash + 1)}] = sum;
  }
  return result;
}

[[nodiscard]] sums_of_pair as_map(const std::vector<rollup_line>& lines) {
  sums_of_pair result;
  for (const auto& each : lines)
    result[{each.values.at(0), each.values.at(1)}] = each.sums;
  return result;
}

}  // namespace

void load_month(const std::string& directory, std::uint64_t rows, std::uint64_t counters) {
  constexpr std::uint64_t group = 1'024;
  std::filesystem::remove_all(directory);
  const auto begin = clock_type::now();
  auto options = options_in(directory, caps_of_month());
  const wall_time start = month_start();
  options.now = [start] { return start; };
  std::uint64_t recorded = 0;
  {
    ledger_writer books(options);
    const auto gap = std::chrono::duration_cast<std::chrono::microseconds>(month_length) /
                     static_cast<std::int64_t>(rows);
    std::vector<operation> operations;
    for (std::uint64_t i = 0; i < rows; ++i) {
      auto row = row_of(i, start + gap * static_cast<std::int64_t>(i));
      row.charged.user = "user-" + std::to_string(1'000'000'000 + i % counters);
      operations.emplace_back(record_operation{
          .row = std::move(row),
          .answer = [&](const settled& answer) { recorded += answer.recorded ? 1 : 0; }});
      if (operations.size() < group && i + 1 != rows) continue;
      books.process(operations);
      operations.clear();
      if ((i + 1) % (rows / 10) < group) {
        say("  " + std::to_string((i + 1) / 1'000) + ",000 of " + std::to_string(rows / 1'000) +
            ",000 rows after " + std::to_string(static_cast<int>(seconds_since(begin))) + " s");
      }
    }
  }
  require(recorded == rows, "a call was not recorded");
  settle_tables(directory);  // or the next start would share its time with compactions
  std::printf("{\"rows\": %llu, \"seconds\": %.1f}\n", static_cast<unsigned long long>(rows),
              seconds_since(begin));
}

// A start is over when the first call has its answer.
void measure_startup(const std::string& directory, std::uint64_t rows, std::uint64_t counters) {
  table_reads reads;
  auto options = options_in(directory, caps_of_month());
  options.environment = reads.environment();
  double seconds = 0;
  std::size_t live = 0;
  {
    const auto begin = clock_type::now();
    ledger_thread books(options);
    std::atomic<bool> answered = false;
    std::atomic<bool> admitted = false;
    auto request = request_of(rows, now());
    const call_id id = request.id;
    books.hold(std::move(request), [&](const admission& answer) {
      admitted = !answer.refused;
      answered = true;
      answered.notify_one();
    });
    answered.wait(false);
    seconds = seconds_since(begin);
    reads.stop();
    require(admitted, "the first call was refused");
    std::atomic<bool> listed = false;
    books.standings([&](const std::vector<cap_standing>& all) {
      live = static_cast<std::size_t>(std::ranges::count_if(all, [](const cap_standing& at) {
        return at.cap == "user-for-ever" && !at.scope.empty();
      }));
      listed = true;
      listed.notify_one();
    });
    listed.wait(false);
    books.settle(settlement_of(id, now()), {});
  }
  require(live == counters, "a counter is missing after the start");
  const auto rows_read = reads.of_family(directory, "rows");
  const auto state_read = reads.of_family(directory, "default");
  std::printf(
      "{\"seconds\": %.3f, \"counters\": %zu, \"rows_blocks\": %llu, \"rows_blocks_bytes\": %llu, "
      "\"rows_bytes\": %llu, \"rows_index_bytes\": %llu, \"state_blocks_bytes\": %llu}\n",
      seconds, live, static_cast<unsigned long long>(rows_read.data_reads),
      static_cast<unsigned long long>(rows_read.data_bytes),
      static_cast<unsigned long long>(rows_read.data_bytes_there),
      static_cast<unsigned long long>(rows_read.other_bytes),
      static_cast<unsigned long long>(state_read.data_bytes));
}

void measure_spend(const std::string& directory, std::uint64_t rows, std::uint64_t /*counters*/) {
  const ledger_writer books(options_in(directory, caps_of_month()));
  const ledger_store::moment at(books.store());
  std::vector<double> took;
  std::vector<rollup_line> lines;
  for (int i = 0; i < 9; ++i) {
    const auto begin = clock_type::now();
    lines = query_spend(at, month_by_tenant_and_feature());
    took.push_back(seconds_since(begin));
  }
  std::ranges::sort(took);
  const auto begin = clock_type::now();
  const auto scanned = scan_rows(at);
  const double scan = seconds_since(begin);
  require(as_map(lines) == scanned, "the roll-ups and the rows differ");
  std::int64_t calls = 0;
  for (const auto& each : lines)
    calls += each.sums.calls;
  require(calls == static_cast<std::int64_t>(rows), "the month does not have every call");
  std::printf("{\"lines\": %zu, \"spend_seconds\": %.5f, \"scan_seconds\": %.3f}\n", lines.size(),
              took[took.size() / 2], scan);
}

void verify_month(const std::string& directory, std::uint64_t rows, std::uint64_t counters) {
  const ledger_writer books(options_in(directory, caps_of_month()));
  const auto begin = clock_type::now();
  require_none(verify_books(ledger_store::moment(books.store()), caps_of_month()));
  std::printf("{\"rows\": %llu, \"counters\": %llu, \"verify_seconds\": %.1f}\n",
              static_cast<unsigned long long>(rows), static_cast<unsigned long long>(counters),
              seconds_since(begin));
}

}  // namespace stint::bench
