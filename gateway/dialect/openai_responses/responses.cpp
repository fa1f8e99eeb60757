// Answers and streams of OpenAI Responses: dialects.md §1.3, §1.4, and §10 for what was recorded of it. Tested by
// tests/gateway/dialect/openai_responses_test.cpp and responses_ending_test.cpp.
#include "gateway/dialect/openai_responses/responses.hpp"

#include <array>

#include "gateway/dialect/openai_chat/facts.hpp"
#include "gateway/dialect/openai_responses/ending.hpp"
#include "gateway/dialect/openai_responses/usage.hpp"
#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/metered_stream.hpp"
#include "gateway/dialect/parts/whole_answer.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {

namespace {

// Azure's, and those of what is asked of a kept response.
constexpr std::array<std::string_view, 8> responses_query_keys = {
    "api-version",         "after", "before", "include",
    "include_obfuscation", "limit", "order",  "starting_after"};

constexpr std::string_view responses_path = "/v1/responses";
constexpr std::array<endpoint, 6> responses_endpoints = {{
    {.pattern = responses_path, .streams = true},
    {.pattern = "/v1/responses/input_tokens", .kind = endpoint_kind::free},
    {.method = http_method::get, .pattern = "/v1/responses/{id}", .kind = endpoint_kind::free},
    {.method = http_method::delete_, .pattern = "/v1/responses/{id}", .kind = endpoint_kind::free},
    {.pattern = "/v1/responses/{id}/cancel", .kind = endpoint_kind::free},
    {.method = http_method::get,
     .pattern = "/v1/responses/{id}/input_items",
     .kind = endpoint_kind::free},
}};
constexpr std::string_view compact_path = "/v1/responses/compact";
constexpr std::array<endpoint, 1> compact_endpoints = {{{.pattern = compact_path}}};

constexpr dialect_facts openai_responses_facts = openai_facts({
    .name = "responses",
    .spoken_as = "responses",
    .path = responses_path,
    .endpoints = responses_endpoints,
    .api = tokenizer::chat_api::openai_responses,
    .billed_fields = openai_billed_fields,
    .query_keys = responses_query_keys,
});

constexpr dialect_facts openai_compact_facts = openai_facts({
    .name = "responses_compact",
    .spoken_as = "responses",
    .path = compact_path,
    .endpoints = compact_endpoints,
    .api = tokenizer::chat_api::openai_responses,
    .billed_fields = openai_billed_fields,
    .query_keys = responses_query_keys,
});

// The text of an event of the stream. Each also comes whole in a `.done` event, which is not counted again; audio
// comes as base64 and is counted by its transcript; what a command printed was not generated.
bool is_delta(std::string_view type) noexcept {
  return type.ends_with(".delta") && type != "response.audio.delta" &&
         type != "response.shell_call_output_content.delta";
}

text_kind kind_of_delta(std::string_view type) noexcept {
  if (type == "response.output_text.delta") return text_kind::content;
  if (type == "response.refusal.delta") return text_kind::refusal;
  if (type.starts_with("response.reasoning")) return text_kind::reasoning;
  if (type == "response.audio.transcript.delta") return text_kind::transcript;
  return text_kind::tool_arguments;
}

// Events that say that the answer begins, and nothing of it.
bool is_preamble_type(std::string_view type) noexcept {
  return type == "response.created" || type == "response.queued" ||
         type == "response.in_progress" || type == "keepalive";
}

bool is_last_type(std::string_view type) noexcept {
  return type == "response.completed" || type == "response.incomplete" || type == "response.failed";
}

// What an item says by itself, where it does not come in deltas. A conversation that was summed up begins with what
// its user had said.
void count_item(std::int64_t index, simdjson::dom::object item, text_sink& into) {
  if (text_of(item, "role") == "user") return;
  std::int64_t part = 0;
  simdjson::dom::array parts;
  for (const std::string_view list : {"summary", "content"}) {
    if (item[list].get(parts) != simdjson::SUCCESS) continue;
    const bool is_thought = text_of(item, "type") == "reasoning";
    for (const simdjson::dom::element each : parts) {
      simdjson::dom::object one;
      if (each.get(one) != simdjson::SUCCESS) continue;
      const text_kind kind = is_thought ? text_kind::reasoning : text_kind::content;
      into.feed(text_key{index, kind, part}, text_of(one, "text"));
      into.feed(text_key{index, text_kind::refusal, part++}, text_of(one, "refusal"));
    }
  }
  into.feed(text_key{index, text_kind::tool_name, 0}, text_of(item, "name"));
  for (const std::string_view called_with : {"arguments", "input", "code"})
    into.feed(text_key{index, text_kind::tool_arguments, 0}, text_of(item, called_with));
}

class openai_responses_meter final : public metered_stream {
 public:
  openai_responses_meter(const counted_model& model, const chat_request& request)
      : metered_stream(model), ending_(request.model, request.cut_is_failure) {}

  [[nodiscard]] std::optional<usage> reported_input() const override { return std::nullopt; }
  [[nodiscard]] bool generating() const noexcept override { return !has_ended_; }
  [[nodiscard]] std::string_view answer_id() const noexcept override { return ending_.id(); }

 private:
  void write_ending(const usage& used, std::string& out) const override {
    ending_.write(used, out);
  }

  [[nodiscard]] std::optional<usage_report> last_report() const override { return report_; }

  // Some servers leave the event's own line out.
  static std::string_view type_of(const stream_event& event) {
    if (!event.type.empty()) return event.type;
    const auto data = parse_object(event.data);
    return data ? text_of(*data, "type") : std::string_view();
  }

  usage_note note_usage(const stream_event& event) override {
    usage_note note;
    const std::string_view type = type_of(event);
    const bool is_item = type == "response.output_item.done";
    const bool is_last = is_last_type(type);
    simdjson::dom::object inner;
    if (is_item) {
      const auto data = parse_object(event.data);
      if (data && (*data)["item"].get(inner) == simdjson::SUCCESS)
        note_search(number_of(*data, "output_index"), inner);
    }
    if (!is_last) return note;
    const auto data = parse_object(event.data);
    has_ended_ = has_ended_ || data.has_value();
    if (!data || (*data)["response"].get(inner) != simdjson::SUCCESS) return note;
    auto report = read_response_report(inner, searches_seen_, note.is_implausible);
    note.is_report = report || note.is_implausible;
    if (note.is_report) report_ = std::move(report);
    if (report_ && report_->model.empty()) report_->model = ending_.served();
    return note;
  }

  // Once, as the same event may be noted again.
  void note_search(std::int64_t index, simdjson::dom::object item) {
    if (index <= last_search_ || !is_billed_search(item)) return;
    last_search_ = index;
    ++searches_seen_;
  }

  void note_passed(const stream_event& event) override {
    const auto data = parse_object(event.data);
    if (!data) return;
    const std::string_view type = text_of(*data, "type");
    ending_.note(type.empty() ? event.type : type, *data);
  }

  // OpenAI's is flat by its documentation and nested in what was recorded; either way it says what it is. What
  // failed at its end says so in the end.
  bool is_error(const stream_event& event) const override {
    const std::string_view type = type_of(event);
    const bool is_nameless = type.empty();
    if (type == "error" || type == "response.failed") return true;
    if (!is_nameless || !seems_to_have(event.data, "\"error\"")) return false;
    const auto data = parse_object(event.data);
    simdjson::dom::object error;
    return data && (*data)["error"].get(error) == simdjson::SUCCESS;
  }

  bool is_preamble(const stream_event& event) const override {
    return is_preamble_type(type_of(event));
  }

  // Its type stands in front of it: an upstream that goes away in the middle of its last event did not end.
  bool is_terminator(const stream_event& event) const override {
    if (is_last_type(type_of(event))) return parse_object(event.data).has_value();
    return without_surrounding_space(event.data) == "[DONE]";
  }

  bool may_deliver(const stream_event& event) const override {
    const std::string_view type = type_of(event);
    return is_delta(type) || type == "response.output_item.added" ||
           type == "response.shell_call_command.added" || type.empty();
  }

  // What the end repeats of an answer are its texts, so that each must be noted; nor are two events alike but for
  // their text where they are numbered, as they are by OpenAI.
  bool only_delivers(const stream_event&) const override { return false; }

  void count_text(simdjson::dom::object data, text_sink& into) const override {
    const std::string_view type = text_of(data, "type");
    const std::int64_t item = number_of(data, "output_index");
    simdjson::dom::object inner;
    if (is_delta(type)) {
      const std::int64_t part = number_of(data, "content_index") + number_of(data, "summary_index");
      into.feed(text_key{item, kind_of_delta(type), part}, text_of(data, "delta"));
    } else if (type == "response.output_item.added" &&
               data["item"].get(inner) == simdjson::SUCCESS) {
      into.feed(text_key{item, text_kind::tool_name, 0}, text_of(inner, "name"));
    } else if (type == "response.shell_call_command.added") {
      into.feed(text_key{item, text_kind::tool_arguments, number_of(data, "command_index")},
                text_of(data, "command"));
    }
  }

  responses_ending ending_;
  std::optional<usage_report> report_;
  std::int64_t searches_seen_ = 0;
  std::int64_t last_search_ = -1;  // the item's index
  bool has_ended_ = false;
};

class openai_responses_answer_rules final : public answer_rules {
 public:
  std::optional<usage_report> read_answer(std::string_view body, bool& implausible) const override {
    implausible = false;
    std::optional<usage_report> report;
    with_object(body, [&](simdjson::dom::object answer) {
      report = read_response_report(answer, 0, implausible);
    });
    return report;
  }

  answer_nature nature_of(std::string_view body) const override {
    return nature_of_answer(body, "output");
  }

  std::int64_t count_answer(std::string_view body, const counted_model& model) const override {
    return count_whole_answer(body, model, [](simdjson::dom::object answer, text_counter& counter) {
      simdjson::dom::array output;
      if (answer["output"].get(output) != simdjson::SUCCESS) return;
      std::int64_t index = 0;
      for (const simdjson::dom::element each : output) {
        simdjson::dom::object item;
        if (each.get(item) == simdjson::SUCCESS) count_item(index, item, counter);
        ++index;
      }
    });
  }

  std::unique_ptr<stream_meter> meter_stream(const counted_model& model,
                                             const chat_request& request) const override {
    return std::make_unique<openai_responses_meter>(model, request);
  }
};

}  // namespace

namespace {
const answer_rules& answers_of_both() noexcept {
  static const openai_responses_answer_rules one;
  return one;
}
}  // namespace

const dialect& openai_responses() noexcept {
  static const dialect one(openai_responses_facts, openai_responses_requests(), answers_of_both(),
                           openai_responses_errors());
  return one;
}

const dialect& openai_compact() noexcept {
  static const dialect one(openai_compact_facts, openai_compact_requests(), answers_of_both(),
                           openai_responses_errors());
  return one;
}

}  // namespace stint
