// Answers and streams of generateContent and streamGenerateContent: dialects.md §4.3 and §10. Every chunk
// is an answer of its own; a stream has no terminator but the end of its body, or the bracket that closes
// its array. Tested by tests/gateway/dialect/gemini_test.cpp and gemini_stream_test.cpp.
#include "gateway/dialect/gemini/generate.hpp"

#include <array>

#include "gateway/dialect/gemini/ending.hpp"
#include "gateway/dialect/gemini/usage.hpp"
#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/metered_stream.hpp"
#include "gateway/dialect/parts/text_counter.hpp"
#include "gateway/dialect/parts/whole_answer.hpp"

namespace stint {

namespace {

constexpr std::array<std::string_view, 2> gemini_query_keys = {"alt", "$alt"};
constexpr std::array<answer_media, 2> gemini_streams = {answer_media::event_stream,
                                                        answer_media::json};

constexpr std::string_view settled_later =
    "what it costs is known hours later and is not settled here; let it through by a passthrough "
    "rule if "
    "nobody is to be charged for it";
constexpr std::string_view by_other_units =
    "pictures, sound and films are billed by units that Gemini's answers do not tell; let it "
    "through by a "
    "passthrough rule if nobody is to be charged for it";
constexpr std::string_view kept_by_the_hour =
    "a cached content costs for every hour that it is kept, which no answer tells; let it through "
    "by a "
    "passthrough rule if nobody is to be charged for it";

constexpr std::string_view all_that_it_has =
    "it lists what the provider has; GET /v1/models lists what the key may use";

constexpr std::array<endpoint, 13> generate_endpoints = {{
    {.pattern = "/{version}/models/{model}:generateContent"},
    {.pattern = "/{version}/models/{model}:streamGenerateContent", .streams = true},
    {.pattern = "/{version}/tunedModels/{model}:generateContent"},
    {.pattern = "/{version}/tunedModels/{model}:streamGenerateContent", .streams = true},
    {.pattern = "/{version}/models/{model}:countTokens", .kind = endpoint_kind::free},
    {.method = http_method::get,
     .pattern = "/{version}/models",
     .kind = endpoint_kind::refused,
     .why = all_that_it_has,
     .may_be_let_through = true},
    {.method = http_method::get,
     .pattern = "/{version}/models/{id*}",
     .kind = endpoint_kind::refused,
     .why = all_that_it_has,
     .may_be_let_through = true},
    {.pattern = "/{version}/models/{model}:batchGenerateContent",
     .kind = endpoint_kind::refused,
     .why = settled_later,
     .may_be_let_through = true},
    {.pattern = "/{version}/models/{model}:predict",
     .kind = endpoint_kind::refused,
     .why = by_other_units,
     .may_be_let_through = true},
    {.pattern = "/{version}/models/{model}:predictLongRunning",
     .kind = endpoint_kind::refused,
     .why = by_other_units,
     .may_be_let_through = true},
    {.pattern = "/{version}/cachedContents",
     .kind = endpoint_kind::refused,
     .why = kept_by_the_hour,
     .may_be_let_through = true},
    {.pattern = "/{version}/interactions",
     .kind = endpoint_kind::refused,
     .why = "an agent works for as long as it likes, and nothing in the request bounds it; use "
            "generateContent"},
    {.pattern = "/{version}/interactions/{id*}",
     .kind = endpoint_kind::refused,
     .why = "no interaction is begun here"},
}};

constexpr dialect_facts gemini_facts = {
    .name = "gemini",
    .spoken_as = "gemini",
    .path = {},
    .endpoints = generate_endpoints,
    .api = tokenizer::chat_api::gemini_contents,
    .credential = {"x-goog-api-key", ""},
    .billed_fields = {},
    .query_keys = gemini_query_keys,
    .version_in_base_url = false,
    .needed = {},
    .request_id_field = "x-request-id",
    .tier_field = "x-gemini-service-tier",
    .reports_searches = false,
    .streams_as = gemini_streams,
};

bool has_error(simdjson::dom::object chunk) {
  simdjson::dom::element error;
  return chunk["error"].get(error) == simdjson::SUCCESS && !error.is_null();
}

class gemini_meter final : public metered_stream {
 public:
  gemini_meter(const counted_model& model, const chat_request& request)
      : metered_stream(model, request.form == gemini_array_form ? stream_framing::either_array
                                                                : stream_framing::either),
        terms_(model.name),
        ending_(model.name, request.answers),
        input_believed_max_(request.input_believed_max) {}

  [[nodiscard]] std::optional<usage> reported_input() const override {
    return saw_implausible_usage() ? std::nullopt : terms_.input();
  }
  [[nodiscard]] bool generating() const noexcept override { return !ending_.finished(); }

 private:
  void write_ending(const usage& used, std::string& out) const override {
    append_last(ending_.last_chunk(used), out);
  }

  [[nodiscard]] std::optional<usage_report> last_report() const override {
    return saw_implausible_usage() ? std::nullopt : terms_.report();
  }

  usage_note note_usage(const stream_event& event) override {
    usage_note note;
    const auto chunk = parse_object(event.data);
    if (!chunk) return note;
    note.is_report = terms_.read(*chunk, note.is_implausible);
    const auto input = terms_.input();
    if (input && input->input_total() > input_believed_max_) note.is_implausible = true;
    return note;
  }

  void note_passed(const stream_event& event) override { ending_.note(event.data); }

  bool is_error(const stream_event& event) const override {
    if (!seems_to_have(event.data, "\"error\"")) return false;
    const auto chunk = parse_object(event.data);
    return chunk && has_error(*chunk);
  }

  bool is_terminator(const stream_event&) const override { return false; }
  // Each tells its usage so far.
  bool only_delivers(const stream_event&) const override { return false; }
  void count_text(simdjson::dom::object data, text_sink& into) const override {
    count_gemini(data, into);
  }

  gemini_terms terms_;
  gemini_ending ending_;
  std::int64_t input_believed_max_;
};

class gemini_answer_rules final : public answer_rules {
 public:
  std::optional<usage_report> read_answer(std::string_view body, bool& implausible) const override {
    implausible = false;
    gemini_terms terms({});
    (void)for_each_gemini_chunk(
        body, [&](simdjson::dom::object chunk) { (void)terms.read(chunk, implausible); });
    return implausible || !terms.is_full() ? std::nullopt : terms.report();
  }

  answer_nature nature_of(std::string_view body) const override {
    if (!begins_as_json_array(body).value_or(false)) return nature_of_answer(body, "candidates");
    answer_nature nature = answer_nature::unreadable;
    (void)for_each_gemini_chunk(body, [&](simdjson::dom::object chunk) {
      simdjson::dom::array candidates;
      if (chunk["candidates"].get(candidates) == simdjson::SUCCESS && candidates.size() > 0) {
        nature = answer_nature::answer;
      } else if (nature == answer_nature::unreadable && has_error(chunk)) {
        nature = answer_nature::none;
      }
    });
    return nature;
  }

  // What broke off was generated all the same: its bytes are counted as they stand.
  std::int64_t count_answer(std::string_view body, const counted_model& model) const override {
    text_counter counter(model);
    const bool is_whole = for_each_gemini_chunk(
        body, [&counter](simdjson::dom::object chunk) { count_gemini(chunk, counter); });
    if (is_whole) return counter.total();
    text_counter bytes(model);
    bytes.feed(text_key{0, text_kind::other, 0}, body);
    return bytes.total();
  }

  std::unique_ptr<stream_meter> meter_stream(const counted_model& model,
                                             const chat_request& request) const override {
    return std::make_unique<gemini_meter>(model, request);
  }
};

}  // namespace

const dialect& gemini_generate() noexcept {
  static const gemini_answer_rules answers;
  static const dialect one(gemini_facts, gemini_requests(), answers, gemini_errors());
  return one;
}

}  // namespace stint
