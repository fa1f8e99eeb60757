// Tested by tests/gateway/dialect/dialect_test.cpp.
#include "gateway/dialect/parts/dialect.hpp"

#include "gateway/dialect/anthropic/messages.hpp"
#include "gateway/dialect/openai_chat/chat.hpp"

namespace stint {

std::string_view to_string(dialect_kind kind) noexcept {
  switch (kind) {
    case dialect_kind::openai:
      return "openai";
    case dialect_kind::anthropic:
      return "anthropic";
  }
  return "openai";
}

const dialect& dialect_of(dialect_kind kind) noexcept {
  static const openai_dialect openai;
  static const anthropic_dialect anthropic;
  if (kind == dialect_kind::anthropic) return anthropic;
  return openai;
}

}  // namespace stint
