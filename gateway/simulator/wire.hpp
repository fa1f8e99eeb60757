// The two APIs' wire formats as the official SDKs parse them: whole answers, streams event by
// event, errors.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/simulator/call.hpp"

namespace stint {

// One event of a stream, and how many billed tokens it brings.
struct simulated_event {
  std::string bytes;
  std::int64_t tokens = 0;
  std::int64_t reasoning = 0;  // how many of them
};

// Yields a stream's events in order. Refers to the call, which must outlive it.
class simulated_script {
 public:
  virtual ~simulated_script() = default;
  // Replaces `event`; false at the end.
  [[nodiscard]] virtual bool next(simulated_event& event) = 0;
};

[[nodiscard]] std::unique_ptr<simulated_script> make_script(const simulated_call& call);
[[nodiscard]] std::string whole_answer(const simulated_call& call);
[[nodiscard]] std::string error_answer(simulated_api api, int status, std::string_view message);

// The parts, one file for each API.
[[nodiscard]] std::unique_ptr<simulated_script> make_openai_script(const simulated_call& call);
[[nodiscard]] std::unique_ptr<simulated_script> make_anthropic_script(const simulated_call& call);
[[nodiscard]] std::string openai_answer(const simulated_call& call);
[[nodiscard]] std::string anthropic_answer(const simulated_call& call);

// A tool's arguments as they are streamed: pieces of a few bytes, and the tokens that each adds to
// name and arguments together.
struct argument_piece {
  std::string_view text;
  std::int64_t tokens = 0;
};
class argument_pieces {
 public:
  explicit argument_pieces(const simulated_call& call);
  [[nodiscard]] bool next(argument_piece& piece);

 private:
  const simulated_call* call_;
  std::size_t position_ = 0;
  std::int64_t counted_ = 0;
};

// The usage figure to write for a count that is really `count`.
[[nodiscard]] std::string usage_figure(const simulated_call& call, std::int64_t count);

}  // namespace stint
