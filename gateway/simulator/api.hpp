// The APIs as the simulated provider speaks them: whole answers, streams event by event, and errors, as the official SDKs
// parse them. One file for each API, and a line in api.cpp. Stateless.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "gateway/simulator/call.hpp"
#include "tokenizer/prompt/prompt_count.hpp"

namespace stint {

// One event of a stream, and how many billed tokens it brings.
struct simulated_event {
  std::string bytes;
  std::int64_t tokens = 0;
  std::int64_t reasoning = 0;  // how many of them
  std::int64_t searches = 0;   // that are billed beside them
};

// A tool's arguments as they are streamed: pieces of a few bytes, and the tokens that each adds to
// name and arguments together.
struct argument_piece {
  std::string_view text;
  std::int64_t tokens = 0;
};
class argument_pieces {
 public:
  explicit argument_pieces(const simulated_call& call);
  [[nodiscard]] bool next(argument_piece& piece);

 private:
  const simulated_call* call_;
  std::size_t position_ = 0;
  std::int64_t counted_ = 0;
};

// Yields a stream's events in order. Refers to the call, which must outlive it.
class simulated_script {
 public:
  virtual ~simulated_script() = default;
  // Replaces `event`; false at the end.
  [[nodiscard]] bool next(simulated_event& event) {
    event.bytes.clear();
    event.tokens = event.reasoning = event.searches = 0;
    return give_next(event);
  }

 protected:
  explicit simulated_script(const simulated_call& call) : call_(call), pieces_(call) {}

  virtual bool give_next(simulated_event& event) = 0;
  // Asked after each event that reports usage: whether the call was steered to have it twice.
  [[nodiscard]] bool reports_again() noexcept {
    const bool is_first = !has_reported_;
    has_reported_ = true;
    return is_first && call_.how.usage == simulated_usage::repeated;
  }

  const simulated_call& call_;
  argument_pieces pieces_;

 private:
  bool has_reported_ = false;
};

struct simulated_api_facts {
  std::string_view path;
  tokenizer::chat_api counts_as{};
  // Of texts that no chat surrounds, which are counted here (plain_texts.hpp); "": a chat's messages.
  std::string_view plain_field{};
  bool generates = true;
  std::int64_t usual_bound = 0;  // of an answer, where the request sets none; 0: there is none
  std::string_view id_prefix;    // of an answer's id
  std::string_view head_fields;  // of every answer; the last one ends before the id
  bool requires_bound = false;   // max_tokens
  bool has_choices = false;      // n
  std::string_view conversation = "messages";
  std::string_view bound = {};    // "": the chat's names
  bool keeps_answers = false;     // a later call may go on with one by its id
  std::int64_t order_tokens = 0;  // of the provider's own, before each prompt
};

// What a request says where its API says it in a way of its own: in the path, or in other fields.
struct simulated_terms {
  std::string missing;  // "": it can be served
  std::string model;    // with the words that steer it
  std::string method;   // of an API that has several
  bool stream = false;
  bool as_array = false;  // a stream as one JSON array
  bool is_free = false;
  std::optional<std::int64_t> bound;
  std::int64_t choices = 1;
  bool must_call_tool = false;
  std::vector<simdjson::dom::element> tools;  // each a function's own description
};

class simulated_api {
 public:
  explicit simulated_api(const simulated_api_facts& facts) noexcept : facts_(&facts) {}
  virtual ~simulated_api() = default;
  simulated_api(const simulated_api&) = delete;
  simulated_api& operator=(const simulated_api&) = delete;

  [[nodiscard]] const simulated_api_facts& facts() const noexcept { return *facts_; }
  // Whether a POST to this path is a call of it.
  [[nodiscard]] virtual bool serves(std::string_view path) const { return path == facts_->path; }
  // Nothing: the request is read as a chat's, all of it in the body.
  [[nodiscard]] virtual std::optional<simulated_terms> terms(std::string_view /*target*/,
                                                             simdjson::dom::object /*body*/) const {
    return std::nullopt;
  }
  [[nodiscard]] virtual std::unique_ptr<simulated_script> script(
      const simulated_call& call) const = 0;
  [[nodiscard]] virtual std::string answer(const simulated_call& call) const = 0;
  [[nodiscard]] virtual std::string error(int status, std::string_view message) const = 0;

 private:
  const simulated_api_facts* facts_;
};

[[nodiscard]] const simulated_api& simulated_openai_chat() noexcept;
[[nodiscard]] const simulated_api& simulated_anthropic() noexcept;
[[nodiscard]] const simulated_api& simulated_openai_completions() noexcept;
[[nodiscard]] const simulated_api& simulated_openai_embeddings() noexcept;
[[nodiscard]] const simulated_api& simulated_gemini() noexcept;
[[nodiscard]] const simulated_api& simulated_openai_responses() noexcept;
[[nodiscard]] const simulated_api& simulated_compact() noexcept;

// Whose path it is; null when it is nobody's. What is asked at another path is refused as the first
// would.
[[nodiscard]] const simulated_api* simulated_api_at(std::string_view path) noexcept;
[[nodiscard]] const simulated_api& first_simulated_api() noexcept;

// The usage figure to write for a count that is really `count`.
[[nodiscard]] std::string usage_figure(const simulated_call& call, std::int64_t count);

}  // namespace stint
