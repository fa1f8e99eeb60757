// Tested by tests/budgets/writer/waiting_test.cpp.
#include "budgets/writer/waiting_line.hpp"

#include <utility>

#include "pricing/invariant.hpp"

namespace stint {

std::string waiting_line::line_key(std::string_view cap, std::string_view scope) {
  std::string key(cap);
  key.push_back('\0');
  key.append(scope);
  return key;
}

void waiting_line::enter_line(ticket of, const hold_refusal& why) {
  lines_[line_key(why.standing.cap, why.standing.scope)].insert(of);
}

void waiting_line::leave_line(ticket of, const hold_refusal& why) {
  const auto line = lines_.find(line_key(why.standing.cap, why.standing.scope));
  line->second.erase(of);
  if (line->second.empty()) lines_.erase(line);
}

std::size_t waiting_line::length(std::string_view cap, std::string_view scope) const {
  const auto line = lines_.find(line_key(cap, scope));
  return line == lines_.end() ? 0 : line->second.size();
}

waiting_line::steady_time waiting_line::next_deadline() const noexcept {
  return deadlines_.empty() ? steady_time::max() : deadlines_.begin()->first;
}

void waiting_line::join(hold_operation&& what, hold_refusal why) {
  invariant(!full() && !holds(what.request->id), "a call joined a line that it could not");
  const ticket mine = next_++;
  const call_id id = what.request->id;
  ids_.emplace(id, mine);
  deadlines_.emplace(what.wait_until, mine);
  enter_line(mine, why);
  waiting_.emplace(mine, waiter{.id = id, .what = std::move(what), .why = std::move(why)});
}

std::optional<waiting_line::ticket> waiting_line::first(std::string_view cap,
                                                        std::string_view scope) const {
  const auto line = lines_.find(line_key(cap, scope));
  if (line == lines_.end()) return std::nullopt;
  return *line->second.begin();
}

waiting_line::departure waiting_line::depart(ticket of) {
  const auto found = waiting_.find(of);
  waiter& leaving = found->second;
  leave_line(of, leaving.why);
  deadlines_.erase({leaving.what.wait_until, of});
  ids_.erase(leaving.id);
  departure left{.what = std::move(leaving.what), .why = std::move(leaving.why)};
  waiting_.erase(found);
  return left;
}

hold_operation waiting_line::take(ticket of) {
  return depart(of).what;
}

void waiting_line::move(ticket of, hold_refusal why) {
  waiter& moved = waiting_.at(of);
  leave_line(of, moved.why);
  moved.why = std::move(why);
  enter_line(of, moved.why);
}

std::optional<waiting_line::departure> waiting_line::abandon(const call_id& id) {
  const auto found = ids_.find(id);
  if (found == ids_.end()) return std::nullopt;
  return depart(found->second);
}

std::vector<waiting_line::departure> waiting_line::expire(steady_time now) {
  std::vector<departure> left;
  while (next_deadline() <= now && !deadlines_.empty())
    left.push_back(depart(deadlines_.begin()->second));
  return left;
}

std::vector<waiting_line::departure> waiting_line::clear() {
  std::vector<departure> left;
  while (!waiting_.empty())
    left.push_back(depart(waiting_.begin()->first));
  return left;
}

std::vector<hold_refusal> waiting_line::lines() const {
  std::vector<hold_refusal> all;
  for (const auto& [key, tickets] : lines_)
    all.push_back(waiting_.at(*tickets.begin()).why);
  return all;
}

}  // namespace stint
