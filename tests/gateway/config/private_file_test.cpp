// Goal: a file with a secret that every user may read is refused, with the command that closes it. Method:
// real files of every mode, and configurations that name them.
#include "gateway/config/private_file.hpp"

#include <filesystem>
#include <fstream>

#include <boost/test/unit_test.hpp>

#include "gateway/config/config.hpp"
#include "scratch_directory.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(private_files)

namespace {
struct secret_file {
  explicit secret_file(unsigned mode) {
    std::ofstream(name) << "sk-provider\n";
    std::filesystem::permissions(name, std::filesystem::perms(mode));
  }
  // What is said of a configuration, or "".
  [[nodiscard]] static std::string mistake_in(const std::string& yaml) {
    const auto read = parse_config(yaml, "f", ".");
    const auto* const mistakes = std::get_if<std::vector<config_mistake>>(&read);
    return mistakes == nullptr ? "" : describe("f", mistakes->front());
  }
  scratch_directory directory;
  std::string name = directory.path() + "/secret";
};
}  // namespace

BOOST_AUTO_TEST_CASE(only_owner_and_group_may_use_it) {
  for (const unsigned mode : {0600U, 0400U, 0640U, 0440U, 0660U}) {
    const secret_file closed(mode);
    BOOST_TEST(!open_to_everybody(closed.name).has_value(), mode);
  }
  for (const unsigned mode : {0644U, 0604U, 0444U, 0602U, 0601U, 0777U}) {
    const secret_file open(mode);
    const auto why = open_to_everybody(open.name);
    BOOST_TEST_REQUIRE(why.has_value());
    BOOST_TEST(why->find("chmod o-rwx " + open.name) != std::string::npos);
  }
  BOOST_TEST(!open_to_everybody("/no/such/file").has_value());
}

BOOST_AUTO_TEST_CASE(a_credential_that_everybody_may_read_is_a_mistake) {
  const auto with = [](const secret_file& file) {
    return file.mistake_in(
        "providers:\n  openai: {dialects: [openai], base_url: https://api.example.com, models: "
        "[\"gpt-*\"], credential_file: " +
        file.name + "}\n");
  };
  BOOST_TEST(with(secret_file(0600)) == "");
  const std::string said = with(secret_file(0644));
  BOOST_TEST(said.find("credential_file") != std::string::npos, said);
  BOOST_TEST(said.find("open to every user") != std::string::npos, said);
}

BOOST_AUTO_TEST_CASE(a_private_key_that_everybody_may_read_is_a_mistake) {
  const auto with = [](const secret_file& file) {
    return file.mistake_in("listen: {tls: {certificate_file: " + file.name +
                           ", key_file: " + file.name + "}}\n");
  };
  BOOST_TEST(with(secret_file(0600)) == "");
  const std::string said = with(secret_file(0644));
  BOOST_TEST(said.find("listen.tls.key_file") != std::string::npos, said);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
