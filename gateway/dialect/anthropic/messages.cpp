// Answers and streams of Anthropic Messages. Where usage appears: wire-facts §3; the usage of
// message_delta is cumulative, so that it overwrites field by field. Tested by tests/gateway/dialect/anthropic_test.cpp.
#include "gateway/dialect/anthropic/messages.hpp"

#include <array>

#include "gateway/dialect/anthropic/ending.hpp"
#include "gateway/dialect/anthropic/endpoints.hpp"
#include "gateway/dialect/anthropic/usage.hpp"
#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/metered_stream.hpp"
#include "gateway/dialect/parts/whole_answer.hpp"

namespace stint {

namespace {

// The betas that change what a call costs (wire-facts.md §6). Others come and go with each release, and
// their parts of the body and of the usage are read wherever they are priced.
constexpr std::array<billed_word, 5> anthropic_betas = {{
    {"fast-mode", priced_by::fast_tier},
    {"context-1m", priced_by::long_prompts},
    {"extended-cache-ttl", priced_by::hour_writes},
    {"managed-agents", priced_by::nothing},  // which call models of their own accord
    {"agent-", priced_by::nothing},
}};
constexpr std::array<billed_field, 2> anthropic_billed_fields = {{
    {"anthropic-beta", anthropic_betas},
    {"x-anthropic-beta", anthropic_betas},  // OpenRouter's name for it
}};
constexpr std::array<std::string_view, 1> anthropic_query_keys = {"beta"};

constexpr dialect_facts anthropic_messages_facts = {
    .name = "anthropic",
    .spoken_as = "anthropic",
    .path = messages_path,
    .endpoints = messages_endpoints,
    .api = tokenizer::chat_api::anthropic_messages,
    .credential = {"x-api-key", ""},
    .billed_fields = anthropic_billed_fields,
    .query_keys = anthropic_query_keys,
    .version_in_base_url = false,
    .needed = {"anthropic-version", "2023-06-01"},
    .request_id_field = "request-id",
    .limits = limit_form::anthropic,
    .reports_searches = true,
};

void count_block(std::int64_t index, simdjson::dom::object block, text_sink& into) {
  for (const auto [key, value] : block) {
    std::string_view text;
    simdjson::dom::object input;
    if (key == "text") {
      into.feed_element(text_key{0, text_kind::content, index}, value);
    } else if (key == "thinking") {
      into.feed_element(text_key{0, text_kind::reasoning, index}, value);
    } else if (key == "name" && value.get(text) == simdjson::SUCCESS) {
      into.feed(text_key{0, text_kind::tool_name, index}, text);
    } else if (key == "partial_json" && value.get(text) == simdjson::SUCCESS) {
      into.feed(text_key{0, text_kind::tool_arguments, index}, text);
    } else if (key == "input" && value.get(input) == simdjson::SUCCESS &&
               input.begin() != input.end()) {
      into.feed(text_key{0, text_kind::tool_arguments, index}, simdjson::minify(input));
    }
  }
}

class anthropic_meter final : public metered_stream {
 public:
  anthropic_meter(const counted_model& model, const chat_request& request)
      : metered_stream(model),
        ending_(model.name),
        input_believed_max_(request.input_believed_max) {}

  [[nodiscard]] std::optional<usage> reported_input() const override {
    if (saw_implausible_usage()) return std::nullopt;
    bool implausible = false;
    auto used = terms_.totals(implausible);
    if (used) used->output_tokens = used->reasoning_tokens = 0;
    return used;
  }
  [[nodiscard]] bool generating() const noexcept override { return !ending_.finished(); }
  [[nodiscard]] std::int64_t side_work_seen() const noexcept override { return side_work_seen_; }

 private:
  void write_ending(const usage& used, std::string& out) const override {
    ending_.write(used, out);
  }

  [[nodiscard]] std::optional<usage_report> last_report() const override {
    if (saw_implausible_usage()) return std::nullopt;
    bool implausible = false;
    return terms_.report(implausible);
  }

  // The input comes first; it is a report once a message_delta has named the output.
  usage_note note_usage(const stream_event& event) override {
    usage_note note;
    // Nearly all events are text, which reports nothing.
    if (only_delivers(event)) {
      has_output_ = true;
      return note;
    }
    if (event.type.empty() || event.type == "content_block_start") note_block(event);
    if (!seems_to_have(event.data, "\"usage\"")) return note;
    const auto data = parse_object(event.data);
    if (!data) return note;
    const std::string_view type = text_of(*data, "type");
    simdjson::dom::object message;
    if (type == "message_start" && (*data)["message"].get(message) == simdjson::SUCCESS) {
      terms_.model = std::string(text_of(message, "model"));
      if (const auto reported = read_part(message, "usage", note.is_implausible))
        terms_.overwrite(*reported, note.is_implausible);
    } else if (type == "message_delta") {
      note_delta(*data, note);
    }
    note_sums(note);
    return note;
  }

  // Another model may take over from the one that message_start named; it says so in a block.
  void note_block(const stream_event& event) {
    // Blocks of what a tool found may be very long.
    constexpr std::size_t telling_bytes_max = 4 * 1024;
    if (event.data.size() > telling_bytes_max) return;
    if (!contains(event.data, "\"fallback\"") && !contains(event.data, "\"server_tool_use\""))
      return;
    const auto data = parse_object(event.data);
    simdjson::dom::object block;
    if (!data || (*data)["content_block"].get(block) != simdjson::SUCCESS) return;
    const std::string_view type = text_of(block, "type");
    simdjson::dom::object to;
    if (type == "fallback" && block["to"].get(to) == simdjson::SUCCESS) {
      const std::string_view model = text_of(to, "model");
      if (!model.empty()) terms_.model = std::string(model);
    } else if (type == "server_tool_use") {
      note_use(*data, text_of(block, "name"));
    }
  }

  // Once, as the same event may be noted again.
  void note_use(simdjson::dom::object data, std::string_view tool) {
    std::int64_t index = 0;
    if (data["index"].get(index) != simdjson::SUCCESS || index <= last_use_) return;
    last_use_ = index;
    if (tool == "advisor") ++side_work_seen_;
  }

  void note_delta(simdjson::dom::object data, usage_note& note) {
    simdjson::dom::object delta;
    if (data["delta"].get(delta) == simdjson::SUCCESS && !has_output_) terms_.note_refusal(delta);
    const auto reported = read_part(data, "usage", note.is_implausible);
    if (!reported) return;
    const std::optional<std::int64_t> output_before = terms_.take_output();
    terms_.overwrite(*reported, note.is_implausible);
    note.is_report = terms_.has_output();
    if (!note.is_report) terms_.put_output(output_before);
  }

  void note_sums(usage_note& note) const {
    const auto used = terms_.totals(note.is_implausible);
    if (used && used->input_total() > input_believed_max_) note.is_implausible = true;
  }

  void note_passed(const stream_event& event) override { ending_.note(event); }

  bool is_error(const stream_event& event) const override {
    if (!seems_to_have(event.data, "\"error\"")) return false;
    const auto object = parse_object(event.data);
    return object && text_of(*object, "type") == "error";
  }

  bool is_terminator(const stream_event& event) const override {
    if (event.data.find("\"message_stop\"") == std::string_view::npos) return false;
    const auto object = parse_object(event.data);
    return object && text_of(*object, "type") == "message_stop";
  }

  bool only_delivers(const stream_event& event) const override {
    return event.type == "content_block_delta" ||
           (event.type.empty() && contains(event.data, "\"content_block_delta\""));
  }

  void count_text(simdjson::dom::object data, text_sink& into) const override {
    const std::int64_t index = number_of(data, "index");
    simdjson::dom::object block;
    const std::string_view type = text_of(data, "type");
    if (type == "content_block_delta" && data["delta"].get(block) == simdjson::SUCCESS) {
      count_block(index, block, into);
    } else if (type == "content_block_start" &&
               data["content_block"].get(block) == simdjson::SUCCESS) {
      count_block(index, block, into);
    }
  }

  anthropic_terms terms_;
  anthropic_ending ending_;
  std::int64_t input_believed_max_;
  std::int64_t side_work_seen_ = 0;
  std::int64_t last_use_ = -1;  // the block's index
  bool has_output_ = false;
};

class anthropic_answer_rules final : public answer_rules {
 public:
  std::optional<usage_report> read_answer(std::string_view body, bool& implausible) const override {
    implausible = false;
    std::optional<usage_report> report;
    with_object(body, [&](simdjson::dom::object answer) {
      anthropic_terms terms;
      const auto reported = read_part(answer, "usage", implausible);
      if (!reported) return;
      terms.overwrite(*reported, implausible);
      terms.model = std::string(text_of(answer, "model"));
      simdjson::dom::array content;
      if (answer["content"].get(content) == simdjson::SUCCESS && content.size() == 0)
        terms.note_refusal(answer);
      auto whole = terms.report(implausible);
      if (terms.has_output() && !implausible) report = std::move(whole);
    });
    return report;
  }

  answer_nature nature_of(std::string_view body) const override {
    return nature_of_answer(body, "content");
  }

  std::int64_t count_answer(std::string_view body, const counted_model& model) const override {
    return count_whole_answer(body, model, [](simdjson::dom::object answer, text_counter& counter) {
      simdjson::dom::array content;
      if (answer["content"].get(content) != simdjson::SUCCESS) return;
      std::int64_t index = 0;
      for (const simdjson::dom::element item : content) {
        simdjson::dom::object block;
        if (item.get(block) == simdjson::SUCCESS) count_block(index, block, counter);
        ++index;
      }
    });
  }

  std::unique_ptr<stream_meter> meter_stream(const counted_model& model,
                                             const chat_request& request) const override {
    return std::make_unique<anthropic_meter>(model, request);
  }
};

}  // namespace

const dialect& anthropic_messages() noexcept {
  static const anthropic_answer_rules answers;
  static const dialect one(anthropic_messages_facts, anthropic_requests(), answers,
                           anthropic_errors());
  return one;
}

}  // namespace stint
