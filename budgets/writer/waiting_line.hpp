// Calls that wait because only others' holds stand in their way: one line for each scope of a cap,
// first come first served, however often a call has to change from one line to another. Bounded.
// Owned by the ledger's writer, on its thread; time is an argument.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "budgets/records/hold.hpp"
#include "budgets/writer/operation.hpp"

namespace stint {

class waiting_line {
 public:
  using steady_time = std::chrono::steady_clock::time_point;
  using ticket = std::uint64_t;                                         // in order of arrival
  static constexpr ticket newest = std::numeric_limits<ticket>::max();  // of one that just comes

  explicit waiting_line(std::size_t size_max) : size_max_(size_max) {}

  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return waiting_.size(); }
  [[nodiscard]] bool full() const noexcept { return waiting_.size() >= size_max_; }
  [[nodiscard]] bool holds(const call_id& id) const noexcept { return ids_.contains(id); }
  // How many wait for this scope of the cap.
  [[nodiscard]] std::size_t length(std::string_view cap, std::string_view scope) const;
  // The first deadline; never, when nobody waits.
  [[nodiscard]] steady_time next_deadline() const noexcept;

  // `why` says which scope it waits for, and is its answer should the wait end in vain. The line is
  // not full, and the call is not in it.
  void join(hold_operation&& what, hold_refusal why);
  // The first of a line, or nothing. It stays until it is taken or moved.
  [[nodiscard]] std::optional<ticket> first(std::string_view cap, std::string_view scope) const;
  [[nodiscard]] hold_operation& at(ticket of) { return waiting_.at(of).what; }
  [[nodiscard]] const hold_refusal& reason(ticket of) const { return waiting_.at(of).why; }
  [[nodiscard]] hold_operation take(ticket of);
  // It now waits for another scope, at the place that its arrival gives it there.
  void move(ticket of, hold_refusal why);

  struct departure {
    hold_operation what;
    hold_refusal why;
  };
  [[nodiscard]] std::optional<departure> abandon(const call_id& id);
  [[nodiscard]] std::vector<departure> expire(steady_time now);
  [[nodiscard]] std::vector<departure> clear();
  // One cap and scope for each line that there is.
  [[nodiscard]] std::vector<hold_refusal> lines() const;

 private:
  struct waiter {
    call_id id;  // the operation may have been taken out of `what` already
    hold_operation what;
    hold_refusal why;
  };
  [[nodiscard]] static std::string line_key(std::string_view cap, std::string_view scope);
  void enter_line(ticket of, const hold_refusal& why);
  void leave_line(ticket of, const hold_refusal& why);
  [[nodiscard]] departure depart(ticket of);

  std::size_t size_max_;
  ticket next_ = 1;
  std::map<ticket, waiter> waiting_;
  std::set<std::pair<steady_time, ticket>> deadlines_;
  boost::unordered_flat_map<std::string, std::set<ticket>> lines_;
  boost::unordered_flat_map<call_id, ticket, call_id_hash> ids_;
};

}  // namespace stint
