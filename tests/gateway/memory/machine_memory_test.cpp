// Goal: the process knows how much memory it may have, in a container and out of one. Method: files as the
// kernel writes them, under a scratch directory.
#include "gateway/memory/machine_memory.hpp"

#include <filesystem>
#include <fstream>

#include <boost/test/unit_test.hpp>

#include "scratch_directory.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(memory_of_the_machine)

namespace {
class kernel_files {
 public:
  kernel_files() { write("/proc/meminfo", "MemTotal:        1000 kB\nMemFree: 1 kB\n"); }
  void write(const std::string& name, const std::string& text) const {
    const std::filesystem::path file = root_.path() + name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  [[nodiscard]] std::uint64_t usable() const { return usable_memory_bytes(root_.path()); }

 private:
  scratch_directory root_;
};
}  // namespace

BOOST_AUTO_TEST_CASE(without_a_limit_it_is_the_machines) {
  const kernel_files files;
  BOOST_TEST(files.usable() == 1'024'000u);
  files.write("/proc/self/cgroup", "0::/user.slice\n");
  files.write("/sys/fs/cgroup/user.slice/memory.max", "max\n");
  BOOST_TEST(files.usable() == 1'024'000u);
}

BOOST_AUTO_TEST_CASE(the_least_limit_of_a_group_and_those_around_it_counts) {
  const kernel_files files;
  files.write("/proc/self/cgroup", "0::/a/b\n");
  files.write("/sys/fs/cgroup/a/b/memory.max", "max\n");
  files.write("/sys/fs/cgroup/a/memory.max", "500000\n");
  BOOST_TEST(files.usable() == 500'000u);
  files.write("/sys/fs/cgroup/a/b/memory.max", "400000\n");
  BOOST_TEST(files.usable() == 400'000u);
  files.write("/sys/fs/cgroup/a/b/memory.max", "9000000000\n");
  BOOST_TEST(files.usable() == 500'000u);
}

BOOST_AUTO_TEST_CASE(a_container_sees_its_limit_at_the_top) {
  const kernel_files files;
  files.write("/proc/self/cgroup", "0::/\n");
  files.write("/sys/fs/cgroup/memory.max", "300000\n");
  BOOST_TEST(files.usable() == 300'000u);
}

BOOST_AUTO_TEST_CASE(the_old_hierarchy_has_a_limit_too) {
  const kernel_files files;
  files.write("/proc/self/cgroup", "5:memory:/docker/x\n4:cpu,cpuacct:/docker/x\n");
  files.write("/sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes", "200000\n");
  BOOST_TEST(files.usable() == 200'000u);
}

BOOST_AUTO_TEST_CASE(where_nothing_can_be_read_nothing_is_known) {
  const scratch_directory empty;
  BOOST_TEST(usable_memory_bytes(empty.path()) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
