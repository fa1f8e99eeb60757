// Tested by tests/gateway/dialect/openai_chat_test.cpp and anthropic_test.cpp.
#include "gateway/dialect/parts/text_sink.hpp"

#include <vector>

namespace stint {

namespace {
constexpr int part_depth_max = 4;
}  // namespace

void text_sink::feed_element(const text_key& key, simdjson::dom::element value) {
  struct step {
    simdjson::dom::element value;
    int depth;
  };
  // Parts are pushed in reverse, so that they are fed in the order of the document.
  std::vector<step> pending;
  pending.push_back(step{value, 0});
  while (!pending.empty()) {
    const step next = pending.back();
    pending.pop_back();
    std::string_view text;
    simdjson::dom::array parts;
    simdjson::dom::object part;
    if (next.value.get(text) == simdjson::SUCCESS) {
      feed(key, text);
    } else if (next.depth >= part_depth_max) {
      continue;
    } else if (next.value.get(parts) == simdjson::SUCCESS) {
      std::vector<step> items;
      for (const simdjson::dom::element item : parts)
        items.push_back(step{item, next.depth + 1});
      pending.insert(pending.end(), items.rbegin(), items.rend());
    } else if (next.value.get(part) == simdjson::SUCCESS) {
      for (const std::string_view name : {"text", "thinking"}) {
        simdjson::dom::element inner;
        if (part[name].get(inner) == simdjson::SUCCESS)
          pending.push_back(step{inner, next.depth + 1});
      }
    }
  }
}

}  // namespace stint
