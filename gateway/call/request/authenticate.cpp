// Tested by tests/gateway/call/request/authenticate_test.cpp.
#include "gateway/call/request/authenticate.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/http/query.hpp"
#include "pricing/text/ascii.hpp"
#include "pricing/text/percent.hpp"
#include "pricing/time_text.hpp"

namespace stint {

namespace {
// RFC 9110 §11.1: the scheme is case-insensitive.
std::optional<std::string_view> bearer(std::string_view value) noexcept {
  constexpr std::string_view scheme = "bearer ";
  if (!equals_ignoring_case(value.substr(0, scheme.size()), scheme)) return std::nullopt;
  value.remove_prefix(scheme.size());
  while (value.starts_with(' '))
    value.remove_prefix(1);
  return value;
}

// What of the field may be a key; nothing for all others, most of which differ by their name's length.
std::optional<std::string_view> key_in(const header_field& field) noexcept {
  const std::string_view name = field.name;
  if (equals_ignoring_case(name, "authorization")) return bearer(field.value);
  if (equals_ignoring_case(name, "x-api-key") || equals_ignoring_case(name, "api-key") ||
      equals_ignoring_case(name, "x-goog-api-key"))
    return field.value;
  return std::nullopt;
}

// Of the query's "key", as Google's clients may send it.
std::optional<std::string> key_in_query(std::string_view query) {
  constexpr std::string_view wanted = "key=";
  while (!query.empty()) {
    const query_pair pair = take_pair(query);
    if (pair.whole.starts_with(wanted)) return without_escapes(pair.value);
  }
  return std::nullopt;
}

// Looks each up, and holds what was found so far.
class key_search {
 public:
  key_search(const key_ring& keys, wall_time now) noexcept : keys_(keys), now_(now) {}

  // A problem where it is another Stint key than the one that was found.
  std::optional<problem> look_up(std::string_view offered) {
    was_offered_ = true;
    caller one = keys_.find(offered, now_);
    if (!one) {
      if (!ended_) ended_ = keys_.recognise(offered);
      return std::nullopt;
    }
    if (found_ && found_->id != one->id) {
      return make_problem(problem_kind::unauthenticated,
                          "two Stint keys, '" + found_->id + "' and '" + one->id +
                              "', in different places; send one of them");
    }
    found_ = std::move(one);
    return std::nullopt;
  }
  [[nodiscard]] caller& found() noexcept { return found_; }
  // Why what was offered is no live key.
  [[nodiscard]] std::string refusal() const {
    if (!was_offered_) {
      return "no key: send a Stint key as 'Authorization: Bearer sk-stint-…', "
             "'x-api-key: sk-stint-…', 'api-key: sk-stint-…' or 'x-goog-api-key: sk-stint-…'";
    }
    if (!ended_)
      return std::string("this key is unknown; 'stint keys list' shows the keys") + another;
    const bool is_revoked = ended_->state_at(now_) == key_state::revoked;
    const auto& since = is_revoked ? ended_->revoked : ended_->expires;
    return "the key '" + ended_->id + (is_revoked ? "' was revoked at " : "' expired at ") +
           to_iso_time(*since) + another;
  }

 private:
  static constexpr const char* another = "; 'stint keys create' makes another one";

  const key_ring& keys_;
  wall_time now_;
  caller found_;
  caller ended_;  // the first that is known, and no more
  bool was_offered_ = false;
};
}  // namespace

// A client may send a key of its provider beside ours: Claude Code does, with whatever it was logged in by.
result<caller> authenticate(const request_head& head, const key_ring& keys, wall_time now) {
  key_search search(keys, now);
  std::optional<std::string_view> last;
  for (const header_field& field : head.fields()) {
    const auto offered = key_in(field);
    if (!offered || last == offered) continue;
    last = offered;
    if (auto conflict = search.look_up(*offered)) return std::move(*conflict);
  }
  if (!head.query.empty()) {
    if (const auto offered = key_in_query(head.query)) {
      if (auto conflict = search.look_up(*offered)) return std::move(*conflict);
    }
  }
  if (search.found()) return std::move(search.found());
  return make_problem(problem_kind::unauthenticated, search.refusal());
}

}  // namespace stint
