// Request bodies: whatever a dialect accepts has figures that can be priced, survives the edits
// that metering needs, and counts as no more tokens than its bytes allow.
#include <string>

#include <simdjson.h>

#include "fuzz/fuzz.hpp"
#include "gateway/dialect/table.hpp"

namespace stint {
namespace {

void check_figures(const chat_request& request) {
  fuzz::require(!request.output_bound_tokens || *request.output_bound_tokens >= 0,
                "an output bound is not negative");
  fuzz::require(request.choices >= 1, "there is at least one choice");
  fuzz::require(request.web_searches_max >= 0, "searches are not negative");
}

// A path of the API whose calls are metered, as a client may have written it.
struct metered_path {
  explicit metered_path(const endpoint& at) : path(at.pattern) {
    fill("{version}", "v1beta");
    const bool has_model = fill("{model}", "gemini-2.5-flash");
    target.at = &at;
    target.path = path;
    if (has_model) target.model = "gemini-2.5-flash";
  }
  metered_path(const metered_path&) = delete;
  metered_path& operator=(const metered_path&) = delete;

  bool fill(std::string_view hole, std::string_view with) {
    const auto at = path.find(hole);
    if (at == std::string::npos) return false;
    path.replace(at, hole.size(), with);
    return true;
  }

  std::string path;
  call_target target;
};

void check_edit(const dialect& speaks, std::string_view body, const chat_request& request,
                const call_target& target) {
  const auto edited = speaks.edit_body(body, request);
  if (!edited) return;
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  fuzz::require(parser.parse(*edited).get(document) == simdjson::SUCCESS,
                "an edited body is still JSON");
  const auto again = speaks.read_request(document, target);
  fuzz::require(again.has_value(), "an edited body is still a request");
  fuzz::require(again->model == request.model, "an edit leaves the model");
  fuzz::require(again->stream == request.stream, "an edit leaves the mode");
  fuzz::require(again->output_bound_tokens == request.output_bound_tokens,
                "an edit leaves the bound");
  fuzz::require(again->choices == request.choices, "an edit leaves the choices");
  fuzz::require(!speaks.edit_body(*edited, *again), "an edit is made once");
}

void check_bound(const dialect& speaks, simdjson::dom::element document,
                 const chat_request& request) {
  const auto counted = tokenizer::count_prompt(request.model, speaks.api(), document);
  const auto bound = tokenizer::bound_prompt(request.model, speaks.api(), document);
  fuzz::require(counted.upper_bound <= bound.at_most.upper_bound, "a prompt's bound is a bound");
  fuzz::require(counted.expected <= bound.at_most.expected, "an estimate's bound is a bound");
  fuzz::require(counted.audio_tokens <= bound.at_most.audio_tokens, "audio's bound is a bound");
  fuzz::require(counted.exact == bound.at_most.exact, "a bound knows what is exact");
}

}  // namespace
}  // namespace stint

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stint;
  const auto body = fuzz::text_of(data, size);
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (parser.parse(body.data(), body.size()).get(document) != simdjson::SUCCESS) return 0;
  for (const dialect* each : all_dialects()) {
    const dialect& speaks = *each;
    for (const endpoint& at : speaks.facts().endpoints) {
      if (at.kind != endpoint_kind::metered) continue;
      const metered_path asked(at);
      const auto request = speaks.read_request(document, asked.target);
      if (!request) continue;
      check_figures(*request);
      check_edit(speaks, body, *request, asked.target);
      check_bound(speaks, document, *request);
    }
  }
  return 0;
}
