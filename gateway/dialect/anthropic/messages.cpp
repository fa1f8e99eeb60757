// Answers and streams of Anthropic Messages. Usage: wire-facts §2 and §3; the three input kinds are
// disjoint, and the usage of message_delta is cumulative, so that it overwrites field by field.
// Tested by tests/gateway/dialect/anthropic_test.cpp.
#include "gateway/dialect/anthropic/messages.hpp"

#include <algorithm>
#include <array>

#include "gateway/dialect/anthropic/ending.hpp"
#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/metered_stream.hpp"
#include "gateway/dialect/parts/whole_answer.hpp"

namespace stint {

namespace {

constexpr std::array<std::string_view, 2> anthropic_client_fields = {"anthropic-version",
                                                                     "anthropic-beta"};

constexpr dialect_facts anthropic_messages_facts = {
    .name = "anthropic",
    .path = "/v1/messages",
    .api = tokenizer::chat_api::anthropic_messages,
    .credential = {"x-api-key", ""},
    .client_fields = anthropic_client_fields,
    .needed = {"anthropic-version", "2023-06-01"},
    .request_id_field = "request-id",
    .reports_searches = true,
};

// The fields as last reported.
struct usage_fields {
  std::optional<std::int64_t> input, output, created, read, created_5m, created_1h, thinking,
      searches;
  std::optional<service_tier> tier;

  void overwrite(simdjson::dom::object reported, bool& implausible) {
    const auto take = [&](std::optional<std::int64_t>& into, simdjson::dom::object from,
                          std::string_view key) {
      if (const auto count = read_count(from, key, implausible)) into = count;
    };
    take(input, reported, "input_tokens");
    take(output, reported, "output_tokens");
    take(created, reported, "cache_creation_input_tokens");
    take(read, reported, "cache_read_input_tokens");
    if (const auto split = read_part(reported, "cache_creation", implausible)) {
      take(created_5m, *split, "ephemeral_5m_input_tokens");
      take(created_1h, *split, "ephemeral_1h_input_tokens");
    }
    if (const auto details = read_part(reported, "output_tokens_details", implausible)) {
      take(thinking, *details, "thinking_tokens");
    }
    if (const auto tools = read_part(reported, "server_tool_use", implausible)) {
      take(searches, *tools, "web_search_requests");
    }
    if (const auto word = parse_service_tier(text_of(reported, "service_tier"))) tier = word;
    if (text_of(reported, "speed") == "fast") tier = service_tier::fast;
  }

  // Nothing when the input is not known or cannot be true.
  [[nodiscard]] std::optional<usage> normalised(bool& implausible) const {
    if (!input) return std::nullopt;
    usage used;
    used.input_tokens = *input;
    used.cached_input_tokens = read.value_or(0);
    used.cache_write_1h_tokens = created_1h.value_or(0);
    // What the split does not name was written at the default life.
    used.cache_write_5m_tokens =
        std::max(created_5m.value_or(0), created.value_or(0) - used.cache_write_1h_tokens);
    used.output_tokens = output.value_or(0);
    used.reasoning_tokens = std::min(thinking.value_or(0), used.output_tokens);
    used.web_searches = searches.value_or(0);
    if (plausible(used)) return used;
    implausible = true;
    return std::nullopt;
  }

  [[nodiscard]] std::optional<usage_report> report(std::string_view model,
                                                   bool& implausible) const {
    const auto used = normalised(implausible);
    if (!used) return std::nullopt;
    return usage_report{.used = *used, .model = std::string(model), .tier = tier};
  }
};

void count_block(std::int64_t index, simdjson::dom::object block, text_counter& into) {
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
  explicit anthropic_meter(const counted_model& model)
      : metered_stream(model), ending_(model.name) {}

  [[nodiscard]] std::optional<usage> reported_input() const override {
    if (saw_implausible_usage()) return std::nullopt;
    bool implausible = false;
    auto used = fields_.normalised(implausible);
    if (used) used->output_tokens = used->reasoning_tokens = 0;
    return used;
  }
  [[nodiscard]] bool generating() const noexcept override { return !ending_.finished(); }

 private:
  void write_ending(const usage& used, std::string& out) const override {
    ending_.write(used, out);
  }

  [[nodiscard]] std::optional<usage_report> last_report() const override {
    if (saw_implausible_usage()) return std::nullopt;
    bool implausible = false;
    return fields_.report(model_, implausible);
  }

  // The input comes first; it is a report once a message_delta has named the output.
  usage_note note_usage(const stream_event& event) override {
    usage_note note;
    if (!seems_to_have(event.data, "\"usage\"")) return note;
    const auto data = parse_object(event.data);
    if (!data) return note;
    const std::string_view type = text_of(*data, "type");
    simdjson::dom::object message;
    if (type == "message_start" && (*data)["message"].get(message) == simdjson::SUCCESS) {
      model_ = std::string(text_of(message, "model"));
      if (const auto reported = read_part(message, "usage", note.is_implausible))
        fields_.overwrite(*reported, note.is_implausible);
    } else if (type == "message_delta") {
      if (const auto reported = read_part(*data, "usage", note.is_implausible)) {
        const std::optional<std::int64_t> output_before = fields_.output;
        fields_.output.reset();
        fields_.overwrite(*reported, note.is_implausible);
        note.is_report = fields_.output.has_value();
        if (!note.is_report) fields_.output = output_before;
      }
    }
    (void)fields_.normalised(note.is_implausible);
    return note;
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

  void count_text(simdjson::dom::object data, text_counter& into) const override {
    std::int64_t index = 0;
    simdjson::dom::object block;
    if (data["index"].get(index) != simdjson::SUCCESS) index = 0;
    const std::string_view type = text_of(data, "type");
    if (type == "content_block_delta" && data["delta"].get(block) == simdjson::SUCCESS) {
      count_block(index, block, into);
    } else if (type == "content_block_start" &&
               data["content_block"].get(block) == simdjson::SUCCESS) {
      count_block(index, block, into);
    }
  }

  usage_fields fields_;
  anthropic_ending ending_;
  std::string model_;
};

class anthropic_answer_rules final : public answer_rules {
 public:
  std::optional<usage_report> read_answer(std::string_view body, bool& implausible) const override {
    implausible = false;
    std::optional<usage_report> report;
    with_object(body, [&](simdjson::dom::object answer) {
      usage_fields fields;
      const auto reported = read_part(answer, "usage", implausible);
      if (!reported) return;
      fields.overwrite(*reported, implausible);
      auto whole = fields.report(text_of(answer, "model"), implausible);
      if (fields.output && !implausible) report = std::move(whole);
    });
    return report;
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
                                             const chat_request&) const override {
    return std::make_unique<anthropic_meter>(model);
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
