// Tested by tests/gateway/simulator/simulator_test.cpp.
#include "gateway/simulator/bill.hpp"

#include "gateway/dialect/parts/json_text.hpp"

namespace stint {

namespace {

void append_line(std::string& out, const bill_line& line) {
  const auto add = [&out](std::string_view name, std::int64_t value, char before) {
    out += before;
    out.append("\"").append(name).append("\":").append(std::to_string(value));
  };
  add("requests", line.requests, '{');
  add("prompt_tokens", line.prompt_tokens, ',');
  add("cached_tokens", line.cached_tokens, ',');
  add("cache_write_tokens", line.cache_write_tokens, ',');
  add("completion_tokens", line.completion_tokens, ',');
  add("reasoning_tokens", line.reasoning_tokens, ',');
  add("web_searches", line.web_searches, ',');
  add("cut", line.cut, ',');
  out += '}';
}

void append_lines(std::string& out, const std::unordered_map<std::string, bill_line>& lines) {
  out += '{';
  bool is_first = true;
  for (const auto& [name, line] : lines) {
    if (!is_first) out += ',';
    is_first = false;
    append_json_string(out, name);
    out += ':';
    append_line(out, line);
  }
  out += '}';
}

}  // namespace

bill_line& bill_line::operator+=(const bill_line& other) noexcept {
  requests += other.requests;
  prompt_tokens += other.prompt_tokens;
  cached_tokens += other.cached_tokens;
  cache_write_tokens += other.cache_write_tokens;
  completion_tokens += other.completion_tokens;
  reasoning_tokens += other.reasoning_tokens;
  web_searches += other.web_searches;
  cut += other.cut;
  return *this;
}

void simulated_bill::add(const bill_payer& payer, const bill_line& line) {
  totals_ += line;
  if (tenants_.size() < tenants_max || tenants_.contains(payer.tenant))
    tenants_[payer.tenant] += line;
  if (payer.call.empty()) return;
  const auto [entry, is_new] = calls_.try_emplace(payer.call);
  entry->second += line;
  if (!is_new) return;
  call_order_.push_back(payer.call);
  if (call_order_.size() <= calls_max) return;
  calls_.erase(call_order_.front());
  call_order_.pop_front();
  ++calls_forgotten_;
}

void simulated_bill::reset() {
  *this = simulated_bill();
}

std::string simulated_bill::to_json(bool with_calls) const {
  std::string out = "{\"totals\":";
  append_line(out, totals_);
  out += ",\"tenants\":";
  append_lines(out, tenants_);
  if (with_calls) {
    out += ",\"calls\":";
    append_lines(out, calls_);
  }
  out += ",\"calls_forgotten\":" + std::to_string(calls_forgotten_) + "}";
  return out;
}

}  // namespace stint
