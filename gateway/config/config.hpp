// config/stint.yaml as one struct. Loaded at start, and read-only from then on for every thread; a
// reload reads the file into another one, of which only the caps are taken over. Every mistake is
// reported at once with file:line and the fix; unknown and duplicate keys are mistakes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "budgets/records/cap.hpp"
#include "budgets/writer/ledger_thread.hpp"
#include "gateway/config/proxy.hpp"
#include "gateway/config/secret.hpp"
#include "gateway/config/written.hpp"
#include "gateway/dialect/parts/dialect.hpp"
#include "gateway/simulator/options.hpp"
#include "pricing/price_book.hpp"
#include "pricing/yaml/mistake.hpp"
#include "tokenizer/models/encoding_file.hpp"

namespace stint {

struct tls_files {
  std::string certificate_file;  // PEM chain
  std::string key_file;          // PEM
  bool operator==(const tls_files&) const noexcept = default;
};

struct listener_config {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: any free one, printed at start
  std::optional<tls_files> tls;
  std::vector<std::string> cors_origins;  // of web pages that may call; of the proxy's listener
  bool operator==(const listener_config&) const = default;
};

struct limits_config {
  std::size_t head_bytes_max = 32U << 10;
  std::size_t head_fields_max = 100;
  std::size_t body_bytes_max = 32U << 20;
  std::size_t framing_bytes_max = 64U << 10;  // chunk sizes, extensions and trailers of one body
  std::size_t connections_max = 10'000;       // over all threads
  std::size_t answer_bytes_max = 64U << 20;   // of an answer that is not streamed, decoded
  // Of bodies, parsed prompts and whole answers of all calls in flight. 0: a quarter of what the process
  // may have.
  std::size_t memory_bytes_max = 0;
  int head_timeout_ms = 10'000;
  int idle_timeout_ms = 75'000;   // between requests of a kept connection
  int body_timeout_ms = 30'000;   // without a byte of the body
  int write_stall_ms = 30'000;    // a client that does not read
  int drain_timeout_ms = 30'000;  // SIGTERM: how long running calls may take to finish
  // Longer text is counted on the counting pool.
  std::size_t count_inline_bytes_max = 64U << 10;
  // Memory for the counts of texts that may be sent again; 0: all are counted each time.
  std::size_t remembered_bytes_max = 16U << 20;

  bool operator==(const limits_config&) const noexcept = default;
};

// What a provider does with a stream that we hang up on. What does not stream it finishes in any case.
enum class hang_up_policy : std::uint8_t { stops, finishes };

// Who asks a provider for the usage of a stream that does not come with it (OpenAI's stream_options).
enum class stream_usage_policy : std::uint8_t {
  inject,  // the gateway, where the client did not
  always,  // nobody need: it comes unasked
  never    // nobody: the provider does not know the field, and what it sends is counted here
};

struct provider_config {
  std::string name;                      // "openai", "anthropic", "sim", …
  std::vector<const dialect*> dialects;  // which APIs it speaks
  bool tls = true;
  std::string host;
  std::uint16_t port = 443;
  std::string base_path;     // prefix of "/v1/…", "" or "/openai"
  bool has_version = false;  // base_path names one ("/api/paas/v4"): it stands in place of "/v1"
  // Where a dialect's calls go behind base_path, if not at its usual path; a query may follow, and a {model}
  // in it is the call's.
  std::vector<std::pair<const dialect*, std::string>> paths;
  bool verify_certificate = true;
  std::string ca_file;                // "" : the system's
  tls_files client_certificate;       // that we show it; "": none
  std::optional<proxy_config> proxy;  // it is reached through; nothing: directly
  secret credential;                  // from the environment or a file; empty: none is sent
  std::string credential_source;      // for messages: "environment variable OPENAI_API_KEY"
  std::string credential_header;      // that it goes in, bare; "": in the form of its dialect
  std::vector<std::string> models;    // globs, tried in the order of the file over all providers
  int connect_timeout_ms = 5'000;
  int first_byte_timeout_ms = 600'000;
  int stall_timeout_ms = 120'000;       // between bytes of an answer
  std::size_t connections_max = 1'024;  // per thread
  int pool_idle_ms = 55'000;            // below the common 60 s of load balancers
  // Tell it of each call whose it is, as x-stint-request-id and x-stint-tenant: for a server that
  // keeps books of its own.
  bool attribution_headers = false;
  // Charge what its answers say that they cost, instead of what the price book makes of their usage.
  bool trust_stated_cost = false;
  hang_up_policy on_hang_up = hang_up_policy::stops;
  stream_usage_policy stream_usage = stream_usage_policy::inject;
  std::vector<std::pair<std::string, service_tier>>
      tiers;                              // its own words, and whose price they have
  std::vector<std::string> pass_headers;  // of the client's, that otherwise stay here; lower case
  std::vector<std::string> pass_query;    // keys, beside those of its dialects

  // What only the built-in provider sets, and the file cannot.
  bool built_in = false;     // listens in this process, on a port that is known once it does
  bool owns_models = false;  // a model that it lists goes nowhere else, whatever others list
  bool by_public_vocabulary = false;  // bills the output of every model as counted_model says
  // In a model's name: what follows the first of these is an option of the call; "": none.
  std::string_view options_marks;

  bool operator==(const provider_config&) const = default;

  // What prices, caps and vocabularies know a model by that is asked of this provider.
  [[nodiscard]] std::string_view base_model(std::string_view model) const noexcept;
  // The tier that it means by the word, by its own list or else by what all call them; nothing when it
  // is no tier whose price is known.
  [[nodiscard]] std::optional<service_tier> tier_of(std::string_view word) const noexcept;
  // The API in whose form it takes its credential on every path; null: it speaks several, and each has its own.
  [[nodiscard]] const dialect* only_form() const noexcept;
  // Where a call of that API goes, behind base_path: a path, and maybe a query. `model` is what fills a hole
  // of that name.
  void append_path(const dialect& called, const call_target& target, std::string_view model,
                   std::string& out) const;
  // Where a call that is passed through goes, behind base_path.
  [[nodiscard]] std::string_view unmetered_path(std::string_view path) const noexcept;
  // "/v1/models" as it is called there: without "/v1" where base_path has a version.
  [[nodiscard]] std::string_view without_version(std::string_view path) const noexcept;
  // How the output of a model is counted that this provider serves.
  [[nodiscard]] counted_model counted(std::string_view model) const noexcept {
    return {.name = model, .by_public_vocabulary = by_public_vocabulary};
  }
};

struct passthrough_config {
  std::string method;  // "GET", "POST"
  std::string path;    // exact, or a prefix when it ends in '*'
  std::string provider;

  bool operator==(const passthrough_config&) const = default;
};

struct admission_config {
  // A prompt that is not counted yet may be held at its byte bound when that takes at most one part
  // in this many of what every cap has left; 0: every prompt is counted first.
  std::int64_t uncounted_room_share = 16;
  bool learned_holds = true;               // false: a stream holds its whole bound from the start
  int output_quantile = 95;                // percent of answers that a stream's first hold covers
  std::int64_t first_output_tokens = 512;  // held for a choice before enough was learnt
  std::int64_t output_min_tokens = 16;     // of a choice: no bound is lowered below it
  std::int64_t stream_margin_tokens = 32;  // a stream's hold is ahead of it by this much or more
  int wait_ms = 5'000;                     // in line while only others' holds stand in the way
  // A call that was forwarded and not seen to its end is charged what its provider may have
  // generated, at most what it held; false: its prompt, and what was seen.
  bool unknown_at_hold = true;
  // Taken for what a model generates unseen before any of its answers was measured.
  std::int64_t unseen_tokens_per_second = 1'000;

  bool operator==(const admission_config&) const noexcept = default;
};

enum class unknown_model_policy : std::uint8_t { refuse, ceiling };

struct config {
  std::string file;
  listener_config listen;
  listener_config admin;  // loopback, own port

  std::vector<std::string> admin_hosts;  // names that the admin listener may be called by

  std::string admin_token_file;  // made with mode 0600 at the first start when missing
  std::string data_directory;    // as written; relative to the working directory of `stint serve`
  int rows_kept_days = 90;
  int calibration_saved_every_ms = 30'000;
  int threads = 0;  // 0: one per core
  stint::durability durability = stint::durability::process;
  // GET /metrics on the admin listener: open by default, for Prometheus on the same host.
  bool metrics_need_token = false;
  bool access_log = false;
  // Refuse a call whose key has no default feature and that names none.
  bool require_feature = false;
  unknown_model_policy unknown_model = unknown_model_policy::refuse;
  int refusal_status = 429;     // of budget_exceeded: 402, 403, 412, 429
  std::string refusal_message;  // the operator's own, behind what a cap's refusal says
  std::string feature_header = "x-stint-feature";
  std::string tags_header = "x-stint-tags";
  limits_config limits;

  std::string prices_file;
  // With unknown_model: ceiling; nano-dollars per million tokens.
  std::int64_t ceiling_input_rate = 0;
  std::int64_t ceiling_output_rate = 0;
  // Where neither request nor price book bounds the output.
  std::int64_t default_output_bound_tokens = 128'000;
  admission_config admission;

  std::vector<provider_config> providers;
  simulation simulated;
  std::vector<passthrough_config> passthrough;
  std::vector<tokenizer::installed_encoding> tokenizers;  // loaded
  std::vector<cap> caps;
  std::vector<cap> caps_as_written;           // before simulated.books made two of each
  std::size_t series_per_family_max = 2'000;  // metrics; what is beyond it goes to "other"
  written_settings written;                   // all that the file says, as it says it

  // The first provider that speaks the dialect and lists the model; null when none does. One that
  // owns its models comes before all others. The built-in provider is the last of `providers`.
  [[nodiscard]] const provider_config* route(const dialect& asked,
                                             std::string_view model) const noexcept;
  // Null if there is none of that name.
  [[nodiscard]] const provider_config* find_provider(std::string_view name) const noexcept;
};

using config_result = std::variant<config, std::vector<config_mistake>>;
[[nodiscard]] config_result load_config(const std::string& path);
// Relative file names in the text are taken from `directory` (that of the file), except
// data_directory: where the books are kept must not move when a config file is read from elsewhere.
[[nodiscard]] config_result parse_config(const std::string& yaml_text, const std::string& file,
                                         const std::string& directory);

// What is allowed but probably not meant: a credential that is not set, a listener open to the
// network without TLS.
[[nodiscard]] std::vector<std::string> warnings_about(const config& checked);

// The same of what the price file makes of it: a tier that nothing it could be asked for has a price for.
[[nodiscard]] std::vector<std::string> warnings_about(const config& checked,
                                                      const price_book& prices);

// Which settings differ that a running gateway cannot change (listeners, data directory, providers,
// …): a reload leaves them as they are and names them. Caps are not among them. What is told without its
// values is written as it was, and means something else: what a file holds, or the order of providers.
[[nodiscard]] std::vector<setting_change> settings_needing_restart(const config& running,
                                                                   const config& loaded);

}  // namespace stint
