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

// FastAPI's servers give back the whole body with every mistake that they find in it.
BOOST_AUTO_TEST_CASE(our_own_text_in_an_echo_names_nothing) {
  examined_call call;
  call.asks_for_usage = true;
  for (
      const char* echo :
      {R"({"detail":[{"loc":["body","top_p"],"input":{"stream":true,"stream_options":{"include_usage":true}}}]})",
       R"({"detail":[{"input":{"stream_options": {"include_usage": true}, "top_p": 7}}]})",
       R"({"message":"bad: {\"top_p\":7,\"stream_options\":{\"include_usage\":true}}"})",
       R"({"message":"bad: {'stream_options': {'include_usage': True}, 'top_p': 7}"})"})
    BOOST_TEST(!refused_to_tell_usage(call, answered(422, echo)), echo);
  for (
      const char* meant :
      {R"({"detail":[{"loc":["body","stream_options"],"msg":"Extra inputs are not permitted","input":{"include_usage":true}}]})",
       R"({"detail":[{"loc":["body","stream_options","include_usage"],"input":{"stream_options":{"include_usage":true}}}]})",
       R"({"message":"Unknown field stream_options: {\"include_usage\":true}"})",
       R"({"message":"[{\"loc\":[\"body\",\"stream_options\"]}]"})",
       R"({"error":"json: unknown field \"stream_options\""})",
       R"({"error":"include_usage: not supported"})", R"({"stream_options":["Unknown field."]})"})
    BOOST_TEST(refused_to_tell_usage(call, answered(422, meant)), meant);
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
