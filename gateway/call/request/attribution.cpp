// Tested by tests/gateway/call/request/attribution_test.cpp.
#include "gateway/call/request/attribution.hpp"

#include <algorithm>
#include <utility>

#include "pricing/text/ascii.hpp"
#include "pricing/text/utf8.hpp"

namespace stint {

namespace {
// Features become metric labels and parts of scopes, so they are plain names.
bool plain_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= feature_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.' || c == ':';
         });
}

result<std::string> choose_feature(const config& settings, const request_head& head,
                                   const virtual_key& key) {
  const auto named = head.find(settings.feature_header);
  if (!named || named->empty()) {
    if (key.default_feature.empty() && settings.require_feature) {
      return make_problem(problem_kind::bad_request,
                          "no feature: send the header '" + settings.feature_header +
                              "', or give the key a default feature",
                          settings.feature_header);
    }
    return key.default_feature.empty() ? std::string("none") : key.default_feature;
  }
  if (!plain_name(*named)) {
    return make_problem(
        problem_kind::bad_request,
        "the header '" + settings.feature_header + "' must be 1 to 64 of a-z A-Z 0-9 - _ . :",
        settings.feature_header);
  }
  if (!key.may_use_feature(*named)) {
    return make_problem(
        problem_kind::forbidden,
        "the key '" + key.id + "' may not charge the feature '" + std::string(*named) + "'",
        settings.feature_header);
  }
  return std::string(*named);
}

bool is_small_hex(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

// By W3C Trace Context, section 3.2: "00-<32 hex>-<16 hex>-<2 hex>", which later versions continue; "": it
// names no trace.
std::string_view trace_of(std::string_view traceparent) noexcept {
  constexpr std::size_t least = 55;
  const bool has_form = traceparent.size() >= least && traceparent[2] == '-' &&
                        traceparent[35] == '-' && traceparent[52] == '-' &&
                        (traceparent.size() == least || traceparent[least] == '-');
  if (!has_form) return {};
  const std::string_view trace = traceparent.substr(3, 32);
  const bool is_one = is_small_hex(traceparent.substr(0, 2)) && !traceparent.starts_with("ff") &&
                      is_small_hex(trace) && trace.find_first_not_of('0') != std::string_view::npos;
  return is_one ? trace : std::string_view();
}

// The caller's trace, unless it names one itself or has no more room for it.
void tag_trace(const request_head& head, free_tags& tags) {
  constexpr std::string_view name = "trace_id";
  const auto parent = head.find("traceparent");
  if (!parent) return;
  const std::string_view trace = trace_of(*parent);
  const bool is_named =
      std::any_of(tags.begin(), tags.end(), [&](const auto& tag) { return tag.first == name; });
  if (trace.empty() || is_named || tags.size() >= free_tags_max) return;
  tags.emplace_back(name, trace);
}
}  // namespace

result<free_tags> parse_free_tags(std::string_view header_value) {
  // Rows are told as JSON, where other bytes have no place.
  if (!is_utf8(header_value)) {
    return make_problem(problem_kind::bad_request,
                        "free tags must be UTF-8; one holds other bytes");
  }
  free_tags tags;
  std::string_view rest = without_surrounding_space(header_value);
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view pair = without_surrounding_space(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0 || equals > tag_name_bytes_max ||
        pair.size() - equals - 1 > tag_value_bytes_max) {
      return make_problem(problem_kind::bad_request,
                          "free tags are 'name=value' pairs joined by commas, names up to 64 "
                          "bytes, values up to 256");
    }
    if (tags.size() == free_tags_max) {
      return make_problem(problem_kind::bad_request, "more than 16 free tags");
    }
    tags.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
  }
  return tags;
}

result<purpose> attribute(const config& settings, const request_head& head,
                          const virtual_key& key) {
  purpose found;
  found.charged.tenant = key.tenant;
  found.charged.key = key.id;
  auto feature = choose_feature(settings, head, key);
  if (!feature) return feature.error();
  found.charged.feature = std::move(*feature);
  if (const auto tags = head.find(settings.tags_header)) {
    auto parsed = parse_free_tags(*tags);
    if (!parsed) {
      problem why = std::move(parsed).error();
      why.param = settings.tags_header;
      return why;
    }
    found.tags = std::move(*parsed);
  }
  tag_trace(head, found.tags);
  return found;
}

}  // namespace stint
