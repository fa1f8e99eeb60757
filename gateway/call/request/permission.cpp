// Tested by tests/gateway/call/request/permission_test.cpp.
#include "gateway/call/request/permission.hpp"

#include <string>
#include <utility>

namespace stint {

namespace {
// Of what a client wrote, for a message.
std::string told_model(std::string_view model) {
  return "'" + std::string(model.substr(0, 200)) + "'";
}

problem forbidden_model(const virtual_key& key, std::string_view model, std::string param) {
  return make_problem(problem_kind::forbidden,
                      "the key '" + key.id + "' may not use the model " + told_model(model),
                      std::move(param));
}
}  // namespace

std::optional<problem> refuse_without_credential(const provider_config& provider) {
  if (!provider.credential.empty() || provider.credential_source.empty()) return std::nullopt;
  return make_problem(problem_kind::credential_refused,
                      "the gateway has no credential for provider '" + provider.name + "': set " +
                          provider.credential_source + " for the gateway and restart it");
}

std::optional<problem> refuse_model(const virtual_key& key, const examined_call& call) {
  if (auto forbidden = refuse_model(key, call.base_model, call.model)) return forbidden;
  for (const std::string& other : call.other_models) {
    if (!key.may_use_model(call.provider->base_model(other)) && !key.may_use_model(other))
      return forbidden_model(key, other, {});
  }
  return std::nullopt;
}

std::optional<problem> refuse_model(const virtual_key& key, std::string_view base_model,
                                    std::string_view model) {
  if (key.may_use_model(base_model) || key.may_use_model(model)) return std::nullopt;
  return forbidden_model(key, base_model, "model");
}

problem not_spoken(const dialect& speaks, const dialect& asked, std::string_view model) {
  const std::string name(speaks.facts().name);
  std::string why = "no provider is configured for the model " + told_model(model) + " in the " +
                    name + " API; list it under providers.*.models";
  if (&speaks != &asked) {
    why = "the body is one of the " + name + " API (\"input\", no \"messages\"), and " + why +
          " of one with \"" + name + "\" among its dialects, or send \"messages\"";
  }
  return make_problem(problem_kind::not_found, std::move(why), "model");
}

problem unknown_to_tenant(std::string_view id, std::string_view field) {
  return make_problem(
      problem_kind::bad_request,
      "no answer '" + std::string(id.substr(0, 200)) + "' is known to this key's tenant",
      std::string(field));
}

}  // namespace stint
