// Tested by tests/gateway/cli/commands_test.cpp.
#include "gateway/cli/admin_client.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <future>
#include <iostream>
#include <optional>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "gateway/admin/token.hpp"
#include "gateway/cli/amount_text.hpp"
#include "gateway/cli/command_line.hpp"
#include "gateway/cli/json_fields.hpp"
#include "pricing/text/words.hpp"

namespace stint {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace json = boost::json;
namespace options = boost::program_options;
namespace urls = boost::urls;

constexpr std::uint64_t answer_bytes_max = 256U << 20;
constexpr std::chrono::seconds connect_timeout{5};
constexpr std::chrono::minutes answer_timeout{10};
constexpr std::chrono::hours work_timeout{24};  // a copy or a scan of the whole ledger

// Runs what was started on `context` to its end.
void finish(asio::io_context& context) {
  context.restart();
  context.run();
}

std::string shown(const admin_address& where) {
  const bool is_ipv6 = where.host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + where.host + "]" : where.host) + ":" + where.port;
}

constexpr std::string_view found_by =
    "The gateway is found through its configuration: mend it (stint check-config), or name the "
    "gateway with --admin and its token with --token-file";

// A listener on every address is reached on the loopback one.
std::string reachable(const std::string& address) {
  if (address == "0.0.0.0") return "127.0.0.1";
  return address == "::" ? "::1" : address;
}

std::string message_in(const std::string& body) {
  boost::system::error_code broken;
  const auto value = json::parse(body, broken);
  const auto* error =
      !broken && value.is_object() ? value.get_object().if_contains("error") : nullptr;
  const auto* message =
      error != nullptr && error->is_object() ? error->get_object().if_contains("message") : nullptr;
  if (message == nullptr || !message->is_string()) return {};
  const auto* param = error->get_object().if_contains("param");
  const std::string place =
      param != nullptr && param->is_string() ? " (" + std::string(param->get_string()) + ")" : "";
  return std::string(message->get_string()) + place;
}

}  // namespace

void add_admin_options(options::options_description& described) {
  described.add_options()("admin", options::value<std::string>(),
                          "the gateway's admin listener, like http://127.0.0.1:8081")(
      "token-file", options::value<std::string>(),
      "file with the admin token (default: the token itself in $STINT_ADMIN_TOKEN, or the file "
      "that is configured)")("config,c",
                             options::value<std::string>()->default_value("config/stint.yaml"),
                             "where to find both otherwise");
}

admin_address parse_admin_address(std::string_view text) {
  constexpr std::string_view scheme = "http://";
  if (text.starts_with(scheme)) text.remove_prefix(scheme.size());
  while (text.ends_with('/'))
    text.remove_suffix(1);
  const auto read = urls::parse_authority(text);
  if (!read || read->has_userinfo() || read->host().empty() || !parse_port(read->port()))
    throw misuse("--admin: expected http://host:port, like http://127.0.0.1:8081");
  return {.host = read->host_address(), .port = read->port(), .token = {}};
}

admin_address find_admin(const options::variables_map& given) {
  admin_address where;
  std::optional<config> settings;
  const auto configured = [&]() -> const config& {
    if (!settings) settings = read_config(given["config"].as<std::string>(), found_by);
    return *settings;
  };
  if (given.contains("admin")) {
    where = parse_admin_address(given["admin"].as<std::string>());
  } else {
    const auto& listener = configured().admin;
    if (listener.port == 0)
      throw command_failure(
          "admin.port is 0, so the port was chosen at start: name it with --admin");
    where.host = reachable(listener.address);
    where.port = std::to_string(listener.port);
  }
  const char* variable =
      std::getenv("STINT_ADMIN_TOKEN");  // NOLINT(concurrency-mt-unsafe): one thread
  if (given.contains("token-file")) {
    where.token = load_admin_token(given["token-file"].as<std::string>());
  } else if (variable != nullptr && *variable != '\0') {
    where.token = secret(variable);
  } else {
    const auto& file = configured().admin_token_file;
    try {
      where.token = load_admin_token(file);
    } catch (const std::exception& failure) {
      throw command_failure(std::string(failure.what()) +
                            "\nThe gateway makes this file at its first start (./start). Run this "
                            "command where the gateway runs, or give --token-file or "
                            "$STINT_ADMIN_TOKEN");
    }
  }
  return where;
}

json::value admin_client::get(const std::string& target) const {
  return ask("GET", target, {}, answer_timeout);
}

json::value admin_client::post(const std::string& target, const std::string& body) const {
  return ask("POST", target, body, answer_timeout);
}

json::value admin_client::post_and_wait(const std::string& target, const std::string& body,
                                        const long_wait& shown_as) const {
  auto answer =
      std::async(std::launch::async, [&] { return ask("POST", target, body, work_timeout); });
  while (answer.wait_for(progress_interval) != std::future_status::ready) {
    const auto come = ask("GET", target, {}, answer_timeout);
    const auto done = field_count(come.get_object(), "done") / shown_as.unit_size;
    const auto total = field_count(come.get_object(), "total") / shown_as.unit_size;
    std::cerr << grouped(done) << " of about " << grouped(std::max(done, total)) << ' '
              << shown_as.unit << std::endl;
  }
  return answer.get();
}

json::value admin_client::ask(std::string_view method, const std::string& target,
                              const std::string& body, std::chrono::seconds patience) const {
  asio::io_context context(1);
  beast::tcp_stream stream(context);
  boost::system::error_code failed;
  asio::ip::tcp::resolver resolver(context);
  const auto endpoints = resolver.resolve(where_.host, where_.port, failed);
  if (!failed) {
    stream.expires_after(connect_timeout);
    stream.async_connect(endpoints, [&](boost::system::error_code e,
                                        const asio::ip::tcp::endpoint&) { failed = e; });
    finish(context);
  }
  if (failed) {
    throw command_failure("no gateway answers at " + shown(where_) + " (" + failed.message() +
                          "): start it with ./start, or name it with --admin");
  }
  http::request<http::string_body> request(http::string_to_verb(method), target, 11);
  request.set(http::field::host, shown(where_));
  request.set(http::field::authorization, "Bearer " + where_.token.reveal());
  if (!body.empty()) request.set(http::field::content_type, "application/json");
  request.keep_alive(false);
  request.body() = body;
  request.prepare_payload();
  http::response_parser<http::string_body> parser;
  parser.body_limit(answer_bytes_max);
  beast::flat_buffer buffer;
  stream.expires_after(patience);
  http::async_write(stream, request, [&](boost::system::error_code e, std::size_t) {
    failed = e;
    if (e) return;
    http::async_read(
        stream, buffer, parser,
        [&](boost::system::error_code read_failed, std::size_t) { failed = read_failed; });
  });
  finish(context);
  if (failed)
    throw command_failure("the gateway at " + shown(where_) +
                          " did not answer: " + failed.message());
  const auto& response = parser.get();
  const int status = static_cast<int>(response.result_int());
  if (status < 200 || status > 299) {
    const auto message = message_in(response.body());
    throw command_failure(message.empty() ? "the gateway answered " + std::to_string(status) +
                                                "; is " + shown(where_) + " its admin listener?"
                                          : message);
  }
  boost::system::error_code broken;
  auto value = json::parse(response.body(), broken);
  if (broken || !value.is_object())
    throw command_failure("what answers at " + shown(where_) + " is not a Stint gateway");
  return value;
}

std::string query_part(std::string_view name, std::string_view value) {
  return "&" + std::string(name) + "=" + urls::encode(value, urls::unreserved_chars);
}

}  // namespace stint
