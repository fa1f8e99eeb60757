// Tested by tests/gateway/simulator/simulator_test.cpp.
#include "gateway/simulator/call.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "gateway/simulator/api.hpp"
#include "gateway/simulator/plain_texts.hpp"
#include "gateway/simulator/text.hpp"
#include "tokenizer/models/model_encoding.hpp"
#include "tokenizer/prompt/prompt_count.hpp"

namespace stint {

namespace {

constexpr std::int64_t unbounded = 1'000'000'000;

std::optional<std::int64_t> number_at(simdjson::dom::object body, std::string_view key) {
  std::int64_t number = 0;
  if (body[key].get(number) != simdjson::SUCCESS) return std::nullopt;
  return number;
}

bool flag_at(simdjson::dom::object body, std::string_view key) {
  bool flag = false;
  return body[key].get(flag) == simdjson::SUCCESS && flag;
}

std::int64_t bound_of(const simulated_api& api, simdjson::dom::object body) {
  if (const std::string_view own = api.facts().bound; !own.empty())
    return std::clamp<std::int64_t>(number_at(body, own).value_or(unbounded), 0, unbounded);
  for (const std::string_view key : {"max_completion_tokens", "max_tokens"}) {
    const auto bound = number_at(body, key);
    if (bound && *bound >= 0) return std::min(*bound, unbounded);  // -1 is none
  }
  return unbounded;
}

// The tool's own description: {name, input_schema} (Anthropic) or {type, function: {name,
// parameters}} (OpenAI).
std::optional<simulated_tool> make_tool(simdjson::dom::element tool,
                                        const tokenizer::encoding& encoding) {
  simdjson::dom::element described = tool;
  simdjson::dom::element function;
  if (tool["function"].get(function) == simdjson::SUCCESS) described = function;
  std::string_view name;
  if (described["name"].get(name) != simdjson::SUCCESS) return std::nullopt;
  simulated_tool made;
  made.name = name;
  simdjson::dom::element schema;
  const bool has_schema = described["parameters"].get(schema) == simdjson::SUCCESS ||
                          described["parametersJsonSchema"].get(schema) == simdjson::SUCCESS ||
                          described["input_schema"].get(schema) == simdjson::SUCCESS;
  made.arguments = has_schema ? simulated_arguments(schema) : "{}";
  made.name_tokens = encoding.count(made.name);
  made.tokens = made.name_tokens + encoding.count(made.arguments);
  return made;
}

// tool_choice: "required" or {"type":"function","function":{"name":…}} (OpenAI); {"type":"any"} or
// {"type":"tool","name":…}.
struct tool_wish {
  bool is_asked = false;
  std::string_view name;  // "" : any
};

tool_wish read_tool_choice(simdjson::dom::object body) {
  tool_wish wish;
  std::string_view word;
  simdjson::dom::object choice;
  simdjson::dom::object function;
  if (body["tool_choice"].get(word) == simdjson::SUCCESS) {
    wish.is_asked = word == "required";
    return wish;
  }
  if (body["tool_choice"].get(choice) != simdjson::SUCCESS) return wish;
  if (choice["type"].get(word) != simdjson::SUCCESS) return wish;
  wish.is_asked = word == "any" || word == "tool" || word == "function";
  if (choice["function"].get(function) == simdjson::SUCCESS) choice = function;
  if (choice["name"].get(word) == simdjson::SUCCESS) wish.name = word;
  return wish;
}

std::optional<simulated_tool> choose_tool(simdjson::dom::object body, const simulated_call& call) {
  const tool_wish wish = read_tool_choice(body);
  simdjson::dom::array tools;
  if ((!wish.is_asked && !call.how.tool) || body["tools"].get(tools) != simdjson::SUCCESS)
    return std::nullopt;
  const tokenizer::model_encoding encoding = tokenizer::encoding_for_model(call.model);
  for (const simdjson::dom::element tool : tools) {
    auto made = make_tool(tool, *encoding.text);
    if (made && (wish.name.empty() || wish.name == made->name)) return made;
  }
  return std::nullopt;
}

std::optional<simulated_tool> choose_own_tool(const simulated_terms& terms,
                                              const simulated_call& call) {
  if (!terms.must_call_tool && !call.how.tool) return std::nullopt;
  const tokenizer::model_encoding encoding = tokenizer::encoding_for_model(call.model);
  for (const simdjson::dom::element tool : terms.tools) {
    if (auto made = make_tool(tool, *encoding.text)) return made;
  }
  return std::nullopt;
}

std::string_view missing_field(const simulated_api& api, simdjson::dom::object body) {
  simdjson::dom::array messages;
  std::string_view model;
  if (body["model"].get(model) != simdjson::SUCCESS) return "model: Field required";
  if (!api.facts().plain_field.empty()) return {};
  simdjson::dom::element input;
  if (api.facts().conversation == "messages") {
    if (body["messages"].get(messages) != simdjson::SUCCESS) return "messages: Field required";
  } else if (body[api.facts().conversation].get(input) != simdjson::SUCCESS) {
    return "input: Field required";
  }
  if (api.facts().requires_bound && !number_at(body, "max_tokens"))
    return "max_tokens: Field required";
  return {};
}

std::int64_t billed_prompt(const tokenizer::prompt_tokens& prompt,
                           const std::optional<private_tokenizer>& by) {
  if (!by || !prompt.features.learnable) return prompt.expected;
  std::int64_t permille = 0;
  for (std::size_t i = 0; i < by->permille.size(); ++i)
    permille += prompt.features.class_tokens[i] * by->permille[i];
  return permille / 1'000 + prompt.features.framing + by->base +
         by->per_tool * prompt.features.tools;
}

// What a call is about that no chat surrounds; false: it is not what the API takes.
bool read_plain(simdjson::dom::object body, simulated_call& call) {
  constexpr std::int64_t usual_dimensions = 1'536;
  constexpr std::int64_t dimensions_max = 4'096;
  const simulated_api_facts& api = call.api->facts();
  simdjson::dom::element value;
  simulated_texts read{1, 1};  // no prompt is the token that begins a text
  if (body[api.plain_field].get(value) == simdjson::SUCCESS && !value.is_null()) {
    const auto texts = read_simulated_texts(value, call.model);
    if (!texts) return false;
    read = *texts;
  } else if (!api.generates) {
    return false;
  }
  std::string_view format;
  call.texts = read.texts;
  call.prompt_tokens = read.tokens;
  call.as_base64 = body["encoding_format"].get(format) == simdjson::SUCCESS && format == "base64";
  call.dimensions = std::clamp<std::int64_t>(
      number_at(body, "dimensions").value_or(usual_dimensions), 1, dimensions_max);
  return true;
}

simulated_error refusal(std::string_view message) {
  simulated_error error;
  error.message = message;
  return error;
}

}  // namespace

std::int64_t simulated_reader::draw_length(std::int64_t bound) {
  switch (how_.length) {
    case output_length::fixed:
      return how_.fixed_tokens;
    case output_length::bound:
      return bound == unbounded ? how_.fixed_tokens : bound;
    case output_length::log_normal:
      break;
  }
  const double median = static_cast<double>(std::max<std::int64_t>(how_.fixed_tokens, 1));
  std::lognormal_distribution<double> lengths(std::log(median), how_.log_normal_sigma);
  return std::clamp<std::int64_t>(std::llround(lengths(generator_)), 1, 1'000'000);
}

void simulated_reader::read_plain_length(simdjson::dom::object body, simulated_call& call) {
  const simulated_api_facts& api = call.api->facts();
  if (!api.generates) {
    call.stream = false;
    return;
  }
  const std::int64_t bound = bound_of(*call.api, body);
  read_length(bound == unbounded && api.usual_bound > 0 ? api.usual_bound : bound, call);
  const std::int64_t generated = number_at(body, "best_of").value_or(call.choices);
  if (generated > call.choices) call.unseen_choices = (generated - call.choices) * call.texts;
  call.choices *= call.texts;
}

void simulated_reader::read_length(std::int64_t bound, simulated_call& call) {
  const std::int64_t wanted = call.how.tokens ? *call.how.tokens : draw_length(bound);
  call.reasoning = std::min(call.how.reasoning, bound);
  call.words = std::min(wanted, bound - call.reasoning);
  call.hit_bound = call.words < wanted || call.reasoning < call.how.reasoning;
}

std::optional<std::int64_t> simulated_reader::kept_tokens(simdjson::dom::object body) const {
  std::string_view id;
  if (body["previous_response_id"].get(id) != simdjson::SUCCESS) return 0;
  return kept(std::string(id));
}

std::optional<std::int64_t> simulated_reader::kept(const std::string& id) const {
  const auto found = kept_.find(id);
  return found == kept_.end() ? std::nullopt : std::optional(found->second);
}

void simulated_reader::keep(const simulated_call& call) {
  constexpr std::size_t kept_max = 100'000;
  if (kept_.size() < kept_max) kept_[call.id] = call.prompt_tokens + call.completion_tokens();
}

std::variant<simulated_call, simulated_error> simulated_reader::read(
    const simulated_api& api, std::string_view target, std::string_view text,
    const boost::beast::http::fields& head) {
  simdjson::dom::element document;
  simdjson::dom::object body;
  if (parser_.parse(text.data(), text.size()).get(document) != simdjson::SUCCESS ||
      document.get(body) != simdjson::SUCCESS) {
    return refusal("We could not parse the JSON body of your request.");
  }
  const auto own = api.terms(target, body);
  const std::string_view missing = own ? own->missing : missing_field(api, body);
  if (!missing.empty()) return refusal(missing);
  simulated_call call;
  call.api = &api;
  std::string_view model;
  if (own) {
    model = own->model;
  } else if (body["model"].get(model) != simdjson::SUCCESS) {
    return refusal("model: Field required");
  }
  call.model = simulated_base_model(model);
  steering_result steered = read_steering(model, head);
  if (!steered.mistake.empty()) return refusal(steered.mistake);
  call.how = steered.how;
  call.seed = how_.seed * 1'000'003 + ++calls_;
  call.id = std::string(api.facts().id_prefix) + std::to_string(calls_);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  call.created_s = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  call.stream = own ? own->stream : flag_at(body, "stream");
  call.as_array = own && own->as_array;
  call.is_free = own && own->is_free;
  if (own) call.method = own->method;
  simdjson::dom::object options;
  call.include_usage =
      body["stream_options"].get(options) == simdjson::SUCCESS && flag_at(options, "include_usage");
  if (api.facts().has_choices)
    call.choices = std::clamp<std::int64_t>(number_at(body, "n").value_or(1), 1, 128);
  if (own) call.choices = own->choices;
  if (api.facts().plain_field.empty()) {
    const auto counted = tokenizer::count_prompt(call.model, api.facts().counts_as, document);
    call.prompt_tokens = billed_prompt(counted, call.how.counts_by) + api.facts().order_tokens;
  } else if (!read_plain(body, call)) {
    return refusal("'" + std::string(api.facts().plain_field) +
                   "' is not what this endpoint takes.");
  }
  if (api.facts().keeps_answers) {
    const auto earlier = kept_tokens(body);
    if (!earlier) return refusal("Previous response not found.");
    call.prompt_tokens += *earlier;
  }
  call.cached = std::min(call.how.cached, call.prompt_tokens);
  call.cache_write = std::min(call.how.cache_write, call.prompt_tokens - call.cached);
  if (!api.facts().plain_field.empty()) {
    read_plain_length(body, call);
    return call;
  }
  read_length(own ? own->bound.value_or(unbounded) : bound_of(api, body), call);
  call.tool = own ? choose_own_tool(*own, call) : choose_tool(body, call);
  if (api.facts().keeps_answers) keep(call);
  return call;
}

}  // namespace stint
