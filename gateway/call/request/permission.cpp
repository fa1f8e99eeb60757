// Tested by tests/gateway/call/request/permission_test.cpp.
#include "gateway/call/request/permission.hpp"

namespace stint {

namespace {
problem forbidden_model(const virtual_key& key, const std::string& model, std::string param) {
  return make_problem(
      problem_kind::forbidden,
      "the key '" + key.id + "' may not use the model '" + model.substr(0, 200) + "'",
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
  if (!key.may_use_model(call.base_model) && !key.may_use_model(call.model))
    return forbidden_model(key, call.base_model, "model");
  for (const std::string& other : call.other_models) {
    if (!key.may_use_model(call.provider->base_model(other)) && !key.may_use_model(other))
      return forbidden_model(key, other, {});
  }
  return std::nullopt;
}

problem unknown_to_tenant(std::string_view id, std::string_view field) {
  return make_problem(
      problem_kind::bad_request,
      "no answer '" + std::string(id.substr(0, 200)) + "' is known to this key's tenant",
      std::string(field));
}

}  // namespace stint
