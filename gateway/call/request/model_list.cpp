// Forms: openai/openai-openapi, ListModelsResponse; Anthropic's "List Models", whose created_at may be an epoch where
// the day of a release is not known. Tested by tests/gateway/call/request/model_list_test.cpp and
// tests/end_to_end/sdk_plain_calls_test.py.
#include "gateway/call/request/model_list.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>

#include "gateway/call/request/permission.hpp"
#include "gateway/dialect/parts/json_text.hpp"
#include "gateway/dialect/table.hpp"
#include "gateway/http/query.hpp"
#include "pricing/text/ascii.hpp"
#include "pricing/text/percent.hpp"

namespace stint {

namespace {
struct listed_model {
  std::string name;
  const provider_config* provider = nullptr;
  const price* rates = nullptr;  // null: it has no price
};

bool speaks_in_form(const dialect& api, bool anthropics) noexcept {
  const std::string_view word = api.facts().spoken_as;
  return anthropics ? word == "anthropic" : word == "openai" || word == "responses";
}

// The provider that a call of one of the form's APIs would go to.
const provider_config* provider_of(const config& settings, std::string_view model,
                                   bool anthropics) noexcept {
  for (const dialect* api : all_dialects()) {
    if (!speaks_in_form(*api, anthropics)) continue;
    if (const provider_config* found = settings.route(*api, model)) return found;
  }
  return nullptr;
}

bool is_pattern(std::string_view text) noexcept {
  return text.find('*') != std::string_view::npos;
}

// Nothing: the key may not use it, or nobody of the form's providers has it.
std::optional<listed_model> look_up(const model_listing& of, std::string_view model,
                                    bool anthropics) {
  listed_model found;
  found.name = model;
  found.provider = provider_of(of.settings, model, anthropics);
  if (found.provider == nullptr || refuse_without_credential(*found.provider)) return std::nullopt;
  const std::string_view base = found.provider->base_model(model);
  if (!of.key.may_use_model(base) && !of.key.may_use_model(model)) return std::nullopt;
  if (const auto rates = of.prices.find(base, of.now)) found.rates = *rates;
  const auto& names = found.provider->models;
  const bool is_named = std::find(names.begin(), names.end(), model) != names.end();
  if (found.rates == nullptr && !is_named) return std::nullopt;
  return found;
}

// Each once, in alphabetical order.
std::vector<listed_model> list_all(const model_listing& of, bool anthropics) {
  std::vector<std::string> names;
  for (const provider_config& provider : of.settings.providers) {
    for (const std::string& name : provider.models) {
      if (!is_pattern(name)) names.push_back(name);
    }
    if (provider.built_in)
      names.insert(names.end(), simulated_models.begin(), simulated_models.end());
  }
  for (const price& one : of.prices.prices())
    names.push_back(one.model);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::vector<listed_model> all;
  for (const std::string& name : names) {
    if (auto found = look_up(of, name, anthropics)) all.push_back(std::move(*found));
  }
  return all;
}

void append_openais(const listed_model& model, std::string& out) {
  out += "{\"id\":";
  append_json_string(out, model.name);
  out += R"(,"object":"model","created":0,"owned_by":)";
  append_json_string(out, model.provider->name);
  out += '}';
}

void append_anthropics(const listed_model& model, std::string& out) {
  out += R"({"type":"model","id":)";
  append_json_string(out, model.name);
  out += ",\"display_name\":";
  append_json_string(out, model.name);
  out += R"(,"created_at":"1970-01-01T00:00:00Z")";
  if (model.rates != nullptr && model.rates->context_window_tokens > 0)
    out += ",\"max_input_tokens\":" + std::to_string(model.rates->context_window_tokens);
  if (model.rates != nullptr && model.rates->output_tokens_max > 0)
    out += ",\"max_tokens\":" + std::to_string(model.rates->output_tokens_max);
  out += '}';
}

std::string_view value_in(std::string_view query, std::string_view key) noexcept {
  while (!query.empty()) {
    const query_pair pair = take_pair(query);
    if (pair.key == key) return pair.value;
  }
  return {};
}

// A page of a list, as Anthropic's clients turn its pages.
struct page {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool has_more = false;
};

page page_of(const std::vector<listed_model>& all, std::string_view query) {
  constexpr std::size_t usual = 20;
  constexpr std::size_t most = 1'000;
  const std::string_view wanted = value_in(query, "limit");
  std::size_t limit = usual;
  std::from_chars(wanted.data(), wanted.data() + wanted.size(), limit);
  limit = std::clamp<std::size_t>(limit, 1, most);
  const auto place_of = [&](std::string_view key) {
    const std::string name = without_escapes(value_in(query, key));
    const auto at = std::find_if(all.begin(), all.end(),
                                 [&](const listed_model& one) { return one.name == name; });
    return static_cast<std::size_t>(at - all.begin());
  };
  page made;
  if (const std::size_t before = place_of("before_id"); before < all.size()) {
    made.end = before;
    made.begin = before - std::min(before, limit);
    made.has_more = made.begin > 0;
    return made;
  }
  const std::size_t after = place_of("after_id");
  made.begin = after < all.size() ? after + 1 : 0;
  made.end = std::min(all.size(), made.begin + limit);
  made.has_more = made.end < all.size();
  return made;
}

std::string anthropics_list(const std::vector<listed_model>& all, std::string_view query) {
  const page shown = page_of(all, query);
  std::string out = "{\"data\":[";
  for (std::size_t i = shown.begin; i < shown.end; ++i) {
    if (i > shown.begin) out += ',';
    append_anthropics(all[i], out);
  }
  out += "],\"has_more\":";
  out += shown.has_more ? "true" : "false";
  const auto append_id = [&](std::string_view field, std::size_t at) {
    out.append(",\"").append(field).append("\":");
    if (shown.begin == shown.end) {
      out += "null";
    } else {
      append_json_string(out, all[at].name);
    }
  };
  append_id("first_id", shown.begin);
  append_id("last_id", shown.end - 1);
  return out + "}";
}

std::string openais_list(const std::vector<listed_model>& all) {
  std::string out = R"({"object":"list","data":[)";
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i > 0) out += ',';
    append_openais(all[i], out);
  }
  return out + "]}";
}
}  // namespace

bool wants_anthropics_form(const request_head& head) noexcept {
  return head.find("anthropic-version") || head.find("x-api-key");
}

const dialect& anthropic_form() {
  return *find_dialect("anthropic");
}

result<std::string> answer_models(const model_listing& of, const call_target& target,
                                  bool in_anthropics_form) {
  if (target.id.empty()) {
    const std::vector<listed_model> all = list_all(of, in_anthropics_form);
    return in_anthropics_form ? anthropics_list(all, target.query) : openais_list(all);
  }
  const std::string name = without_escapes(target.id);
  const auto found = look_up(of, name, in_anthropics_form);
  if (!found) {
    return make_problem(
        problem_kind::not_found,
        "there is no model '" + name.substr(0, 200) + "' that the key '" + of.key.id + "' may use",
        "model");
  }
  std::string body;
  if (in_anthropics_form) {
    append_anthropics(*found, body);
  } else {
    append_openais(*found, body);
  }
  return body;
}

}  // namespace stint
