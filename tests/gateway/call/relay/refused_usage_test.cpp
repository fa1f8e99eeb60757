// Goal: only a refusal of what we asked for makes us ask again, and what is then sent is the client's own
// body with its bound.
#include "gateway/call/relay/refused_usage.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/dialect/table.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(refused_usage_suite)

namespace {
relayed answered(int status, std::string body) {
  relayed made;
  whole_answer whole;
  whole.status = status;
  whole.body = std::move(body);
  made.unsent = std::move(whole);
  return made;
}
const std::string named = R"({"message":"Extra inputs are not permitted: stream_options"})";
}  // namespace

BOOST_AUTO_TEST_CASE(a_400_or_422_that_names_the_field_is_one) {
  examined_call call;
  call.asks_for_usage = true;
  for (const int status : {400, 422})
    BOOST_TEST(refused_to_tell_usage(call, answered(status, named)));
  for (const int status : {200, 401, 403, 404, 429, 500})
    BOOST_TEST(!refused_to_tell_usage(call, answered(status, named)));
  BOOST_TEST(!refused_to_tell_usage(call, answered(400, R"({"message":"no such model"})")));
  BOOST_TEST(!refused_to_tell_usage(call, answered(400, "")));
  BOOST_TEST(!refused_to_tell_usage(call, relayed()));
  call.asks_for_usage = false;  // the client did
  BOOST_TEST(!refused_to_tell_usage(call, answered(400, named)));
}

BOOST_AUTO_TEST_CASE(what_is_sent_then_is_the_clients_body_with_its_bound) {
  const dialect& speaks = *find_dialect("openai");
  const std::string body = R"({"model":"m","stream":true,"messages":[],"max_tokens":50})";
  examined_call call;
  call.model = "m";
  call.asks_for_usage = true;
  call.edited_body = "edited";
  ask_for_no_usage(speaks, body, call);
  BOOST_TEST(!call.edited_body.has_value());
  BOOST_TEST(!call.asks_for_usage);
  call.output_limit_tokens = 20;
  ask_for_no_usage(speaks, body, call);
  BOOST_TEST(call.edited_body.value() ==
             R"({"model":"m","stream":true,"messages":[],"max_tokens":20})");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
