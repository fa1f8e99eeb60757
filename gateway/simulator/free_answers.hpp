// What the simulated provider answers and never bills: the counts of a prompt, OpenAI's moderations, and what is asked of an
// answer that it keeps. Stateless.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/simulator/call.hpp"

namespace stint {

struct simulated_free_answer {
  int status = 200;
  std::string body;
};

// Nothing: no such answer stands at this path.
[[nodiscard]] std::optional<simulated_free_answer> answer_for_nothing(std::string_view path,
                                                                      std::string_view body);

// About an answer that the reader remembers. Nothing: it is another path.
[[nodiscard]] std::optional<simulated_free_answer> answer_about_kept(std::string_view method,
                                                                     std::string_view path,
                                                                     simulated_reader& reader);

}  // namespace stint
