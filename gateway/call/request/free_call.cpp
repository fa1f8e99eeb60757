// Tested by tests/gateway/call/request/free_call_test.cpp and tests/end_to_end/free_calls_test.py.
#include "gateway/call/request/free_call.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/call/request/permission.hpp"
#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/request_fields.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {

namespace {
// `named`: by the body, where the path names none.
result<std::string> model_in(const call_target& target, std::string_view named) {
  if (!target.model.empty()) {
    if (auto wrong = check_path_model(target.model)) return std::move(*wrong);
    return std::string(target.model);
  }
  const std::string_view model = named.empty() ? target.at->usual_model : named;
  if (model.empty()) return field_problem("model", "is required: name the model to ask about.");
  // As of a metered call: names are kept in the roll-ups and in the metrics.
  if (model.size() > model_bytes_max || std::any_of(model.begin(), model.end(), is_control)) {
    return field_problem("model", "must be at most " + std::to_string(model_bytes_max) +
                                      " bytes without control characters.");
  }
  return std::string(model);
}

// A call that counts what another would read may say of it how long it is. A name that stands twice is the provider's to
// choose from.
std::optional<problem> refuse_others_answer(const free_terms& terms,
                                            simdjson::dom::object document) {
  if (terms.kept == nullptr) return std::nullopt;
  for (const auto [key, value] : document) {
    const bool is_conversation = equals_ignoring_case(key, "conversation");
    if (!is_conversation && !equals_ignoring_case(key, "previous_response_id")) continue;
    std::string_view id;
    simdjson::dom::object named;
    if (value.get(id) != simdjson::SUCCESS && value.get(named) == simdjson::SUCCESS)
      id = text_of(named, "id");
    const auto known = terms.kept->find(id);
    if (known && known->tenant != terms.key.tenant)
      return unknown_to_tenant(id, is_conversation ? "conversation" : "previous_response_id");
  }
  return std::nullopt;
}

// About an answer that its provider keeps: only the key that made it may ask, and it lies where it was made.
result<free_call> about_kept(const free_terms& terms, const call_target& target) {
  const auto known = terms.kept != nullptr ? terms.kept->find(target.id) : std::nullopt;
  free_call call;
  if (known && known->key == terms.key.id)
    call.provider = terms.settings.find_provider(known->provider);
  if (call.provider == nullptr) {
    return make_problem(problem_kind::not_found,
                        "no answer '" + std::string(target.id.substr(0, 200)) +
                            "' is known that was made with this key",
                        "response_id");
  }
  call.model = call.base_model = "stored";
  return call;
}
}  // namespace

result<free_call> read_free_call(const free_terms& terms, const dialect& speaks,
                                 const call_target& target, std::string_view body, wall_time now) {
  if (!target.id.empty()) return about_kept(terms, target);
  std::string named;
  std::optional<problem> barred;
  const auto note = [&](simdjson::dom::object document) {
    named = text_of(document, "model");
    if (speaks.api() == tokenizer::chat_api::openai_responses)
      barred = refuse_others_answer(terms, document);
  };
  if (target.model.empty() && !with_object(body, note))
    return make_problem(problem_kind::bad_request, "the body is not a JSON object");
  auto model = model_in(target, named);
  if (!model) return std::move(model).error();
  free_call call;
  call.model = std::move(*model);
  call.provider = terms.settings.route(speaks, call.model);
  if (call.provider == nullptr) return not_spoken(speaks, speaks, call.model);
  call.base_model = call.provider->base_model(call.model);
  if (auto forbidden = refuse_model(terms.key, call.base_model, call.model))
    return std::move(*forbidden);
  if (barred) return std::move(*barred);
  if (const auto found = terms.prices.find(call.base_model, now)) call.rates = *found;
  return call;
}

boost::asio::awaitable<result<free_call>> find_free_call(read_elsewhere where,
                                                         const free_terms& terms,
                                                         const dialect& speaks,
                                                         const call_target& target,
                                                         const std::string& body, wall_time now) {
  if (!target.model.empty()) co_return read_free_call(terms, speaks, target, body, now);
  auto read = [&] { return read_free_call(terms, speaks, target, body, now); };
  co_return co_await read_within_share(where, terms.key.id, body, read);
}

}  // namespace stint
