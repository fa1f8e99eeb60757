// Goal: a request means the same to us and to every upstream or is refused by name; errors have
// each API's own shape, whatever text they carry. Method: vectors for both dialects through the DOM
// parser as the gateway uses it; error bodies are parsed again.
#include <set>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "budgets/records/hold.hpp"
#include "gateway/dialect/parts/json_text.hpp"
#include "gateway/dialect/parts/refusal_text.hpp"
#include "gateway/dialect/table.hpp"
#include "gateway/vector_file.hpp"

BOOST_AUTO_TEST_SUITE(dialect_suite)

namespace {

using namespace stint;
using stint::testing::read_vectors;
using stint::testing::unescaped;

const dialect& named(const std::string& name) {
  return *find_dialect(name);
}

// What the gateway makes of a body; the parse error is a bad_request too.
result<chat_request> read(const dialect& api, const std::string& body) {
  static simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (parser.parse(body).get(document) != simdjson::SUCCESS)
    return make_problem(problem_kind::bad_request, "", "json");
  return api.read_request(document, {});
}

hold_refusal spent_dollars() {
  hold_refusal refusal;
  refusal.reason = refusal_reason::budget_exceeded;
  refusal.standing.cap = "tenant-day";
  refusal.standing.scope = "acme";
  refusal.standing.unit = cap_unit::usd;
  refusal.standing.limit = 50'000'000'000;
  refusal.standing.used = 49'900'000'000;
  refusal.standing.held = 50'000'000;
  refusal.standing.window.end = wall_time(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22));
  refusal.requested = 350'000'000;
  return refusal;
}

constexpr problem_kind every_kind[] = {
    problem_kind::malformed_http,   problem_kind::bad_request,
    problem_kind::unauthenticated,  problem_kind::forbidden,
    problem_kind::not_found,        problem_kind::method_not_allowed,
    problem_kind::request_timeout,  problem_kind::body_too_large,
    problem_kind::head_too_large,   problem_kind::unsupported_media,
    problem_kind::budget_exceeded,  problem_kind::budget_busy,
    problem_kind::unpriced_model,   problem_kind::storage_unavailable,
    problem_kind::overloaded,       problem_kind::upstream_refused,
    problem_kind::upstream_reset,   problem_kind::upstream_garbage,
    problem_kind::upstream_timeout, problem_kind::credential_refused,
    problem_kind::internal};

std::string text_at(const std::string& json, std::string_view pointer) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  BOOST_REQUIRE_MESSAGE(parser.parse(json).get(root) == simdjson::SUCCESS, json);
  std::string_view text;
  if (root.at_pointer(pointer).get(text) == simdjson::SUCCESS) return std::string(text);
  simdjson::dom::element other;
  if (root.at_pointer(pointer).get(other) != simdjson::SUCCESS) return "<none>";
  return simdjson::minify(other);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_refusal_says_what_of_the_budget_nobody_saw_the_end_of) {
  hold_refusal refusal = spent_dollars();
  std::string figures;
  append_refusal_figures(figures, refusal);
  BOOST_TEST(text_at(figures, "/used_unknown") == "<none>");
  BOOST_TEST(describe_refusal(refusal).find("--unknown") == std::string::npos);
  refusal.standing.unknown = 12'500'000'000;
  BOOST_TEST(describe_refusal(refusal).find(
                 "used $49.90 ($12.50 of it for calls whose end nobody saw: `stint ledger list "
                 "--unknown`), held") != std::string::npos,
             describe_refusal(refusal));
  figures.clear();
  append_refusal_figures(figures, refusal);
  BOOST_TEST(text_at(figures, "/used_unknown") == "12.5");
}

BOOST_DATA_TEST_CASE(ambiguous_keys_are_refused_by_name, read_vectors("refused_keys.txt"), row) {
  const auto request = read(named(row.fields.at(0)), row.fields.at(1));
  BOOST_REQUIRE_MESSAGE(!request, row.fields[1]);
  BOOST_TEST(request.error().status == 400);
  BOOST_TEST(request.error().param == row.fields.at(2));
  BOOST_TEST(request.error().message.find(row.fields[2]) != std::string::npos);
}

BOOST_DATA_TEST_CASE(wrong_billing_fields_are_refused_by_name, read_vectors("refused_fields.txt"),
                     row) {
  const auto request = read(named(row.fields.at(0)), row.fields.at(1));
  BOOST_REQUIRE_MESSAGE(!request, row.fields[1]);
  BOOST_TEST(request.error().status == 400);
  BOOST_TEST(request.error().param == row.fields.at(2));
}

BOOST_DATA_TEST_CASE(harmless_keys_are_accepted, read_vectors("accepted_keys.txt"), row) {
  const auto request = read(named(row.fields.at(0)), row.fields.at(1));
  BOOST_TEST(request.has_value(), (request ? "" : request.error().message));
}

// Each vector as the whole body and as the value of a field that is not read: what is skipped is
// validated all the same.
BOOST_DATA_TEST_CASE(malformed_json_is_refused_anywhere, read_vectors("refused_json.txt"), row) {
  const std::string bytes = unescaped(row.fields.at(0));
  BOOST_TEST(!read(named("openai"), bytes).has_value());
  const std::string nested = R"({"model":"gpt-4o","messages":[],"skipped":)" + bytes + "}";
  const bool is_closed_early = bytes.ends_with("}}") || bytes.ends_with("}{") ||
                               bytes.ends_with("}x") || bytes.ends_with('\0');
  if (!is_closed_early) BOOST_TEST(!read(named("openai"), nested).has_value(), nested);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_no_object_is_refused) {
  for (const char* body : {"[]", "1", "\"x\"", "null", "true"}) {
    BOOST_TEST(!read(named("openai"), body).has_value());
    BOOST_TEST(!read(named("anthropic"), body).has_value());
  }
}

BOOST_AUTO_TEST_CASE(depth_is_bounded_and_survived) {
  const auto nested = [](int depth) {
    return R"({"model":"m","messages":[],"x":)" +
           std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']') + "}";
  };
  BOOST_TEST(read(named("openai"), nested(1000)).has_value());
  BOOST_TEST(!read(named("openai"), nested(1100)).has_value());
  BOOST_TEST(!read(named("openai"), nested(100'000)).has_value());
}

BOOST_AUTO_TEST_CASE(top_level_fields_are_bounded) {
  const auto with_fields = [](int count) {
    std::string body = R"({"model":"m","messages":[])";
    for (int i = 2; i < count; ++i)
      body += ",\"f" + std::to_string(i) + "\":0";
    return body + "}";
  };
  BOOST_TEST(read(named("openai"), with_fields(256)).has_value());
  BOOST_TEST(!read(named("openai"), with_fields(257)).has_value());
}

BOOST_AUTO_TEST_CASE(a_duplicate_among_many_keys_is_found) {
  std::string keys;
  for (int i = 0; i < 5000; ++i)
    keys += "\"k" + std::to_string(i) + "\":0,";
  const auto body = [&](const std::string& last) {
    return R"({"model":"m","messages":[],"reasoning":{)" + keys + "\"" + last + "\":1}}";
  };
  BOOST_TEST(read(named("openai"), body("other")).has_value());
  BOOST_TEST(!read(named("openai"), body("k4321")).has_value());
  BOOST_TEST(!read(named("openai"), body("K4321")).has_value());
}

BOOST_AUTO_TEST_CASE(every_problem_has_a_word_and_a_status) {
  std::set<std::string_view> words;
  for (const problem_kind kind : every_kind) {
    BOOST_TEST(words.insert(to_string(kind)).second);
    const problem made = make_problem(kind, "why", "field");
    BOOST_TEST(made.status >= 400);
    BOOST_TEST(made.param == "field");
    // A client error comes back the same; only a busy budget and a slow client are worth another
    // try.
    const bool is_client_error = made.status < 500 && kind != problem_kind::budget_busy &&
                                 kind != problem_kind::request_timeout;
    if (is_client_error)
      BOOST_TEST((made.should_retry() == std::optional<bool>(false)), to_string(kind));
    // Only an operator can give the gateway a credential that its provider takes.
    if (kind == problem_kind::credential_refused) {
      BOOST_TEST((made.should_retry() == std::optional<bool>(false)));
    } else if (made.status >= 500)
      BOOST_TEST((made.should_retry() != std::optional<bool>(false)), to_string(kind));
  }
  BOOST_TEST(
      (make_problem(problem_kind::budget_busy, "").should_retry() == std::optional<bool>(true)));
}

BOOST_AUTO_TEST_CASE(openai_errors_have_all_four_keys) {
  for (const problem_kind kind : every_kind) {
    const std::string body = named("openai").error_body(make_problem(kind, "why"), call_id{});
    BOOST_TEST(text_at(body, "/error/message") == "why");
    BOOST_TEST(text_at(body, "/error/param") == "null");
    BOOST_TEST(text_at(body, "/error/type") != "<none>");
    BOOST_TEST(text_at(body, "/error/code") != "<none>");
  }
  const auto code = [](problem_kind kind) {
    return text_at(named("openai").error_body(make_problem(kind, ""), call_id{}), "/error/code");
  };
  const auto type = [](problem_kind kind) {
    return text_at(named("openai").error_body(make_problem(kind, ""), call_id{}), "/error/type");
  };
  BOOST_TEST(code(problem_kind::unauthenticated) == "invalid_api_key");
  BOOST_TEST(type(problem_kind::unauthenticated) == "invalid_request_error");
  BOOST_TEST(code(problem_kind::budget_exceeded) == "budget_exceeded");
  BOOST_TEST(type(problem_kind::budget_exceeded) == "insufficient_quota");
}

BOOST_AUTO_TEST_CASE(anthropic_errors_have_its_types) {
  const auto type = [](problem_kind kind) {
    return text_at(named("anthropic").error_body(make_problem(kind, "why"), call_id{}),
                   "/error/type");
  };
  BOOST_TEST(type(problem_kind::unauthenticated) == "authentication_error");
  BOOST_TEST(type(problem_kind::forbidden) == "permission_error");
  BOOST_TEST(type(problem_kind::not_found) == "not_found_error");
  BOOST_TEST(type(problem_kind::body_too_large) == "request_too_large");
  BOOST_TEST(type(problem_kind::bad_request) == "invalid_request_error");
  BOOST_TEST(type(problem_kind::overloaded) == "overloaded_error");
  BOOST_TEST(type(problem_kind::internal) == "api_error");
  BOOST_TEST(type(problem_kind::budget_exceeded) == "rate_limit_error");
  const std::string body =
      named("anthropic").error_body(make_problem(problem_kind::budget_exceeded, "why"), call_id{});
  BOOST_TEST(text_at(body, "/type") == "error");
  BOOST_TEST(text_at(body, "/error/details/error_code") == "enforced_spend_limit_reached");
  BOOST_TEST(text_at(body, "/request_id") == to_string(call_id{}));
}

// Clients that continue a thread know this code, and then send the whole conversation.
BOOST_AUTO_TEST_CASE(a_continued_thread_is_refused_in_the_words_that_its_clients_understand) {
  const auto refused = read(
      named("anthropic"),
      R"({"model":"c","max_tokens":9,"messages":[],"thread":{"type":"continue","previous_message_id":"m"}})");
  BOOST_TEST_REQUIRE(!refused.has_value());
  BOOST_TEST(refused.error().status == 400);
  const std::string body = named("anthropic").error_body(refused.error(), call_id());
  BOOST_TEST(text_at(body, "/error/type") == "invalid_request_error");
  BOOST_TEST(text_at(body, "/error/details/error_code") == "thread_unsupported_request");
  BOOST_TEST(read(named("anthropic"),
                  R"({"model":"c","max_tokens":9,"messages":[],"thread":{"type":"create"}})")
                 .has_value());
}

BOOST_AUTO_TEST_CASE(a_spent_budget_says_everything_in_words_and_figures) {
  problem why = make_problem(problem_kind::budget_exceeded, "");
  why.refusal = spent_dollars();
  for (const auto& [name, at] :
       {std::pair{"openai", "/error/stint"}, std::pair{"anthropic", "/error/details/stint"}}) {
    const std::string body = named(name).error_body(why, call_id{});
    const std::string message = text_at(body, "/error/message");
    for (const char* part :
         {"tenant-day", "acme", "$50.00", "$49.90", "$0.35", "2026-11-22T00:00:00Z"}) {
      BOOST_TEST(message.find(part) != std::string::npos,
                 name << ": " << part << " in " << message);
    }
    const auto figure = [&body, where = std::string(at)](const char* key) {
      return text_at(body, where + "/" + key);
    };
    BOOST_TEST(figure("cap") == "tenant-day");
    BOOST_TEST(figure("scope") == "acme");
    BOOST_TEST(figure("unit") == "usd");
    BOOST_TEST(std::stod(figure("limit")) == 50.0);
    BOOST_TEST(std::stod(figure("used")) == 49.9);
    BOOST_TEST(std::stod(figure("held")) == 0.05);
    BOOST_TEST(std::stod(figure("requested")) == 0.35);
    BOOST_TEST(figure("resets_at") == "2026-11-22T00:00:00Z");
  }
}

BOOST_AUTO_TEST_CASE(what_the_operator_has_to_say_stands_behind_the_figures_in_every_dialect) {
  problem why = make_problem(problem_kind::budget_exceeded, "Ask #llm-budget.");
  why.refusal = spent_dollars();
  for (const dialect* each : all_dialects()) {
    const std::string message = text_at(each->error_body(why, call_id{}), "/error/message");
    BOOST_TEST(message.find("tenant-day") != std::string::npos,
               each->facts().name << ": " << message);
    BOOST_TEST(message.ends_with(" Ask #llm-budget."), each->facts().name << ": " << message);
  }
}

BOOST_AUTO_TEST_CASE(a_spent_rolling_budget_says_when_enough_is_free_again) {
  problem why = make_problem(problem_kind::budget_exceeded, "");
  why.refusal = spent_dollars();
  why.refusal->standing.rolling = std::chrono::hours{24};
  const auto message = [&] {
    return text_at(named("openai").error_body(why, call_id{}), "/error/message");
  };
  BOOST_TEST(message().find("The limit holds in any 24h; enough of it is free again by "
                            "2026-11-22T00:00:00Z.") != std::string::npos,
             message());
  why.refusal->standing.window.end.reset();
  BOOST_TEST(message().find("more than the cap allows in any 24h") != std::string::npos, message());
}

BOOST_AUTO_TEST_CASE(a_token_budget_for_ever_has_no_reset) {
  problem why = make_problem(problem_kind::budget_exceeded, "");
  why.refusal = spent_dollars();
  why.refusal->standing.unit = cap_unit::output_tokens;
  why.refusal->standing.limit = 1000;
  why.refusal->standing.window.end.reset();
  const std::string body = named("openai").error_body(why, call_id{});
  BOOST_TEST(text_at(body, "/error/stint/resets_at") == "null");
  BOOST_TEST(text_at(body, "/error/stint/limit") == "1000");
  BOOST_TEST(text_at(body, "/error/message").find("1000 output tokens") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_mid_stream_error_is_one_event_of_its_dialect) {
  const problem why = make_problem(problem_kind::upstream_reset, "broke\noff");
  const std::string openai = named("openai").error_event(why, call_id{});
  BOOST_TEST(openai.starts_with("data: {\"error\":{"));
  BOOST_TEST(openai.find('\n') == openai.size() - 2);
  const std::string anthropic = named("anthropic").error_event(why, call_id{});
  BOOST_TEST(anthropic.starts_with("event: error\ndata: {\"type\":\"error\""));
  BOOST_TEST(anthropic.ends_with("}\n\n"));
  // Each is understood by its own meter.
  for (const char* name : {"openai", "anthropic", "responses"}) {
    const auto meter = named(name).meter_stream({"gpt-4o"}, chat_request{});
    std::string out;
    meter->consume(named(name).error_event(why, call_id{}), out);
    BOOST_TEST(meter->saw_error());
  }
}

BOOST_AUTO_TEST_CASE(text_from_outside_is_always_valid_json) {
  std::string hostile;
  for (int c = 0; c < 256; ++c)
    hostile += static_cast<char>(c);
  hostile += "\",\"code\":\"x\xED\xA0\x80\xF4\x90\x80\x80\xE2\x82";
  problem why = make_problem(problem_kind::bad_request, hostile, hostile);
  why.refusal = spent_dollars();
  why.refusal->standing.scope = hostile;
  for (const char* name : {"openai", "anthropic", "responses"}) {
    simdjson::dom::parser parser;
    BOOST_TEST(!parser.parse(named(name).error_body(why, call_id{})).error());
  }
}

BOOST_AUTO_TEST_CASE(good_text_is_kept_and_broken_text_replaced) {
  const auto json = [](std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
  };
  BOOST_TEST(json("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80") ==
             "\"a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"");
  BOOST_TEST(json("\xC0\xAF") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
  BOOST_TEST(json("\n\"\\\x7F") == "\"\\n\\\"\\\\\\u007f\"");
  BOOST_TEST(shortened("abc", 3) == "abc");
  BOOST_TEST(shortened("ab\xE2\x82\xAC", 4) == "ab…");
}

BOOST_AUTO_TEST_SUITE_END()
