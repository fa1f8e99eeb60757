// Goal: the admin token is made once, readable by its owner only, and a weak or open file is
// refused. Method: real files.
#include "gateway/admin/token.hpp"

#include <filesystem>
#include <fstream>

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

#include "scratch_directory.hpp"

using namespace stint;

BOOST_AUTO_TEST_SUITE(admin_token)

namespace {

bool message_has(const std::exception& failure, std::string_view part) {
  return std::string_view(failure.what()).find(part) != std::string_view::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_first_start_makes_a_private_token_and_the_next_keeps_it) {
  const scratch_directory directory;
  const auto file = directory.path() + "/data/admin_token";
  const auto made = load_or_make_admin_token(file);
  BOOST_TEST(made.reveal().size() > 64u);
  struct stat status {};
  BOOST_TEST_REQUIRE(::stat(file.c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 0777) == 0600);
  BOOST_TEST(load_or_make_admin_token(file).reveal() == made.reveal());
  BOOST_TEST(load_admin_token(file).reveal() == made.reveal());
}

BOOST_AUTO_TEST_CASE(a_file_open_to_others_is_refused_with_the_command_that_mends_it) {
  const scratch_directory directory;
  const auto file = directory.path() + "/token";
  (void)load_or_make_admin_token(file);
  ::chmod(file.c_str(), 0644);
  BOOST_CHECK_EXCEPTION((void)load_admin_token(file), std::runtime_error,
                        [](const auto& failure) { return message_has(failure, "chmod 600"); });
}

BOOST_AUTO_TEST_CASE(a_file_that_holds_no_secret_is_refused) {
  const scratch_directory directory;
  const auto file = directory.path() + "/token";
  std::ofstream(file) << "admin\n";
  ::chmod(file.c_str(), 0600);
  BOOST_CHECK_EXCEPTION(
      (void)load_or_make_admin_token(file), std::runtime_error,
      [](const auto& failure) { return message_has(failure, "24 to 512 characters"); });
  BOOST_CHECK_THROW((void)load_admin_token(directory.path() + "/missing"), std::runtime_error);
  BOOST_TEST(!std::filesystem::exists(directory.path() + "/missing"));
}

BOOST_AUTO_TEST_CASE(secrets_are_equal_only_when_whole) {
  const secret token("stint-admin-abcdefghijklmnop");
  BOOST_TEST(same_secret("stint-admin-abcdefghijklmnop", token));
  BOOST_TEST(!same_secret("stint-admin-abcdefghijklmno", token));
  BOOST_TEST(!same_secret("", token));
}

BOOST_AUTO_TEST_SUITE_END()
