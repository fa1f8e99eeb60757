// `stint simulate`: the simulated provider by itself, for tests and for trying out a client. Tested
// by tests/gateway/simulator/simulator_test.cpp.
#include <csignal>
#include <cstddef>
#include <exception>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <boost/program_options.hpp>

#include "gateway/cli/command_line.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/simulator/simulator.hpp"

namespace stint {

namespace options = boost::program_options;

namespace {

constexpr const char* explanation =
    R"(A provider that needs no key and costs nothing, for tests and for trying out a client.

A call is steered by "?key=value&key=value" behind the model's name, or by headers x-sim-key: value:
  tokens=N  delay_first_ms=N  delay_ms=N  status=N  tool=1  piece_bytes=N
  fault=stall|reset|truncate|garbage|bad_chunk  after_bytes=N
  usage=missing|negative|huge|repeated  cached=N  cache_write=N  reasoning=N  searches=N  tier=WORD
  prose=N  code=N  json=N  cjk=N  base=N  per_tool=N   a private tokenizer: N tokens for 1,000 of ours
for example {"model": "sim/gpt-4o?tokens=200&delay_ms=5&fault=reset&after_bytes=500", …}. In a path "~" stands in place of
"?" and "&": /v1beta/models/sim-gemini-2.5-flash~tokens=200~delay_ms=5:generateContent.

  POST /v1/chat/completions   OpenAI, streaming or not; so are /v1/completions and /v1/responses
  POST /v1/responses/compact, /v1/embeddings
  POST /v1/responses/input_tokens, /v1/moderations   free, as is what is asked of a kept response
  POST /v1/messages           Anthropic, streaming or not; /v1/messages/count_tokens is free
  POST /v1beta/models/MODEL:generateContent          Gemini, and :streamGenerateContent, :embedContent,
                              :batchEmbedContents; :countTokens is free
  GET  /v1/models             one model
  GET  /simulate/bill         what was charged, by x-stint-tenant; with ?calls=1 also by x-stint-request-id
  POST /simulate/reset        empties the bill
  GET  /simulate/last         the last call as received
)";

// "fixed:32", "bound", "lognormal:MEDIAN:SIGMA"; false when it is none of them.
bool read_length(const std::string& text, simulation& how) {
  const std::size_t colon = text.find(':');
  const std::string kind = text.substr(0, colon);
  const std::string rest = colon == std::string::npos ? "" : text.substr(colon + 1);
  try {
    std::size_t used = 0;
    if (kind == "bound") {
      how.length = output_length::bound;
      return rest.empty();
    }
    if (kind != "fixed" && kind != "lognormal") return false;
    how.length = kind == "fixed" ? output_length::fixed : output_length::log_normal;
    how.fixed_tokens = std::stoll(rest, &used);
    if (how.fixed_tokens < 0 || how.fixed_tokens > 1'000'000) return false;
    if (kind == "fixed") return used == rest.size();
    if (used >= rest.size() || rest[used] != ':') return false;
    const std::string sigma = rest.substr(used + 1);
    how.log_normal_sigma = std::stod(sigma, &used);
    return used == sigma.size() && how.log_normal_sigma >= 0 && how.log_normal_sigma <= 10;
  } catch (const std::exception&) {
    return false;
  }
}

int run_until_signal(const simulation& how) {
  // Blocked before the provider's thread starts, so that they are taken here.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const simulated_provider provider(how);
  std::cout << "listening simulated=" << how.address << ':' << provider.port() << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  return exit_done;
}

int simulate(std::span<const std::string> arguments) {
  simulation how;
  std::string length;
  command_form form;
  form.usage = "stint simulate [options]";
  form.teaching = explanation;
  form.options.add_options()("address", options::value(&how.address)->default_value(how.address),
                             "listen here")("port", options::value(&how.port)->default_value(0),
                                            "listen here; 0: any free port, printed at start")(
      "length", options::value(&length)->default_value("fixed:32"),
      "output tokens: fixed:N, bound (what the request allows), or lognormal:MEDIAN:SIGMA")(
      "seed", options::value(&how.seed)->default_value(how.seed), "of lengths and texts")(
      "delay-first-ms", options::value(&how.first_token_delay_ms)->default_value(0),
      "before the first byte")("delay-token-ms",
                               options::value(&how.token_delay_ms)->default_value(0),
                               "before each further token");
  if (!read_words(arguments, form)) return exit_done;
  if (!read_length(length, how))
    throw misuse("--length must be fixed:N, bound, or lognormal:MEDIAN:SIGMA");
  if (how.first_token_delay_ms < 0 || how.token_delay_ms < 0)
    throw misuse("delays cannot be negative");
  return run_until_signal(how);
}

}  // namespace

int run_simulate(std::span<const std::string> arguments) {
  return run_command("simulate", [&] { return simulate(arguments); });
}

}  // namespace stint
