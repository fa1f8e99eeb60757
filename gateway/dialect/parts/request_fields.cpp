// Tested by tests/gateway/dialect/dialect_test.cpp, openai_chat_test.cpp and openai_responses_test.cpp.
#include "gateway/dialect/parts/request_fields.hpp"

#include <algorithm>
#include <string>

#include "pricing/text/ascii.hpp"

namespace stint {

namespace {

template <typename T>
result<std::optional<T>> read_as(simdjson::dom::object in, field_name name,
                                 std::string_view expected) {
  const auto value = find_field(in, name.key);
  if (!value) return std::optional<T>{};
  T read;
  if (value->get(read) != simdjson::SUCCESS) return field_problem(name.path, expected);
  return std::optional<T>(read);
}

}  // namespace

std::optional<problem> check_path_model(std::string_view model) {
  const bool is_odd = model.find("..") != std::string_view::npos ||
                      model.find_first_of("/%\\") != std::string_view::npos ||
                      std::any_of(model.begin(), model.end(), is_control);
  if (!model.empty() && model.size() <= model_bytes_max && !is_odd) return std::nullopt;
  return make_problem(problem_kind::bad_request,
                      "The model in the path must be at most " + std::to_string(model_bytes_max) +
                          " bytes, without escapes, slashes and \"..\".",
                      "model");
}

problem field_problem(std::string_view path, std::string_view what) {
  std::string message = "The field \"";
  message.append(path).append("\" ").append(what);
  return make_problem(problem_kind::bad_request, std::move(message), std::string(path));
}

result<service_tier> requested_tier(std::string_view word) {
  if (word.empty()) return service_tier::standard;
  const auto tier = parse_service_tier(word);
  if (!tier) return field_problem("service_tier", "names a tier whose price is not known here.");
  if (*tier == service_tier::batch)
    return field_problem("service_tier", "names batch, which is no tier of a call by itself.");
  return *tier;
}

result<named_tier> read_named_tier(simdjson::dom::object body) {
  const auto word = read_text(body, field_name{"service_tier", "service_tier"});
  if (!word) return word.error();
  const auto tier = parse_service_tier(*word);
  if (tier && *tier == service_tier::batch) return requested_tier(*word).error();
  return named_tier{*word, tier.value_or(service_tier::standard)};
}

std::vector<std::string_view> read_stand_ins(simdjson::dom::object body) {
  std::vector<std::string_view> others;
  simdjson::dom::array models;
  const auto given = find_field(body, "models");
  if (!given || given->get(models) != simdjson::SUCCESS) return others;
  for (const simdjson::dom::element item : models) {
    std::string_view model;
    if (item.get(model) == simdjson::SUCCESS) others.push_back(model);
  }
  return others;
}

std::optional<simdjson::dom::element> find_field(simdjson::dom::object in, std::string_view key) {
  simdjson::dom::element value;
  if (in[key].get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
  return value;
}

result<std::optional<std::int64_t>> read_integer(simdjson::dom::object in, field_name name,
                                                 integer_bounds bounds) {
  const auto value = find_field(in, name.key);
  if (!value) return std::optional<std::int64_t>{};
  std::int64_t number = 0;
  if (value->get(number) != simdjson::SUCCESS || number < bounds.min || number > bounds.max) {
    const std::string least = std::to_string(std::max<std::int64_t>(bounds.min, 0));
    return field_problem(name.path, "must be a whole number from " + least + " to " +
                                        std::to_string(bounds.max) +
                                        (bounds.min == -1 ? ", or -1 for none." : "."));
  }
  return std::optional<std::int64_t>(number);
}

result<bool> read_flag(simdjson::dom::object in, field_name name) {
  const auto value = read_as<bool>(in, name, "must be true or false.");
  if (!value) return value.error();
  return value->value_or(false);
}

result<std::string_view> read_text(simdjson::dom::object in, field_name name) {
  const auto value = read_as<std::string_view>(in, name, "must be a string.");
  if (!value) return value.error();
  return value->value_or(std::string_view{});
}

result<std::optional<simdjson::dom::object>> read_object(simdjson::dom::object in,
                                                         field_name name) {
  return read_as<simdjson::dom::object>(in, name, "must be an object.");
}

result<std::optional<simdjson::dom::array>> read_array(simdjson::dom::object in, field_name name) {
  return read_as<simdjson::dom::array>(in, name, "must be an array.");
}

}  // namespace stint
