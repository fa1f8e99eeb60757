// Tested by tests/gateway/dialect/dialect_test.cpp.
#include "gateway/dialect/parts/refusal_text.hpp"

#include <chrono>

#include "budgets/records/standing.hpp"
#include "gateway/dialect/parts/json_text.hpp"
#include "pricing/time_text.hpp"

namespace stint {

namespace {

// As a program reads it: a plain decimal number.
std::string figure(cap_unit unit, std::int64_t amount) {
  if (unit != cap_unit::usd) return std::to_string(amount);
  const std::string dollars = to_dollars(nanodollars(amount < 0 ? -amount : amount));
  return amount < 0 ? "-" + dollars : dollars;
}

// As a person reads it.
std::string words(cap_unit unit, std::int64_t amount) {
  if (unit == cap_unit::usd) return "$" + figure(unit, amount);
  std::string text = std::to_string(amount) + " ";
  for (const char c : to_string(unit))
    text += c == '_' ? ' ' : c;
  return text;
}

std::string named(const cap_standing& standing) {
  std::string text = "cap \"" + standing.cap + "\"";
  if (!standing.scope.empty()) text += " for \"" + standing.scope + "\"";
  return text;
}

std::string balance(const hold_refusal& refusal) {
  const cap_standing& at = refusal.standing;
  std::string used = words(at.unit, at.used);
  if (at.unknown > 0)
    used += " (" + words(at.unit, at.unknown) +
            " of it for calls whose end nobody saw: `stint ledger list --unknown`)";
  return "limit " + words(at.unit, at.limit) + ", used " + used + ", held by calls in flight " +
         words(at.unit, at.held) + ", needed by this request " + words(at.unit, refusal.requested);
}

// Nobody waits for a fraction of a second.
std::string moment(wall_time at) {
  return to_iso_time(std::chrono::floor<std::chrono::seconds>(at));
}

// No use to wait for the next period either.
bool is_beyond_any(const hold_refusal& refusal) noexcept {
  return refusal.reason == refusal_reason::budget_exceeded &&
         refusal.requested > refusal.standing.limit;
}

// "daily", as far as the window's length tells; "" where it is none of these.
std::string_view period_word(const stint::window& of) noexcept {
  if (!of.end) return {};
  const auto length = std::chrono::round<std::chrono::hours>(*of.end - of.start).count();
  // With the hour of a change of clocks.
  if (length >= 23 && length <= 25) return "daily";
  if (length >= 167 && length <= 169) return "weekly";
  if (length >= 28 * 24 - 1 && length <= 31 * 24 + 1) return "monthly";
  return {};
}

// As Anthropic words it: Claude Code shows it and stops.
std::string spend_limit(const cap_standing& at) {
  std::string text = "spend limit reached";
  const std::string_view period = period_word(at.window);
  if (period.empty() && !at.window.end) return text + ": ";
  text += " (";
  text += period;
  if (at.window.end) {
    std::string reset = moment(*at.window.end);  // 2026-12-01T00:00:00Z
    reset.replace(10, 1, " ").resize(16);
    text += (period.empty() ? "resets " : "; resets ") + reset + " UTC";
  }
  return text + "): ";
}

// When a wait helps, and how.
std::string outlook(const cap_standing& at) {
  if (at.rolling == std::chrono::seconds{}) {
    return at.window.end ? " It resets at " + moment(*at.window.end) + "." : "";
  }
  const std::string length = " in any " + duration_text(at.rolling);
  if (!at.window.end) return " It is more than the cap allows" + length + ".";
  return " The limit holds" + length + "; enough of it is free again by " + moment(*at.window.end) +
         ".";
}

}  // namespace

std::string describe_refusal(const hold_refusal& refusal) {
  const cap_standing& at = refusal.standing;
  const std::string reset = outlook(at);
  switch (refusal.reason) {
    case refusal_reason::budget_exceeded:
      if (is_beyond_any(refusal) && at.rolling == std::chrono::seconds{}) {
        return "This request alone is larger than the whole " + named(at) + ": " +
               balance(refusal) + ". Waiting does not help; shorten it, or raise the cap.";
      }
      return "The " + named(at) + " does not have room for this request: " + balance(refusal) +
             "." + (reset.empty() ? " It does not reset by itself." : reset);
    case refusal_reason::budget_busy:
      // Those calls end, and give back what they do not use, long before the cap resets.
      return "The " + named(at) + " is held by calls in flight at the moment: " + balance(refusal) +
             ". Retry shortly.";
    case refusal_reason::request_too_large:
      return "This request alone needs at least " + words(at.unit, refusal.requested) +
             ", and the " + named(at) + " allows " + words(at.unit, at.limit) +
             " a request. Shorten the prompt.";
    case refusal_reason::storage_unavailable:
      return "The gateway cannot record calls at the moment, so nothing was forwarded. Retry "
             "shortly.";
  }
  return {};
}

std::string told_message(const problem& why) {
  if (!why.refusal) return why.message;
  std::string text;
  if (why.asked_by == client_habit::claude_code) text = spend_limit(why.refusal->standing);
  text += describe_refusal(*why.refusal);
  if (!why.message.empty()) text.append(" ").append(why.message);
  return text;
}

void append_refusal_figures(std::string& out, const hold_refusal& refusal) {
  const cap_standing& at = refusal.standing;
  out += "{\"reason\":\"";
  out += to_string(refusal.reason);
  out += "\",\"cap\":";
  append_json_string(out, at.cap);
  out += ",\"scope\":";
  append_json_string(out, at.scope);
  out += ",\"unit\":\"";
  out += to_string(at.unit);
  out += "\",\"limit\":" + figure(at.unit, at.limit);
  out += ",\"used\":" + figure(at.unit, at.used);
  if (at.unknown > 0) out += ",\"used_unknown\":" + figure(at.unit, at.unknown);
  out += ",\"held\":" + figure(at.unit, at.held);
  out += ",\"requested\":" + figure(at.unit, refusal.requested);
  out += ",\"resets_at\":";
  out += at.window.end ? "\"" + moment(*at.window.end) + "\"" : "null";
  out += '}';
}

}  // namespace stint
