// OpenAI Chat Completions, and every server that speaks it: DeepSeek, Mistral, xAI, vLLM,
// llama.cpp, Ollama's /v1. Stateless.
#pragma once

#include "gateway/dialect/parts/dialect.hpp"

namespace stint {

class openai_chat final : public dialect {
 public:
  openai_chat() noexcept;

  [[nodiscard]] result<chat_request> read_request(simdjson::dom::element document) const override;
  [[nodiscard]] std::optional<std::string> edit_body(std::string_view body,
                                                     const chat_request& request) const override;
  [[nodiscard]] std::string lower_output_bound(std::string_view body, std::string_view model,
                                               std::int64_t tokens) const override;
  [[nodiscard]] std::optional<usage_report> read_answer(std::string_view body,
                                                        bool& implausible) const override;
  [[nodiscard]] std::int64_t count_answer(std::string_view body,
                                          const counted_model& model) const override;
  [[nodiscard]] std::unique_ptr<stream_meter> meter_stream(
      const counted_model& model, const chat_request& request) const override;
  [[nodiscard]] std::string error_body(const problem& why, const call_id& id) const override;
  [[nodiscard]] std::string error_event(const problem& why, const call_id& id) const override;
};

}  // namespace stint
