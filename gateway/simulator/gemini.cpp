// The Gemini API as the simulated provider writes it: generateContent, streamGenerateContent as events and
// as a JSON array, countTokens, embedContent and batchEmbedContents. Fields, line ends and their order as
// in recorded answers: each chunk tells the usage so far, zeros are left out, and Gemini 2.0 tells its
// output at the end alone. Tested by tests/gateway/simulator/gemini_test.cpp.
#include <algorithm>

#include "gateway/dialect/parts/json_text.hpp"
#include "gateway/simulator/api.hpp"
#include "gateway/simulator/text.hpp"
#include "pricing/text/percent.hpp"

namespace stint {

namespace {

namespace dom = simdjson::dom;

// {version}/models/{model}:{method}
struct gemini_path {
  std::string_view model;
  std::string_view method;
};

std::optional<gemini_path> read_path(std::string_view path) {
  std::string_view rest = path;
  for (const std::string_view version : {"/v1beta/", "/v1alpha/", "/v1/"}) {
    if (!path.starts_with(version)) continue;
    rest = path.substr(version.size());
    break;
  }
  constexpr std::string_view collection = "models/";
  if (rest.size() == path.size() || !rest.starts_with(collection)) return std::nullopt;
  rest.remove_prefix(collection.size());
  const std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view method = rest.substr(colon + 1);
  for (const std::string_view known : {"generateContent", "streamGenerateContent", "countTokens",
                                       "embedContent", "batchEmbedContents"}) {
    if (method == known) return gemini_path{rest.substr(0, colon), method};
  }
  return std::nullopt;
}

bool find_in(dom::object from, std::string_view camel, std::string_view snake, dom::element& into) {
  return from[camel].get(into) == simdjson::SUCCESS || from[snake].get(into) == simdjson::SUCCESS;
}

std::optional<std::int64_t> number_in(dom::object from, std::string_view camel,
                                      std::string_view snake) {
  dom::element value;
  std::int64_t number = 0;
  if (!find_in(from, camel, snake, value) || value.get(number) != simdjson::SUCCESS)
    return std::nullopt;
  return number;
}

void read_config(dom::object body, simulated_terms& into) {
  dom::element value;
  dom::object config;
  if (!find_in(body, "generationConfig", "generation_config", value) ||
      value.get(config) != simdjson::SUCCESS)
    return;
  into.bound = number_in(config, "maxOutputTokens", "max_output_tokens");
  into.choices = std::clamp<std::int64_t>(
      number_in(config, "candidateCount", "candidate_count").value_or(1), 1, 8);
}

void read_tools(dom::object body, simulated_terms& into) {
  dom::element value;
  dom::element mode;
  std::string_view word;
  if (find_in(body, "toolConfig", "tool_config", value)) {
    dom::object config;
    if (value.get(config) == simdjson::SUCCESS &&
        find_in(config, "functionCallingConfig", "function_calling_config", mode) &&
        mode["mode"].get(word) == simdjson::SUCCESS)
      into.must_call_tool = word == "ANY";
  }
  dom::array tools;
  if (body["tools"].get(tools) != simdjson::SUCCESS) return;
  for (const dom::element item : tools) {
    dom::object tool;
    dom::array declared;
    if (item.get(tool) != simdjson::SUCCESS ||
        !find_in(tool, "functionDeclarations", "function_declarations", value) ||
        value.get(declared) != simdjson::SUCCESS)
      continue;
    for (const dom::element one : declared)
      into.tools.push_back(one);
  }
}

// What one chunk, or the whole answer, has generated and tells of it.
struct gemini_so_far {
  std::int64_t visible = 0;  // over all candidates
  std::int64_t thoughts = 0;
  bool is_last = false;
};

std::string usage_text(const simulated_call& call, const gemini_so_far& so_far) {
  const std::string prompt = usage_figure(call, call.prompt_tokens);
  std::string out = "\"usageMetadata\":{\"promptTokenCount\":" + prompt;
  const bool tells_output = so_far.is_last || call.model.find("gemini-2.0") == std::string::npos;
  const std::int64_t output = tells_output ? so_far.visible : 0;
  const std::int64_t thoughts = tells_output ? so_far.thoughts : 0;
  if (output > 0) out += ",\"candidatesTokenCount\":" + usage_figure(call, output);
  out += ",\"totalTokenCount\":" + usage_figure(call, call.prompt_tokens + output + thoughts);
  if (call.cached > 0) {
    out += ",\"cachedContentTokenCount\":" + std::to_string(call.cached);
    out += R"(,"cacheTokensDetails":[{"modality":"TEXT","tokenCount":)" +
           std::to_string(call.cached) + "}]";
  }
  out += R"(,"promptTokensDetails":[{"modality":"TEXT","tokenCount":)" + prompt + "}]";
  if (thoughts > 0) out += ",\"thoughtsTokenCount\":" + usage_figure(call, thoughts);
  out += ",\"serviceTier\":\"" + (call.how.tier.empty() ? "standard" : call.how.tier) + "\"}";
  return out;
}

std::string_view gemini_finish_reason(const simulated_call& call) {
  return call.hit_bound && !call.tool ? "MAX_TOKENS" : "STOP";
}

void append_grounding(const simulated_call& call, std::string& out) {
  if (call.how.searches == 0) return;
  out += R"(,"groundingMetadata":{"webSearchQueries":[)";
  for (std::int64_t i = 0; i < call.how.searches; ++i)
    out += (i > 0 ? ",\"query " : "\"query ") + std::to_string(i) + "\"";
  out += R"(],"groundingChunks":[{"web":{"uri":"https://example.com","title":"example.com"}}]})";
}

// One candidate of a chunk; `part` is the JSON of its part, "" for none.
std::string candidate_text(const simulated_call& call, std::int64_t index, std::string_view part,
                           bool is_end) {
  std::string out = R"({"content":{"parts":[)";
  out.append(part.empty() ? R"({"text":""})" : part).append(R"(],"role":"model"})");
  if (is_end) {
    out.append(R"(,"finishReason":")").append(gemini_finish_reason(call)).append("\"");
    if (index == 0) append_grounding(call, out);
  }
  return out + ",\"index\":" + std::to_string(index) + "}";
}

std::string chunk_text(const simulated_call& call, const std::string& candidates,
                       const gemini_so_far& so_far) {
  std::string out = "{\"candidates\":[" + candidates + "],";
  if (call.how.usage != simulated_usage::missing) out += usage_text(call, so_far) + ",";
  out += "\"modelVersion\":";
  append_json_string(out, call.model);
  return out + ",\"responseId\":\"" + call.id + "\"}";
}

std::string gemini_text_part(std::string_view text) {
  std::string part = "{\"text\":";
  append_json_string(part, text);
  return part + "}";
}

std::string gemini_tool_part(const simulated_call& call) {
  std::string part = "{\"functionCall\":{\"name\":";
  append_json_string(part, call.tool->name);
  return part + ",\"args\":" + call.tool->arguments + "}}";
}

bool is_embedding(std::string_view method) noexcept {
  return method == "embedContent" || method == "batchEmbedContents";
}

// Without usage, as Google answers.
std::string embeddings_text(const simulated_call& call) {
  constexpr std::string_view one = R"({"values":[0.5,-0.25,0.125]})";
  if (call.method == "embedContent") return "{\"embedding\":" + std::string(one) + "}";
  std::string out = "{\"embeddings\":[";
  for (std::int64_t index = 0; index < call.choices; ++index)
    out.append(index > 0 ? "," : "").append(one);
  return out + "]}";
}

class gemini_script final : public simulated_script {
 public:
  explicit gemini_script(const simulated_call& call) : simulated_script(call) {}

 private:
  enum class stage { words, last, bracket, end };

  bool give_next(simulated_event& event) override {
    switch (stage_) {
      case stage::words:
        give_words(event);
        return true;
      case stage::last:
        give_last(event);
        return true;
      case stage::bracket:
        event.bytes = "\n]\n";
        stage_ = stage::end;
        return true;
      case stage::end:
        return false;
    }
    return false;
  }

  void frame(const std::string& chunk, simulated_event& event) {
    if (!call_.as_array) {
      event.bytes = "data: " + chunk + "\r\n\r\n";
    } else {
      event.bytes = (has_begun_ ? "\n,\r\n" : "[") + chunk;
    }
    has_begun_ = true;
  }

  // One word of each candidate, or its call of a function; the first comes with all that was thought.
  void give_words(simulated_event& event) {
    const std::int64_t each = call_.tool ? call_.tool->tokens : call_.words > 0 ? 1 : 0;
    std::string candidates;
    for (std::int64_t index = 0; index < call_.choices; ++index) {
      const auto seed = call_.seed + static_cast<std::uint64_t>(index);
      std::string part;
      if (call_.tool) {
        part = gemini_tool_part(call_);
      } else if (each > 0) {
        part = gemini_text_part(simulated_word(seed, position_));
      }
      candidates += (index > 0 ? "," : "") + candidate_text(call_, index, part, false);
    }
    event.tokens = each * call_.choices;
    so_far_.visible += event.tokens;
    if (position_ == 0) {
      event.reasoning = call_.reasoning * call_.choices;
      event.tokens += event.reasoning;
      so_far_.thoughts = event.reasoning;
    }
    frame(chunk_text(call_, candidates, so_far_), event);
    if (call_.tool || ++position_ >= call_.words) stage_ = stage::last;
  }

  void give_last(simulated_event& event) {
    std::string candidates;
    for (std::int64_t index = 0; index < call_.choices; ++index)
      candidates += (index > 0 ? "," : "") + candidate_text(call_, index, "", true);
    so_far_.is_last = true;
    frame(chunk_text(call_, candidates, so_far_), event);
    if (!std::exchange(has_searched_, true)) event.searches = call_.how.searches;
    if (!reports_again()) stage_ = call_.as_array ? stage::bracket : stage::end;
  }

  stage stage_ = stage::words;
  std::int64_t position_ = 0;
  gemini_so_far so_far_;
  bool has_begun_ = false;
  bool has_searched_ = false;
};

constexpr simulated_api_facts gemini_facts = {
    .path = "/v1beta/models/",
    .counts_as = tokenizer::chat_api::gemini_contents,
    .id_prefix = "simResponse",
    .head_fields =
        "x-gemini-service-tier: standard\r\nserver-timing: gfet4t7; dur=1\r\nx-sim-answer: ",
    .requires_bound = false,
    .has_choices = false,
};

class gemini_api final : public simulated_api {
 public:
  gemini_api() noexcept : simulated_api(gemini_facts) {}

  bool serves(std::string_view path) const override { return read_path(path).has_value(); }

  std::optional<simulated_terms> terms(std::string_view target, dom::object body) const override {
    const auto path = read_path(target.substr(0, target.find('?')));
    if (!path) return std::nullopt;
    const std::string_view query =
        target.find('?') == std::string_view::npos ? "" : target.substr(target.find('?'));
    simulated_terms read;
    read.model = without_escapes(path->model);
    read.stream = path->method == "streamGenerateContent";
    read.as_array = read.stream && query.find("alt=sse") == std::string_view::npos;
    read.is_free = path->method == "countTokens";
    read.method = path->method;
    if (is_embedding(read.method)) {
      dom::array requests;
      read.bound = 0;
      if (body["requests"].get(requests) == simdjson::SUCCESS)
        read.choices = std::max<std::int64_t>(1, static_cast<std::int64_t>(requests.size()));
      return read;
    }
    dom::element contents;
    if (!read.is_free && body["contents"].get(contents) != simdjson::SUCCESS)
      read.missing = "* GenerateContentRequest.contents: contents is not specified";
    read_config(body, read);
    read_tools(body, read);
    return read;
  }

  std::unique_ptr<simulated_script> script(const simulated_call& call) const override {
    return std::make_unique<gemini_script>(call);
  }

  std::string answer(const simulated_call& call) const override {
    if (call.is_free) {
      const std::string tokens = std::to_string(call.prompt_tokens);
      return "{\"totalTokens\":" + tokens +
             R"(,"promptTokensDetails":[{"modality":"TEXT","tokenCount":)" + tokens + "}]}";
    }
    if (is_embedding(call.method)) return embeddings_text(call);
    std::string candidates;
    for (std::int64_t index = 0; index < call.choices; ++index) {
      const auto seed = call.seed + static_cast<std::uint64_t>(index);
      const std::string part =
          call.tool ? gemini_tool_part(call) : gemini_text_part(simulated_text(seed, call.words));
      candidates += (index > 0 ? "," : "") + candidate_text(call, index, part, true);
    }
    gemini_so_far all;
    all.thoughts = call.choices * call.reasoning;
    all.visible = call.completion_tokens() - all.thoughts;
    all.is_last = true;
    return chunk_text(call, candidates, all);
  }

  std::string error(int status, std::string_view message) const override {
    const std::string_view word = status == 400   ? "INVALID_ARGUMENT"
                                  : status == 401 ? "UNAUTHENTICATED"
                                  : status == 403 ? "PERMISSION_DENIED"
                                  : status == 404 ? "NOT_FOUND"
                                  : status == 429 ? "RESOURCE_EXHAUSTED"
                                  : status == 503 ? "UNAVAILABLE"
                                                  : "INTERNAL";
    std::string body = "{\"error\":{\"code\":" + std::to_string(status) + ",\"message\":";
    append_json_string(body, message);
    return body.append(",\"status\":\"").append(word).append("\"}}");
  }
};

}  // namespace

const simulated_api& simulated_gemini() noexcept {
  static const gemini_api api;
  return api;
}

}  // namespace stint
