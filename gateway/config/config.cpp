// Tested by tests/gateway/config/config_test.cpp.
#include "gateway/config/config.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <system_error>

#include "gateway/config/admission.hpp"
#include "gateway/config/apart.hpp"
#include "gateway/config/caps.hpp"
#include "gateway/config/listeners.hpp"
#include "gateway/config/named_file.hpp"
#include "gateway/config/passthrough.hpp"
#include "gateway/config/providers.hpp"
#include "gateway/config/reader.hpp"
#include "gateway/config/tokenizers.hpp"
#include "gateway/config/windows.hpp"
#include "gateway/config/written.hpp"
#include "pricing/text/utf8.hpp"
#include "pricing/yaml/document.hpp"

namespace stint {
namespace {

constexpr std::uintmax_t file_bytes_max = 4U << 20;  // a thousand caps are 100 KB
constexpr integer_range timeout_ms = {1, 3'600'000};
constexpr std::int64_t bytes_max = std::int64_t{1} << 30;

const std::vector<std::pair<std::string, durability>> durabilities = {
    {"process", durability::process}, {"disk", durability::disk}};
const std::vector<std::pair<std::string, unknown_model_policy>> policies = {
    {"refuse", unknown_model_policy::refuse}, {"ceiling", unknown_model_policy::ceiling}};
constexpr std::size_t refusal_message_bytes_max = 500;

const std::vector<std::pair<std::string, int>> refusal_statuses = {
    {"402", 402}, {"403", 403}, {"412", 412}, {"429", 429}};
const std::vector<std::pair<std::string, output_length>> lengths = {
    {"fixed", output_length::fixed},
    {"bound", output_length::bound},
    {"log_normal", output_length::log_normal}};

void read_books(config_section& file, config_reading& run) {
  auto& into = run.into;
  into.data_directory = "var/stint";
  file.read("data_directory", into.data_directory);
  if (into.data_directory.empty())
    file.mistake("data_directory", "is empty; name a directory like ./var/stint");
  if (into.admin_token_file.empty()) {
    into.admin_token_file =
        (std::filesystem::path(into.data_directory) / "admin_token").lexically_normal().string();
  }
  if (const auto word = file.text("durability")) {
    if (const auto chosen = choose(*word, durabilities, run.mistakes)) into.durability = *chosen;
  }
  file.read("rows_kept_days", into.rows_kept_days, {1, 36'500});
  file.read_duration_ms("calibration_saved_every", into.calibration_saved_every_ms, timeout_ms);
  file.read("threads", into.threads, {0, 1'024});
  file.read("access_log", into.access_log);
}

void read_limits(config_section& file, config_reading& run) {
  auto section = file.section("limits");
  auto& into = run.into.limits;
  section.read_bytes("head_bytes_max", into.head_bytes_max, {1'024, 1 << 20});
  section.read("head_fields_max", into.head_fields_max, {10, 10'000});
  section.read_bytes("body_bytes_max", into.body_bytes_max, {1'024, bytes_max});
  section.read_bytes("framing_bytes_max", into.framing_bytes_max, {1'024, 1 << 24});
  section.read("connections_max", into.connections_max, {1, 1'000'000});
  section.read_bytes("answer_bytes_max", into.answer_bytes_max, {1'024, bytes_max});
  section.read_bytes("memory_bytes_max", into.memory_bytes_max, {1 << 20, 1LL << 44});
  section.read_duration_ms("head_timeout", into.head_timeout_ms, timeout_ms);
  section.read_duration_ms("idle_timeout", into.idle_timeout_ms, timeout_ms);
  section.read_duration_ms("body_timeout", into.body_timeout_ms, timeout_ms);
  section.read_duration_ms("write_stall", into.write_stall_ms, timeout_ms);
  section.read_duration_ms("drain_timeout", into.drain_timeout_ms, {0, timeout_ms.most});
  section.read_bytes("count_inline_bytes_max", into.count_inline_bytes_max, {0, bytes_max});
  section.read_bytes("remembered_bytes_max", into.remembered_bytes_max, {0, bytes_max});
  section.finish();
}

void read_rate(config_section& section, std::string_view key, std::int64_t& into) {
  section.require(
      key, "write dollars per million tokens, at or above the dearest model that may be called");
  const auto value = section.text(key);
  if (!value) return;
  const auto amount = parse_dollars(value->text);
  if (amount && amount->count() > 0) {
    into = amount->count();
  } else {
    section.mistake(*value, "expected dollars per million tokens above 0, like 30, not \"" +
                                value->text + "\"");
  }
}

void read_prices(config_section& file, config_reading& run) {
  auto& into = run.into;
  auto section = file.section("prices");
  std::string name = "prices.yaml";
  section.read("file", name);
  into.prices_file = file_from(run.directory, name);
  if (const auto word = section.text("unknown_model")) {
    if (const auto chosen = choose(*word, policies, run.mistakes)) into.unknown_model = *chosen;
  }
  if (const auto node = section.node("ceiling")) {
    config_section ceiling(*node, run.mistakes);
    read_rate(ceiling, "input", into.ceiling_input_rate);
    read_rate(ceiling, "output", into.ceiling_output_rate);
    ceiling.finish();
  } else if (into.unknown_model == unknown_model_policy::ceiling) {
    section.mistake(
        "ceiling",
        "unknown_model: ceiling needs the rates to assume, like ceiling: {input: 30, output: 180}");
  }
  section.read("default_output_bound_tokens", into.default_output_bound_tokens, {1, 100'000'000});
  section.finish();
}

bool is_header_name(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), fits);
}

void read_header(config_section& section, std::string_view key, std::string& into) {
  const auto name = section.text(key);
  if (!name) return;
  static const std::vector<std::string> reserved = {
      "authorization",     "x-api-key",    "api-key",           "host",
      "content-length",    "content-type", "transfer-encoding", "connection",
      "x-stint-request-id"};
  if (!is_header_name(name->text)) {
    section.mistake(
        *name,
        "expected a header name in lower-case letters, digits and '-', like x-stint-feature");
  } else if (std::find(reserved.begin(), reserved.end(), name->text) != reserved.end()) {
    section.mistake(*name, "\"" + name->text + "\" already means something else; choose another");
  } else {
    into = name->text;
  }
}

void read_attribution(config_section& file, config_reading& run) {
  auto section = file.section("attribution");
  section.read("require_feature", run.into.require_feature);
  read_header(section, "feature_header", run.into.feature_header);
  read_header(section, "tags_header", run.into.tags_header);
  if (run.into.feature_header == run.into.tags_header) {
    section.mistake("tags_header", "is the feature_header too; they must differ");
  }
  section.finish();

  auto refusals = file.section("refusals");
  if (const auto word = refusals.text("budget_exceeded_status")) {
    if (const auto status = choose(*word, refusal_statuses, run.mistakes))
      run.into.refusal_status = *status;
  }
  if (const auto text = refusals.text("message")) {
    run.into.refusal_message = text->text;
    if (text->text.size() > refusal_message_bytes_max || !is_utf8(text->text))
      refusals.mistake(*text, "expected at most 500 bytes of UTF-8");
  }
  refusals.finish();

  auto seen = file.section("metrics");
  seen.read("series_per_family_max", run.into.series_per_family_max, {10, 1'000'000});
  seen.finish();
}

// The only fraction of the file, and no amount: a shape of the simulation.
void read_sigma(config_section& section, double& into) {
  const auto value = section.text("sigma");
  if (!value) return;
  const char* end = value->text.data() + value->text.size();
  double sigma = 0;
  const auto read = std::from_chars(value->text.data(), end, sigma);
  if (read.ec == std::errc{} && read.ptr == end && sigma > 0 && sigma <= 10) {
    into = sigma;
  } else {
    section.mistake(*value,
                    "expected a number above 0, up to 10, like 0.8, not \"" + value->text + "\"");
  }
}

void read_simulated(config_section& file, config_reading& run) {
  auto section = file.section("simulated");
  auto& into = run.into.simulated;
  section.read("enabled", into.enabled);
  if (!into.enabled) run.into.providers.pop_back();  // the built-in one is the last
  if (const auto word = section.text("books")) {
    static const std::vector<std::pair<std::string, bool>> books = {{"real", false},
                                                                    {"apart", true}};
    if (const auto chosen = choose(*word, books, run.mistakes)) into.apart = *chosen;
  }
  section.read("port", into.port, {0, 65'535});
  if (const auto word = section.text("output")) {
    if (const auto chosen = choose(*word, lengths, run.mistakes)) into.length = *chosen;
  }
  section.read("tokens", into.fixed_tokens, {1, 1'000'000});
  read_sigma(section, into.log_normal_sigma);
  section.read("seed", into.seed, {0, std::numeric_limits<std::int64_t>::max()});
  section.read_duration_ms("first_token_delay", into.first_token_delay_ms, {0, timeout_ms.most});
  section.read_duration_ms("token_delay", into.token_delay_ms, {0, timeout_ms.most});
  section.finish();
}

void read_document(const YAML::Node& document, config_reading& run) {
  config_section file({.value = document, .path = "", .line = 1}, run.mistakes);
  read_listeners(file, run);
  read_books(file, run);
  read_limits(file, run);
  read_prices(file, run);
  read_attribution(file, run);
  read_admission(file, run);
  run.into.providers = read_providers(file, run.directory, run.mistakes);
  read_simulated(file, run);
  read_passthrough(file, run);
  read_tokenizers(file, run);
  cap_surroundings known;
  known.tenants = read_tenants(file, run.mistakes);
  for (const auto& provider : run.into.providers)
    known.providers.push_back(provider.name);
  run.into.caps = read_caps(file.list("caps"), known, run.mistakes);
  run.into.caps_as_written = run.into.caps;
  if (run.into.simulated.enabled && run.into.simulated.apart)
    run.into.caps = with_simulated_apart(std::move(run.into.caps));
  file.finish();
}

}  // namespace

config_result parse_config(const std::string& yaml_text, const std::string& file,
                           const std::string& directory) {
  config read;
  read.file = file;
  mistake_list mistakes;
  config_reading run{.into = read, .directory = directory, .mistakes = mistakes};
  read_yaml_file(yaml_text, mistakes, [&](const yaml_document& document) {
    read_document(document.is_empty ? YAML::Node(YAML::NodeType::Map) : document.root, run);
    if (!mistakes.empty()) return;
    if (auto settings = written(document.root)) {
      read.written = std::move(*settings);
    } else {
      mistakes.add(0,
                   "the file: an anchor (&) stands for itself, or several unfold into too much; "
                   "write out what each alias (*) stands for");
    }
  });
  if (!mistakes.empty()) return mistakes.sorted();
  return read;
}

config_result load_config(const std::string& path) {
  std::error_code failed;
  const auto bytes = std::filesystem::file_size(path, failed);
  std::ifstream file(path, std::ios::binary);
  if (failed || !file) {
    return std::vector<config_mistake>{
        {.line = 0,
         .message =
             "cannot read this file (" +
             (failed ? failed : std::make_error_code(std::errc::permission_denied)).message() +
             "); name the one that you mean"}};
  }
  if (bytes > file_bytes_max)
    return std::vector<config_mistake>{
        {.line = 0, .message = "is over 4 MiB; is it the right file?"}};
  std::ostringstream text;
  text << file.rdbuf();
  const auto directory = std::filesystem::path(path).parent_path();
  return parse_config(text.str(), path, directory.empty() ? "." : directory.string());
}

}  // namespace stint
