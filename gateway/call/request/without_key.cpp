// Tested by tests/gateway/call/request/without_key_test.cpp.
#include "gateway/call/request/without_key.hpp"

#include <algorithm>
#include <array>

namespace stint {

namespace {
// "/" is what load balancers and older Claude Codes ask for, "/api/hello" what newer ones do (dialects.md §7.4).
constexpr std::array<std::string_view, 3> probed = {"/", "/healthz", "/api/hello"};

bool is_probe(const request_head& head) noexcept {
  const bool only_looks = head.method == http_method::get || head.method == http_method::head;
  return only_looks && std::find(probed.begin(), probed.end(), head.path) != probed.end();
}

// The Fetch standard, "CORS-preflight request". What may be called is decided when it is called; here
// it is only said that the page may try. A key is no "credential" in that standard's sense, so none are
// allowed.
std::string preflight_fields(const request_head& head) {
  std::string fields =
      "access-control-allow-methods: GET, POST\r\naccess-control-max-age: 600\r\n"
      "vary: access-control-request-headers\r\n";
  if (const auto wanted = head.find("access-control-request-headers"))
    fields.append("access-control-allow-headers: ").append(*wanted).append("\r\n");
  return fields;
}
}  // namespace

std::string_view page_origin_of(const listener_config& listener,
                                const request_head& head) noexcept {
  if (listener.cors_origins.empty()) return {};
  const auto origin = head.find("origin");
  if (!origin) return {};
  const auto& allowed = listener.cors_origins;
  return std::find(allowed.begin(), allowed.end(), *origin) != allowed.end() ? *origin
                                                                             : std::string_view{};
}

std::optional<plain_answer> answer_without_key(const listener_config& listener,
                                               const request_head& head) {
  if (head.method == http_method::post) return std::nullopt;
  if (is_probe(head)) return plain_answer{"content-type: text/plain\r\n", "ok\n"};
  const bool is_preflight =
      head.method == http_method::options && head.find("access-control-request-method");
  if (!is_preflight || page_origin_of(listener, head).empty()) return std::nullopt;
  return plain_answer{preflight_fields(head), {}};
}

}  // namespace stint
