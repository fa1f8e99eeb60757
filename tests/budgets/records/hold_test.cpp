#include "budgets/records/hold.hpp"

#include <boost/test/unit_test.hpp>

namespace stint {
namespace {

// A bound of 1,000 tokens of output at 3 nano-dollars each, beside a prompt of 50.
[[nodiscard]] hold_request request_held_in_parts(std::int64_t first, std::int64_t ample) {
  hold_request request;
  request.worst = {.input_tokens = 500, .output_tokens = 1'000, .cost = nanodollars{3'050}};
  elastic_output parts;
  parts.first_tokens = first;
  parts.ample_tokens = ample;
  request.elastic = parts;
  return request;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hold_suite)

BOOST_AUTO_TEST_CASE(what_cannot_be_held_in_parts_is_held_whole_whatever_is_asked) {
  hold_request request = request_held_in_parts(10, 100);
  request.elastic.reset();
  BOOST_TEST((with_output(request, 10) == request.worst));
  BOOST_TEST(wanted_output(request, 1'000) == 1'000);
}

BOOST_AUTO_TEST_CASE(the_whole_bound_costs_what_was_priced_as_the_worst) {
  const hold_request request = request_held_in_parts(10, 100);
  BOOST_TEST((with_output(request, 1'000) == request.worst));
}

BOOST_AUTO_TEST_CASE(what_is_generated_beside_the_answer_is_held_however_short_that_is) {
  hold_request request = request_held_in_parts(10, 100);
  request.side_output_tokens = 70;
  BOOST_TEST(with_output(request, 1'000).output_tokens == 1'070);
  BOOST_TEST(with_output(request, 1'000).cost.count() == 3'050);
  BOOST_TEST(with_output(request, 0).output_tokens == 70);
}

BOOST_AUTO_TEST_CASE(a_stream_wants_room_for_what_it_hardly_ever_passes) {
  BOOST_TEST(wanted_output(request_held_in_parts(10, 100), 1'000) == 100);
  BOOST_TEST(wanted_output(request_held_in_parts(10, 5), 1'000) ==
             10);  // never below its first part
  BOOST_TEST(wanted_output(request_held_in_parts(10, 100), 60) == 60);  // nor above the bound
  BOOST_TEST(wanted_output(request_held_in_parts(10, 1), 1'000) == 10);
}

BOOST_AUTO_TEST_CASE(a_stream_of_unknown_length_wants_room_for_its_bound) {
  BOOST_TEST(wanted_output(request_held_in_parts(10, 0), 1'000) == 1'000);
  BOOST_TEST(wanted_output(request_held_in_parts(10, -1), 1'000) == 1'000);
}

BOOST_AUTO_TEST_CASE(a_call_held_whole_from_the_first_wants_its_bound) {
  BOOST_TEST(wanted_output(request_held_in_parts(1'000, 100), 1'000) == 1'000);
  BOOST_TEST(wanted_output(request_held_in_parts(999, 100), 1'000) == 999);
}

// They are read by programs: in a refusal's body and as a label.
BOOST_AUTO_TEST_CASE(reasons_have_the_words_that_clients_know) {
  BOOST_TEST(to_string(refusal_reason::budget_exceeded) == "budget_exceeded");
  BOOST_TEST(to_string(refusal_reason::budget_busy) == "budget_busy");
  BOOST_TEST(to_string(refusal_reason::request_too_large) == "request_too_large");
  BOOST_TEST(to_string(refusal_reason::storage_unavailable) == "storage_unavailable");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
