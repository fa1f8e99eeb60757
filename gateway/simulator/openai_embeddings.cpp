// OpenAI's embeddings as the simulated provider writes them; fields as in openai/openai-openapi,
// CreateEmbeddingResponse. Tested by tests/gateway/simulator/plain_calls_test.cpp.
#include <array>
#include <bit>
#include <cstdio>

#include <openssl/evp.h>

#include "gateway/dialect/parts/json_text.hpp"
#include "gateway/simulator/openai_api.hpp"

namespace stint {

namespace {

// Numbers that nobody mistakes for real ones, and that a client can compare: of the text's place and the
// dimension's.
float coordinate(std::int64_t text, std::int64_t dimension) {
  return static_cast<float>((text * 31 + dimension * 7) % 201 - 100) / 128.0F;
}

void append_numbers(std::int64_t text, std::int64_t dimensions, std::string& out) {
  std::array<char, 32> number{};
  for (std::int64_t at = 0; at < dimensions; ++at) {
    const int size = std::snprintf(number.data(), number.size(), "%s%.7g", at == 0 ? "[" : ",",
                                   static_cast<double>(coordinate(text, at)));
    out.append(number.data(), static_cast<std::size_t>(size));
  }
  out += ']';
}

// Four bytes each, the lowest first, as base64.
void append_base64(std::int64_t text, std::int64_t dimensions, std::string& out) {
  std::string bytes;
  for (std::int64_t at = 0; at < dimensions; ++at) {
    const auto bits = std::bit_cast<std::uint32_t>(coordinate(text, at));
    for (unsigned shift = 0; shift < 32; shift += 8)
      bytes += static_cast<char>((bits >> shift) & 0xFFU);
  }
  std::string coded(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // it writes a null behind them
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(coded.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  coded.resize(static_cast<std::size_t>(length));
  out.append("\"").append(coded).append("\"");
}

constexpr simulated_api_facts embeddings_facts = {
    .path = "/v1/embeddings",
    .plain_field = "input",
    .generates = false,
    .id_prefix = "embd-sim",
    .head_fields = simulated_openai_head,
};

class embeddings_api final : public simulated_openai_api {
 public:
  embeddings_api() noexcept : simulated_openai_api(embeddings_facts) {}

  std::unique_ptr<simulated_script> script(const simulated_call&) const override { return nullptr; }

  std::string answer(const simulated_call& call) const override {
    std::string out = R"({"object":"list","data":[)";
    for (std::int64_t text = 0; text < call.texts; ++text) {
      out += text > 0 ? "," : "";
      out += R"({"object":"embedding","index":)" + std::to_string(text) + ",\"embedding\":";
      if (call.as_base64) {
        append_base64(text, call.dimensions, out);
      } else {
        append_numbers(text, call.dimensions, out);
      }
      out += '}';
    }
    out += "],\"model\":";
    append_json_string(out, call.model);
    if (call.how.usage != simulated_usage::missing) {
      out += ",\"usage\":{\"prompt_tokens\":" + usage_figure(call, call.prompt_tokens) +
             ",\"total_tokens\":" + usage_figure(call, call.prompt_tokens) + "}";
    }
    return out + "}";
  }
};

}  // namespace

const simulated_api& simulated_openai_embeddings() noexcept {
  static const embeddings_api api;
  return api;
}

}  // namespace stint
