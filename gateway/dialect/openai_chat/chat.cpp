// Answers and streams of OpenAI Chat Completions. Where usage appears: wire-facts §3. Tested by
// tests/gateway/dialect/openai_chat_test.cpp.
#include "gateway/dialect/openai_chat/chat.hpp"

#include <array>

#include "gateway/dialect/openai_chat/ending.hpp"
#include "gateway/dialect/openai_chat/usage.hpp"
#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/metered_stream.hpp"
#include "gateway/dialect/parts/whole_answer.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {

namespace {

// Agents that call models of their own accord have no bound (dialects.md §1.1).
constexpr std::array<billed_word, 3> openai_betas = {{
    {"responses_multi_agent", priced_by::nothing},
    {"agent", priced_by::nothing},
    {"multi_agent", priced_by::nothing},
}};
constexpr std::array<billed_field, 1> openai_billed_fields = {{{"openai-beta", openai_betas}}};
constexpr std::array<std::string_view, 1> openai_query_keys = {"api-version"};  // Azure's

constexpr std::string_view chat_path = "/v1/chat/completions";
constexpr std::array<endpoint, 1> chat_endpoints = {{
    {.pattern = chat_path, .streams = true},
}};

constexpr dialect_facts openai_chat_facts = {
    .name = "openai",
    .spoken_as = "openai",
    .path = chat_path,
    .endpoints = chat_endpoints,
    .api = tokenizer::chat_api::openai_chat,
    .credential = {"authorization", "Bearer "},
    .billed_fields = openai_billed_fields,
    .query_keys = openai_query_keys,
    .version_in_base_url = true,
    .needed = {},
    .request_id_field = "x-request-id",
    .mistaken_for = "responses",  // by Cursor (dialects.md §0)
    .reports_searches = false,
};

// Feeds the texts of every choice; `member` is "message" of whole answers, "delta" of chunks.
void count_choices(simdjson::dom::object answer, std::string_view member, text_sink& into) {
  simdjson::dom::array choices;
  if (answer["choices"].get(choices) != simdjson::SUCCESS) return;
  std::int64_t position = 0;
  for (const simdjson::dom::element item : choices) {
    simdjson::dom::object choice;
    simdjson::dom::object message;
    const std::int64_t place = position++;
    if (item.get(choice) != simdjson::SUCCESS) continue;
    std::int64_t index = place;
    if (choice["index"].get(index) != simdjson::SUCCESS) index = place;
    if (choice[member].get(message) == simdjson::SUCCESS)
      count_openai_message(index, message, into);
    into.feed(text_key{index, text_kind::content, 0}, text_of(choice, "text"));
  }
}

class openai_chat_meter final : public metered_stream {
 public:
  openai_chat_meter(const counted_model& model, const chat_request& request)
      : metered_stream(model),
        hides_usage_(!request.client_wants_usage),
        ending_(request.answers, request.client_wants_usage) {}

  [[nodiscard]] std::optional<usage> reported_input() const override { return std::nullopt; }
  [[nodiscard]] bool generating() const noexcept override { return !ending_.finished(); }

 private:
  void write_ending(const usage& used, std::string& out) const override {
    ending_.write(used, out);
  }

  // vLLM and xAI may report on every chunk: each report covers everything so far, so the last one
  // holds.
  [[nodiscard]] std::optional<usage_report> last_report() const override { return report_; }

  usage_note note_usage(const stream_event& event) override {
    usage_note note;
    if (!seems_to_have(event.data, "\"usage\"")) return note;
    const auto chunk = parse_object(event.data);
    if (!chunk) return note;
    auto report = read_openai_report(*chunk, note.is_implausible);
    note.is_report = report || note.is_implausible;
    // After a report that cannot be true, an earlier one is not the whole bill either.
    if (note.is_report) report_ = std::move(report);
    if (report_ && report_->model.empty()) report_->model = ending_.model();
    simdjson::dom::element reported;
    if ((*chunk)["usage"].get(reported) != simdjson::SUCCESS || reported.is_null()) return note;
    simdjson::dom::array choices;
    const bool is_extra =
        (*chunk)["choices"].get(choices) == simdjson::SUCCESS && choices.begin() == choices.end();
    note.is_hidden = is_extra && hides_usage_;
    return note;
  }

  void note_passed(const stream_event& event) override { ending_.note(event.data); }

  bool is_error(const stream_event& event) const override {
    if (event.type == "error") return true;
    if (!seems_to_have(event.data, "\"error\"")) return false;
    const auto chunk = parse_object(event.data);
    simdjson::dom::element error;
    return chunk && (*chunk)["error"].get(error) == simdjson::SUCCESS && !error.is_null();
  }

  bool is_terminator(const stream_event& event) const override {
    return without_surrounding_space(event.data) == "[DONE]";
  }
  bool only_delivers(const stream_event& event) const override {
    return ending_.knows_its_stream() && !seems_to_have(event.data, "\"finish_reason\"");
  }
  void count_text(simdjson::dom::object data, text_sink& into) const override {
    count_choices(data, "delta", into);
  }

  bool hides_usage_;
  openai_chat_ending ending_;
  std::optional<usage_report> report_;
};

class openai_chat_answer_rules final : public answer_rules {
 public:
  std::optional<usage_report> read_answer(std::string_view body, bool& implausible) const override {
    implausible = false;
    std::optional<usage_report> report;
    with_object(body, [&](simdjson::dom::object answer) {
      report = read_openai_report(answer, implausible);
    });
    return report;
  }

  answer_nature nature_of(std::string_view body) const override {
    return nature_of_answer(body, "choices");
  }

  std::int64_t count_answer(std::string_view body, const counted_model& model) const override {
    return count_whole_answer(body, model, [](simdjson::dom::object answer, text_counter& counter) {
      count_choices(answer, "message", counter);
    });
  }

  std::unique_ptr<stream_meter> meter_stream(const counted_model& model,
                                             const chat_request& request) const override {
    return std::make_unique<openai_chat_meter>(model, request);
  }
};

}  // namespace

const dialect& openai_chat() noexcept {
  static const openai_chat_answer_rules answers;
  static const dialect one(openai_chat_facts, openai_chat_requests(), answers, openai_errors());
  return one;
}

}  // namespace stint
