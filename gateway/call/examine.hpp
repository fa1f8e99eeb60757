// Reads the body as an API request and works out what must be known before money is promised:
// model, provider, price, prompt tokens, output bound, and the body to forward. One synchronous
// pass over the parsed JSON; runs on an io thread, or on the counting pool for a large body. The
// result owns everything it names.
#pragma once

#include <optional>
#include <string>

#include "budgets/transfer.hpp"
#include "gateway/config/config.hpp"
#include "gateway/problem.hpp"
#include "gateway/provider/dialect.hpp"
#include "gateway/service.hpp"
#include "pricing/price_book.hpp"
#include "tokenizer/prompt_count.hpp"

namespace stint {

struct examined_call {
  std::string model;       // as the client wrote it
  std::string base_model;  // for prices and vocabularies: without a simulation's steering
  std::string user;
  const provider_config* provider = nullptr;
  const price* rates = nullptr;  // null: no price is known and the policy lets it pass
  bool unpriced = false;
  chat_request request;                  // its views are empty: use billing()
  std::int64_t output_bound_tokens = 0;  // over all choices
  tokenizer::prompt_tokens prompt;
  std::optional<std::string> edited_body;  // nothing: forward the client's own bytes

  // The billing fields with their views pointing into this object.
  [[nodiscard]] chat_request billing() const noexcept;
};

// `body` must have simdjson's padding reserved behind its size.
[[nodiscard]] result<examined_call> examine(const service& shared, const dialect& speaks,
                                            const std::string& body, wall_time now);

}  // namespace stint
