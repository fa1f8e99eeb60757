// Tested by tests/gateway/metrics/access_log_test.cpp.
#include "gateway/metrics/access_log.hpp"

#include <boost/json.hpp>

#include "pricing/money.hpp"
#include "pricing/text/utf8.hpp"
#include "pricing/write_all.hpp"

namespace stint {

namespace {
std::int64_t milliseconds_between(wall_time from, wall_time until) {
  if (from == wall_time{} || until < from) return 0;
  return std::chrono::duration_cast<std::chrono::milliseconds>(until - from).count();
}

}  // namespace

std::string access_log_line(const ledger_row& row) {
  boost::json::object line;
  line["id"] = to_string(row.id);
  line["time_ms"] =
      std::chrono::duration_cast<std::chrono::milliseconds>(row.admitted.time_since_epoch())
          .count();
  line["tenant"] = row.charged.tenant;
  line["feature"] = row.charged.feature;
  line["key"] = row.charged.key;
  line["model"] = row.charged.model;
  line["provider"] = row.charged.provider;
  line["outcome"] = std::string(to_string(row.outcome));
  line["status"] = row.status;
  line["streaming"] = row.streaming;
  line["input_tokens"] = row.used.input_total();
  line["output_tokens"] = row.used.output_total();
  line["cost_usd"] = to_dollars(row.cost);
  line["usage_source"] = std::string(to_string(row.source));
  line["first_byte_ms"] = milliseconds_between(row.admitted, row.first_byte);
  line["duration_ms"] = milliseconds_between(row.admitted, row.ended);
  return with_utf8_alone(boost::json::serialize(line));
}

access_log::access_log(int file_descriptor)
    : file_descriptor_(file_descriptor), writer_([this] { write_forever(); }) {}

access_log::~access_log() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  writer_.join();
}

void access_log::committed(std::span<const ledger_row> rows) {
  std::string lines;
  for (const ledger_row& row : rows) {
    lines += access_log_line(row);
    lines += '\n';
  }
  {
    const std::lock_guard lock(mutex_);
    if (pending_.size() + lines.size() > pending_bytes_max) {
      dropped_ += rows.size();
      return;
    }
    pending_ += lines;
  }
  wake_.notify_one();
}

void access_log::write_forever() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !pending_.empty(); });
    if (pending_.empty()) return;
    std::string lines;
    lines.swap(pending_);
    if (const std::uint64_t dropped = std::exchange(dropped_, 0); dropped > 0) {
      lines += "{\"dropped_lines\":" + std::to_string(dropped) + "}\n";
    }
    lock.unlock();
    // Where nobody reads any more, there is nowhere to complain to either.
    (void)write_all(file_descriptor_, lines);
    lock.lock();
  }
}

}  // namespace stint
