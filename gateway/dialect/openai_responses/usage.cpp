// dialects.md §1.2, §1.3, §10. Tested by tests/gateway/dialect/openai_responses_test.cpp.
#include "gateway/dialect/openai_responses/usage.hpp"

#include <algorithm>

#include "gateway/dialect/openai_chat/usage.hpp"
#include "gateway/dialect/parts/document.hpp"

namespace stint {

namespace {

// xAI's, and what others count as it does.
std::optional<std::int64_t> searches_of_server(simdjson::dom::object reported) {
  simdjson::dom::object details;
  if (reported["server_side_tool_usage_details"].get(details) != simdjson::SUCCESS)
    return std::nullopt;
  bool ignored = false;
  std::int64_t searches = 0;
  for (const std::string_view kind : {"web_search_calls", "x_search_calls"})
    searches += read_count(details, kind, ignored).value_or(0);
  return searches;
}

std::int64_t searches_among(simdjson::dom::object response) {
  simdjson::dom::array output;
  std::int64_t searches = 0;
  if (response["output"].get(output) != simdjson::SUCCESS) return searches;
  for (const simdjson::dom::element each : output) {
    simdjson::dom::object item;
    if (each.get(item) == simdjson::SUCCESS && is_billed_search(item)) ++searches;
  }
  return searches;
}

// By the provider's own count, or else by the items: those of the stream, where its last event has none.
std::int64_t searches_of(simdjson::dom::object response, simdjson::dom::object reported,
                         std::int64_t seen) {
  bool ignored = false;
  simdjson::dom::object search;
  if (response["tool_usage"]["web_search"].get(search) == simdjson::SUCCESS) {
    if (const auto told = read_count(search, "num_requests", ignored)) return *told;
  }
  if (const auto told = searches_of_server(reported)) return *told;
  return std::max(seen, searches_among(response));
}

}  // namespace

bool is_billed_search(simdjson::dom::object item) {
  if (text_of(item, "type") != "web_search_call") return false;
  simdjson::dom::object action;
  if (item["action"].get(action) != simdjson::SUCCESS) return true;  // as before there were others
  const std::string_view what = text_of(action, "type");
  return what.empty() || what == "search";
}

std::optional<usage_report> read_response_report(simdjson::dom::object response,
                                                 std::int64_t searches_seen, bool& implausible) {
  const auto reported = read_part(response, "usage", implausible);
  if (!reported) return std::nullopt;
  auto report = read_responses_usage(*reported, implausible);
  if (!report) return std::nullopt;
  // What the usage itself tells may be more than is shown.
  const std::int64_t told = report->tells_searches ? report->used.web_searches : 0;
  report->model = std::string(text_of(response, "model"));
  report->id = std::string(text_of(response, "id"));
  take_served_tier(text_of(response, "service_tier"), *report);
  report->used.web_searches = std::max(told, searches_of(response, *reported, searches_seen));
  report->tells_searches = true;
  return report;
}

}  // namespace stint
