// Goal: what is known of a kept answer is the last that was said of it, here and in the store; the one that was
// kept longest ago makes room in both. Method: a store that is a map, from which another one is begun.
#include "gateway/answers/kept_answers.hpp"

#include <map>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(kept_answers_suite)

namespace {

using namespace stint;

struct written_store {
  std::map<std::string, std::string> kept;

  [[nodiscard]] kept_answers::write writer() {
    return [this](stored_answer put, const std::string& forgotten) {
      if (!put.id.empty()) kept[put.id] = put.encoded;
      if (!forgotten.empty()) BOOST_TEST(kept.erase(forgotten) == 1, forgotten);
    };
  }
  [[nodiscard]] std::vector<stored_answer> all() const {
    std::vector<stored_answer> found;
    for (const auto& [id, encoded] : kept)
      found.push_back({id, encoded});
    return found;
  }
};

kept_answer made(const std::string& id, std::int64_t tokens, int second) {
  return {id, "key_1", "acme", "openai", tokens, wall_time{std::chrono::seconds{second}}};
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_answer_is_read_as_it_was_written) {
  const kept_answer one = made("resp_1", 1'234, 99);
  BOOST_TEST(encode_answer(one) == "1 key_1 acme openai 1234 99000000");
  BOOST_TEST((decode_answer({"resp_1", encode_answer(one)}) == one));
  for (const char* broken : {"", "1", "2 key_1 acme openai 1234 99000000",
                             "1 key_1 acme openai x 99000000", "1 key_1 acme openai -4 99000000",
                             "1 key_1 acme openai 1234 ", "1 key_1 acme openai 1234"}) {
    BOOST_TEST(!decode_answer({"resp_1", broken}).has_value(), broken);
  }
}

BOOST_AUTO_TEST_CASE(the_last_that_was_said_holds_and_survives_a_restart) {
  written_store store;
  kept_answers answers({}, store.writer());
  answers.keep(made("resp_1", 10, 1));
  answers.keep(made("conv_1", 20, 2));
  answers.keep(made("conv_1", 50, 3));
  answers.keep(made("", 1, 4));
  answers.keep(made(std::string(200, 'x'), 1, 4));
  BOOST_TEST(answers.size() == 2);
  const kept_answers again(store.all(), store.writer());
  BOOST_TEST_REQUIRE(again.find("conv_1").has_value());
  BOOST_TEST(again.find("conv_1")->tokens == 50);
  BOOST_TEST((again.find("resp_1") == made("resp_1", 10, 1)));
  BOOST_TEST(!again.find("resp_2").has_value());
}

BOOST_AUTO_TEST_CASE(what_was_kept_longest_ago_makes_room_here_and_in_the_store) {
  written_store store;
  kept_answers answers({}, store.writer(), 3);
  for (int n = 1; n <= 3; ++n)
    answers.keep(made("resp_" + std::to_string(n), n, n));
  answers.keep(made("resp_1", 11, 4));
  BOOST_TEST(answers.find("resp_2").has_value());  // which does not keep it anew
  answers.keep(made("resp_4", 4, 5));
  BOOST_TEST(answers.size() == 3);
  BOOST_TEST(!answers.find("resp_2").has_value());
  BOOST_TEST(answers.find("resp_1")->tokens == 11);
  BOOST_TEST(store.kept.size() == 3);
  const kept_answers smaller(store.all(), store.writer(), 2);
  BOOST_TEST(smaller.size() == 2);
  BOOST_TEST(store.kept.size() == 2);
  BOOST_TEST(smaller.find("resp_4").has_value());
}

BOOST_AUTO_TEST_CASE(what_its_provider_deleted_is_forgotten) {
  written_store store;
  kept_answers answers({}, store.writer());
  answers.keep(made("resp_1", 10, 1));
  answers.forget("resp_1");
  answers.forget("resp_1");
  BOOST_TEST(answers.size() == 0);
  BOOST_TEST(store.kept.empty());
}

BOOST_AUTO_TEST_SUITE_END()
