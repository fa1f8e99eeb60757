// dialects.md §1.5, §7.5. Tested by tests/gateway/dialect/responses_ending_test.cpp.
#include "gateway/dialect/openai_responses/ending.hpp"

#include <algorithm>
#include <array>

#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/json_text.hpp"

namespace stint {

namespace {

// Some seven thousand tokens: most answers are shorter. The end of a longer one comes without its text, with an empty
// output, and closes no item: its client has the text from the deltas, and ten thousand streams may be open at once.
constexpr std::size_t kept_bytes_max = 32 * 1024;
constexpr std::size_t open_items_max = 64;
constexpr std::size_t parts_of_item_max = 64;

// A longer field of a response is the request's, which the client has: its instructions, its tools.
constexpr std::size_t field_bytes_max = 1024;
constexpr std::size_t fields_bytes_max = 8 * 1024;

// What the end changes of a response.
constexpr std::array<std::string_view, 7> response_end = {
    "status", "incomplete_details", "error", "output", "usage", "completed_at", "tool_usage"};
// What deltas tell of an item.
constexpr std::array<std::string_view, 5> told_of_item = {"status", "content", "arguments", "input",
                                                          "summary"};

template <std::size_t count>
bool is_among(const std::array<std::string_view, count>& names, std::string_view name) noexcept {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void append_member(std::string_view key, simdjson::dom::element value, std::string& out) {
  append_json_string(out, key);
  out.append(":").append(simdjson::minify(value)).append(",");
}

// `"key":value,` of each member but for those named; what is long of it is left out.
template <std::size_t count>
std::string fields_of(simdjson::dom::object object,
                      const std::array<std::string_view, count>& but_for) {
  std::string fields;
  for (const auto [key, value] : object) {
    if (is_among(but_for, key)) continue;
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS && text.size() > field_bytes_max) continue;
    const std::size_t before = fields.size();
    append_member(key, value, fields);
    if (fields.size() - before <= field_bytes_max && fields.size() <= fields_bytes_max) continue;
    fields.resize(before);
    if (key == "tools") fields += R"("tools":[],)";
  }
  return fields;
}

std::string part_text(bool is_refusal, std::string_view text) {
  std::string json =
      is_refusal ? R"({"type":"refusal","refusal":)" : R"({"type":"output_text","text":)";
  append_json_string(json, text);
  json += is_refusal ? "}" : R"(,"annotations":[],"logprobs":[]})";
  return json;
}

bool is_call(std::string_view type) noexcept {
  return type == "function_call" || type == "custom_tool_call" || type == "mcp_call";
}

std::string usage_text(const usage& used) {
  const std::int64_t input = used.input_total();
  const std::int64_t output = used.output_total();
  std::string json = R"({"input_tokens":)" + std::to_string(input);
  json += R"(,"input_tokens_details":{"cached_tokens":)" + std::to_string(used.cached_input_tokens);
  json += R"(,"cache_write_tokens":)" +
          std::to_string(used.cache_write_5m_tokens + used.cache_write_1h_tokens +
                         used.cache_write_12h_tokens);
  json += R"(},"output_tokens":)" + std::to_string(output);
  json +=
      R"(,"output_tokens_details":{"reasoning_tokens":)" + std::to_string(used.reasoning_tokens);
  json += R"(},"total_tokens":)" + std::to_string(input + output) + "}";
  return json;
}

// Writes events in their order, each with the next number.
class event_writer {
 public:
  event_writer(std::int64_t next_number, std::string& out) : number_(next_number), out_(out) {}

  void add(std::string_view type, std::string_view fields) {
    out_.append("event: ").append(type).append("\ndata: {\"type\":\"").append(type);
    out_.append("\",\"sequence_number\":").append(std::to_string(number_++));
    out_.append(",").append(fields).append("}\n\n");
  }

 private:
  std::int64_t number_;
  std::string& out_;
};

}  // namespace

bool responses_ending::has_room(std::size_t bytes) {
  if (is_too_long_) return false;
  kept_bytes_ += bytes;
  if (kept_bytes_ <= kept_bytes_max) return true;
  is_too_long_ = true;
  open_ = {};
  items_done_ = {};
  return false;
}

void responses_ending::note(std::string_view type, simdjson::dom::object event) {
  std::int64_t number = 0;
  if (event["sequence_number"].get(number) == simdjson::SUCCESS && number >= 0 &&
      number < usage_count_max)
    next_number_ = number + 1;
  simdjson::dom::object inner;
  if (type.ends_with(".delta")) return note_delta(type, event);
  if (type == "response.output_item.added" && event["item"].get(inner) == simdjson::SUCCESS)
    return note_item(number_of(event, "output_index"), inner);
  if (type == "response.output_item.done" && event["item"].get(inner) == simdjson::SUCCESS)
    return note_item_done(number_of(event, "output_index"), inner);
  if (type.ends_with(".done")) return note_told(type, event);
  if (type == "response.content_part.added" && event["part"].get(inner) == simdjson::SUCCESS) {
    item* const of = open_item(event);
    if (of != nullptr && of->type == "message")
      (void)part_of(*of, number_of(event, "content_index"), text_of(inner, "type") == "refusal");
    return;
  }
  if (event["response"].get(inner) == simdjson::SUCCESS) note_response(inner);
}

void responses_ending::note_response(simdjson::dom::object response) {
  if (const std::string_view model = text_of(response, "model"); !model.empty()) served_ = model;
  // A gateway was seen to change the id between its events: the client has the first.
  const std::string_view id = text_of(response, "id");
  if (!response_.empty() || id.empty() || id.size() > field_bytes_max) return;
  id_ = id;
  response_ = fields_of(response, response_end);
}

void responses_ending::note_item(std::int64_t index, simdjson::dom::object begun) {
  if (open_.size() >= open_items_max) return;
  item one;
  one.index = index;
  one.id = text_of(begun, "id");
  one.type = text_of(begun, "type");
  one.fields = fields_of(begun, told_of_item);
  if (has_room(one.fields.size())) open_.push_back(std::move(one));
}

void responses_ending::note_item_done(std::int64_t index, simdjson::dom::object whole) {
  std::erase_if(open_, [&](const item& each) {
    if (each.index != index) return false;
    kept_bytes_ -= each.fields.size() + each.called_with.size();
    for (const part& one : each.parts)
      kept_bytes_ -= one.text.size();
    return true;
  });
  const std::string json = simdjson::minify(whole);
  if (!has_room(json.size())) return;
  if (!items_done_.empty()) items_done_ += ',';
  items_done_ += json;
}

responses_ending::item* responses_ending::open_item(simdjson::dom::object event) {
  const std::int64_t index = number_of(event, "output_index");
  const auto found =
      std::ranges::find_if(open_, [index](const item& each) { return each.index == index; });
  return found == open_.end() ? nullptr : &*found;
}

responses_ending::part& responses_ending::part_of(item& of, std::int64_t index, bool is_refusal) {
  for (part& each : of.parts) {
    if (each.index == index) return each;
  }
  if (of.parts.size() >= parts_of_item_max) return of.parts.back();
  part& added = of.parts.emplace_back();
  added.index = index;
  added.is_refusal = is_refusal;
  return added;
}

void responses_ending::note_delta(std::string_view type, simdjson::dom::object event) {
  const bool is_refusal = type == "response.refusal.delta";
  const bool is_text = is_refusal || type == "response.output_text.delta";
  const bool is_called_with = type == "response.function_call_arguments.delta" ||
                              type == "response.custom_tool_call_input.delta" ||
                              type == "response.mcp_call_arguments.delta";
  if (!is_text && !is_called_with) return;
  const std::string_view text = text_of(event, "delta");
  item* const of = open_item(event);
  if (of == nullptr || !has_room(text.size())) return;
  if (is_called_with) {
    of->called_with += text;
  } else {
    part_of(*of, number_of(event, "content_index"), is_refusal).text += text;
  }
}

void responses_ending::note_told(std::string_view type, simdjson::dom::object event) {
  item* const of = open_item(event);
  if (of == nullptr) return;
  if (is_call(of->type)) {
    of->is_told = true;
    return;
  }
  const std::int64_t index = number_of(event, "content_index");
  for (part& each : of->parts) {
    if (each.index != index) continue;
    if (type == "response.content_part.done") each.at = stage::done;
    if (type == "response.output_text.done" || type == "response.refusal.done")
      each.at = stage::told;
  }
}

void responses_ending::write(const usage& used, std::string& out) const {
  event_writer events(next_number_, out);
  std::string response = response_;
  if (response.empty()) {
    response = R"("id":"resp_cut","object":"response","created_at":0,"model":)";
    append_json_string(response, model_);
    response += ",";
    events.add("response.created",
               "\"response\":{" + response + R"("status":"in_progress","output":[],"usage":null})");
  }
  std::string output = items_done_;
  for (const item& each : open_) {
    const std::string place = R"("item_id":)" +
                              [&] {
                                std::string id;
                                append_json_string(id, each.id);
                                return id;
                              }() +
                              ",\"output_index\":" + std::to_string(each.index);
    std::string content;
    for (const part& one : each.parts) {
      const std::string where = place + ",\"content_index\":" + std::to_string(one.index) + ",";
      std::string text;
      append_json_string(text, one.text);
      if (one.at == stage::open && one.is_refusal)
        events.add("response.refusal.done", where + "\"refusal\":" + text);
      if (one.at == stage::open && !one.is_refusal)
        events.add("response.output_text.done", where + "\"text\":" + text + ",\"logprobs\":[]");
      const std::string whole = part_text(one.is_refusal, one.text);
      if (one.at != stage::done)
        events.add("response.content_part.done", where + "\"part\":" + whole);
      content += (content.empty() ? "" : ",") + whole;
    }
    std::string whole = "{" + each.fields;
    if (each.type == "message") whole += "\"content\":[" + content + "],";
    if (is_call(each.type)) {
      const bool is_custom = each.type == "custom_tool_call";
      std::string called_with;
      append_json_string(called_with, each.called_with);
      const std::string named = (is_custom ? "\"input\":" : "\"arguments\":") + called_with;
      const std::string_view done = is_custom ? "response.custom_tool_call_input.done"
                                    : each.type == "mcp_call"
                                        ? "response.mcp_call_arguments.done"
                                        : "response.function_call_arguments.done";
      if (!each.is_told) events.add(done, place + "," + named);
      whole += named + ",";
    }
    if (each.type == "reasoning") whole += "\"summary\":[],";
    whole += R"("status":"incomplete"})";
    events.add("response.output_item.done",
               "\"output_index\":" + std::to_string(each.index) + ",\"item\":" + whole);
    output += (output.empty() ? "" : ",") + whole;
  }
  const std::string rest = "\"output\":[" + output + "],\"usage\":" + usage_text(used) + "}";
  if (is_failure_) {
    events.add(
        "response.failed",
        "\"response\":{" + response +
            R"("status":"failed","incomplete_details":null,"error":{"code":"insufficient_quota",)"
            R"("message":"A budget of the gateway has no room for more of this answer."},)" +
            rest);
  } else {
    events.add(
        "response.incomplete",
        "\"response\":{" + response +
            R"("status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"error":null,)" +
            rest);
  }
}

}  // namespace stint
