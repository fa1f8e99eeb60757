// Goal: a body is read as the call that it is, with its price and the bound of its output, and its prompt is
// counted at once only where that is cheap. Method: bodies as clients send them, two providers, two models
// with prices; what was tokenized is seen in the memory of texts.
#include "gateway/call/request/examine.hpp"

#include <algorithm>

#include "gateway/call/call_fixture.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(examine_request)

namespace {
// "hi" for gpt-4o is 8 tokens: 3 for the answer's beginning, 3 for the message, its role and its text.
constexpr std::int64_t hi_tokens = 8;

struct examined_fixture : call_fixture {
  [[nodiscard]] problem refused(const std::string& body, const std::string& api = "openai") {
    const auto call = examine_body(body, api);
    BOOST_REQUIRE(!call.has_value());
    return call.error();
  }
  [[nodiscard]] static std::string hi_to(const std::string& model, const std::string& fields = "") {
    return R"({"model":")" + model + R"(","messages":[{"role":"user","content":"hi"}])" + fields +
           "}";
  }
  [[nodiscard]] static std::string with_files(int count, const std::string& padding = "") {
    std::string body = R"({"model":"gpt-4o","messages":[{"role":"user","content":[)";
    for (int part = 0; part < count; ++part)
      body += R"({"type":"file","file":{"file_id":"f"}},)";
    body.back() = ']';
    return body + padding + "}]}";
  }
  // So much text, and space up to the size of the whole body.
  [[nodiscard]] examined_call padded(std::size_t text_bytes, std::size_t body_bytes) {
    std::string body = R"({"model":"gpt-4o","messages":[{"role":"user","content":")" +
                       std::string(text_bytes, 'x') + R"("}])";
    body.append(body_bytes - body.size() - 1, ' ');
    return examined(body + "}");
  }
  [[nodiscard]] examined_call long_body_of(std::size_t bytes) {
    examined_call call = padded(4'000, bytes);
    BOOST_TEST_REQUIRE((call.uncounted != nullptr));
    return call;
  }
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(a_call_goes_to_the_provider_that_lists_its_model, examined_fixture) {
  const examined_call call = examined(hi_to("gpt-4o", R"(,"user":"u1")"));
  BOOST_TEST(call.provider == &settings.providers[0]);
  BOOST_TEST(call.model == "gpt-4o");
  BOOST_TEST(call.base_model == "gpt-4o");
  BOOST_TEST(call.user == "u1");
  BOOST_TEST(call.rates == *prices.find("gpt-4o", admitted));
  BOOST_TEST(!call.unpriced);
  BOOST_TEST(!call.edited_body.has_value());
  BOOST_TEST(call.output_limit_tokens == 0);
  BOOST_TEST(examined(hi_to("claude-sonnet-5", R"(,"max_tokens":5)"), "anthropic").provider ==
             &settings.providers[1]);
}

// Groq's "performance", a flex that costs as much as the standard.
BOOST_FIXTURE_TEST_CASE(a_tier_of_the_provider_s_own_has_the_price_that_its_entry_says,
                        examined_fixture) {
  const auto with_tier = [](const std::string& word) {
    return hi_to("gpt-4o", R"(,"service_tier":")" + word + R"(")");
  };
  const problem why = refused(with_tier("performance"));
  BOOST_TEST(why.param == "service_tier");
  BOOST_TEST(why.message.find("list it under providers." + settings.providers[0].name + ".tiers") !=
             std::string::npos);
  settings.providers[0].tiers = {{"performance", service_tier::standard},
                                 {"ultra", service_tier::fast}};
  BOOST_TEST((examined(with_tier("performance")).request.tier == service_tier::standard));
  BOOST_TEST((examined(with_tier("on_demand")).request.tier == service_tier::standard));
  // Its price has no such tier.
  // In the client's own words.
  BOOST_TEST(refused(with_tier("ultra")).message.find("names no tier for service_tier 'ultra';") !=
             std::string::npos);
  BOOST_TEST(why.message.find("names 'performance', a tier") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(usage_is_asked_for_where_the_provider_is_known_to_tell_it,
                        examined_fixture) {
  const std::string stream = hi_to("gpt-4o", R"(,"stream":true)");
  BOOST_TEST(examined(stream).asks_for_usage);
  BOOST_TEST(!examined(hi_to("gpt-4o")).asks_for_usage);
  BOOST_TEST(!examined(hi_to("gpt-4o", R"(,"stream":true,"stream_options":{"include_usage":true})"))
                  .asks_for_usage);
  for (const auto policy : {stream_usage_policy::always, stream_usage_policy::never}) {
    settings.providers[0].stream_usage = policy;
    BOOST_TEST(!examined(stream).asks_for_usage);
    BOOST_TEST(!examined(stream).edited_body.has_value());
  }
  settings.providers[0].stream_usage = stream_usage_policy::inject;
  shared.usage_refused.note(settings.providers[0].name, "gpt-4o");
  BOOST_TEST(!examined(stream).edited_body.has_value());
}

// What the client asked for itself met the refusal that the entry is there to avoid.
BOOST_FIXTURE_TEST_CASE(who_is_never_asked_for_usage_is_not_asked_by_the_client_either,
                        examined_fixture) {
  settings.providers[0].stream_usage = stream_usage_policy::never;
  const auto with = [](const std::string& fields) { return hi_to("gpt-4o", fields); };
  const std::string without = with(R"(,"stream":true)");
  for (const char* options : {R"({"include_usage":true})", R"({"include_usage":false,"x":[1,"}"]})",
                              R"({})", "null", R"( { "include_usage" : true })"}) {
    const examined_call call =
        examined(with(std::string(R"(,"stream":true,"stream_options":)") + options));
    BOOST_TEST(!call.asks_for_usage, options);
    BOOST_TEST_REQUIRE(call.edited_body.has_value(), options);
    BOOST_TEST(*call.edited_body == without, options);
  }
  const std::string begins = R"({"stream_options":{"include_usage":true}, )" + without.substr(1);
  BOOST_TEST(*examined(begins).edited_body == "{ " + without.substr(1));
  settings.providers[0].stream_usage = stream_usage_policy::always;
  BOOST_TEST(!examined(with(R"(,"stream":true,"stream_options":{"include_usage":true})"))
                  .edited_body.has_value());
}

// 2^256 − 1 in a tool's schema, 10^21 in what a tool was once called with.
BOOST_FIXTURE_TEST_CASE(a_number_that_bills_nothing_may_be_of_any_size, examined_fixture) {
  const std::string tools =
      R"(,"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object",)"
      R"("properties":{"a":{"type":"integer","maximum":)";
  const auto with_maximum = [&](const std::string& number, const std::string& padding) {
    return hi_to("gpt-4o", tools + number + "}}}}}]" + padding);
  };
  const std::string giant(78, '9');
  for (const std::string& padding : {std::string(), std::string(5'000, ' ')}) {
    const examined_call call = examined(with_maximum(giant, padding));
    BOOST_TEST(!call.edited_body.has_value());
    // It is counted as text, so that it bills what it is.
    const examined_call small = examined(with_maximum("9", padding));
    BOOST_TEST(call.prompt.upper_bound >= small.prompt.upper_bound + 25);
  }
}

BOOST_FIXTURE_TEST_CASE(a_number_that_bills_must_fit, examined_fixture) {
  for (const char* number : {"100000000000000000000", "1e400", "-1e999"}) {
    const problem why = refused(hi_to("gpt-4o", std::string(R"(,"max_tokens":)") + number));
    BOOST_TEST(why.param == "max_tokens", number);
  }
  BOOST_TEST(refused(hi_to("gpt-4o", R"(,"a":01)"))
                 .message.starts_with("the body is not valid JSON at line 1"));
  BOOST_TEST(refused(hi_to("gpt-4o", R"(,"a":1e999,"b":01)"))
                 .message.starts_with("the body is not valid JSON"));
}

BOOST_FIXTURE_TEST_CASE(a_bound_of_minus_one_is_none, examined_fixture) {
  const std::int64_t unbounded = examined(hi_to("gpt-4o")).output_bound_tokens;
  BOOST_TEST(examined(hi_to("gpt-4o", R"(,"max_tokens":-1)")).output_bound_tokens == unbounded);
  BOOST_TEST(examined(hi_to("gpt-4o", R"(,"max_completion_tokens":-1,"max_tokens":5)"))
                 .output_bound_tokens == unbounded);
}

BOOST_FIXTURE_TEST_CASE(an_option_in_the_model_s_name_is_left_out_of_what_it_is_known_by,
                        examined_fixture) {
  settings.providers[0].options_marks = "#";
  const examined_call call = examined(hi_to("gpt-4o#slow"));
  BOOST_TEST(call.model == "gpt-4o#slow");
  BOOST_TEST(call.base_model == "gpt-4o");
  BOOST_TEST(!call.unpriced);
  BOOST_TEST(call.prompt.expected == hi_tokens);
}

BOOST_FIXTURE_TEST_CASE(a_model_that_no_provider_of_the_api_lists_is_not_found, examined_fixture) {
  const problem why = refused(hi_to("claude-sonnet-5"));
  BOOST_TEST((why.kind == problem_kind::not_found));
  BOOST_TEST(why.message ==
             "no provider is configured for the model 'claude-sonnet-5' in the openai API; list it "
             "under providers.*.models");
  BOOST_TEST(why.param == "model");
  const std::string longest_name(200, 'x');  // the dialects take no longer one
  BOOST_TEST(refused(hi_to(longest_name)).message.find("'" + longest_name + "'") !=
             std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_model_without_a_price_has_none_or_the_ceiling_s, examined_fixture) {
  const examined_call without = examined(hi_to("gpt-mystery"));
  BOOST_TEST(without.unpriced);
  BOOST_TEST((without.rates == nullptr));
  shared.ceiling = samples::plain_price("ceiling", samples::plain_rates(1, 2));
  const examined_call at_ceiling = examined(hi_to("gpt-mystery"));
  BOOST_TEST(at_ceiling.unpriced);
  BOOST_TEST(at_ceiling.rates == &*shared.ceiling);
  const examined_call of_its_price = examined(hi_to("gpt-4o"));
  BOOST_TEST(!of_its_price.unpriced);
  BOOST_TEST(of_its_price.rates == *prices.find("gpt-4o", admitted));
}

BOOST_FIXTURE_TEST_CASE(a_tier_that_the_price_does_not_list_cannot_be_asked_for, examined_fixture) {
  BOOST_TEST(
      (examined(hi_to("gpt-4o", R"(,"service_tier":"flex")")).request.tier == service_tier::flex));
  const problem why = refused(
      hi_to("claude-sonnet-5", R"(,"max_tokens":5,"service_tier":"priority")"), "anthropic");
  BOOST_TEST((why.kind == problem_kind::bad_request));
  BOOST_TEST(why.param == "service_tier");
  BOOST_TEST(why.message.find("claude-sonnet-5") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(models_that_may_take_over_are_priced_with_the_one_that_is_asked,
                        examined_fixture) {
  const examined_call call =
      examined(hi_to("gpt-4o", R"(,"models":["claude-sonnet-5","mystery",7])"));
  BOOST_TEST_REQUIRE(call.other_rates.size() == 1U);
  BOOST_TEST(call.other_rates[0] == *prices.find("claude-sonnet-5", admitted));
  BOOST_TEST(call.request.other_models.empty());
  BOOST_TEST(call.other_without_rates == "mystery");
  BOOST_TEST(examined(hi_to("gpt-4o")).other_rates.empty());
  BOOST_TEST(examined(hi_to("gpt-4o")).beside.empty());
}

BOOST_FIXTURE_TEST_CASE(an_advisor_is_priced_as_its_own_model, examined_fixture) {
  const examined_call call = examined(
      hi_to(
          "claude-sonnet-5",
          R"(,"max_tokens":5,"tools":[{"type":"advisor_20260301","name":"advisor","model":"gpt-4o"},)"
          R"({"type":"advisor_20260301","name":"advisor","model":"mystery"}])"),
      "anthropic");
  BOOST_TEST_REQUIRE(call.beside.size() == 2U);
  BOOST_TEST(call.beside[0].rates == *prices.find("gpt-4o", admitted));
  BOOST_TEST(call.beside[0].what.times == 2);
  BOOST_TEST(call.beside[1].rates == nullptr);
  BOOST_TEST(call.request.beside.empty());
  BOOST_TEST((call.other_models == std::vector<std::string>{"gpt-4o", "mystery"}));
  BOOST_TEST(!call.unpriced);
  BOOST_TEST(call.others_unpriced);
  BOOST_TEST(call.other_without_rates == "mystery");
  BOOST_TEST((call.priced_at == admitted));
}

BOOST_FIXTURE_TEST_CASE(a_report_of_the_input_is_believed_up_to_what_a_model_can_take,
                        examined_fixture) {
  const std::string tools = R"(,"tools":[{"type":"function","function":{"name":"f"}}])";
  BOOST_TEST(examined(hi_to("gpt-4o")).input_believed_max() == 2'000'000);
  BOOST_TEST(examined(hi_to("gpt-4o")).billing().input_believed_max == 2'000'000);
  BOOST_TEST(examined(hi_to("gpt-4o", tools)).input_believed_max() == 16'000'000);
  BOOST_TEST(examined(with_files(1)).input_believed_max() == 16'000'000);
}

BOOST_FIXTURE_TEST_CASE(an_end_user_s_name_is_bounded, examined_fixture) {
  const std::string name(256, 'u');
  BOOST_TEST(examined(hi_to("gpt-4o", R"(,"user":")" + name + "\"")).user == name);
  const problem why = refused(hi_to("gpt-4o", R"(,"user":")" + name + "u\""));
  BOOST_TEST((why.kind == problem_kind::bad_request));
  BOOST_TEST(why.message == "the end user's name is longer than 256 bytes");
  BOOST_TEST(why.param == "user");
}

BOOST_FIXTURE_TEST_CASE(the_output_is_bounded_as_the_client_says_in_each_choice, examined_fixture) {
  BOOST_TEST(examined(hi_to("gpt-4o", R"(,"max_tokens":100)")).output_bound_tokens == 100);
  BOOST_TEST(examined(hi_to("gpt-4o", R"(,"max_tokens":100,"n":3)")).output_bound_tokens == 300);
  // Above what the model is known to generate: the client's word counts.
  BOOST_TEST(examined(hi_to("gpt-4o", R"(,"max_tokens":5000)")).output_bound_tokens == 5'000);
}

BOOST_FIXTURE_TEST_CASE(the_output_is_bounded_by_what_the_model_can_generate, examined_fixture) {
  BOOST_TEST(examined(hi_to("gpt-4o")).output_bound_tokens == 4'096);
  BOOST_TEST(examined(hi_to("gpt-4o", R"(,"n":2)")).output_bound_tokens == 8'192);
}

BOOST_FIXTURE_TEST_CASE(the_output_of_an_unknown_model_is_bounded_as_configured, examined_fixture) {
  settings.default_output_bound_tokens = 777;
  BOOST_TEST(examined(hi_to("gpt-mystery")).output_bound_tokens == 777);
  shared.ceiling = samples::plain_price("ceiling", samples::plain_rates(1, 2));
  BOOST_TEST(examined(hi_to("gpt-mystery")).output_bound_tokens == 777);  // nothing is known of it
  shared.ceiling->output_tokens_max = 1;
  BOOST_TEST(examined(hi_to("gpt-mystery")).output_bound_tokens == 1);
}

BOOST_FIXTURE_TEST_CASE(no_bound_is_beyond_what_a_usage_can_be, examined_fixture) {
  settings.default_output_bound_tokens = usage_count_max;
  const std::int64_t bound = examined(hi_to("gpt-mystery", R"(,"n":3)")).output_bound_tokens;
  BOOST_TEST(bound == usage_count_max / 3 * 3);
}

BOOST_FIXTURE_TEST_CASE(the_body_that_is_forwarded_has_the_edits_that_metering_needs,
                        examined_fixture) {
  const examined_call call = examined(hi_to("gpt-4o", R"(,"stream":true)"));
  BOOST_TEST(call.request.stream);
  BOOST_TEST_REQUIRE(call.edited_body.has_value());
  BOOST_TEST(call.edited_body->find("\"include_usage\":true") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_call_refers_to_no_document_that_may_be_gone, examined_fixture) {
  const examined_call call = examined(hi_to("gpt-4o", R"(,"user":"u1")"));
  BOOST_TEST(call.request.model == "");
  BOOST_TEST(call.request.user == "");
  const chat_request billing = call.billing();
  BOOST_TEST(static_cast<const void*>(billing.model.data()) == call.model.data());
  BOOST_TEST(billing.model == "gpt-4o");
  BOOST_TEST(static_cast<const void*>(billing.user.data()) == call.user.data());
  BOOST_TEST(billing.user == "u1");
}

BOOST_FIXTURE_TEST_CASE(what_the_dialect_refuses_is_refused_for_its_reason, examined_fixture) {
  BOOST_TEST(refused(hi_to("gpt-4o", R"(,"max_tokens":-2)")).param == "max_tokens");
  BOOST_TEST(
      refused(hi_to("gpt-4o", R"(,"max_tokens":-2,"zzz":")" + std::string(3'000, 'z') + "\""))
          .param == "max_tokens");
}

BOOST_FIXTURE_TEST_CASE(a_body_that_is_not_json_is_refused_whatever_its_size, examined_fixture) {
  for (const std::size_t size : {std::size_t{10}, std::size_t{3'000}, std::size_t{1'100'000}}) {
    const problem why = refused("{\"model\":\"" + std::string(size, 'x'));
    BOOST_TEST((why.kind == problem_kind::bad_request));
    BOOST_TEST(why.message.starts_with(
        "the body is not valid JSON at its end, where more should follow: "));
  }
}

BOOST_FIXTURE_TEST_CASE(a_short_prompt_is_counted_at_once, examined_fixture) {
  const examined_call call = examined(hi_to("gpt-4o"));
  BOOST_TEST((call.uncounted == nullptr));
  BOOST_TEST(call.prompt.exact);
  BOOST_TEST(call.prompt.expected == hi_tokens);
  BOOST_TEST(call.prompt.upper_bound == hi_tokens);
}

BOOST_FIXTURE_TEST_CASE(a_long_prompt_is_bounded_and_kept_to_be_counted, examined_fixture) {
  tokenizer::segment_memo texts(1 << 16);
  shared.remembered = &texts;
  const examined_call call = long_call(8'000);
  BOOST_TEST_REQUIRE((call.uncounted != nullptr));
  BOOST_TEST(call.text_bytes >= 8'000U);
  BOOST_TEST(call.text_bytes < 8'200U);
  BOOST_TEST(call.prompt.upper_bound >= 8'000);
  BOOST_TEST(texts.counted_bytes() == 0U);
  const auto counted = call.uncounted->count();
  BOOST_TEST(counted.exact);
  BOOST_TEST(counted.expected < 2'000);
  BOOST_TEST(texts.counted_bytes() >= 8'000U);
  shared.remembered = nullptr;
}

BOOST_FIXTURE_TEST_CASE(what_the_tenant_sent_before_need_not_be_counted_again, examined_fixture) {
  tokenizer::segment_memo texts(1 << 16);
  shared.remembered = &texts;
  const auto first = long_call(8'000).uncounted->count();
  const std::uint64_t counted = texts.counted_bytes();
  const auto again = long_call(8'000).uncounted->count();
  BOOST_TEST(again.expected == first.expected);
  BOOST_TEST(texts.known_bytes() > 4'000U);
  BOOST_TEST(texts.counted_bytes() - counted < 4'200U);
  shared.remembered = nullptr;
  BOOST_TEST(long_call(8'000).uncounted->known.memo == nullptr);  // its parser was another's
}

BOOST_FIXTURE_TEST_CASE(two_kilobytes_are_still_counted_at_once, examined_fixture) {
  const std::size_t beside =
      long_body_of(5'000).text_bytes - 4'000;  // the texts of names and roles
  BOOST_TEST((padded(2'048 - beside, 5'000).uncounted == nullptr));
  BOOST_TEST((padded(2'049 - beside, 5'000).uncounted != nullptr));
  // Of a short body it is not even known how much of it is text.
  BOOST_TEST(padded(100, 2'048).text_bytes == 0U);
  BOOST_TEST(padded(100, 2'049).text_bytes == 100 + beside);
}

BOOST_FIXTURE_TEST_CASE(a_megabyte_is_still_examined_here, examined_fixture) {
  constexpr std::size_t megabyte = 1024 * 1024;
  BOOST_TEST((padded(4'000, megabyte).uncounted != nullptr));
  BOOST_TEST((padded(4'000, megabyte + 1).uncounted == nullptr));
}

// A parser keeps the capacity of the largest body that it has read.
BOOST_FIXTURE_TEST_CASE(a_parser_is_kept_for_the_next_prompt_unless_it_is_a_large_one,
                        examined_fixture) {
  constexpr std::size_t largest_kept = 64 * 1024;
  long_body_of(largest_kept).uncounted.reset();
  BOOST_TEST(long_body_of(5'000).uncounted->parser.capacity() == largest_kept);
  const examined_call takes_it = long_body_of(5'000);
  long_body_of(largest_kept + 1).uncounted.reset();
  BOOST_TEST(long_body_of(5'000).uncounted->parser.capacity() <= largest_kept);
}

BOOST_FIXTURE_TEST_CASE(no_thread_keeps_more_than_sixteen_parsers, examined_fixture) {
  const auto seventeen_of = [this](std::size_t bytes) {
    std::vector<examined_call> calls;
    for (int n = 0; n < 17; ++n)
      calls.push_back(long_body_of(bytes));
    return calls;
  };
  constexpr std::size_t marked = 60'000;
  seventeen_of(marked).clear();
  const auto calls = seventeen_of(5'000);
  BOOST_TEST(std::ranges::count_if(calls, [](const examined_call& call) {
               return call.uncounted->parser.capacity() >= marked;
             }) == 16);
}

BOOST_FIXTURE_TEST_CASE(a_parser_that_is_kept_keeps_nothing_of_what_was_learnt, examined_fixture) {
  const long before = shared.learned.keep_current().use_count();
  {
    const examined_call call = long_body_of(5'000);
    BOOST_TEST(shared.learned.keep_current().use_count() == before + 1);
  }
  BOOST_TEST(shared.learned.keep_current().use_count() == before);
}

BOOST_FIXTURE_TEST_CASE(a_body_that_is_long_by_its_space_alone_is_counted_at_once,
                        examined_fixture) {
  const examined_call call = examined(hi_to("gpt-4o", std::string(4'000, ' ')));
  BOOST_TEST((call.uncounted == nullptr));
  BOOST_TEST(call.prompt.expected == hi_tokens);
  BOOST_TEST(call.prompt.exact);
}

BOOST_FIXTURE_TEST_CASE(a_very_long_body_is_counted_on_the_pool_before_anything_else,
                        examined_fixture) {
  tokenizer::segment_memo texts(1 << 22);
  shared.remembered = &texts;
  const examined_call call = long_call(1'048'576 + 5);
  BOOST_TEST((call.uncounted == nullptr));
  BOOST_TEST(call.prompt.exact);
  BOOST_TEST(call.prompt.upper_bound < 300'000);
  BOOST_TEST(texts.counted_bytes() + texts.known_bytes() >= 1'048'576U);
  BOOST_TEST((long_call(1'000'000).uncounted != nullptr));
  shared.remembered = nullptr;
}

BOOST_FIXTURE_TEST_CASE(a_very_long_body_that_is_refused_is_refused_on_the_pool, examined_fixture) {
  const std::string space(1'048'577, ' ');
  BOOST_TEST((refused(hi_to("mystery", space)).kind == problem_kind::not_found));
  const examined_call call = examined(hi_to("gpt-4o", space));
  BOOST_TEST(call.prompt.expected == hi_tokens);
}

// Each part with a file that only the provider knows may be a hundred pages of 3,000 tokens.
BOOST_FIXTURE_TEST_CASE(a_prompt_that_counts_as_a_billion_tokens_is_refused_whatever_its_size,
                        examined_fixture) {
  const std::string space(1'048'577, ' ');
  for (const std::string& body : {with_files(4'000), with_files(4'000, space)}) {
    const problem why = refused(body);
    BOOST_TEST((why.kind == problem_kind::bad_request));
    BOOST_TEST(why.message ==
               "the prompt counts as more than a billion tokens; no model takes that");
  }
  const examined_call most = examined(with_files(3'000));
  BOOST_TEST(most.prompt.upper_bound > 900'000'000);
  BOOST_TEST(most.prompt.upper_bound <= usage_count_max);
}

BOOST_FIXTURE_TEST_CASE(a_long_prompt_is_counted_on_the_pool_when_that_is_needed,
                        examined_fixture) {
  for (const std::size_t inline_bytes_max : {std::size_t{0}, std::size_t{64} * 1024}) {
    settings.limits.count_inline_bytes_max = inline_bytes_max;
    examined_call call = long_call(8'000);
    BOOST_TEST(!run(count_now(settings.limits, counting, call)).has_value());
    BOOST_TEST((call.uncounted == nullptr));
    BOOST_TEST(call.prompt.exact);
    BOOST_TEST(call.prompt.upper_bound < 2'000);
  }
}

BOOST_FIXTURE_TEST_CASE(a_short_count_is_made_here_and_a_long_one_is_not, examined_fixture) {
  examined_call here = long_call(8'000);
  settings.limits.count_inline_bytes_max = here.text_bytes;
  counting.join();  // nobody is there
  BOOST_TEST(!run(count_now(settings.limits, counting, here)).has_value());
  BOOST_TEST((here.uncounted == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
