// Tested by tests/gateway/cli/count_explain_test.cpp.
#include "gateway/cli/count_explain.hpp"

#include <set>

#include "gateway/cli/amount_text.hpp"
#include "gateway/cli/text_table.hpp"
#include "tokenizer/models/model_encoding.hpp"

namespace stint {
namespace {

using tokenizer::counted_part;
using tokenizer::part_kind;

// "prose", or "prose 3, code 1": windows of the sample that is looked at.
std::string sort_text(const counted_part& part) {
  if (!part.is_text) return "-";
  std::string words;
  int classes = 0;
  for (const std::uint8_t share : part.sort)
    classes += share > 0 ? 1 : 0;
  for (std::size_t i = 0; i < part.sort.size(); ++i) {
    if (part.sort[i] == 0) continue;
    if (!words.empty()) words += ", ";
    words += to_string(static_cast<tokenizer::content_class>(i));
    if (classes > 1) words += " " + std::to_string(part.sort[i]);
  }
  return words.empty() ? "text" : words;
}

std::string signed_text(std::int64_t count) {
  return count < 0 ? "-" + grouped(-count) : grouped(count);
}

constexpr std::string_view framing_doubt = "the framing of this model is not published";

// Empty: the amount is known for sure.
std::string_view doubt_of(const counted_part& part) {
  switch (part.kind) {
    case part_kind::learned_base:
      return "what the provider adds to a request is learnt from its reports";
    case part_kind::request_framing:
    case part_kind::message_framing:
      return part.counted.upper > part.counted.expected ? framing_doubt : "";
    case part_kind::thinking:
      return "the provider drops or keeps earlier thinking by rules of its own";
    case part_kind::tool_call:
    case part_kind::tool_result:
      return "how tool calls and their results are rendered is not published";
    case part_kind::tool_framing:
    case part_kind::tool_definition:
    case part_kind::tool_choice:
      return "how tools are rendered is not published";
    case part_kind::response_format:
      return "how the response format is rendered is not published";
    case part_kind::image:
    case part_kind::audio:
    case part_kind::file:
      return "images, recordings and files are estimated from their size, if that is known";
    case part_kind::hidden:
      return "the provider adds content that is not in the request";
    case part_kind::other:
      return "a field that is not known is counted as its JSON text";
    case part_kind::role:
    case part_kind::name:
    case part_kind::system:
    case part_kind::content:
      return "";
  }
  return "";
}

void print_doubts(const part_list& seen, const std::string& model,
                  const tokenizer::prompt_tokens& counted, std::ostream& out) {
  if (counted.exact) return;
  out << "Not exact:\n";
  std::set<std::string_view> said = {""};
  const bool exact = tokenizer::encoding_for_model(model).exact;
  if (!exact && tokenizer::counts_text_exactly(model)) {
    out << "  - the tokenizer of " << model << " is exact; its framing is not published: "
        << (counted.learned ? "the total is learnt from what the provider reported of other calls"
                            : "a margin allows for it")
        << "\n";
    said.insert(framing_doubt);
  } else if (!exact) {
    out << "  - the tokenizer of " << model << " is not public or not built in; its tokens are "
        << (counted.learned ? "estimated from what the provider reported of other calls"
                            : "estimated by a fixed factor")
        << "\n";
    said.insert("the tokenizer");
  }
  for (const counted_part& part : seen.parts()) {
    const std::string_view doubt = doubt_of(part);
    if (said.insert(doubt).second) out << "  - " << doubt << "\n";
  }
  if (said.size() == 1) out << "  - a field is not of the type that the API asks for\n";
}

}  // namespace

void print_parts(const part_list& seen, const std::string& model,
                 const tokenizer::prompt_tokens& counted, std::ostream& out) {
  text_table table({{"message"},
                    {"part"},
                    {"class"},
                    {"counted", align::right},
                    {"tokens", align::right},
                    {"total", align::right},
                    {"at most", align::right}});
  std::int64_t before = 0;
  for (const counted_part& part : seen.parts()) {
    const std::int64_t added = part.total.expected - before;
    before = part.total.expected;
    if (added == 0 && part.counted.expected == 0 && part.counted.upper == 0) continue;
    table.add({part.message < 0 ? "-" : std::to_string(part.message),
               std::string(to_string(part.kind)), sort_text(part),
               signed_text(part.counted.expected), signed_text(added), grouped(part.total.expected),
               grouped(part.total.upper)});
  }
  table.print(out);
  out << "\ncounted: by our tokenizer, or by rule; tokens: what that is for " << model
      << ", after its factor\n";
  print_doubts(seen, model, counted, out);
}

}  // namespace stint
