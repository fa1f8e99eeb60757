// Tested by tests/gateway/upstream/client_fields_test.cpp.
#include "gateway/upstream/client_fields.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "gateway/dialect/table.hpp"
#include "gateway/http/field_reach.hpp"
#include "gateway/http/framing_fields.hpp"
#include "gateway/http/query.hpp"
#include "gateway/keys/key_prefix.hpp"
#include "pricing/text/ascii.hpp"
#include "pricing/text/percent.hpp"

namespace stint {

namespace {
// What models took at most before prompts beyond it had a price of their own.
constexpr std::int64_t usual_window_tokens = 200'000;

bool has_price(priced_by needs, const price* rates) noexcept {
  if (rates == nullptr) return false;
  switch (needs) {
    case priced_by::fast_tier:
      return rates->offers(service_tier::fast);
    case priced_by::long_prompts:
      return !rates->steps.empty() || rates->context_window_tokens > usual_window_tokens;
    case priced_by::hour_writes:
      return rates->base.cache_write_1h > rates->base.cache_write_5m;
    case priced_by::nothing:
      return false;
  }
  return false;
}

const billed_field* billed_field_of(std::string_view name) noexcept {
  for (const dialect* each : all_dialects()) {
    for (const billed_field& field : each->facts().billed_fields) {
      if (equals_ignoring_case(name, field.name)) return &field;
    }
  }
  return nullptr;
}

bool may_go_on(std::string_view word, const billed_field& field, const price* rates) noexcept {
  for (const billed_word& billed : field.words) {
    if (begins_ignoring_case(word, billed.begins)) return has_price(billed.needs, rates);
  }
  return true;
}

void append_line(std::string_view name, std::string_view value, std::string& out) {
  out.append(name).append(": ").append(value).append("\r\n");
}

// A list without the words that nobody has priced; nothing at all where none is left.
void append_words(const header_field& list, const billed_field& field, const price* rates,
                  std::string& out) {
  std::string kept;
  std::string_view rest = list.value;
  while (!rest.empty()) {
    const std::string_view word = take_element(rest);
    if (word.empty() || !may_go_on(word, field, rates)) continue;
    if (!kept.empty()) kept += ',';
    kept += word;
  }
  if (!kept.empty()) append_line(list.name, kept, out);
}

bool lists(const std::vector<std::string>& names, std::string_view name) noexcept {
  return std::any_of(names.begin(), names.end(),
                     [name](const std::string& each) { return equals_ignoring_case(name, each); });
}

// No provider is told a key by which calls are made here, whatever the client sends it as.
bool holds_key_of_ours(std::string_view text) noexcept {
  return text.find(key_prefix) != std::string_view::npos;
}

// What no list of the provider's entry lets out: a second credential, what means something here, and a key
// of the same request for what is another one by now.
bool stays_whatever_is_listed(std::string_view name, const passing_on& what) noexcept {
  if (equals_ignoring_case(name, what.provider->credential_header)) return true;
  if (what.is_another_body && kind_of(name) == field_kind::idempotency_key) return true;
  return std::any_of(what.private_to_us.begin(), what.private_to_us.end(),
                     [name](std::string_view own) { return equals_ignoring_case(name, own); });
}

std::string key_of(std::string_view pair) {
  std::string key = without_escapes(pair.substr(0, pair.find('=')));
  std::transform(key.begin(), key.end(), key.begin(), to_lower_case);
  return key;
}

// By which servers take another method, other fields or another request than those that were looked at here.
bool tells_of_another_request(std::string_view key) noexcept {
  constexpr std::array<std::string_view, 5> known = {"_method", "$method", "$httpmethod",
                                                     "$httpheaders", "$req"};
  return std::find(known.begin(), known.end(), key) != known.end();
}

// Of a pass-through, which may be a call of any API: it carries a credential, or says what the method is.
// Some servers part a query at ';' too. By whole names: "page_token" is none.
bool is_dangerous(std::string_view pairs) {
  constexpr std::array<std::string_view, 16> ours_to_say = {
      "key",           "api_key",     "api-key",    "apikey",   "subscription-key", "token",
      "access_token",  "oauth_token", "auth_token", "id_token", "authorization",    "secret",
      "client_secret", "access_key",  "sig",        "signature"};
  while (!pairs.empty()) {
    const std::string key = key_of(take_pair(pairs, ";").whole);
    if (tells_of_another_request(key) ||
        std::find(ours_to_say.begin(), ours_to_say.end(), key) != ours_to_say.end())
      return true;
    // What signs a request of a cloud's.
    if (key.starts_with("x-amz-") || key.starts_with("x-goog-")) return true;
  }
  return false;
}

bool goes_with_call(std::string_view pair, const dialect& called, const provider_config& provider) {
  if (pair.find(';') != std::string_view::npos) return false;
  std::string_view key = pair.substr(0, pair.find('='));
  std::string read;
  if (key.find('%') != std::string_view::npos) key = read = without_escapes(key);
  const auto& own = called.facts().query_keys;
  if (std::find(own.begin(), own.end(), key) != own.end()) return true;
  const auto& listed = provider.pass_query;
  return std::find(listed.begin(), listed.end(), key) != listed.end() &&
         !tells_of_another_request(key_of(pair));
}
}  // namespace

bool goes_on(const header_field& field, const passing_on& what) noexcept {
  const field_reach reach = reach_of(field.name);
  if (reach == field_reach::here || stays_whatever_is_listed(field.name, what)) return false;
  const bool needs_listing =
      reach == field_reach::if_listed || (reach == field_reach::if_unmetered && what.metered);
  if (needs_listing && !lists(what.provider->pass_headers, field.name)) return false;
  return !holds_key_of_ours(field.value);
}

void append_client_fields(const request_head& from, const passing_on& what, std::string& out) {
  const bool some_are_named = connection_names_fields(from.fields());
  for (const header_field& field : from.fields()) {
    if (what.metered && equals_ignoring_case(field.name, "content-type")) continue;
    if (!goes_on(field, what)) continue;
    if (some_are_named && is_named_by_connection(from.fields(), field.name)) continue;
    const billed_field* const billed = what.metered ? billed_field_of(field.name) : nullptr;
    if (billed != nullptr) {
      append_words(field, *billed, what.rates, out);
    } else {
      append_line(field.name, field.value, out);
    }
  }
}

void append_query(std::string_view query, const dialect* called, const provider_config& provider,
                  char mark, std::string& out) {
  while (!query.empty()) {
    const std::string_view pair = take_pair(query).whole;
    const bool passes =
        called != nullptr ? goes_with_call(pair, *called, provider) : !is_dangerous(pair);
    if (!passes || holds_key_of_ours(without_escapes(pair))) continue;
    out.append(1, mark).append(pair);
    mark = '&';
  }
}

}  // namespace stint
