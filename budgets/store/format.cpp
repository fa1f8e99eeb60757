// Tested by tests/budgets/store/format_test.cpp.
#include "budgets/store/format.hpp"

#include <array>
#include <cstddef>

#include "budgets/store/record_codec.hpp"

namespace stint::ledger_format {
namespace {

constexpr std::string_view magic = "stint ledger";
// Version 1 of a hold and of a row had no context, all kinds of usage in their places, and a row no
// legs. Version 2 of a hold did not tell its searches.
constexpr std::uint8_t hold_version = 3;
constexpr std::uint8_t row_version = 2;

void write_charged(byte_writer& write, const attribution& of) {
  for (const auto* part : {&of.tenant, &of.feature, &of.key, &of.user, &of.model, &of.provider}) {
    write.text(*part);
  }
}

void read_charged(byte_reader& read, attribution& into) {
  for (auto* part :
       {&into.tenant, &into.feature, &into.key, &into.user, &into.model, &into.provider}) {
    *part = read.text();
  }
}

void write_amounts(byte_writer& write, const amounts& of) {
  write.signed_number(of.input_tokens);
  write.signed_number(of.output_tokens);
  write.signed_number(of.cost.count());
  write.signed_number(of.requests);
}

void read_amounts(byte_reader& read, amounts& into) {
  into.input_tokens = read.signed_number();
  into.output_tokens = read.signed_number();
  into.cost = nanodollars{read.signed_number()};
  into.requests = read.signed_number();
}

void write_tags(byte_writer& write, const free_tags& tags) {
  write.number(tags.size());
  for (const auto& [name, value] : tags) {
    write.text(name);
    write.text(value);
  }
}

void read_tags(byte_reader& read, free_tags& into) {
  for (std::uint64_t left = read.number(); left != 0 && read.ok(); --left) {
    auto& [name, value] = into.emplace_back();
    name = read.text();
    value = read.text();
  }
}

constexpr std::array context_texts = {&call_context::session, &call_context::parent,
                                      &call_context::arm, &call_context::prompt_version,
                                      &call_context::region};
constexpr std::uint64_t attempts_bit = 1U << context_texts.size();

// What there is, as bits in this order, then each.
void write_context(byte_writer& write, const std::optional<call_context>& known) {
  if (!known) return write.number(0);
  const call_context& of = *known;
  std::uint64_t present = of.attempts != 1 ? attempts_bit : 0;
  for (std::size_t at = 0; at < context_texts.size(); ++at) {
    if (!(of.*context_texts[at]).empty()) present |= std::uint64_t{1} << at;
  }
  write.number(present);
  for (const auto text : context_texts) {
    if (!(of.*text).empty()) write.text(of.*text);
  }
  if (of.attempts != 1) write.signed_number(of.attempts);
}

void read_context(byte_reader& read, std::optional<call_context>& known) {
  const std::uint64_t present = read.number();
  if (present == 0) return;
  call_context& into = known.emplace();
  if (present >= 2 * attempts_bit) read.refuse();
  for (std::size_t at = 0; at < context_texts.size(); ++at) {
    if ((present >> at & 1) != 0) into.*context_texts[at] = read.text();
  }
  if ((present & attempts_bit) != 0) into.attempts = read.signed_number();
}

void write_leg(byte_writer& write, const leg& of) {
  write.byte(static_cast<std::uint8_t>(of.why));
  write.text(of.model);
  write.text(of.provider);
  write.byte(static_cast<std::uint8_t>(of.tier));
  write_usage(write, of.used);
  write.signed_number(of.cost.count());
  write.text(of.price_version);
}

void read_leg(byte_reader& read, leg& into) {
  into.why = read.one_of(leg_reason::correction);
  into.model = read.text();
  into.provider = read.text();
  into.tier = read.one_of(static_cast<service_tier>(service_tier_count - 1));
  read_usage(read, into.used);
  into.cost = nanodollars{read.signed_number()};
  into.price_version = read.text();
}

void read_legs(byte_reader& read, ledger_row& into) {
  const std::uint64_t count = read.number();
  if (count > legs_max) return read.refuse();
  into.legs.resize(count);
  for (leg& each : into.legs)
    read_leg(read, each);
  if (!has_sound_legs(into)) read.refuse();
}

}  // namespace

void append_format(std::string& out, std::uint32_t number) {
  byte_writer write(out);
  write.text(magic);
  write.number(number);
}

std::optional<std::uint32_t> read_format(std::string_view bytes) {
  byte_reader read(bytes);
  if (read.text() != magic) return std::nullopt;
  const auto number = read.number();
  if (!read.ok() || number > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(number);
}

void append_group(std::string& out, const group_mark& mark) {
  byte_writer write(out);
  write.byte(record_version);
  write.number(mark.sequence);
  write_time(write, mark.last_seen);
}

std::optional<group_mark> read_group(std::string_view bytes) {
  byte_reader read = reader_of(bytes);
  group_mark mark;
  mark.sequence = read.number();
  mark.last_seen = read_time(read);
  if (!read.finished()) return std::nullopt;
  return mark;
}

void append_number(std::string& out, std::int64_t number) {
  byte_writer write(out);
  write.byte(record_version);
  write.signed_number(number);
}

std::optional<std::int64_t> read_number(std::string_view bytes) {
  byte_reader read = reader_of(bytes);
  const std::int64_t number = read.signed_number();
  if (!read.finished()) return std::nullopt;
  return number;
}

void append_hold(std::string& out, const active_hold& value) {
  const hold_request& request = value.request;
  byte_writer write(out);
  write.byte(hold_version);
  write.number(value.epoch);
  write_time(write, request.admitted);
  write_charged(write, request.charged);
  write_amounts(write, request.worst);
  write_usage(write, request.known);
  write.signed_number(request.known_cost.count());
  write.text(request.price_version);
  write.number(request.flags);
  write.byte(request.streaming ? 1 : 0);
  write_tags(write, request.tags);
  write_context(write, request.context);
  write.number(value.touches.size());
  for (const touch& each : value.touches) {
    write.number(each.at->cap_number);
    write_time(write, each.start);
    write.text(each.at->scope);
    write.signed_number(each.amount);
  }
  write.signed_number(request.web_searches);
}

std::optional<hold_value> read_hold(const call_id& id, std::string_view bytes) {
  auto [read, written_as] = reader_of(bytes, hold_version);
  hold_value value;
  hold_request& request = value.request;
  request.id = id;
  value.epoch = static_cast<std::uint32_t>(read.number());
  request.admitted = read_time(read);
  read_charged(read, request.charged);
  read_amounts(read, request.worst);
  if (written_as >= 2) {
    read_usage(read, request.known);
  } else {
    read_dense_usage(read, request.known);
  }
  request.known_cost = nanodollars{read.signed_number()};
  request.price_version = read.text();
  request.flags = static_cast<std::uint32_t>(read.number());
  request.streaming = read.one_of(std::uint8_t{1}) == 1;
  read_tags(read, request.tags);
  if (written_as >= 2) read_context(read, request.context);
  for (std::uint64_t left = read.number(); left != 0 && read.ok(); --left) {
    hold_touch& each = value.touches.emplace_back();
    each.cap_number = static_cast<std::uint32_t>(read.number());
    each.start = read_time(read);
    each.scope = read.text();
    each.amount = read.signed_number();
  }
  if (written_as >= 3) request.web_searches = read.signed_number();
  if (!read.finished()) return std::nullopt;
  return value;
}

void append_row(std::string& out, const ledger_row& row, std::uint32_t epoch) {
  byte_writer write(out);
  write.byte(row_version);
  write.number(epoch);
  write_time(write, row.admitted);
  write_time(write, row.first_byte);
  write_time(write, row.ended);
  write_charged(write, row.charged);
  write.text(row.model_served);
  write_usage(write, row.used);
  write.signed_number(row.cost.count());
  write.text(row.price_version);
  write_amounts(write, row.held);
  write.byte(static_cast<std::uint8_t>(row.source));
  write.byte(static_cast<std::uint8_t>(row.outcome));
  write.byte(static_cast<std::uint8_t>(row.tier));
  write.signed_number(row.status);
  write.number(row.flags);
  write.byte(row.streaming ? 1 : 0);
  write_tags(write, row.tags);
  write_context(write, row.context);
  write.number(row.legs.size());
  for (const leg& each : row.legs)
    write_leg(write, each);
}

std::optional<row_value> read_row(const call_id& id, std::string_view bytes) {
  auto [read, written_as] = reader_of(bytes, row_version);
  row_value value;
  ledger_row& row = value.row;
  row.id = id;
  value.epoch = static_cast<std::uint32_t>(read.number());
  row.admitted = read_time(read);
  row.first_byte = read_time(read);
  row.ended = read_time(read);
  read_charged(read, row.charged);
  row.model_served = read.text();
  if (written_as >= 2) {
    read_usage(read, row.used);
  } else {
    read_dense_usage(read, row.used);
  }
  row.cost = nanodollars{read.signed_number()};
  row.price_version = read.text();
  read_amounts(read, row.held);
  row.source = read.one_of(usage_source::none);
  row.outcome = read.one_of(call_outcome::cut);
  row.tier = read.one_of(static_cast<service_tier>(service_tier_count - 1));
  row.status = static_cast<int>(read.signed_number());
  row.flags = static_cast<std::uint32_t>(read.number());
  row.streaming = read.one_of(std::uint8_t{1}) == 1;
  read_tags(read, row.tags);
  if (written_as >= 2) {
    read_context(read, row.context);
    read_legs(read, row);
  }
  if (!read.finished()) return std::nullopt;
  return value;
}

}  // namespace stint::ledger_format
