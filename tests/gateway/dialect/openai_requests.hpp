// Requests to the chat completions API, read as the gateway reads them. Plain functions.
#pragma once

#include <string>

#include <boost/test/unit_test.hpp>
#include <simdjson.h>

#include "gateway/dialect/parts/dialect.hpp"
#include "gateway/dialect/table.hpp"

namespace stint::testing {

inline const dialect& openai() {
  return *find_dialect("openai");
}

inline chat_request read(const std::string& body) {
  static simdjson::dom::parser parser;
  simdjson::dom::element document;
  BOOST_REQUIRE(parser.parse(body).get(document) == simdjson::SUCCESS);
  auto request = openai().read_request(document);
  BOOST_REQUIRE_MESSAGE(request, (request ? "" : request.error().message));
  return *request;
}

}  // namespace stint::testing
