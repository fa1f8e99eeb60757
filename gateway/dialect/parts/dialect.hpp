// One API dialect: how its requests name what is billed, how its answers report usage, and how it
// says no: a part each, so that APIs may share one. Dialects and their parts are stateless
// singletons; any thread may use them. Sources of every rule: the
// provider's pages as cited in each .cpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "budgets/records/call_id.hpp"
#include "budgets/records/leg.hpp"
#include "gateway/dialect/parts/counted_model.hpp"
#include "gateway/dialect/parts/endpoint.hpp"
#include "gateway/dialect/parts/target.hpp"
#include "gateway/http/answer_media.hpp"
#include "gateway/problem.hpp"
#include "pricing/price_book.hpp"
#include "pricing/usage.hpp"
#include "tokenizer/prompt/prompt_count.hpp"

namespace stint {

// What a provider may do for an answer beside giving it, and bills beyond what the request bounds: an
// advisor is asked, the conversation is summed up, a page is fetched. Each time the prompt is read once
// more, or a part of it.
struct side_work {
  std::string_view model;               // "": the model that answers
  std::int64_t times = 0;               // at most so often
  std::int64_t prompt_parts = 1;        // of so many parts of the prompt one is read
  std::int64_t prompt_tokens_min = 0;   // at least so many of it, if it has them
  std::int64_t added_tokens = 0;        // read beside it, each time
  std::int64_t output_tokens = 0;       // each time at most, beyond the bound of the answer
  std::int64_t from_prompt_tokens = 0;  // not for a shorter prompt
  bool answers_anew = false;  // the answering model then reads the prompt and what was said again
};

// The billing fields of a request body. Views point into the parsed document.
struct chat_request {
  std::string_view model;
  bool stream = false;
  bool client_wants_usage = false;  // OpenAI: stream_options.include_usage was true already
  // Of one choice, as the client set it; 0: nothing is generated.
  std::optional<std::int64_t> output_bound_tokens;
  std::int64_t choices = 1;                    // n or best_of: every choice is billed
  std::int64_t answers = 1;                    // n: so many of the choices are delivered
  service_tier tier = service_tier::standard;  // requested; "auto" counts as standard
  // As written; it may be a word of its provider's own, and is then not priced by `tier` yet.
  std::string_view tier_word;
  inference_region region = inference_region::any;  // requested
  bool cache_write_5m = false;
  bool cache_write_1h = false;
  bool cache_write_12h = false;
  bool output_may_be_audio = false;
  std::int64_t web_searches_max = 0;
  bool depends_on_model = false;  // what a tool costs; see request_rules::refuse_with_model
  bool has_tools = false;     // the provider may run some, and be asked again with what they found
  bool hides_output = false;  // some of the output may not be seen in the stream: reasoning, audio
  std::int64_t thinking_tokens = 0;  // of the bound; a bound that is not above it is refused
  std::vector<std::string_view> other_models;  // that may answer in place of `model`
  std::vector<side_work> beside;
  std::string_view user;  // the provider's end-user field, "" when absent
  // What the provider keeps of an earlier answer, or of a conversation, by its id, is read again and billed with this;
  // "": nothing. The answer becomes part of the conversation.
  std::string_view earlier;
  bool earlier_is_conversation = false;
  bool names_kept = false;  // so is some of the input, which the request names by its id alone
  bool is_kept = false;     // the provider keeps the answer, under the id that it says
  // Read before the prompt, at most, by the nature of the call.
  std::int64_t order_tokens = 0;
  // Its client takes an answer that ended for want of tokens for one to be tried again (Codex): it is to be told of a
  // cut as of a failure.
  bool cut_is_failure = false;
  std::uint8_t form = 0;  // the dialect's own: in which of its forms the answer comes
  // A report of more input than this cannot be true.
  std::int64_t input_believed_max = usage_count_max;
};

// What a part of an answer used that has a price of its own.
struct usage_part {
  leg_reason why = leg_reason::answer;
  std::string model;  // as served; "": that of the report
  usage used;
};

// What an answer (or a stream so far) reported.
struct usage_report {
  usage used;                        // normalised to our disjoint kinds; of all parts together
  std::string model;                 // as served; may be ""
  std::string id;                    // of the answer, where its provider may keep it; else ""
  std::optional<service_tier> tier;  // as billed, where it is named as all name it
  std::string tier_word;             // as named: its provider may mean another tier by it
  std::optional<inference_region> region;
  std::vector<usage_part> parts;           // empty: all of it is one part, the answer
  std::optional<nanodollars> stated_cost;  // what the provider says that it charges
  // Reasoning that may stand outside of `used`: only what the call cost can tell.
  std::int64_t reasoning_beside_tokens = 0;
  bool tells_input =
      true;  // false: the prompt is not in `used`, and our own count of it is charged
  bool tells_searches = false;  // used.web_searches is the provider's figure, and not ours to guess
  bool is_free = false;         // by the provider's terms, whatever was used
};

// What an answer without usage is.
enum class answer_nature : std::uint8_t {
  answer,     // generated text, which can be counted
  none,       // an error or a page under a status of success: nothing was generated
  unreadable  // anything else: what was generated cannot be known
};

// Follows one streamed answer. Bytes go in as they come off the wire (after transfer decoding,
// split anywhere); what the client is to get comes out. Parses only what carries usage or ends the
// stream; the text of the other events is counted only when someone asks. Not thread-safe: belongs
// to one relay.
class stream_meter {
 public:
  virtual ~stream_meter() = default;

  // Appends to `out` what may be passed on now: everything, except an event that must be hidden
  // (OpenAI's usage chunk for a client that did not ask), and except the terminating event, which
  // waits for release() so that the call is settled first.
  virtual void consume(std::string_view bytes, std::string& out) = 0;
  // Appends what was kept back (terminator, unfinished bytes). Call once, when the call is settled.
  // Not after a stream that broke off before it was complete(): half an event would swallow the
  // error event that follows.
  virtual void release(std::string& out) = 0;

  // From now on what is consumed is only metered and nothing is passed on.
  virtual void stop_passing() noexcept = 0;
  // In place of release(), for a stream that we end before its provider does: appends what makes of
  // the events that were passed on a whole answer that ended for want of tokens.
  virtual void end_early(const usage& used, std::string& out) const = 0;
  // In place of release(), for a stream that broke off: `event` is the dialect's error event, and goes out in
  // the framing that this stream has.
  virtual void end_in_error(std::string_view event, std::string& out) const { out.append(event); }
  // False once what was passed on says that every choice is complete.
  [[nodiscard]] virtual bool generating() const noexcept = 0;

  // The terminator of the dialect was seen ([DONE]; message_stop), if only its line and not yet the
  // blank line behind it: go on consuming to the end of the body.
  [[nodiscard]] virtual bool complete() const noexcept = 0;
  // The provider's own usage, once seen in full enough to bill; nothing before, and nothing while
  // text has come after the last report. Implausible figures are never returned.
  [[nodiscard]] virtual std::optional<usage_report> reported() const = 0;
  [[nodiscard]] virtual bool saw_implausible_usage() const noexcept = 0;
  // Anthropic says the exact input at the start: true and filled in before the output is known.
  [[nodiscard]] virtual std::optional<usage> reported_input() const = 0;
  // Our own exact-as-possible count of the output text delivered so far, all choices, tool
  // arguments and reasoning included.
  [[nodiscard]] virtual std::int64_t counted_output_tokens() = 0;
  // An upper bound of the above that costs nothing (bytes of events seen).
  [[nodiscard]] virtual std::int64_t output_tokens_bound() const noexcept = 0;
  // As much text would be tokenized by counted_output_tokens() now. Text that never comes to a
  // word's end is counted whole each time.
  [[nodiscard]] virtual std::size_t recount_bytes() const noexcept = 0;
  // So often the answer asked for what is done beside it, which is billed and comes without text of its own.
  [[nodiscard]] virtual std::int64_t side_work_seen() const noexcept { return 0; }
  // Under which its provider may keep it; "": it does not say so, or has not yet.
  [[nodiscard]] virtual std::string_view answer_id() const noexcept { return {}; }
  // The stream carried the dialect's own error event.
  [[nodiscard]] virtual bool saw_error() const noexcept = 0;
  // Such an event, and nothing before or after it: nothing was generated.
  [[nodiscard]] virtual bool failed_at_once() const noexcept { return false; }
  // All that came, where none of it was an event: an answer, or an error, that was labelled as a
  // stream. "": it was a stream.
  [[nodiscard]] virtual std::string plain_answer() const { return {}; }
};

// A field of a request's head; the name in lower case.
struct head_field {
  std::string_view name;
  std::string_view value;
};

// What a price must have of a call before a word of the client's may go on that changes the bill.
enum class priced_by : std::uint8_t {
  nothing,       // no price has it: the word stays here
  fast_tier,     // a factor for the fast tier
  long_prompts,  // rates for prompts beyond the usual window
  hour_writes    // a rate for cache writes that live an hour
};
struct billed_word {
  std::string_view begins;  // in lower case; it and all that continue it
  priced_by needs = priced_by::nothing;
};
// A field of a request's head that is a list of words, joined by commas.
struct billed_field {
  std::string_view name;
  std::span<const billed_word> words;  // all others change nothing
};

inline constexpr std::array<answer_media, 1> server_sent_events = {answer_media::event_stream};

// The names under which an API's clients read what a limit leaves (wire-facts.md, "Headers"): OpenAI's
// x-ratelimit-remaining-tokens with a reset of "6m0s", Anthropic's anthropic-ratelimit-tokens-remaining with one of RFC 3339.
enum class limit_form : std::uint8_t { none, openai, anthropic };

// What is fixed of an API. Its texts live as long as the program.
struct dialect_facts {
  std::string_view name{};  // its own, in messages and under providers.*.paths: "openai_embeddings"
  std::string_view
      spoken_as{};  // the word of providers.*.dialects, which stands for all that have it
  // A POST to it is a metered call: one exact comparison, for it is made for every call. "": its paths have
  // holes, and only the list of endpoints knows them.
  std::string_view path{};
  std::span<const endpoint> endpoints{};  // all of them; first that of `path`, where there is one
  tokenizer::chat_api api{};
  head_field credential{};  // the field that carries it, and what stands before it: "Bearer "
  std::span<const billed_field> billed_fields{};   // of its requests' heads
  std::span<const std::string_view> query_keys{};  // that go on with a metered call, and no others
  bool version_in_base_url =
      false;            // its SDKs want "/v1" there, or what a provider has in its place
  head_field needed{};  // what the API wants and is sent where the client did not; "": nothing
  std::string_view request_id_field{};  // where its SDKs look for the id of a failed request
  limit_form limits =
      limit_form::none;           // what its refusals by a cap of tokens or requests say of it
  std::string_view tier_field{};  // of an answer's head: the tier that served it; "": none has it
  // A dialect whose bodies some clients send to this path: with `input`, and no `messages`. "": none.
  std::string_view mistaken_for = {};
  bool reports_searches = false;  // false: usage has no web searches; what was allowed is charged
  std::span<const answer_media> streams_as =
      server_sent_events;  // what a success to a stream comes as
};

// What a request of the API is billed by, and the edits that metering it needs.
class request_rules {
 public:
  virtual ~request_rules() = default;

  // Checks and reads the billing fields. Duplicate top-level keys (unescaped, ASCII case-folded),
  // case variants of a billing field, wrong types and out-of-range numbers are refused, each naming
  // the field and the fix.
  [[nodiscard]] virtual result<chat_request> read_request(simdjson::dom::element document,
                                                          const call_target& target) const = 0;

  // What the request asks for and costs another price with this model, by the name that prices go by, than the one
  // that is known. Asked where `depends_on_model` says so.
  [[nodiscard]] virtual std::optional<problem> refuse_with_model(std::string_view /*model*/) const {
    return std::nullopt;
  }

  // The body to forward: the client's own bytes, with the few edits that metering needs spliced in
  // (OpenAI streaming: stream_options.include_usage = true). Nothing: forward as is. `body` is the
  // text that read_request accepted.
  [[nodiscard]] virtual std::optional<std::string> edit_body(
      std::string_view /*body*/, const chat_request& /*request*/) const {
    return std::nullopt;
  }

  // The body without what asks for a stream's usage, for a provider that refuses to be asked. Nothing: it
  // does not ask.
  [[nodiscard]] virtual std::optional<std::string> without_usage_request(
      std::string_view /*body*/) const {
    return std::nullopt;
  }

  // The body (the client's, or what edit_body made of it) with at most `tokens` of output for each
  // choice, in the field that the client used, or else in the one that the model takes.
  [[nodiscard]] virtual std::string lower_output_bound(std::string_view body,
                                                       std::string_view model,
                                                       std::int64_t tokens) const = 0;
};

// What an answer of the API says of its usage.
class answer_rules {
 public:
  virtual ~answer_rules() = default;

  // Usage of a whole (non-streamed) answer; nothing when it has none or is not JSON. `implausible`
  // is set when there was a report that cannot be true.
  [[nodiscard]] virtual std::optional<usage_report> read_answer(std::string_view body,
                                                                bool& implausible) const = 0;
  // What an answer is that carried no usable usage.
  [[nodiscard]] virtual answer_nature nature_of(std::string_view body) const = 0;
  // Our own count of the output of a whole answer that carried no usable usage.
  [[nodiscard]] virtual std::int64_t count_answer(std::string_view body,
                                                  const counted_model& model) const = 0;

  // For an answer that comes as one of dialect_facts::streams_as. The model's name and the request are
  // read here and not kept.
  [[nodiscard]] virtual std::unique_ptr<stream_meter> meter_stream(
      const counted_model& model, const chat_request& request) const = 0;
};

// How the API says no. APIs of one provider may share it.
class error_shape {
 public:
  virtual ~error_shape() = default;

  // The error body, application/json.
  [[nodiscard]] virtual std::string error_body(const problem& why, const call_id& id) const = 0;
  // The event that ends an already running stream in error, as the SDKs understand it.
  [[nodiscard]] virtual std::string error_event(const problem& why, const call_id& id) const = 0;
};

class dialect {
 public:
  // All must outlive it.
  dialect(const dialect_facts& facts, const request_rules& requests, const answer_rules& answers,
          const error_shape& errors) noexcept
      : facts_(&facts), requests_(&requests), answers_(&answers), errors_(&errors) {}
  dialect(const dialect&) = delete;
  dialect& operator=(const dialect&) = delete;

  [[nodiscard]] const dialect_facts& facts() const noexcept { return *facts_; }
  [[nodiscard]] tokenizer::chat_api api() const noexcept { return facts_->api; }

  // Whether a POST to this path is a metered call of this API.
  [[nodiscard]] bool serves(std::string_view path) const noexcept { return path == facts_->path; }
  [[nodiscard]] bool has_fixed_path() const noexcept { return !facts_->path.empty(); }
  // Whether the path is a metered one or continues it: clients there understand this API's errors,
  // and no pass-through by prefix may open it.
  [[nodiscard]] bool borders(std::string_view path) const noexcept {
    return !facts_->path.empty() && path.starts_with(facts_->path);
  }
  // Whether an answer of that type to a call that streams is followed event by event.
  [[nodiscard]] bool streams_as(answer_media media) const noexcept {
    const auto& streams = facts_->streams_as;
    return std::find(streams.begin(), streams.end(), media) != streams.end();
  }

  // As its parts say.
  [[nodiscard]] result<chat_request> read_request(simdjson::dom::element document,
                                                  const call_target& target) const {
    return requests_->read_request(document, target);
  }
  [[nodiscard]] std::optional<std::string> edit_body(std::string_view body,
                                                     const chat_request& request) const {
    return requests_->edit_body(body, request);
  }
  [[nodiscard]] std::optional<problem> refuse_with_model(std::string_view model) const {
    return requests_->refuse_with_model(model);
  }
  [[nodiscard]] std::optional<std::string> without_usage_request(std::string_view body) const {
    return requests_->without_usage_request(body);
  }
  [[nodiscard]] std::string lower_output_bound(std::string_view body, std::string_view model,
                                               std::int64_t tokens) const {
    return requests_->lower_output_bound(body, model, tokens);
  }
  [[nodiscard]] std::optional<usage_report> read_answer(std::string_view body,
                                                        bool& implausible) const {
    return answers_->read_answer(body, implausible);
  }
  [[nodiscard]] answer_nature nature_of(std::string_view body) const {
    return answers_->nature_of(body);
  }
  [[nodiscard]] std::int64_t count_answer(std::string_view body, const counted_model& model) const {
    return answers_->count_answer(body, model);
  }
  [[nodiscard]] std::unique_ptr<stream_meter> meter_stream(const counted_model& model,
                                                           const chat_request& request) const {
    return answers_->meter_stream(model, request);
  }
  [[nodiscard]] std::string error_body(const problem& why, const call_id& id) const {
    return errors_->error_body(why, id);
  }
  [[nodiscard]] std::string error_event(const problem& why, const call_id& id) const {
    return errors_->error_event(why, id);
  }

 private:
  const dialect_facts* facts_;
  const request_rules* requests_;
  const answer_rules* answers_;
  const error_shape* errors_;
};

}  // namespace stint
