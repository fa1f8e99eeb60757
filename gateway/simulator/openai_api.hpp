// What OpenAI's APIs have in common as the simulated provider speaks them: the head of an answer, and how they say no.
// Stateless.
#pragma once

#include <string>
#include <string_view>

#include "gateway/simulator/api.hpp"

namespace stint {

inline constexpr std::string_view simulated_openai_head =
    "openai-version: 2020-10-01\r\nopenai-processing-ms: 1\r\nx-request-id: req_";

class simulated_openai_api : public simulated_api {
 public:
  using simulated_api::simulated_api;
  // In openai_chat.cpp.
  [[nodiscard]] std::string error(int status, std::string_view message) const final;
};

}  // namespace stint
