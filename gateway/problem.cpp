// Tested by tests/gateway/dialect/dialect_test.cpp.
#include "gateway/problem.hpp"

#include <stdexcept>
#include <utility>

namespace stint {

namespace {

int usual_status(problem_kind kind) noexcept {
  switch (kind) {
    case problem_kind::malformed_http:
    case problem_kind::bad_request:
      return 400;
    case problem_kind::unauthenticated:
      return 401;
    case problem_kind::forbidden:
    case problem_kind::unpriced_model:
      return 403;
    case problem_kind::not_found:
      return 404;
    case problem_kind::method_not_allowed:
      return 405;
    case problem_kind::request_timeout:
      return 408;
    case problem_kind::body_too_large:
      return 413;
    case problem_kind::unsupported_media:
      return 415;
    case problem_kind::budget_exceeded:
    case problem_kind::budget_busy:
      return 429;
    case problem_kind::head_too_large:
      return 431;
    case problem_kind::credential_refused:
    case problem_kind::upstream_refused:
    case problem_kind::upstream_reset:
    case problem_kind::upstream_garbage:
      return 502;
    case problem_kind::storage_unavailable:
    case problem_kind::overloaded:
      return 503;
    case problem_kind::upstream_timeout:
      return 504;
    case problem_kind::internal:
      return 500;
  }
  return 500;
}

}  // namespace

std::string_view to_string(problem_kind kind) noexcept {
  switch (kind) {
    case problem_kind::malformed_http:
      return "malformed_http";
    case problem_kind::bad_request:
      return "bad_request";
    case problem_kind::unauthenticated:
      return "unauthenticated";
    case problem_kind::forbidden:
      return "forbidden";
    case problem_kind::not_found:
      return "not_found";
    case problem_kind::method_not_allowed:
      return "method_not_allowed";
    case problem_kind::request_timeout:
      return "request_timeout";
    case problem_kind::body_too_large:
      return "body_too_large";
    case problem_kind::head_too_large:
      return "head_too_large";
    case problem_kind::unsupported_media:
      return "unsupported_media";
    case problem_kind::budget_exceeded:
      return "budget_exceeded";
    case problem_kind::budget_busy:
      return "budget_busy";
    case problem_kind::unpriced_model:
      return "unpriced_model";
    case problem_kind::storage_unavailable:
      return "storage_unavailable";
    case problem_kind::overloaded:
      return "overloaded";
    case problem_kind::credential_refused:
      return "credential_refused";
    case problem_kind::upstream_refused:
      return "upstream_refused";
    case problem_kind::upstream_reset:
      return "upstream_reset";
    case problem_kind::upstream_garbage:
      return "upstream_garbage";
    case problem_kind::upstream_timeout:
      return "upstream_timeout";
    case problem_kind::internal:
      return "internal";
  }
  return "internal";
}

std::optional<bool> problem::should_retry() const noexcept {
  switch (kind) {
    // Nothing was forwarded, and the obstacle passes by itself.
    case problem_kind::budget_busy:
    case problem_kind::storage_unavailable:
    case problem_kind::overloaded:
    case problem_kind::upstream_refused:
      return true;
    // Sent again, the same request meets the same answer.
    case problem_kind::malformed_http:
    case problem_kind::bad_request:
    case problem_kind::unauthenticated:
    case problem_kind::forbidden:
    case problem_kind::not_found:
    case problem_kind::method_not_allowed:
    case problem_kind::body_too_large:
    case problem_kind::head_too_large:
    case problem_kind::unsupported_media:
    case problem_kind::budget_exceeded:
    case problem_kind::unpriced_model:
    case problem_kind::credential_refused:  // until an operator has put it right
      return false;
    // The provider may have done (and billed) the work: whether to pay twice is the client's own
    // rule.
    case problem_kind::request_timeout:
    case problem_kind::upstream_reset:
    case problem_kind::upstream_garbage:
    case problem_kind::upstream_timeout:
    case problem_kind::internal:
      return std::nullopt;
  }
  return std::nullopt;
}

problem make_problem(problem_kind kind, std::string message, std::string param) {
  problem made;
  made.kind = kind;
  made.status = usual_status(kind);
  made.message = std::move(message);
  made.param = std::move(param);
  return made;
}

void throw_exception_from_error(const problem& error, const boost::source_location&) {
  throw std::logic_error("value() of a failed result: " + error.message);
}

}  // namespace stint
