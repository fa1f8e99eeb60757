// Tested by tests/budgets/books/clock_repair_test.cpp and tests/budgets/writer/believed_clock_test.cpp.
#include "budgets/books/early_ids.hpp"

#include <algorithm>
#include <string_view>

#include "budgets/books/damage.hpp"
#include "budgets/store/format.hpp"

namespace stint {

namespace format = ledger_format;

early_ids::early_ids(const ledger_store::moment& at) {
  const auto read = [&](std::string_view key) -> std::optional<wall_time> {
    const auto bytes = at.get(key);
    if (!bytes) return std::nullopt;
    const auto number = format::read_number(*bytes);
    if (!number) refuse_damaged_record("the note of early ids");
    return wall_time{std::chrono::microseconds{*number}};
  };
  const auto from = read(format::early_ids_from_key);
  const auto until = read(format::early_ids_until_key);
  if (from && until) span_ = span{.from = *from, .until = *until};
}

void early_ids::include(const call_id& id) noexcept {
  const wall_time made = time_of(id);
  if (!span_) span_ = span{.from = made, .until = made};
  span_->from = std::min(span_->from, made);
  span_->until = std::max(span_->until, made);
}

void early_ids::append_puts(std::vector<std::pair<std::string, std::string>>& to) const {
  if (!span_) return;
  const auto put = [&](std::string_view key, wall_time at) {
    std::string value;
    format::append_number(value, at.time_since_epoch().count());
    to.emplace_back(key, std::move(value));
  };
  put(format::early_ids_from_key, span_->from);
  put(format::early_ids_until_key, span_->until);
}

}  // namespace stint
