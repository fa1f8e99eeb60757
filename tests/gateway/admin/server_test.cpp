// Goal: the admin API answers truly, to those who may ask, within its bounds. Method: raw HTTP over
// a real socket to a real server above a real ledger.
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/admin/raw_admin_client.hpp"
#include "gateway/admin/running_admin.hpp"
#include "pricing/time_text.hpp"
#include "pricing/wall_time.hpp"

using namespace stint;
BOOST_AUTO_TEST_SUITE(admin_server_suite)

namespace json = boost::json;

BOOST_AUTO_TEST_CASE(health_and_readiness_need_no_token_and_readiness_ends_with_draining) {
  running_admin admin;
  BOOST_TEST(ask(admin, "GET", "/healthz", "").status == 200);
  BOOST_TEST(ask(admin, "GET", "/readyz", "").status == 200);
  admin.drain();
  BOOST_TEST(ask(admin, "GET", "/healthz", "").status == 200);
  BOOST_TEST(ask(admin, "GET", "/readyz", "").status == 503);
}

BOOST_AUTO_TEST_CASE(metrics_are_exposed_openly_unless_configured) {
  running_admin open;
  open.spend("acme", 100, nanodollars(250'000));
  const auto got = ask(open, "GET", "/metrics", "");
  BOOST_TEST(got.status == 200);
  BOOST_TEST(got.head.find("text/plain; version=0.0.4") != std::string::npos);
  BOOST_TEST(got.body.find("tenant-day") != std::string::npos);
  running_admin closed(true);
  BOOST_TEST(ask(closed, "GET", "/metrics", "").status == 401);
  BOOST_TEST(ask(closed, "GET", "/metrics").status == 200);
}

BOOST_AUTO_TEST_CASE(the_api_is_closed_without_the_token) {
  running_admin admin;
  for (const auto* path : {"/api/v1/keys", "/api/v1/caps", "/api/v1/spend", "/api/v1/ledger",
                           "/api/v1/prices", "/api/v1/ledger/x"}) {
    BOOST_TEST(ask(admin, "GET", path, "").status == 401, path);
    BOOST_TEST(ask(admin, "GET", path, "wrong").status == 401, path);
    BOOST_TEST(ask(admin, "GET", path, admin.token() + "x").status == 401, path);
  }
  const auto refused = ask(admin, "POST", "/api/v1/keys", "", "{\"tenant\":\"acme\"}");
  BOOST_TEST(refused.status == 401);
  BOOST_TEST(refused.head.find("WWW-Authenticate: Bearer") != std::string::npos);
  BOOST_TEST(admin.keys().list().empty());
}

BOOST_AUTO_TEST_CASE(a_key_is_created_works_is_listed_without_its_secret_and_revoked) {
  running_admin admin;
  const auto made = ask(
      admin, "POST", "/api/v1/keys", admin.token(),
      R"({"tenant":"acme","features":["search-*"],"models":["gpt-*"],"label":"x","expires":"2099-01-01"})");
  BOOST_TEST_REQUIRE(made.status == 201);
  const std::string secret_text(made.object().at("secret").as_string());
  const std::string id(made.object().at("key").at("id").as_string());
  const auto now = wall_now();
  BOOST_TEST_REQUIRE(admin.keys().find(secret_text, now));
  BOOST_TEST(admin.keys().find(secret_text, now)->tenant == "acme");
  const auto stored = admin.ledger().load_keys();
  BOOST_TEST_REQUIRE(stored.size() == 1u);
  BOOST_TEST(stored.front().encoded.find(secret_text) == std::string::npos);

  const auto list = ask(admin, "GET", "/api/v1/keys");
  BOOST_TEST(list.body.find(secret_text) == std::string::npos);
  const auto listed = list.object().at("keys").as_array().at(0).as_object();
  BOOST_TEST(listed.at("id").as_string() == id);
  BOOST_TEST(listed.at("state").as_string() == "active");
  BOOST_TEST(listed.at("expires").as_string() == "2099-01-01T00:00:00Z");
  BOOST_TEST((listed.if_contains("hash") == nullptr));

  const auto revoked = ask(admin, "POST", "/api/v1/keys/" + id + "/revoke");
  BOOST_TEST(revoked.status == 200);
  BOOST_TEST(!admin.keys().find(secret_text, now + std::chrono::seconds(60)));
  BOOST_TEST(decode_key(admin.ledger().load_keys().front().encoded)->revoked.has_value());
  const auto again = ask(admin, "POST", "/api/v1/keys/" + id + "/revoke");
  BOOST_TEST(again.object().at("key").at("revoked").as_string() ==
             revoked.object().at("key").at("revoked").as_string());
  BOOST_TEST(ask(admin, "POST", "/api/v1/keys/key_none/revoke").status == 404);
}

BOOST_AUTO_TEST_CASE(a_wrong_key_order_names_the_field) {
  running_admin admin;
  const auto param_of = [&](const std::string& body) {
    const auto got = ask(admin, "POST", "/api/v1/keys", admin.token(), body);
    BOOST_TEST(got.status == 400, body);
    const auto error = got.object().at("error").as_object();
    return error.contains("param") ? std::string(error.at("param").as_string()) : std::string();
  };
  BOOST_TEST(param_of("{}") == "tenant");
  BOOST_TEST(param_of("{\"tenant\":1}") == "tenant");
  BOOST_TEST(param_of("{\"tenant\":\"a\",\"feature\":[]}") == "feature");
  BOOST_TEST(param_of("{\"tenant\":\"a\",\"models\":\"gpt\"}") == "models");
  BOOST_TEST(param_of("{\"tenant\":\"a\",\"expires\":\"soon\"}") == "expires");
  BOOST_TEST(param_of("{\"tenant\":\"a\",\"expires\":\"2020-01-01\"}") == "expires");
  BOOST_TEST(param_of("[1") == "");
  BOOST_TEST(admin.keys().list().empty());
}

BOOST_AUTO_TEST_CASE(caps_show_their_standings_in_exact_money) {
  running_admin admin;
  const auto untouched = ask(admin, "GET", "/api/v1/caps").object();
  BOOST_TEST(untouched.at("caps").as_array().at(0).at("standings").as_array().empty());
  BOOST_TEST(untouched.at("caps").as_array().at(1).at("standings").as_array().size() == 1u);
  BOOST_TEST(untouched.at("caps").as_array().at(2).at("standings").as_array().empty());

  admin.spend("acme", 100, nanodollars(1'250'000'001));
  const auto caps = ask(admin, "GET", "/api/v1/caps").object().at("caps").as_array();
  const auto& day = caps.at(0).at("standings").as_array().at(0).as_object();
  BOOST_TEST(day.at("scope").as_string() == "acme");
  BOOST_TEST(day.at("used").as_int64() == 1'250'000'001);
  BOOST_TEST(day.at("used_usd").as_string() == "1.250000001");
  BOOST_TEST(day.at("left_usd").as_string() == "48.749999999");
  BOOST_TEST(day.at("held").as_int64() == 0);
  const auto& all = caps.at(1).at("standings").as_array().at(0).as_object();
  BOOST_TEST(all.at("used").as_int64() == 100);
  BOOST_TEST(all.at("end").is_null());
  BOOST_TEST((all.if_contains("used_usd") == nullptr));
}

BOOST_AUTO_TEST_CASE(spend_is_split_filtered_and_summed) {
  running_admin admin;
  admin.spend("acme", 100, nanodollars(5));
  admin.spend("acme", 50, nanodollars(6));
  admin.spend("beta", 7, nanodollars(8));
  const auto all = ask(admin, "GET", "/api/v1/spend?by=tenant&day=1").object();
  BOOST_TEST(all.at("lines").as_array().size() == 2u);
  BOOST_TEST(all.at("total").at("calls").as_int64() == 3);
  BOOST_TEST(all.at("total").at("cost_nanodollars").as_int64() == 19);
  BOOST_TEST(all.at("total").at("cost_usd").as_string() == "0.000000019");
  const auto one = ask(admin, "GET", "/api/v1/spend?by=tenant,feature&match=tenant:ac*").object();
  const auto& line = one.at("lines").as_array().at(0).as_object();
  BOOST_TEST(line.at("tenant").as_string() == "acme");
  BOOST_TEST(line.at("feature").as_string() == "chat");
  BOOST_TEST(line.at("input_tokens").as_int64() == 150);
  BOOST_TEST(one.at("total").at("calls").as_int64() == 2);
  // It said the end of the hour, which is not over.
  const auto until = parse_iso_time(std::string(all.at("to").as_string()));
  BOOST_TEST_REQUIRE(until.has_value());
  BOOST_TEST((*until <= wall_now() + std::chrono::seconds(1)));
  const auto past = ask(admin, "GET", "/api/v1/spend?from=2020-01-01&to=2020-02-01").object();
  BOOST_TEST(past.at("to").as_string() == "2020-02-01T00:00:00Z");
  BOOST_TEST(past.at("total").at("calls").as_int64() == 0);
  for (const auto* query : {"by=user", "match=user:alice", "match=user:*", "by=tenant,tenant",
                            "by=x", "from=yesterday", "from=2020-01-02&to=2020-01-01", "day=2",
                            "match=tenant", "match=x:y", "match=tenant:", "form=2020-01-01"}) {
    BOOST_TEST(ask(admin, "GET", std::string("/api/v1/spend?") + query).status == 400, query);
  }
}

BOOST_AUTO_TEST_CASE(spend_of_a_user_is_refused_rather_than_told_as_nothing) {
  running_admin admin;
  admin.spend("acme", 100, nanodollars(5));
  const auto refused = ask(admin, "GET", "/api/v1/spend?match=tenant:acme&match=user:alice");
  BOOST_TEST_REQUIRE(refused.status == 400);
  const auto error = refused.object().at("error").as_object();
  BOOST_TEST(error.at("param").as_string() == "match");
  BOOST_TEST(error.at("message").as_string().find("stint ledger list --match user:") !=
             json::string::npos);
}

// They stood among what was really spent, and used up its caps.
BOOST_AUTO_TEST_CASE(simulated_calls_have_sums_and_caps_of_their_own) {
  running_admin admin(false, "simulated: {books: apart}\n");
  admin.spend("acme", 100, nanodollars(5));  // at the provider sim
  const auto real = ask(admin, "GET", "/api/v1/spend").object();
  BOOST_TEST(real.at("total").at("calls").as_int64() == 0);
  BOOST_TEST(real.at("simulated").as_string() == "out");
  const auto simulated = ask(admin, "GET", "/api/v1/spend?simulated=1").object();
  BOOST_TEST(simulated.at("total").at("cost_nanodollars").as_int64() == 5);
  BOOST_TEST(simulated.at("simulated").as_string() == "only");
  BOOST_TEST(ask(admin, "GET", "/api/v1/spend?simulated=yes").status == 400);
  const auto caps = ask(admin, "GET", "/api/v1/caps").object().at("caps").as_array();
  const auto used = [&](std::string_view name) {
    for (const auto& each : caps) {
      if (each.at("name").as_string() == name)
        return each.at("standings").as_array().at(0).at("used").as_int64();
    }
    return std::int64_t{-1};
  };
  BOOST_TEST(used("all-tokens") == 0);
  BOOST_TEST(used("simulated:all-tokens") == 100);
  running_admin together;
  together.spend("acme", 100, nanodollars(5));
  const auto all = ask(together, "GET", "/api/v1/spend").object();
  BOOST_TEST(all.at("total").at("calls").as_int64() == 1);
  BOOST_TEST(all.at("simulated").as_string() == "in");
}

BOOST_AUTO_TEST_CASE(ledger_rows_are_paged_found_and_proved) {
  running_admin admin;
  const auto first = admin.spend("acme", 1, nanodollars(1));
  const auto second = admin.spend("acme", 2, nanodollars(2));
  const auto page = ask(admin, "GET", "/api/v1/ledger?limit=1").object();
  BOOST_TEST(page.at("rows").as_array().at(0).at("id").as_string() == second);
  BOOST_TEST(page.at("next_before").as_string() == second);
  const auto next = ask(admin, "GET", "/api/v1/ledger?limit=1&before=" + second).object();
  BOOST_TEST(next.at("rows").as_array().at(0).at("id").as_string() == first);
  const auto row = ask(admin, "GET", "/api/v1/ledger/" + first).object().at("row").as_object();
  BOOST_TEST(row.at("tenant").as_string() == "acme");
  BOOST_TEST(row.at("usage").at("input_tokens").as_int64() == 1);
  BOOST_TEST(row.at("outcome").as_string() == "completed");
  BOOST_TEST(ask(admin, "GET", "/api/v1/ledger/00000000-0000-7000-8000-000000000000").status ==
             404);
  BOOST_TEST(ask(admin, "GET", "/api/v1/ledger/xyz").status == 400);
  for (const auto* query : {"limit=0", "limit=1001", "limit=x", "before=x"}) {
    BOOST_TEST(ask(admin, "GET", std::string("/api/v1/ledger?") + query).status == 400, query);
  }
  const auto proof = ask(admin, "POST", "/api/v1/ledger/verify").object();
  BOOST_TEST(proof.at("holds").as_bool());
  BOOST_TEST(proof.at("proved").at("rows").as_int64() == 2);
  BOOST_TEST(proof.at("unproved").as_array().empty());
  const auto come = ask(admin, "GET", "/api/v1/ledger/verify").object();
  BOOST_TEST(come.at("done").as_int64() == 2);
}

BOOST_AUTO_TEST_CASE(a_backup_names_a_directory_outside_of_the_ledgers_own) {
  running_admin admin;
  const auto asked = [&](const std::string& body) {
    return ask(admin, "POST", "/api/v1/ledger/backup", admin.token(), body).status;
  };
  BOOST_TEST(asked("") == 400);
  BOOST_TEST(asked("{\"directory\": 7}") == 400);
  BOOST_TEST(asked("{\"directory\": \"relative\"}") == 400);
  BOOST_TEST(asked("{\"directory\": \"" + admin.data_directory() + "/copy\"}") == 400);
  BOOST_TEST(asked("{\"directory\": \"/proc/nowhere\"}") == 409);
  BOOST_TEST(ask(admin, "GET", "/api/v1/ledger/backup", "").status == 401);
}

BOOST_AUTO_TEST_CASE(prices_are_told_as_exact_decimals) {
  running_admin admin;
  const auto prices = ask(admin, "GET", "/api/v1/prices").object();
  BOOST_TEST(prices.at("version").as_string() == "test-1");
  BOOST_TEST(prices.at("prices").as_array().at(0).at("usd_per_million").at("input").as_string() ==
             "2.50");
}

BOOST_AUTO_TEST_CASE(unknown_paths_and_methods_are_told_apart) {
  running_admin admin;
  BOOST_TEST(ask(admin, "GET", "/v1/chat/completions").status == 404);
  const auto wrong = ask(admin, "PUT", "/api/v1/caps");
  BOOST_TEST(wrong.status == 405);
  BOOST_TEST(wrong.head.find("Allow: GET") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(requests_beyond_the_bounds_are_refused) {
  running_admin admin;
  const auto token = admin.token();
  BOOST_TEST(ask(admin, "POST", "/api/v1/keys", token, std::string(65'537, ' ')).status == 413);
  BOOST_TEST(send_raw(admin, "GET /healthz HTTP/1.1\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n")
                 .status == 431);
  BOOST_TEST(send_raw(admin, "nonsense\r\n\r\n").status == 400);
  std::string trailers =
      "POST /api/v1/keys HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  for (int i = 0; i < 10'000; ++i)
    trailers += "Trailer-" + std::to_string(i) + ": 1234567890123456\r\n";
  BOOST_TEST(send_raw(admin, trailers).status != 200);
  BOOST_TEST(ask(admin, "GET", "/healthz", "").status == 200);
}

BOOST_AUTO_TEST_CASE(a_connection_is_kept_between_requests) {
  running_admin admin;
  const std::string one = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const auto last = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  const auto got = send_raw(admin, one + one + last);
  std::size_t answers = 0;
  const auto all = got.head + "\r\n\r\n" + got.body;
  for (auto at = all.find("HTTP/1.1 200"); at != std::string::npos;
       at = all.find("HTTP/1.1 200", at + 1))
    ++answers;
  BOOST_TEST(answers == 3u);
}

BOOST_AUTO_TEST_CASE(a_taken_port_is_said_at_start) {
  running_admin first;
  const scratch_directory directory;
  const auto settings =
      std::get<config>(parse_config("admin: {port: " + std::to_string(first.port()) +
                                        "}\ndata_directory: " + directory.path() + "\n",
                                    "f", "."));
  ledger_options options;
  options.directory = directory.path() + "/ledger";
  ledger_thread ledger(std::move(options));
  metrics seen(100);
  key_ring keys({});
  const current_prices prices(price_book("v", {}, {}));
  BOOST_CHECK_EXCEPTION(admin_server(settings, prices, ledger, seen, keys, [] { return true; }),
                        std::runtime_error, [](const std::exception& failure) {
                          return std::string(failure.what()).starts_with("admin.port: ");
                        });
}

BOOST_AUTO_TEST_SUITE_END()
