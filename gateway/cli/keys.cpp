// `stint keys`. Tested by tests/gateway/cli/commands_test.cpp.
#include <chrono>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "gateway/cli/admin_client.hpp"
#include "gateway/cli/command_line.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/cli/json_fields.hpp"
#include "gateway/cli/text_table.hpp"
#include "pricing/text/words.hpp"
#include "pricing/time_text.hpp"
#include "pricing/wall_time.hpp"

namespace stint {
namespace {

namespace json = boost::json;
namespace options = boost::program_options;
using words = std::vector<std::string>;

constexpr auto keys_teaching =
    "Virtual keys: what a client sends instead of a provider's key. A key carries its tenant, so "
    "that what it spends is charged\n"
    "to the right one. Only its hash is kept; the key itself is shown once, when it is made.\n\n"
    "  stint keys create --tenant acme --default-feature chat\n"
    "  stint keys create --tenant acme --feature 'search-*' --model 'gpt-4o*' --expires 90d "
    "--label 'search team'\n"
    "  export OPENAI_API_KEY=$(stint keys create --tenant acme --quiet)\n"
    "  stint keys list\n"
    "  stint keys revoke key_0123456789abcdef\n";

command_form base_form(const std::string& usage) {
  command_form form;
  form.usage = usage;
  form.teaching = keys_teaching;
  add_admin_options(form.options);
  return form;
}

// "90d": days from now; or a UTC date or time.
std::string expiry_of(const std::string& word) {
  if (word.ends_with('d')) {
    const auto days = parse_count(std::string_view(word).substr(0, word.size() - 1));
    if (days && *days >= 1 && *days <= 36'500) {
      const auto now = std::chrono::floor<std::chrono::seconds>(wall_now());
      return to_iso_time(now + std::chrono::days(*days));
    }
  }
  if (parse_iso_time(word)) return word;
  throw misuse(
      "--expires: expected a UTC date like 2027-01-31, a time like 2027-01-31T12:00:00Z, or days "
      "like 90d");
}

int create(std::span<const std::string> arguments) {
  auto form = base_form("stint keys create --tenant NAME [options]");
  form.options.add_options()("tenant", options::value<std::string>()->required(),
                             "whom its calls are charged to")(
      "feature", options::value<words>(),
      "a feature it may name, or a pattern like search-*; may be repeated (default: any)")(
      "default-feature", options::value<std::string>(), "the feature of calls that name none")(
      "model", options::value<words>(),
      "a model it may use, or a pattern; may be repeated (default: any)")(
      "label", options::value<std::string>(), "a note for people")(
      "reason", options::value<std::string>(), "why; `stint ledger audit` shows it")(
      "expires", options::value<std::string>(), "UTC date, time, or 90d")(
      "quiet,q", "print the key and nothing else");
  const auto given = read_words(arguments, form);
  if (!given) return exit_done;
  json::object order{{"tenant", (*given)["tenant"].as<std::string>()}};
  const auto put_words = [&](const char* option, const char* field) {
    if (!given->contains(option)) return;
    const auto& list = (*given)[option].as<words>();
    order[field] = json::array(list.begin(), list.end());
  };
  put_words("feature", "features");
  put_words("model", "models");
  if (given->contains("default-feature"))
    order["default_feature"] = (*given)["default-feature"].as<std::string>();
  if (given->contains("label")) order["label"] = (*given)["label"].as<std::string>();
  if (given->contains("reason")) order["reason"] = (*given)["reason"].as<std::string>();
  if (given->contains("expires"))
    order["expires"] = expiry_of((*given)["expires"].as<std::string>());
  const auto answer = admin_client(find_admin(*given)).post("/api/v1/keys", json::serialize(order));
  const auto secret_text = field_text(answer.get_object(), "secret");
  if (given->contains("quiet")) {
    std::cout << secret_text << '\n';
    return exit_done;
  }
  const auto& key = field_object(answer.get_object(), "key");
  std::cout << "key     " << field_text(key, "id") << "\ntenant  " << field_text(key, "tenant")
            << "\nsecret  " << secret_text
            << "\n\nThe secret is shown this once. Clients send it as their API key.\n";
  return exit_done;
}

std::string or_any(const std::string& text) {
  return text.empty() ? "any" : text;
}

int list_keys(std::span<const std::string> arguments) {
  auto form = base_form("stint keys list [options]");
  form.options.add_options()("format", options::value<std::string>()->default_value("table"),
                             "table, csv or json");
  const auto given = read_words(arguments, form);
  if (!given) return exit_done;
  const auto format = read_format((*given)["format"].as<std::string>());
  const auto answer = admin_client(find_admin(*given)).get("/api/v1/keys");
  if (format == output_format::json) {
    std::cout << json::serialize(answer) << '\n';
    return exit_done;
  }
  text_table table({{"key"},
                    {"state"},
                    {"tenant"},
                    {"features"},
                    {"default"},
                    {"models"},
                    {"created"},
                    {"expires"},
                    {"label"}});
  for (const auto& item : field_list(answer.get_object(), "keys")) {
    const auto& key = item.as_object();
    table.add({field_text(key, "id"), field_text(key, "state"), field_text(key, "tenant"),
               or_any(field_text(key, "features")), field_text(key, "default_feature"),
               or_any(field_text(key, "models")), field_text(key, "created"),
               field_text(key, "expires"), field_text(key, "label")});
  }
  if (format == output_format::csv) {
    table.print_csv(std::cout);
  } else if (table.empty()) {
    std::cout << "no keys yet; make one with: stint keys create --tenant NAME\n";
  } else {
    table.print(std::cout);
  }
  return exit_done;
}

int revoke(std::span<const std::string> arguments) {
  auto form = base_form("stint keys revoke ID [options]");
  form.hidden.add_options()("id", options::value<std::string>());
  form.positional.add("id", 1);
  form.options.add_options()("reason", options::value<std::string>(),
                             "why; `stint ledger audit` shows it");
  const auto given = read_words(arguments, form);
  if (!given) return exit_done;
  if (!given->contains("id"))
    throw misuse("which key? Give its id (key_…); `stint keys list` shows all");
  const auto& id = (*given)["id"].as<std::string>();
  if (!id.starts_with("key_") || id.find_first_of("/?#% ") != std::string::npos) {
    throw misuse(
        "a key is revoked by its id (key_…), never by its secret; `stint keys list` shows all");
  }
  std::string order;
  if (given->contains("reason"))
    order = json::serialize(json::object{{"reason", (*given)["reason"].as<std::string>()}});
  const auto answer =
      admin_client(find_admin(*given)).post("/api/v1/keys/" + id + "/revoke", order);
  const auto& key = field_object(answer.get_object(), "key");
  const auto* before = answer.get_object().if_contains("was_revoked");
  const bool was_revoked = before != nullptr && before->is_bool() && before->get_bool();
  std::cout << field_text(key, "id")
            << (was_revoked ? " was already revoked, at " : " is revoked since ")
            << field_text(key, "revoked") << "; calls with it are refused\n";
  return exit_done;
}

}  // namespace

int run_keys(std::span<const std::string> arguments) {
  return run_command("keys", [&] {
    const std::string verb = arguments.empty() ? "" : arguments.front();
    if (verb == "--help" || verb == "-h") {
      std::cout << "Usage: stint keys create|list|revoke [options]\n\n"
                << keys_teaching << "\nOptions of each: stint keys create --help\n";
      return exit_done;
    }
    if (verb == "create") return create(arguments.subspan(1));
    if (verb == "list") return list_keys(arguments.subspan(1));
    if (verb == "revoke") return revoke(arguments.subspan(1));
    throw misuse("expected create, list or revoke");
  });
}

}  // namespace stint
