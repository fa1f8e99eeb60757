// Goal: who spent what is for the ledger's owner to read alone. Method: real directories of every kind.
#include "gateway/cli/private_directory.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch_directory.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(private_directory)

namespace {
namespace fs = std::filesystem;

class place {
 public:
  place() : before_(::umask(022)) {}
  ~place() { ::umask(before_); }
  place(const place&) = delete;
  place& operator=(const place&) = delete;

  void put(const std::string& name, unsigned mode) const {
    fs::create_directories(fs::path(at(name)).parent_path());
    std::ofstream(at(name)) << "x";
    fs::permissions(at(name), fs::perms(mode));
  }
  [[nodiscard]] std::string at(const std::string& name) const { return data + "/" + name; }
  [[nodiscard]] unsigned mode_of(const std::string& path) const {
    struct stat status {};
    BOOST_REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
  }
  [[nodiscard]] std::string keep() const {
    std::ostringstream log;
    keep_private(data, log);
    return log.str();
  }

  scratch_directory scratch;
  std::string data = scratch.path() + "/data";

 private:
  mode_t before_;
};

// Somebody who owns nothing here; only root can be that for a while.
class stranger {
 public:
  stranger() noexcept : is_one_(::geteuid() == 0 && ::seteuid(id) == 0) {}
  ~stranger() {
    if (is_one_) static_cast<void>(::seteuid(0));
  }
  stranger(const stranger&) = delete;
  stranger& operator=(const stranger&) = delete;

  static constexpr uid_t id = 65'534;

 private:
  bool is_one_;
};

const auto only_as_root = boost::unit_test::precondition([](boost::unit_test::test_unit_id) {
  return boost::test_tools::assertion_result(::geteuid() == 0);
});
}  // namespace

BOOST_AUTO_TEST_CASE(a_new_directory_and_what_is_made_in_it_are_its_owners_alone) {
  const place here;
  BOOST_TEST(here.keep() == "");
  BOOST_TEST(here.mode_of(here.data) == 0700U);
  std::ofstream(here.at("000001.sst")) << "x";
  BOOST_TEST(here.mode_of(here.at("000001.sst")) == 0600U);
}

// Such was each that was made before: users and tags could be read by everybody.
BOOST_AUTO_TEST_CASE(a_ledger_that_was_open_is_closed_and_that_is_said) {
  const place here;
  here.put("CURRENT", 0644);
  here.put("000007.sst", 0644);
  here.put("below/000008.sst", 0640);
  here.put("admin_token", 0600);
  fs::permissions(here.data, fs::perms(0755));
  const std::string said = here.keep();
  BOOST_TEST(said.find("closed to other users") != std::string::npos, said);
  BOOST_TEST(said.find("(5 entries") != std::string::npos, said);
  BOOST_TEST(here.mode_of(here.data) == 0700U);
  for (const char* name : {"CURRENT", "000007.sst", "below/000008.sst", "admin_token"})
    BOOST_TEST(here.mode_of(here.at(name)) == 0600U, name);
  BOOST_TEST(here.keep() == "");
}

BOOST_AUTO_TEST_CASE(a_directory_of_other_things_is_left_as_it_is_and_refused) {
  const place here;
  here.put("photo.jpg", 0644);
  fs::permissions(here.data, fs::perms(0755));
  BOOST_CHECK_EXCEPTION((void)here.keep(), std::runtime_error, [](const std::exception& why) {
    return std::string(why.what()).find("other things than a ledger") != std::string::npos;
  });
  BOOST_TEST(here.mode_of(here.data) == 0755U);
  fs::permissions(here.data, fs::perms(0700));
  fs::permissions(here.at("photo.jpg"), fs::perms(0600));
  BOOST_TEST(here.keep() == "");
}

BOOST_AUTO_TEST_CASE(what_a_link_points_to_is_left_alone) {
  const place here;
  here.put("CURRENT", 0644);
  const std::string elsewhere = here.scratch.path() + "/elsewhere";
  std::ofstream(elsewhere) << "x";
  fs::permissions(elsewhere, fs::perms(0644));
  fs::create_symlink(elsewhere, here.at("link"));
  (void)here.keep();
  BOOST_TEST(here.mode_of(elsewhere) == 0644U);
}

// A volume of its own, mounted at data_directory.
BOOST_AUTO_TEST_CASE(a_new_volume_is_as_good_as_a_new_directory) {
  const place here;
  fs::create_directories(here.at("lost+found"));
  fs::permissions(here.at("lost+found"), fs::perms(0700));
  fs::permissions(here.data, fs::perms(0755));
  BOOST_TEST(here.keep().find("closed to other users") != std::string::npos);
  BOOST_TEST(here.mode_of(here.data) == 0700U);
}

BOOST_AUTO_TEST_CASE(what_of_a_volume_cannot_be_entered_stops_nobody, *only_as_root) {
  const place here;
  here.put("CURRENT", 0600);
  for (const char* name : {"lost+found", "below"}) {
    fs::create_directories(here.at(name));
    fs::permissions(here.at(name), fs::perms(0700));
  }
  fs::permissions(here.scratch.path(), fs::perms(0755));
  fs::permissions(here.data, fs::perms(0700));
  BOOST_REQUIRE(::chown(here.data.c_str(), stranger::id, stranger::id) == 0);
  const stranger me;
  BOOST_TEST(here.keep() == "");
}

// An orchestrator's: root's, and its group's, to which the process belongs.
BOOST_AUTO_TEST_CASE(a_directory_of_another_user_is_borne_where_no_file_of_it_can_be_read,
                     *only_as_root) {
  const place here;
  here.put("CURRENT", 0640);
  fs::permissions(here.scratch.path(), fs::perms(0755));
  fs::permissions(here.data, fs::perms(02775));
  {
    const stranger me;
    const std::string said = here.keep();
    BOOST_TEST(said.find("belongs to another user") != std::string::npos, said);
  }
  fs::permissions(here.at("CURRENT"), fs::perms(0644));
  {
    const stranger me;
    BOOST_CHECK_THROW((void)here.keep(), std::runtime_error);
  }
  fs::permissions(here.at("CURRENT"), fs::perms(0640));
  fs::permissions(here.data, fs::perms(02777));
  const stranger me;
  BOOST_CHECK_THROW((void)here.keep(), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
