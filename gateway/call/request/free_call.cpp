// Tested by tests/gateway/call/request/free_call_test.cpp and tests/end_to_end/free_calls_test.py.
#include "gateway/call/request/free_call.hpp"

#include <algorithm>

#include "gateway/dialect/parts/document.hpp"
#include "gateway/dialect/parts/request_fields.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {

namespace {
result<std::string> model_in(const call_target& target, std::string_view body) {
  if (!target.model.empty()) {
    if (auto wrong = check_path_model(target.model)) return std::move(*wrong);
    return std::string(target.model);
  }
  const auto document = parse_object(body);
  if (!document) {
    return make_problem(problem_kind::bad_request, "the body is not a JSON object");
  }
  const std::string_view named = text_of(*document, "model");
  const std::string_view model = named.empty() ? target.at->usual_model : named;
  // As of a metered call: names are kept in the roll-ups and in the metrics.
  const bool has_control = std::any_of(model.begin(), model.end(), is_control);
  if (model.empty() || model.size() > model_bytes_max || has_control) {
    return make_problem(problem_kind::bad_request,
                        "The field \"model\" is required: name the model to ask about.", "model");
  }
  return std::string(model);
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
  auto model = model_in(target, body);
  if (!model) return std::move(model).error();
  free_call call;
  call.model = std::move(*model);
  call.provider = terms.settings.route(speaks, call.model);
  if (call.provider == nullptr) {
    return make_problem(problem_kind::not_found,
                        "no provider is configured for the model '" + call.model.substr(0, 200) +
                            "' in the " + std::string(speaks.facts().name) +
                            " API; list it under providers.*.models",
                        "model");
  }
  call.base_model = call.provider->base_model(call.model);
  if (!terms.key.may_use_model(call.base_model) && !terms.key.may_use_model(call.model)) {
    return make_problem(problem_kind::forbidden,
                        "the key '" + terms.key.id + "' may not use the model '" +
                            call.base_model.substr(0, 200) + "'",
                        "model");
  }
  if (const auto found = terms.prices.find(call.base_model, now)) call.rates = *found;
  return call;
}

}  // namespace stint
