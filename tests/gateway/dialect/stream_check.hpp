// Driving a stream meter in tests: one call for a whole stream, and the comparison of every way to
// cut it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "gateway/dialect/table.hpp"

namespace stint::testing {

struct stream_outcome {
  std::string passed;    // given on before the call was settled
  std::string released;  // afterwards
  std::optional<usage_report> report;
  std::optional<usage> input;
  std::int64_t counted = 0;
  std::int64_t bound = 0;
  bool complete = false;
  bool implausible = false;
  bool error = false;
};

// The nine kinds that every vector has, then the rarer ones that were used, by name.
inline std::string spelled(const usage& used) {
  constexpr std::size_t always = 9;
  std::string text;
  for (std::size_t at = 0; at < usage_kinds.size(); ++at) {
    const std::int64_t count = used.*usage_kinds[at].count;
    if (at >= always && count == 0) continue;
    if (!text.empty()) text += ' ';
    if (at >= always) text.append(usage_kinds[at].name) += '=';
    text += std::to_string(count);
  }
  return text;
}

// As the usage vectors write it.
inline std::string spelled(const std::optional<usage_report>& report, bool implausible) {
  if (report) return spelled(report->used);
  return implausible ? "implausible" : "none";
}

inline stream_outcome stream(const dialect& api, const chat_request& request,
                             const std::vector<std::string>& pieces,
                             counted_model model = {"gpt-4o"}) {
  const auto meter = api.meter_stream(model, request);
  stream_outcome seen;
  for (const std::string& piece : pieces)
    meter->consume(piece, seen.passed);
  seen.complete = meter->complete();
  seen.report = meter->reported();
  seen.input = meter->reported_input();
  seen.implausible = meter->saw_implausible_usage();
  seen.error = meter->saw_error();
  seen.bound = meter->output_tokens_bound();
  seen.counted = meter->counted_output_tokens();
  meter->release(seen.released);
  return seen;
}

inline void check_every_split(const dialect& api, const chat_request& request,
                              const std::string& bytes) {
  const stream_outcome whole = stream(api, request, {bytes});
  const auto check = [&](const std::vector<std::string>& pieces, std::size_t at) {
    const stream_outcome split = stream(api, request, pieces);
    const bool is_same = split.passed == whole.passed && split.released == whole.released &&
                         split.complete == whole.complete && split.counted == whole.counted &&
                         split.error == whole.error && split.implausible == whole.implausible &&
                         spelled(split.report, false) == spelled(whole.report, false) &&
                         split.input == whole.input;
    BOOST_REQUIRE_MESSAGE(is_same, "split at " << at << ": passed " << split.passed << " released "
                                               << split.released);
  };
  std::vector<std::string> single;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    check({bytes.substr(0, at), bytes.substr(at)}, at);
    single.push_back(bytes.substr(at, 1));
  }
  check(single, bytes.size());
}

}  // namespace stint::testing
