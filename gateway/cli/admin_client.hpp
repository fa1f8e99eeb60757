// Talks to the admin listener of the running gateway. Blocking, one request at a time, bounded in
// time and size; for the commands only. Failures are command_failure and say what to do.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/value.hpp>
#include <boost/program_options.hpp>

#include "gateway/config/config.hpp"

namespace stint {

struct admin_address {
  std::string host;
  std::string port;
  secret token;
};

// --admin, --token-file and --config, which every command that asks the gateway takes.
void add_admin_options(boost::program_options::options_description& options);

// Where to ask and with which token: --admin, else the admin listener of the configuration;
// --token-file, else the environment variable STINT_ADMIN_TOKEN, else the token file of the
// configuration. The configuration is read only when it is needed.
[[nodiscard]] admin_address find_admin(const boost::program_options::variables_map& given);

// "http://127.0.0.1:8081", "127.0.0.1:8081" or "[::1]:8081"; throws misuse.
[[nodiscard]] admin_address parse_admin_address(std::string_view text);

class admin_client {
 public:
  explicit admin_client(admin_address where) : where_(std::move(where)) {}

  // The JSON of a 2xx answer; anything else is a command_failure with the gateway's own message.
  [[nodiscard]] boost::json::value get(const std::string& target) const;
  [[nodiscard]] boost::json::value post(const std::string& target, const std::string& body) const;
  // The same for work that may take long: once it has taken two seconds, says on the error output
  // every two seconds how far it has come, as a GET of the same target tells it. `unit` is that of
  // the counts, which are divided by `unit_size`.
  struct long_wait {
    const char* unit = "rows";
    std::int64_t unit_size = 1;
  };
  [[nodiscard]] boost::json::value post_and_wait(const std::string& target, const std::string& body,
                                                 const long_wait& shown_as) const;

 private:
  [[nodiscard]] boost::json::value ask(std::string_view method, const std::string& target,
                                       const std::string& body,
                                       std::chrono::seconds patience) const;

  admin_address where_;
};

// One "&name=value" of a query, percent-encoded (RFC 3986 §2.3 characters stay).
[[nodiscard]] std::string query_part(std::string_view name, std::string_view value);

}  // namespace stint
