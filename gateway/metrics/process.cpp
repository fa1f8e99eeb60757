// Tested by tests/gateway/metrics/metrics_test.cpp.
#include "gateway/metrics/process.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>

#include <sys/resource.h>
#include <unistd.h>

#include "gateway/metrics/standings.hpp"

namespace stint {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

struct process_times {
  double cpu_s = 0;
  double since_boot_s = 0;  // of the start
};

// proc(5), /proc/[pid]/stat: fields 14 and 15 are user and system time, 22 the start, all in clock
// ticks. The second field may hold spaces and brackets, so fields are counted from the last ')',
// which ends it.
std::optional<process_times> read_times() {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field)
    fields >> skipped;
  double user = 0;
  double system = 0;
  double start = 0;
  fields >> user >> system;
  for (int field = 16; field < 22; ++field)
    fields >> skipped;
  fields >> start;
  if (!fields) return std::nullopt;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  return process_times{.cpu_s = (user + system) / ticks, .since_boot_s = start / ticks};
}

std::optional<double> read_boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    double seconds = 0;
    if (word == "btime" && file >> seconds) return seconds;
  }
  return std::nullopt;
}

std::optional<double> read_resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double total_pages = 0;
  double resident_pages = 0;
  if (!(file >> total_pages >> resident_pages)) return std::nullopt;
  return resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

std::optional<double> count_descriptors() {
  std::error_code error;
  double count = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
       at.increment(error)) {
    ++count;
  }
  if (error) return std::nullopt;
  return count - 1;  // without the one that lists the folder
}

MetricFamily build_info() {
  MetricFamily info =
      single_value("stint_build_info", "Always 1; the version is a label.", MetricType::Gauge, 1);
  info.metric.front().label = {{"version", STINT_VERSION}};
  return info;
}

}  // namespace

std::vector<MetricFamily> describe_process() {
  std::vector<MetricFamily> families = {build_info()};
  const auto add = [&](const char* name, const char* help, MetricType type, double value) {
    families.push_back(single_value(name, help, type, value));
  };
  if (const auto times = read_times()) {
    add("process_cpu_seconds_total", "User and system CPU time spent.", MetricType::Counter,
        times->cpu_s);
    if (const auto boot = read_boot_time()) {
      add("process_start_time_seconds", "When the process started, in Unix time.",
          MetricType::Gauge, *boot + times->since_boot_s);
    }
  }
  if (const auto bytes = read_resident_bytes()) {
    add("process_resident_memory_bytes", "Resident memory.", MetricType::Gauge, *bytes);
  }
  if (const auto open = count_descriptors()) {
    add("process_open_fds", "Open file descriptors.", MetricType::Gauge, *open);
  }
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0) {
    add("process_max_fds", "The limit of open file descriptors.", MetricType::Gauge,
        static_cast<double>(descriptors.rlim_cur));
  }
  return families;
}

}  // namespace stint
