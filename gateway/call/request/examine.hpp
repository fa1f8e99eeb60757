// Reads the body as an API request and works out what must be known before money is promised:
// model, provider, price, output bound, the body to forward, and the prompt: counted when it is
// short, else bounded by its bytes and kept to be counted when that is needed. The result owns
// everything it names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "gateway/answers/kept_answers.hpp"
#include "gateway/config/config.hpp"
#include "gateway/dialect/parts/dialect.hpp"
#include "gateway/learning/output_learner.hpp"
#include "gateway/learning/prompt_learner.hpp"
#include "gateway/memory/memory_budget.hpp"
#include "gateway/problem.hpp"
#include "gateway/upstream/usage_refusals.hpp"
#include "pricing/price_book.hpp"
#include "tokenizer/prompt/prompt_count.hpp"

namespace stint {

// A parsed request, whole in itself: it refers neither to the body nor to the call. Immutable, so
// that any thread may count it.
struct uncounted_prompt {
  simdjson::dom::parser parser;  // owns the document
  simdjson::dom::element document;
  std::string model;
  tokenizer::chat_api api{};
  // That of the bound: a count by a later one could be above it.
  std::shared_ptr<const tokenizer::calibration_snapshot> learned;
  tokenizer::known_counts known;  // of the tenant's earlier texts
  memory_claim memory;

  [[nodiscard]] tokenizer::prompt_tokens count() const {
    tokenizer::count_options counting;
    counting.learned = learned.get();
    counting.known = known;
    return tokenizer::count_prompt(model, api, document, counting);
  }
};

// As side_work, with the price of its model.
struct priced_side_work {
  const price* rates = nullptr;  // null: that of the call
  side_work what;                // without the model's name
};

struct examined_call {
  const dialect* speaks =
      nullptr;             // whose body it is: that of the path, but where clients mistake it
  std::string model;       // as the client wrote it
  std::string base_model;  // for prices and vocabularies, see provider_config::base_model
  std::string user;
  const provider_config* provider = nullptr;
  const price* rates = nullptr;           // null: no price is known and the policy lets it pass
  std::vector<const price*> other_rates;  // of models that may answer in its place
  std::vector<priced_side_work> beside;
  // As the client wrote them: what may answer in its place, and what may work beside it …
  std::vector<std::string> other_models;
  bool others_unpriced = false;  // … one of which has no price …
  // … and nothing stands for it. "": all are priced, or the policy's ceiling stands for theirs.
  std::string other_without_rates;
  bool unpriced = false;
  wall_time priced_at{};                 // of these prices: when the call arrived
  chat_request request;                  // its views are empty: use billing()
  std::int64_t output_bound_tokens = 0;  // over all choices
  std::int64_t output_limit_tokens = 0;  // of one choice, where we lowered the bound; else 0
  output_prediction expected;
  // Of the prompt, beside what the request holds: what its provider keeps of an earlier answer, of the conversation
  // that the answer becomes part of, or of items that the request names.
  std::int64_t earlier_tokens = 0;
  std::string conversation;                           // its id; "": none
  tokenizer::prompt_tokens prompt;                    // its bound, as long as it is not counted
  std::shared_ptr<const uncounted_prompt> uncounted;  // null: `prompt` is the count
  std::size_t text_bytes = 0;                         // about as much is there to be tokenized
  std::optional<std::string> edited_body;             // nothing: forward the client's own bytes
  bool asks_for_usage = false;                        // edited so that a stream reports its usage

  // Of what the request holds.
  void take_bound(const tokenizer::prompt_tokens& counted) noexcept;
  void take_count(const tokenizer::prompt_tokens& counted) noexcept;
  // No report of more input than this can be true.
  [[nodiscard]] std::int64_t input_believed_max() const noexcept;
  // The billing fields with their views pointing into this object.
  [[nodiscard]] chat_request billing() const noexcept;
};

// What examining needs to know. All of it outlives the call.
struct examiner {
  const config& settings;
  const price_book& prices;
  const std::optional<price>& ceiling;  // as in service
  const prompt_learner& learned;
  tokenizer::segment_memo* remembered = nullptr;  // null: earlier counts are not kept
  boost::asio::thread_pool& counting;
  const usage_refusals* usage_refused = nullptr;  // null: nobody has refused to be asked
  memory_budget* memory = nullptr;                // null: parsed prompts have no bound
  const kept_answers* kept = nullptr;             // null: nothing is known of earlier answers
  std::string_view key = {};                      // whose share of it they take
};

// `body` must have simdjson's padding reserved behind its size. Runs on the io thread, or on the
// counting pool for a large body. What the tenant sent before need not be counted again.
[[nodiscard]] boost::asio::awaitable<result<examined_call>> examine(
    examiner with, const dialect& speaks, const call_target& target, const std::string& body,
    wall_time now, std::string_view tenant);

// Counts the prompt of a call that is not counted yet: here when it is short, on the counting pool
// when it is long.
[[nodiscard]] boost::asio::awaitable<std::optional<problem>> count_now(
    const limits_config& limits, boost::asio::thread_pool& pool, examined_call& call);

}  // namespace stint
