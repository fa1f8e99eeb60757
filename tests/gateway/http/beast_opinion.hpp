// A second opinion on HTTP: Boost.Beast's parsers, and what they and ours say of a message as texts
// that can be compared. Shared by the property tests and the fuzz targets.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/beast/http.hpp>

#include "gateway/http/chunked_body.hpp"
#include "gateway/http/http_token.hpp"
#include "gateway/http/request_head.hpp"
#include "gateway/http/response_head.hpp"
#include "pricing/text/ascii.hpp"

namespace stint::testing {

namespace http = boost::beast::http;

template <typename Parser>
bool reads_head(Parser& parser, std::string_view bytes) {
  parser.header_limit(std::numeric_limits<std::uint32_t>::max());
  parser.body_limit(boost::none);
  boost::beast::error_code error;
  parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  return !error && parser.is_header_done();
}

// Beast moves a repeated field next to its first; ours stay as sent. In order of names both are one
// text.
inline std::string in_order_of_names(std::vector<std::pair<std::string, std::string>> fields) {
  for (auto& field : fields) {
    std::transform(field.first.begin(), field.first.end(), field.first.begin(), to_lower_case);
  }
  std::stable_sort(fields.begin(), fields.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string text;
  for (const auto& field : fields)
    text.append("\n").append(field.first).append("=").append(field.second);
  return text;
}

inline std::string list_fields(std::span<const header_field> fields) {
  std::vector<std::pair<std::string, std::string>> listed;
  for (const auto& field : fields)
    listed.emplace_back(field.name, field.value);
  return in_order_of_names(std::move(listed));
}

template <bool IsRequest>
std::string list_fields(const http::header<IsRequest>& head) {
  std::vector<std::pair<std::string, std::string>> listed;
  for (const auto& field : head) {
    // Of a request these are dropped.
    if (IsRequest && field.name_string().find('_') != std::string_view::npos) continue;
    listed.emplace_back(field.name_string(), field.value());
  }
  return in_order_of_names(std::move(listed));
}

template <typename Parser>
std::string framing_by_beast(const Parser& parser) {
  if (parser.chunked()) return "chunked";
  const auto length = parser.content_length();
  return length ? "length:" + std::to_string(*length) : "none";
}

inline std::string text_of(const request_head& head) {
  std::string text(to_string(head.method));
  text.append(" ").append(head.target).append(head.http_1_1 ? " 11 " : " 10 ");
  text += head.framing == body_framing::chunked  ? "chunked"
          : head.framing == body_framing::length ? "length:" + std::to_string(head.content_length)
                                                 : "none";
  return text + list_fields(head.fields());
}

inline std::string text_of(const response_head& head) {
  std::string text = std::to_string(head.status) + (head.http_1_1 ? " 11 " : " 10 ");
  text += head.framing == answer_framing::chunked  ? "chunked"
          : head.framing == answer_framing::length ? "length:" + std::to_string(head.content_length)
                                                   : "none";
  return text + list_fields(head.fields());
}

// What Beast reads out of a head that we accepted; nothing when it refuses it. We may close a
// connection that Beast would keep, and never the other way round.
inline std::optional<std::string> request_by_beast(std::string_view bytes, bool kept_alive_by_us) {
  http::request_parser<http::empty_body> parser;
  if (!reads_head(parser, bytes) || (kept_alive_by_us && !parser.keep_alive())) return std::nullopt;
  const auto& head = parser.get();
  std::string text(head.method_string());
  text.append(" ")
      .append(head.target())
      .append(" ")
      .append(std::to_string(head.version()))
      .append(" ");
  return text + framing_by_beast(parser) + list_fields<true>(head);
}

inline std::optional<std::string> response_by_beast(std::string_view bytes) {
  http::response_parser<http::empty_body> parser;
  if (!reads_head(parser, bytes)) return std::nullopt;
  const auto& head = parser.get();
  const unsigned status = head.result_int();
  const bool without_body = status < 200 || status == 204 || status == 304;
  return std::to_string(status) + " " + std::to_string(head.version()) + " " +
         (without_body ? "none" : framing_by_beast(parser)) + list_fields<false>(head);
}

// Beast wants the space after the status that RFC 9112 §4 asks for and that we do without.
inline bool lacks_space_after_status(std::string_view bytes) {
  return bytes.substr(12, 2) == "\r\n";
}

struct decoded_body {
  bool done = false;
  std::size_t consumed = 0;
  std::string body;
};

inline decoded_body decode_by_beast(std::string_view bytes) {
  constexpr std::string_view head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  http::request_parser<http::string_body> parser;
  decoded_body result;
  if (!reads_head(parser, head)) return result;
  parser.eager(true);
  boost::beast::error_code error;
  while (!error && !parser.is_done() && result.consumed < bytes.size()) {
    const auto rest = bytes.substr(result.consumed);
    const std::size_t used = parser.put(boost::asio::buffer(rest.data(), rest.size()), error);
    result.consumed += used;
    if (used == 0) break;
  }
  result.done = !error && parser.is_done();
  result.body = parser.get().body();
  return result;
}

// Beast reads trailers as if they stood in the head, and so objects to some. We drop them all, as
// RFC 9112 §7.1.2 allows.
inline bool may_have_framing_trailer(std::string_view bytes) {
  std::string lower_case(bytes);
  std::transform(lower_case.begin(), lower_case.end(), lower_case.begin(), to_lower_case);
  const auto holds = [&lower_case](std::string_view name) {
    return lower_case.find(name) != std::string::npos;
  };
  return holds("content-length") || holds("transfer-encoding") || holds("connection") ||
         holds("upgrade");
}

}  // namespace stint::testing
