// Goal: the configuration as shipped works, every commented example in it works, and every mistake
// is reported at once with its line, its place and the fix. Method: a table of broken files and the
// messages they must give.
#include "gateway/config/config.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <yaml-cpp/yaml.h>

#include "gateway/dialect/table.hpp"
#include "scratch_directory.hpp"
#include "tokenizer/vocab/sample_tokenizer_json.hpp"

using namespace stint;

BOOST_AUTO_TEST_SUITE(config_file)

namespace {

std::string shipped_text() {
  std::ifstream file(std::string(STINT_SOURCE_DIR) + "/config/stint.yaml");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string all_messages(const config_result& result) {
  const auto* mistakes = std::get_if<std::vector<config_mistake>>(&result);
  if (mistakes == nullptr) return {};
  std::string text;
  for (const auto& mistake : *mistakes)
    text += describe("f", mistake) + "\n";
  return text;
}

config parsed(const std::string& yaml, const std::string& directory = ".") {
  auto result = parse_config(yaml, "f", directory);
  BOOST_TEST_REQUIRE(std::holds_alternative<config>(result), all_messages(result));
  return std::get<config>(std::move(result));
}

const cap& cap_named(const config& read, const std::string& name) {
  const auto found = std::find_if(read.caps.begin(), read.caps.end(),
                                  [&](const cap& c) { return c.name == name; });
  BOOST_TEST_REQUIRE((found != read.caps.end()));
  return *found;
}

struct broken_file {
  std::string yaml;
  std::vector<std::string> messages;  // each must be the start of its own line of the report
};
std::ostream& operator<<(std::ostream& out, const broken_file& file) {
  return out << file.messages.front();
}

const std::vector<broken_file> broken_files = {
    {"lisen: {port: 1}\n", {"f:1: lisen: unknown key (did you mean listen?)"}},
    {"threads: 1\nthreads: 2\n", {"f:2: threads: given twice (first on line 1); delete one"}},
    {"caps:\n  - name: a\n    unit: usd\n    unit: usd\n    window: day\n    limit: 1\n",
     {"f:4: caps[0].unit: given twice (first on line 3)"}},
    {"listen: {port: 70000}\n", {"f:1: listen.port: expected a whole number from 0 to 65535"}},
    {"listen:\n  address: localhost\n",
     {"f:2: listen.address: expected an IP address like 127.0.0.1"}},
    {"listen:\n  cors_origins: [https://ok.example.com, https://a.example.com/, \"*\", "
     "https://B.example.com, app.example.com]\n",
     {"f:2: listen.cors_origins[1]: expected the origin of a web page",
      "f:2: listen.cors_origins[2]: expected the origin of a web page",
      "f:2: listen.cors_origins[3]: expected the origin of a web page",
      "f:2: listen.cors_origins[4]: expected the origin of a web page"}},
    {"admin:\n  hosts: [stint.internal.example., stint:8081, \"http://stint\", \"[::1]\", \"a b\", "
     ".]\n",
     {"f:2: admin.hosts[1]: expected a host's name alone", "f:2: admin.hosts[2]: expected",
      "f:2: admin.hosts[3]: expected", "f:2: admin.hosts[4]: expected",
      "f:2: admin.hosts[5]: expected"}},
    {"providers:\n  x:\n    dialects: [openai]\n    base_url: https://h/v1/chat/completions\n    "
     "credential: none\n    credential_header: api-key\n    models: []\n",
     {"f:4: providers.x.base_url: ends in the path of a call",
      "f:6: providers.x.credential_header: has no effect with credential: none"}},
    {"caps:\n  - {name: a, unit: dollars, window: dya, limit: lots, timezone: Berlin, week_start: "
     "x, "
     "month_start: 29, year_start: y}\n",
     {"f:2: caps[0].unit: \"dollars\" is not known", "f:2: caps[0].window: \"dya\" is not known",
      "f:2: caps[0].limit: expected an amount", "f:2: caps[0].timezone: unknown time zone",
      "f:2: caps[0].week_start: \"x\" is not known", "f:2: caps[0].month_start: expected",
      "f:2: caps[0].year_start: \"y\" is not known"}},
    {"listen: {port: 9000}\nadmin: {port: 9000}\n", {"f:2: admin.port: is the port of listen too"}},
    {"listen:\n  tls: {certificate_file: /nowhere/c.pem}\n",
     {"f:2: listen.tls.key_file: missing",
      "f:2: listen.tls.certificate_file: there is no file /nowhere/c.pem"}},
    {"limits:\n  head_timeout: 10\n",
     {"f:2: limits.head_timeout: expected a duration from 1 to 3600000 ms, written like"}},
    {"limits:\n  body_bytes_max: 32MB\n", {"f:2: limits.body_bytes_max: expected bytes"}},
    {"limits:\n  connections_max:\n", {"f:2: limits.connections_max: has no value"}},
    {"limits: 5\n", {"f:1: limits: expected keys and values, found '5'"}},
    {"access_log: yes\n", {"f:1: access_log: expected true or false, not \"yes\""}},
    {"durability: disc\n",
     {"f:1: durability: \"disc\" is not known (did you mean disk?); use process or disk"}},
    {"prices: {unknown_model: ceiling}\n",
     {"f:1: prices.ceiling: unknown_model: ceiling needs the rates to assume"}},
    {"prices: {unknown_model: ceiling, ceiling: {input: 0, output: 1.5}}\n",
     {"f:1: prices.ceiling.input: expected dollars per million tokens above 0"}},
    {"attribution: {feature_header: Authorization}\n",
     {"f:1: attribution.feature_header: expected a header name in lower"}},
    {"attribution: {feature_header: authorization}\n",
     {"f:1: attribution.feature_header: \"authorization\" already means"}},
    {"attribution: {tags_header: api-key}\n",
     {"f:1: attribution.tags_header: \"api-key\" already means"}},
    {"refusals: {message: " + std::string(501, 'x') + "}\n",
     {"f:1: refusals.message: expected at most 500 bytes of UTF-8"}},
    {"refusals: {budget_exceeded_status: 503}\n",
     {"f:1: refusals.budget_exceeded_status: \"503\" is not known; use 402, 403, 412 or 429"}},
    {"passthrough: [{method: POST, path: /v1/messages, provider: sim}]\n",
     {"f:1: passthrough[0].path: is metered already"}},
    {"passthrough: [{method: POST, path: /openai/v1/chat/completions, provider: sim}]\n",
     {"f:1: passthrough[0].path: is metered already"}},
    {"passthrough: [{method: POST, path: /openai/v1/embeddings, provider: sim}]\n",
     {"f:1: passthrough[0].path: is metered already"}},
    {"passthrough: [{method: POST, path: /v1/realtime/sessions, provider: sim}]\n",
     {"f:1: passthrough[0].path: is never let through: it hands out"}},
    {"passthrough: [{method: POST, path: /v1/sonar, provider: pplx}]\nproviders:\n  pplx: "
     "{dialects: [openai], base_url: \"https://h\", credential: none, models: [a], paths: {openai: "
     "/v1/sonar}}\n",
     {"f:1: passthrough[0].path: is metered already"}},
    {"passthrough:\n  - {method: GET, path: /v1/*/x, provider: opnai}\nproviders:\n  openai: "
     "{dialects: [openai], base_url: "
     "\"https://h\", credential: none, models: [x]}\n",
     {"f:2: passthrough[0].path: expected a path like /v1/models; * may only stand at its end",
      "f:2: passthrough[0].provider: \"opnai\" is not known (did you mean openai?)"}},
    {"a: [1, 2\n", {"f:2: the file: not valid YAML here"}},
    {"threads: 1\n---\nthreads: 2\n", {"f:3: the file: a second document"}},
    {"- 1\n", {"f:1: the file: expected keys and values, found a list"}},
    {"tokenizers:\n  - {name: qwen3, file: /nonexistent.json, models: [x]}\n  - {file: "
     "x.tiktoken}\n",
     {"f:2: tokenizers[0].name: \"qwen3\" is taken; choose another name",
      "f:2: tokenizers[0].file: /nonexistent.json: there is no such file",
      "f:3: tokenizers[1].name: missing", "f:3: tokenizers[1].models: missing",
      "f:3: tokenizers[1].file: x.tiktoken: there is no such file"}},
    {"simulated: {sigma: 0, tokens: -1}\n",
     {"f:1: simulated.sigma: expected a number above 0", "f:1: simulated.tokens: expected"}},
};

// A directory with the files that the commented examples name.
struct example_directory {
  scratch_directory directory;
  std::string path = directory.path();
  example_directory() {
    std::filesystem::create_directories(path + "/tls");
    std::ofstream(path + "/tls/certificate.pem") << "certificate";
    std::ofstream(path + "/tls/key.pem") << "key";
    // Each may stand in the other's place, and a key is its owner's alone.
    for (const char* name : {"/tls/certificate.pem", "/tls/key.pem"}) {
      std::filesystem::permissions(
          path + name, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    }
    std::filesystem::create_directories(path + "/tokenizers");
    std::ofstream(path + "/tokenizers/llama3.json") << tokenizer::sample_tokenizer_json();
    std::filesystem::copy_file(STINT_SOURCE_DIR "/tokenizer/vocab/r50k_base.tiktoken",
                               path + "/tokenizers/mine.tiktoken");
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_shipped_file_is_read_as_it_says) {
  const auto read = parsed(shipped_text(), "/etc/stint");
  BOOST_TEST(read.listen.address == "127.0.0.1");
  BOOST_TEST(read.listen.port == 8080);
  BOOST_TEST(read.admin.port == 8081);
  BOOST_TEST(read.data_directory == "./var/stint");
  BOOST_TEST(read.admin_token_file == "var/stint/admin_token");
  BOOST_TEST(read.prices_file == "/etc/stint/prices.yaml");
  BOOST_TEST(read.providers.size() == 4u);
  BOOST_TEST(read.providers.back().name == "sim");
  BOOST_TEST(cap_named(read, "tenant-day").limit == 50'000'000'000);
  BOOST_TEST((cap_named(read, "key-rpm").window.kind == window_kind::minute));
}

// "What is not written here has the value shown here."
BOOST_AUTO_TEST_CASE(the_shipped_file_shows_the_defaults) {
  const auto shown = parsed(shipped_text());
  const auto defaults = parsed("");
  const auto limits = [](const config& c) {
    const auto& l = c.limits;
    return std::vector<std::size_t>{l.head_bytes_max,
                                    l.head_fields_max,
                                    l.body_bytes_max,
                                    l.framing_bytes_max,
                                    l.connections_max,
                                    l.answer_bytes_max,
                                    std::size_t(l.head_timeout_ms),
                                    std::size_t(l.idle_timeout_ms),
                                    std::size_t(l.body_timeout_ms),
                                    std::size_t(l.write_stall_ms),
                                    std::size_t(l.drain_timeout_ms),
                                    l.count_inline_bytes_max,
                                    l.remembered_bytes_max,
                                    c.series_per_family_max,
                                    std::size_t(c.rows_kept_days),
                                    std::size_t(c.default_output_bound_tokens),
                                    std::size_t(c.admission.uncounted_room_share),
                                    std::size_t(c.admission.learned_holds),
                                    std::size_t(c.admission.output_quantile),
                                    std::size_t(c.admission.first_output_tokens),
                                    std::size_t(c.admission.output_min_tokens),
                                    std::size_t(c.admission.stream_margin_tokens),
                                    std::size_t(c.admission.wait_ms)};
  };
  BOOST_TEST(limits(shown) == limits(defaults), boost::test_tools::per_element());
  BOOST_TEST(shown.admin_token_file == defaults.admin_token_file);
  BOOST_TEST(shown.prices_file == defaults.prices_file);
  BOOST_TEST(shown.feature_header == defaults.feature_header);
  BOOST_TEST(shown.refusal_status == defaults.refusal_status);
  BOOST_TEST(shown.simulated.fixed_tokens == defaults.simulated.fixed_tokens);
  BOOST_TEST(shown.simulated.log_normal_sigma == defaults.simulated.log_normal_sigma);
  BOOST_TEST(shown.simulated.seed == defaults.simulated.seed);
  // Providers have no defaults; caps change while it runs. The books of simulated calls are apart as
  // shipped, and stay where they were for a file that is older than the choice.
  for (const auto& each : settings_needing_restart(shown, parsed("data_directory: ./var/stint")))
    BOOST_TEST((each.name == "simulated.books" || is_within(each.name, "providers")), each.name);
}

namespace {
// Another value that may stand there.
std::string another_for(const std::string& setting, const std::string& value) {
  static const std::vector<std::pair<std::string, std::string>> known = {
      {"address", "127.0.0.2"},
      {"token_file", "/etc/stint/other"},
      {"certificate_file", "tls/key.pem"},
      {"key_file", "tls/certificate.pem"},
      {"cors_origins", "[https://other.example.com]"},
      {"hosts", "[other.internal.example]"},
      {"data_directory", "./other"},
      {"durability", "disk"},
      {"file", "other.yaml"},
      {"unknown_model", "ceiling"},
      {"feature_header", "x-other"},
      {"tags_header", "x-other-tags"},
      {"output_holds", "bound"},
      {"unknown_calls", "prompt"},
      {"budget_exceeded_status", "402"},
      {"dialects", "[openai, anthropic]"},
      {"base_url", "https://other.example"},
      {"paths.openai", "/other"},
      {"credential_env", "STINT_OTHER_KEY"},
      {"credential_header", "x-other-key"},
      {"models", "[other-*]"},
      {"stream_usage", "never"},
      {"tiers.performance", "flex"},
      {"pass_headers", "[x-other]"},
      {"pass_query", "[other]"},
      {"on_hang_up", "finishes"},
      {"books", "real"},
      {"ceiling.output", "181"},
      {"refusals.message", "another"},
      {"proxy", "http://other.corp:3128"},
      {"proxy_credential_env", "STINT_OTHER_USER"},
      {"output", "bound"},
      {"sigma", "0.5"},
      {"passthrough", "[{method: GET, path: /v1/other, provider: openai}]"},
      {"tokenizers", "[{name: llama3, file: tokenizers/llama3.json, models: [other]}]"}};
  if (value == "true" || value == "false") return value == "true" ? "false" : "true";
  for (const auto& [end, other] : known) {
    if (setting == end || setting.ends_with("." + end)) return other;
  }
  const auto digits = value.find_first_not_of("0123456789_");
  std::string number = value.substr(0, digits);
  std::erase(number, '_');
  BOOST_TEST_REQUIRE(!number.empty(), "no other value is known for " << setting);
  return std::to_string(std::stoll(number) + 2) +  // no port of another listener
         (digits == std::string::npos ? "" : value.substr(digits));
}

YAML::Node with_other(const YAML::Node& shipped, const std::string& setting,
                      const std::string& other) {
  YAML::Node changed = YAML::Clone(shipped);
  std::vector<YAML::Node> way = {changed};
  std::string rest = setting;
  while (true) {
    const auto dot = rest.find('.');
    if (dot == std::string::npos) break;
    way.push_back(way.back()[rest.substr(0, dot)]);
    rest.erase(0, dot + 1);
  }
  way.back()[rest] = YAML::Load(other);
  return changed;
}
}  // namespace

// Changes of pass-throughs, of how often learning is saved, of header names were taken in silence. A new
// setting needs a line here, or another number will do.
BOOST_AUTO_TEST_CASE(every_setting_that_is_changed_is_told_at_a_reload) {
  const example_directory directory;
  const auto text = std::regex_replace(shipped_text(), std::regex("#: ?"), "");
  YAML::Node shipped = YAML::Load(text);
  // A process takes a few only, and each reading loads them; they are told by how they are written.
  shipped.remove("tokenizers");
  const auto running = parsed(YAML::Dump(shipped), directory.path);
  auto other_tokenizers = running;
  other_tokenizers.written.emplace("tokenizers", "[]");
  BOOST_TEST(settings_needing_restart(running, other_tokenizers).size() == 1U);
  std::size_t told = 0;
  for (const auto& [setting, value] : running.written) {
    if (is_within(setting, "caps") || is_within(setting, "tenants")) continue;
    if (setting == "prices.file") continue;          // it is in force
    if (setting.ends_with(".credential")) continue;  // nothing else may stand there
    const auto other = another_for(setting, value);
    std::ostringstream changed;
    changed << with_other(shipped, setting, other);
    const auto loaded = parsed(changed.str(), directory.path);
    const auto changes = settings_needing_restart(running, loaded);
    const auto names_it = [&, name = setting](const auto& each) { return each.name == name; };
    BOOST_TEST(std::ranges::any_of(changes, names_it), setting << ": " << value << " > " << other);
    BOOST_TEST(changes.size() <= 2U, setting);
    ++told;
  }
  BOOST_TEST(told > 80U);
}

// Of what the parser knows, so that the test above misses none.
BOOST_AUTO_TEST_CASE(the_shipped_file_names_every_setting_of_the_single_sections) {
  const example_directory directory;
  const auto text = std::regex_replace(shipped_text(), std::regex("#: ?"), "");
  const auto shipped = written(YAML::Load(text));
  BOOST_TEST_REQUIRE(shipped.has_value());
  for (const std::string section : {"", "listen", "admin", "limits", "prices", "attribution",
                                    "admission", "refusals", "metrics", "simulated"}) {
    const auto message = all_messages(
        parse_config(section.empty() ? "zzz: 1\n" : section + ": {zzz: 1}\n", "f", "."));
    const std::string start = "known here: ";
    const auto at = message.find(start);
    BOOST_TEST_REQUIRE(at != std::string::npos, message);
    std::istringstream words(message.substr(at + start.size()));
    for (std::string word; words >> word;) {
      std::erase_if(word, [](char c) { return c == ',' || c == '.'; });
      if (word == "or" || word == "and") continue;
      const std::string name = section.empty() ? word : section + "." + word;
      const auto is_it = [&](const auto& each) { return is_within(each.first, name); };
      BOOST_TEST(std::ranges::any_of(*shipped, is_it), name);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_commented_example_works) {
  const example_directory directory;
  const auto shipped = shipped_text();
  const auto text = std::regex_replace(shipped, std::regex("#: ?"), "");
  BOOST_TEST_REQUIRE(text != shipped);
  const auto read = parsed(text, directory.path);
  BOOST_TEST(read.listen.tls.has_value());
  BOOST_TEST(read.admin_token_file == "/etc/stint/admin_token");
  BOOST_TEST(read.ceiling_input_rate == 30'000'000'000);
  BOOST_TEST(read.passthrough.size() == 2u);
  BOOST_TEST_REQUIRE(read.tokenizers.size() == 2u);
  BOOST_TEST(read.tokenizers[0].text->name() == "llama3");
  BOOST_TEST(read.tokenizers[1].text->count("hello world") == 2);
  BOOST_TEST(read.route(*find_dialect("openai"), "deepseek-chat")->host == "api.deepseek.com");
  BOOST_TEST(read.route(*find_dialect("openai"), "local/llama")->port == 8000);
  // By the names that its deployments have there: a prefix of ours would go on, too.
  BOOST_TEST(read.route(*find_dialect("openai"), "DeepSeek-V3.1")->credential_header == "api-key");
  BOOST_TEST(cap_named(read, "fiscal-year").window.first_month_of_year == 4);
  BOOST_TEST(cap_named(read, "acme-month").zone_name == "Europe/Berlin");
  BOOST_TEST((cap_named(read, "tenant-any-day").window.length == std::chrono::hours{24}));
  BOOST_TEST(std::ranges::count(read.caps, "tenant-own-day", &cap::name) == 3);
}

BOOST_DATA_TEST_CASE(a_mistake_is_reported_with_its_line_and_the_fix, broken_files) {
  const auto report = "\n" + all_messages(parse_config(sample.yaml, "f", "."));
  for (const auto& message : sample.messages) {
    BOOST_TEST((report.find("\n" + message) != std::string::npos),
               message << " is not in:" << report);
  }
  const auto lines = static_cast<std::size_t>(std::count(report.begin(), report.end(), '\n')) - 1;
  BOOST_TEST(lines == sample.messages.size(), "one message for each mistake:" << report);
}

BOOST_AUTO_TEST_CASE(all_mistakes_are_reported_at_once_in_the_order_of_the_lines) {
  const auto result =
      parse_config("treads: 1\nlisten: {port: x}\ncaps:\n  - {name: a}\n", "f", ".");
  const auto& mistakes = std::get<std::vector<config_mistake>>(result);
  std::vector<int> lines;
  for (const auto& mistake : mistakes)
    lines.push_back(mistake.line);
  const std::vector<int> expected = {1, 2, 4, 4, 4};
  BOOST_TEST(lines == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_there_is_one_mistake) {
  const auto result = load_config("/nowhere/stint.yaml");
  BOOST_TEST(all_messages(result) ==
             "f: cannot read this file (No such file or directory); name the one that you mean\n");
}

BOOST_AUTO_TEST_CASE(an_empty_file_is_all_defaults) {
  const auto read = parsed("");
  BOOST_TEST(read.caps.empty());
  BOOST_TEST(read.providers.size() == 1u);
  BOOST_TEST(read.admin.port == 8081);
}

BOOST_AUTO_TEST_SUITE_END()
