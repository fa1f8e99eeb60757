// Tested by tests/gateway/call/request/unmetered_model_test.cpp.
#include "gateway/call/request/unmetered_model.hpp"

#include <simdjson.h>

#include "gateway/config/costs_of_paths.hpp"
#include "gateway/dialect/parts/document.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {

namespace {
// "model", and what routers take in its place or beside it. Any case: some servers read names so.
bool names_a_model(std::string_view field) noexcept {
  for (const std::string_view name : {"model", "models", "fallbacks"}) {
    if (equals_ignoring_case(field, name)) return true;
  }
  return false;
}

// What was found in a body.
struct named_models {
  bool any = false;
  bool readable = true;
  std::string foreign;  // the first that is not the key's
};

void note(const virtual_key& key, simdjson::dom::element value, named_models& into) {
  std::string_view name;
  if (value.get(name) != simdjson::SUCCESS) {
    into.readable = false;
    return;
  }
  into.any = true;
  if (into.foreign.empty() && !key.may_use_model(name)) into.foreign = name.substr(0, 200);
}

named_models models_of(const virtual_key& key, simdjson::dom::object body) {
  named_models found;
  for (const auto& field : body) {
    if (!names_a_model(field.key)) continue;
    simdjson::dom::array several;
    if (field.value.get(several) != simdjson::SUCCESS) {
      note(key, field.value, found);
      continue;
    }
    for (const simdjson::dom::element each : several)
      note(key, each, found);
  }
  return found;
}
}  // namespace

std::optional<problem> refuse_unmetered_model(const virtual_key& key, const request_head& head,
                                              const std::string& body) {
  if (key.models.empty() || costs_nothing(to_string(head.method), head.path)) return std::nullopt;
  const auto document = parse_object(body);
  const named_models found = document ? models_of(key, *document) : named_models{};
  if (!found.foreign.empty()) {
    return make_problem(problem_kind::forbidden,
                        "the key '" + key.id + "' may not use the model '" + found.foreign + "'",
                        "model");
  }
  // One in the query would have to be read as the provider reads it.
  if (found.any && found.readable && head.query.find("odel") == std::string_view::npos)
    return std::nullopt;
  return make_problem(problem_kind::forbidden,
                      "the key '" + key.id +
                          "' may use some models only, and this call names none that can be read",
                      "model");
}

}  // namespace stint
