// Ledger records: any bytes are read without fault, and what is read is written and read again as
// the same.
#include <string>

#include "budgets/store/format.hpp"
#include "fuzz/fuzz.hpp"

namespace stint {
namespace {

namespace format = ledger_format;

// Writing what was read must give bytes that read and write back to themselves.
template <typename Read, typename Write>
void settle(std::string_view bytes, Read read, Write write) {
  const auto first = read(bytes);
  if (!first) return;
  std::string once;
  write(once, *first);
  const auto second = read(once);
  fuzz::require(second.has_value(), "what was written can be read");
  std::string twice;
  write(twice, *second);
  fuzz::require(once == twice, "and is the same");
}

void read_values(std::string_view bytes) {
  const call_id id{};
  settle(bytes, format::read_group, format::append_group);
  settle(bytes, format::read_number, format::append_number);
  settle(bytes, format::read_counter, format::append_counter);
  settle(bytes, format::read_cap, format::append_cap);
  settle(bytes, format::read_sums, format::append_sums);
  settle(bytes, format::read_format, format::append_format);
  settle(
      bytes, [&](std::string_view from) { return format::read_row(id, from); },
      [](std::string& to, const format::row_value& value) {
        format::append_row(to, value.row, value.epoch);
      });
  const auto hold = format::read_hold(id, bytes);
  fuzz::require(!hold || hold->touches.size() <= bytes.size(),
                "a hold is no larger than its bytes");
}

void read_keys(std::string_view bytes) {
  settle(bytes, format::read_hold_key, format::append_hold_key);
  settle(bytes, format::read_row_key, format::append_row_key);
  (void)format::read_counter_scope(bytes);
  (void)format::read_rollup_key(bytes);
}

}  // namespace
}  // namespace stint

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = stint::fuzz::text_of(data, size);
  stint::read_values(bytes);
  stint::read_keys(bytes);
  return 0;
}
