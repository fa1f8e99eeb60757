// Goal: a call is let in when what it may cost fits, counted beforehand only where that matters, and no client
// that has gone holds anything. Method: a real ledger with caps of the size the case needs; a client that
// goes when the test says so.
#include "gateway/call/hold/reserve.hpp"

#include "gateway/call/call_fixture.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(reserve_a_hold)

namespace {
struct reserve_fixture : call_fixture {
  explicit reserve_fixture(std::int64_t limit = 10'000,
                           const std::function<void(config&)>& change = nullptr,
                           std::size_t queue_max = ledger_options().queue_max)
      : call_fixture("  - {name: all-tokens, window: forever, unit: tokens, limit: " +
                         std::to_string(limit) + "}\n",
                     change, queue_max) {}

  [[nodiscard]] auto reserved(examined_call& call, hold_request& worst) {
    return run(reserve_metered(asking(), call, worst));
  }
  [[nodiscard]] std::string counted_before() const {
    return figure("stint_prompt_counts_total{when=\"before_hold\"}");
  }
  [[nodiscard]] std::string refusals(const std::string& reason) const {
    return figure("stint_refusals_total{cap=\"all-tokens\",reason=\"" + reason +
                  "\",tenant=\"acme\"}");
  }
};
// A prompt of some 8,000 bytes takes at most one part in sixteen of this.
struct roomy : reserve_fixture {
  roomy() : reserve_fixture(1'000'000) {}
};
struct roomy_and_counting_first : reserve_fixture {
  roomy_and_counting_first()
      : reserve_fixture(1'000'000, [](config& c) { c.admission.uncounted_room_share = 0; }) {}
};
// A bound may take all that is left.
struct letting_all_pass : reserve_fixture {
  letting_all_pass()
      : reserve_fixture(10'000, [](config& c) { c.admission.uncounted_room_share = 1; }) {}
};
struct impatient : reserve_fixture {
  impatient() : reserve_fixture(10'000, [](config& c) { c.admission.wait_ms = 100; }) {}
};
struct very_patient : reserve_fixture {
  very_patient() : reserve_fixture(10'000, [](config& c) { c.admission.wait_ms = 25'000; }) {}
};
struct out_of_storage : reserve_fixture {
  out_of_storage() : reserve_fixture(10'000, nullptr, 0) {}
};
struct asking_for_payment : reserve_fixture {
  asking_for_payment() : reserve_fixture(10'000, [](config& c) { c.refusal_status = 402; }) {}
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(a_counted_prompt_is_held_with_its_whole_output, reserve_fixture) {
  examined_call call = short_call();
  hold_request worst = worst_of(call);
  const auto let_in = reserved(call, worst);
  BOOST_TEST_REQUIRE(let_in.has_value());
  BOOST_TEST(let_in->output_tokens == 100);
  BOOST_TEST(let_in->held_output_tokens == 100);
  BOOST_TEST(!let_in->refused.has_value());
  BOOST_TEST(standing().held == call.prompt.upper_bound + 100);
  BOOST_TEST(counted_before() == "1");
  BOOST_TEST(!client.watched());
}

BOOST_FIXTURE_TEST_CASE(where_room_is_ample_a_prompt_is_held_at_its_bound_uncounted, roomy) {
  examined_call call = long_call(8'000);
  hold_request worst = worst_of(call);
  const auto let_in = reserved(call, worst);
  BOOST_TEST_REQUIRE(let_in.has_value());
  BOOST_TEST(!let_in->beyond_share);
  BOOST_TEST((call.uncounted != nullptr));
  BOOST_TEST(standing().held == call.prompt.upper_bound + 100);
  BOOST_TEST(worst.room_share == 0);  // it is of no interest to later questions
  BOOST_TEST(counted_before() == "0");
}

BOOST_FIXTURE_TEST_CASE(where_room_is_not_ample_a_prompt_is_counted_first, reserve_fixture) {
  examined_call call = long_call(8'000);
  const std::int64_t bound = call.prompt.upper_bound;
  hold_request worst = worst_of(call);
  const auto let_in = reserved(call, worst);
  BOOST_TEST_REQUIRE(let_in.has_value());
  BOOST_TEST(!let_in->beyond_share);
  BOOST_TEST((call.uncounted == nullptr));
  BOOST_TEST(call.prompt.exact);
  BOOST_TEST(call.prompt.upper_bound < bound / 2);
  BOOST_TEST(standing().held == call.prompt.upper_bound + 100);
  BOOST_TEST(worst.worst.input_tokens == call.prompt.upper_bound);
  BOOST_TEST(worst.known.input_tokens == call.prompt.expected);
  BOOST_TEST(worst.room_share == 0);
  BOOST_TEST(worst.flags == 0U);
  BOOST_TEST(counted_before() == "1");
}

BOOST_FIXTURE_TEST_CASE(every_prompt_is_counted_first_where_that_is_configured,
                        roomy_and_counting_first) {
  examined_call call = long_call(8'000);
  hold_request worst = worst_of(call);
  BOOST_TEST_REQUIRE(reserved(call, worst).has_value());
  BOOST_TEST((call.uncounted == nullptr));
  BOOST_TEST(standing().held == call.prompt.upper_bound + 100);
  BOOST_TEST(counted_before() == "1");
}

BOOST_FIXTURE_TEST_CASE(a_bound_that_may_take_all_the_room_is_held_uncounted, letting_all_pass) {
  examined_call call = long_call(8'000);
  hold_request worst = worst_of(call);
  BOOST_TEST_REQUIRE(reserved(call, worst).has_value());
  BOOST_TEST((call.uncounted != nullptr));
  BOOST_TEST(standing().held == call.prompt.upper_bound + 100);
}

BOOST_FIXTURE_TEST_CASE(a_spent_cap_refuses_and_is_counted, reserve_fixture) {
  examined_call call = short_call();
  hold_request worst = worst_of(call);
  worst.worst.input_tokens = 10'001;
  const auto refused = reserved(call, worst);
  BOOST_TEST_REQUIRE(!refused.has_value());
  BOOST_TEST((refused.error().kind == problem_kind::budget_exceeded));
  BOOST_TEST(refused.error().status == 429);
  BOOST_TEST(refusals("budget_exceeded") == "1");
  BOOST_TEST(standing().held == 0);
  BOOST_TEST(rows().empty());
  BOOST_TEST(!client.watched());
}

BOOST_FIXTURE_TEST_CASE(a_spent_cap_refuses_with_the_configured_status, asking_for_payment) {
  examined_call call = short_call();
  hold_request worst = worst_of(call);
  worst.worst.input_tokens = 10'001;
  BOOST_TEST(reserved(call, worst).error().status == 402);
}

BOOST_FIXTURE_TEST_CASE(a_prompt_that_fits_no_way_is_refused_by_its_count, reserve_fixture) {
  examined_call call = long_call(60'000);
  hold_request worst = worst_of(call);
  const auto refused = reserved(call, worst);
  BOOST_TEST_REQUIRE(!refused.has_value());
  BOOST_TEST((refused.error().kind == problem_kind::budget_exceeded));
  BOOST_TEST((call.uncounted == nullptr));
  BOOST_TEST(refusals("budget_exceeded") == "1");
}

BOOST_FIXTURE_TEST_CASE(a_ledger_that_takes_nothing_is_not_laid_at_a_cap_s_door, out_of_storage) {
  examined_call call = short_call();
  hold_request worst = worst_of(call);
  const auto refused = reserved(call, worst);
  BOOST_TEST_REQUIRE(!refused.has_value());
  BOOST_TEST((refused.error().kind == problem_kind::storage_unavailable));
  BOOST_TEST(figure("stint_storage_failures_total") == "1");
  BOOST_TEST(refusals("storage_unavailable") == "");
}

BOOST_FIXTURE_TEST_CASE(a_client_that_has_gone_is_not_admitted_and_holds_nothing, reserve_fixture) {
  examined_call call = short_call();
  hold_request worst = worst_of(call);
  client.go();
  const auto refused = reserved(call, worst);
  BOOST_TEST_REQUIRE(!refused.has_value());
  BOOST_TEST((refused.error().kind == problem_kind::overloaded));
  BOOST_TEST(refused.error().message == "the client left before its call was admitted");
  BOOST_TEST(standing().held == 0);
  BOOST_TEST(rows().empty());
}

BOOST_FIXTURE_TEST_CASE(a_client_that_goes_leaves_the_line, very_patient) {
  occupy(9'950);
  examined_call call = short_call();
  hold_request worst = worst_of(call);
  const auto waiting = start(reserve_metered(asking(), call, worst));
  wait_until([&] { return ledger().health().waiting == 1U; });
  BOOST_TEST(client.watched());
  const auto since = monotonic::now();
  client.go();
  wait_until([&] { return waiting->has_value(); });
  BOOST_TEST((monotonic::now() - since < std::chrono::seconds(20)));
  BOOST_TEST_REQUIRE(!(*waiting)->has_value());
  BOOST_TEST(((*waiting)->error().kind == problem_kind::budget_busy));
  wait_until([&] { return ledger().health().waiting == 0U; });
  BOOST_TEST(refusals("budget_busy") == "1");
}

BOOST_FIXTURE_TEST_CASE(a_client_is_looked_for_when_its_call_has_waited, impatient) {
  occupy(9'950);
  examined_call call = short_call();
  hold_request worst = worst_of(call);
  client.left_unnoticed = true;
  BOOST_TEST(!reserved(call, worst).has_value());
  BOOST_TEST(client.looked_for == 1);
  BOOST_TEST(client.client_gone());
}

BOOST_FIXTURE_TEST_CASE(a_client_that_goes_before_its_prompt_is_counted_is_not_admitted,
                        reserve_fixture) {
  examined_call call = long_call(8'000);
  hold_request worst = worst_of(call);
  const auto waiting = start(reserve_metered(asking(), call, worst));
  wait_until([&] { return client.watched(); });
  client.go();
  wait_until([&] { return waiting->has_value(); });
  BOOST_TEST_REQUIRE(!(*waiting)->has_value());
  BOOST_TEST(((*waiting)->error().kind == problem_kind::overloaded));
  BOOST_TEST((call.uncounted != nullptr));  // nobody needs the count
  BOOST_TEST(standing().held == 0);
  BOOST_TEST(counted_before() == "0");
}

// Each part with a file that only the provider knows may be a hundred pages.
BOOST_FIXTURE_TEST_CASE(a_prompt_that_counts_as_a_billion_tokens_is_refused, reserve_fixture) {
  std::string body = R"({"model":"gpt-4o","messages":[{"role":"user","content":[)";
  for (int part = 0; part < 4'000; ++part)
    body += R"({"type":"file","file":{"file_id":"f"}},)";
  body.back() = ']';
  body += "}]}";
  const auto absurd = std::make_shared<uncounted_prompt>();
  BOOST_REQUIRE(!absurd->parser.parse(body).get(absurd->document));
  absurd->model = "gpt-4o";
  examined_call call = short_call();
  call.uncounted = absurd;
  hold_request worst = worst_of(call);
  settings.admission.uncounted_room_share = 0;
  const auto refused = reserved(call, worst);
  BOOST_TEST_REQUIRE(!refused.has_value());
  BOOST_TEST((refused.error().kind == problem_kind::bad_request));
  BOOST_TEST(refused.error().message ==
             "the prompt counts as more than a billion tokens; no model takes that");
  BOOST_TEST(standing().held == 0);
  BOOST_TEST(counted_before() == "0");
  BOOST_TEST(figure("stint_rejected_requests_total{kind=\"bad_request\"}") == "1");
}

BOOST_FIXTURE_TEST_CASE(a_bound_that_was_not_lowered_changes_no_body, reserve_fixture) {
  examined_call call = short_call();
  admission let_in;
  let_in.output_tokens = 100;
  obey_bound(*find_dialect("openai"), "{}", call, let_in);
  BOOST_TEST(!call.edited_body.has_value());
  BOOST_TEST(call.output_limit_tokens == 0);
  BOOST_TEST(call.output_bound_tokens == 100);
}

BOOST_FIXTURE_TEST_CASE(a_bound_that_was_lowered_is_told_to_the_provider, reserve_fixture) {
  const std::string body =
      R"({"model":"gpt-4o","messages":[{"role":"user","content":"hi"}],"max_tokens":100,"n":2})";
  examined_call call = examined(body);
  admission let_in;
  let_in.output_tokens = 51;
  obey_bound(*find_dialect("openai"), body, call, let_in);
  BOOST_TEST(call.output_limit_tokens == 25);
  BOOST_TEST(call.output_bound_tokens == 50);
  BOOST_TEST_REQUIRE(call.edited_body.has_value());
  BOOST_TEST(
      *call.edited_body ==
      R"({"model":"gpt-4o","messages":[{"role":"user","content":"hi"}],"max_tokens":25,"n":2})");
}

BOOST_FIXTURE_TEST_CASE(a_lowered_bound_keeps_the_edits_that_metering_needs, reserve_fixture) {
  examined_call call = short_call(R"("max_tokens":100,"stream":true)");
  BOOST_TEST_REQUIRE(call.edited_body.has_value());
  admission let_in;
  let_in.output_tokens = 99;
  obey_bound(*find_dialect("openai"), "{}", call, let_in);
  BOOST_TEST(call.edited_body->find("\"include_usage\":true") != std::string::npos);
  BOOST_TEST(call.edited_body->find("\"max_tokens\":99") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_call_without_a_price_leaves_a_row_that_finance_can_find,
                        reserve_fixture) {
  examined_call call = short_call(R"("stream":true,"user":"u1")");
  hold_request worst = worst_of(call);
  worst.flags = row_flag::unpriced;
  record_refused(ledger(), worst, 403);
  const ledger_row row = only_row();
  BOOST_TEST((row.id == worst.id));
  BOOST_TEST((row.admitted == worst.admitted));
  BOOST_TEST((row.ended >= worst.admitted));
  BOOST_TEST((row.charged == worst.charged));
  BOOST_TEST(row.charged.user == "u1");
  BOOST_TEST(row.price_version == "test-1");
  BOOST_TEST((row.outcome == call_outcome::refused));
  BOOST_TEST(row.status == 403);
  BOOST_TEST(row.flags == row_flag::unpriced);
  BOOST_TEST(row.streaming);
  BOOST_TEST((row.tags == worst.tags));
  BOOST_TEST(row.cost.count() == 0);
  BOOST_TEST(standing().used == 0);
}

// Memory ran out between the hold and who was to resolve it: the next start charged the call.
BOOST_FIXTURE_TEST_CASE(a_hold_that_nobody_came_to_resolve_is_given_back, reserve_fixture) {
  examined_call call = short_call();
  hold_request worst = worst_of(call);
  {
    const unowned_hold given(ledger(), seen, worst.id);
    BOOST_TEST_REQUIRE(reserved(call, worst).has_value());
    BOOST_TEST(standing().held > 0);
  }
  BOOST_TEST(standing().held == 0);
  BOOST_TEST(standing().used == 0);
  BOOST_TEST((only_row().outcome == call_outcome::rejected));
}

BOOST_FIXTURE_TEST_CASE(a_hold_that_somebody_resolves_is_left_to_them, reserve_fixture) {
  examined_call call = short_call();
  hold_request worst = worst_of(call);
  {
    unowned_hold given(ledger(), seen, worst.id);
    BOOST_TEST_REQUIRE(reserved(call, worst).has_value());
    given.is_cared_for();
  }
  BOOST_TEST(standing().held > 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
