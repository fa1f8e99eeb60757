// Answers and streams of a provider: no usage that cannot be true is ever believed, and what a
// client gets and what is billed do not depend on how the bytes were cut into reads.
#include <string>

#include "fuzz/fuzz.hpp"
#include "gateway/dialect/table.hpp"

namespace stint {
namespace {

struct metering {
  std::string delivered;
  std::string used;
  bool complete = false;
  bool error = false;
  std::int64_t counted = 0;
  bool operator==(const metering&) const = default;
};

std::string text_of(const std::optional<usage_report>& report) {
  if (!report) return "nothing";
  const usage& used = report->used;
  fuzz::require(plausible(used), "a believed report is plausible");
  std::string text = report->model;
  for (const usage_kind& kind : usage_kinds)
    text += ' ' + std::to_string(used.*kind.count);
  return text;
}

// What of its request the meter of a stream depends on.
struct asked {
  bool wants_usage = false;
  std::uint8_t form = 0;  // Gemini's streams have two
};

template <typename Cut>
metering meter(const dialect& speaks, const asked& by, Cut cut) {
  chat_request request;
  request.model = "gpt-4o";
  request.stream = true;
  request.client_wants_usage = by.wants_usage;
  request.form = by.form;
  const auto stream = speaks.meter_stream({"gpt-4o"}, request);
  metering result;
  cut([&](std::string_view piece) { stream->consume(piece, result.delivered); });
  result.complete = stream->complete();
  result.error = stream->saw_error();
  result.used = text_of(stream->reported());
  result.counted = stream->counted_output_tokens();
  fuzz::require(result.counted >= 0, "a count is not negative");
  fuzz::require(result.counted <= stream->output_tokens_bound(), "the bound is a bound");
  std::string early;
  if (stream->generating()) stream->end_early({}, early);
  stream->release(result.delivered);
  return result;
}

void read(const dialect& speaks, std::string_view bytes) {
  bool implausible = false;
  (void)text_of(speaks.read_answer(bytes, implausible));
  fuzz::require(speaks.count_answer(bytes, {"gpt-4o"}) >= 0, "a count is not negative");
  for (const asked by : {asked{false, 0}, asked{true, 0}, asked{true, 1}}) {
    const metering whole = meter(speaks, by, [&](auto feed) { feed(bytes); });
    if (by.wants_usage)
      fuzz::require(whole.delivered == bytes, "what is not hidden passes untouched");
    const metering pieced = meter(speaks, by, [&](auto feed) { fuzz::in_pieces(bytes, 1, feed); });
    fuzz::require(pieced == whole, "the metering does not depend on the pieces");
  }
}

}  // namespace
}  // namespace stint

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = stint::fuzz::text_of(data, size);
  for (const stint::dialect* each : stint::all_dialects()) {
    stint::read(*each, bytes);
  }
  return 0;
}
