// Tested by tests/gateway/http/field_reach_test.cpp.
#include "gateway/http/field_reach.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "gateway/http/framing_fields.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {

namespace {
// No name in use is as long.
constexpr std::size_t name_bytes_max = 80;

constexpr std::array<std::string_view, 25> stays_here = {
    "te",
    "via",
    "cookie",
    "digest",  // of the body as the client sent it, which may be edited
    "origin",
    "referer",
    "trailer",
    "x-host",
    "x-method",
    "forwarded",
    "x-real-ip",
    "keep-alive",
    "content-md5",
    "repr-digest",
    "x-client-ip",
    "x-http-method",
    "content-digest",
    "http2-settings",
    "true-client-ip",
    "accept-encoding",
    "proxy-connection",
    "x-method-override",
    "x-cluster-client-ip",
    "x-http-method-override",
    "cf-connecting-ip"};
constexpr std::array<std::string_view, 8> begins_here = {
    "x-stint-",   "proxy-", "x-forwarded",     "x-original-",
    "x-rewrite-", "sec-",   "access-control-", "x-envoy-"};

// By these a request may be answered with less than the whole answer, or with none.
constexpr std::array<std::string_view, 7> cuts_answers = {"range",
                                                          "prefer",
                                                          "if-match",
                                                          "if-range",
                                                          "if-none-match",
                                                          "if-modified-since",
                                                          "if-unmodified-since"};

// Accounts, tiers, field masks, what other gateways are told by, and who the client is. By pieces of
// names, as every vendor has names of its own.
constexpr std::array<std::string_view, 12> begins_listed = {
    "x-auth",     "x-goog-",    "x-amz",   "x-ms-",     "x-vertex-", "azureml-",
    "x-portkey-", "x-litellm-", "cf-aig-", "helicone-", "x-bf-",     "x-dashscope-"};
constexpr std::array<std::string_view, 28> holds_listed = {
    "token",       "secret",     "passw",        "jwt",           "credential", "-key",
    "_key",        "apikey",     "cookie",       "authoriz",      "auth-",      "service-tier",
    "field-mask",  "bill",       "organization", "workspace",     "account",    "project",
    "client-ip",   "clientip",   "user-ip",      "connecting-ip", "socketip",   "connection-ip",
    "client-cert", "clientcert", "remote-user",  "authenticated"};

template <typename List>
bool is_one_of(std::string_view name, const List& names) noexcept {
  return std::find(names.begin(), names.end(), name) != names.end();
}

template <typename List>
bool begins_as(std::string_view name, const List& beginnings) noexcept {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [name](std::string_view each) { return name.starts_with(each); });
}

template <typename List>
bool holds_one_of(std::string_view name, const List& pieces) noexcept {
  return std::any_of(pieces.begin(), pieces.end(), [name](std::string_view each) {
    return name.find(each) != std::string_view::npos;
  });
}

field_reach reach_of_other(std::string_view lower_case) noexcept {
  // What SDKs send with every call.
  if (lower_case == "accept" || lower_case == "user-agent" ||
      lower_case.starts_with("x-stainless-"))
    return field_reach::onwards;
  if (is_one_of(lower_case, stays_here) || begins_as(lower_case, begins_here))
    return field_reach::here;
  if (is_one_of(lower_case, cuts_answers)) return field_reach::if_unmetered;
  const bool wants_listing =
      begins_as(lower_case, begins_listed) || holds_one_of(lower_case, holds_listed);
  return wants_listing ? field_reach::if_listed : field_reach::onwards;
}
}  // namespace

field_reach reach_of(std::string_view name) noexcept {
  switch (kind_of(name)) {
    case field_kind::other:
      break;
    case field_kind::content_type:
    case field_kind::anthropic_version:
    case field_kind::idempotency_key:
      return field_reach::onwards;
    default:
      return field_reach::here;
  }
  if (name.size() > name_bytes_max) return field_reach::here;
  std::array<char, name_bytes_max> lower_case;
  std::transform(name.begin(), name.end(), lower_case.begin(), to_lower_case);
  return reach_of_other(std::string_view(lower_case.data(), name.size()));
}

}  // namespace stint
