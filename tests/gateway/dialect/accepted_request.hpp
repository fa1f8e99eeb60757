// A request as a test writes it, read by a dialect that must accept it.
#pragma once

#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/dialect/table.hpp"

namespace stint::testing {

// Its views live until the next call.
inline chat_request accepted_request(const dialect& api, const std::string& body) {
  static simdjson::dom::parser parser;
  simdjson::dom::element document;
  BOOST_REQUIRE(parser.parse(body).get(document) == simdjson::SUCCESS);
  auto request = api.read_request(document, {});
  BOOST_REQUIRE_MESSAGE(request, (request ? "" : request.error().message));
  return *request;
}

}  // namespace stint::testing
