// What the simulated provider answers and never bills: Anthropic's count of a prompt, OpenAI's moderations. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stint {

struct simulated_free_answer {
  int status = 200;
  std::string body;
};

// Nothing: no such answer stands at this path.
[[nodiscard]] std::optional<simulated_free_answer> answer_for_nothing(std::string_view path,
                                                                      std::string_view body);

}  // namespace stint
