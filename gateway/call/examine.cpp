// Tested by tests/end_to_end/{bad_json,sdk_python}_test.py.
#include "gateway/call/examine.hpp"

#include <limits>

#include "gateway/provider/simulated_steering.hpp"

namespace stint {

namespace {
// A parser keeps the memory of the largest document it has seen, so large ones get one of their
// own.
// The end user's name is copied into the hold, the row and a cap's scope.
constexpr std::size_t user_bytes_max = 256;

constexpr std::size_t kept_parser_bytes_max = 256 * 1024;

result<examined_call> read_document(const service& shared, const dialect& speaks,
                                    simdjson::dom::element document, std::string_view body,
                                    wall_time now) {
  auto read = speaks.read_request(document);
  if (!read) return read.error();
  examined_call call;
  call.request = *read;
  call.model = read->model;
  call.user = read->user;
  call.base_model = simulated_base_model(read->model);
  call.provider = shared.settings.route(speaks.kind(), call.model);
  if (call.provider == nullptr) {
    return make_problem(problem_kind::not_found,
                        "no provider is configured for the model '" + call.model.substr(0, 200) +
                            "' in the " + std::string(to_string(speaks.kind())) +
                            " API; list it under providers.*.models",
                        "model");
  }
  const auto found = shared.prices.find(call.base_model, now);
  call.unpriced = !found;
  call.rates = found ? *found : (shared.ceiling ? &*shared.ceiling : nullptr);
  if (call.user.size() > user_bytes_max) {
    return make_problem(problem_kind::bad_request, "the end user's name is longer than 256 bytes",
                        "user");
  }
  call.prompt = tokenizer::count_prompt(call.base_model, speaks.api(), document);
  if (call.prompt.upper_bound > usage_count_max) {
    return make_problem(problem_kind::bad_request,
                        "the prompt counts as more than a billion tokens; no model takes that");
  }
  std::int64_t bound = shared.settings.default_output_bound_tokens;
  if (call.rates != nullptr && call.rates->output_tokens_max > 0)
    bound = call.rates->output_tokens_max;
  bound = read->output_bound_tokens.value_or(bound);
  // Both factors were range-checked by the dialect; the product is capped where plausible() ends.
  call.output_bound_tokens = std::min(bound, usage_count_max / read->choices) * read->choices;
  call.edited_body = speaks.edit_body(body, *read);
  call.request.model = call.request.user = {};
  return call;
}
}  // namespace

chat_request examined_call::billing() const noexcept {
  chat_request with_views = request;
  with_views.model = model;
  with_views.user = user;
  return with_views;
}

result<examined_call> examine(const service& shared, const dialect& speaks, const std::string& body,
                              wall_time now) {
  thread_local simdjson::dom::parser kept_parser;
  std::optional<simdjson::dom::parser> own_parser;
  simdjson::dom::parser& parser =
      body.size() <= kept_parser_bytes_max ? kept_parser : own_parser.emplace();
  simdjson::dom::element document;
  // The padding is there (read_body reserves it), so nothing is copied.
  const simdjson::error_code error = parser.parse(body.data(), body.size(), false).get(document);
  if (error) {
    return make_problem(problem_kind::bad_request, std::string("the body is not valid JSON: ") +
                                                       simdjson::error_message(error));
  }
  return read_document(shared, speaks, document, body, now);
}

}  // namespace stint
