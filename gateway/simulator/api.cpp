// Tested by tests/gateway/simulator/simulator_test.cpp.
#include "gateway/simulator/api.hpp"

#include <algorithm>
#include <array>

#include "pricing/text/utf8.hpp"
#include "tokenizer/models/model_encoding.hpp"

namespace stint {

namespace {

const auto& api_table() noexcept {
  static const std::array spoken = {
      &simulated_openai_chat(),       &simulated_anthropic(), &simulated_openai_responses(),
      &simulated_compact(),           &simulated_gemini(),    &simulated_openai_completions(),
      &simulated_openai_embeddings(),
  };
  return spoken;
}

}  // namespace

const simulated_api* simulated_api_at(std::string_view path) noexcept {
  for (const simulated_api* each : api_table()) {
    if (each->serves(path)) return each;
  }
  return nullptr;
}

const simulated_api& first_simulated_api() noexcept {
  return *api_table().front();
}

argument_pieces::argument_pieces(const simulated_call& call) : call_(&call) {
  if (call.tool) counted_ = call.tool->name_tokens;
}

bool argument_pieces::next(argument_piece& piece) {
  constexpr std::size_t piece_bytes = 12;
  const std::string_view text = call_->tool->arguments;
  if (position_ >= text.size()) return false;
  const std::size_t end = boundary_after(text, position_ + piece_bytes);
  piece.text = text.substr(position_, end - position_);
  position_ = end;
  const tokenizer::model_encoding how = tokenizer::encoding_for_model(call_->model);
  const std::int64_t so_far = call_->tool->name_tokens + how.text->count(text.substr(0, end));
  // A prefix may be more tokens than the whole: what is charged so far never falls.
  piece.tokens = std::max<std::int64_t>(so_far - counted_, 0);
  if (end == text.size()) piece.tokens = call_->tool->tokens - counted_;
  counted_ += piece.tokens;
  return true;
}

std::string usage_figure(const simulated_call& call, std::int64_t count) {
  switch (call.how.usage) {
    case simulated_usage::negative:
      return std::to_string(-1 - count);
    case simulated_usage::huge:
      return "900000000000000000";
    case simulated_usage::missing:
    case simulated_usage::reported:
    case simulated_usage::repeated:
      break;
  }
  return std::to_string(count);
}

}  // namespace stint
