// Tested by tests/gateway/memory/machine_memory_test.cpp.
#include "gateway/memory/machine_memory.hpp"

#include <algorithm>
#include <fstream>
#include <optional>

namespace stint {

namespace {
// A number at the beginning of the file; nothing where there is none, as for "max".
std::optional<std::uint64_t> number_in(const std::string& file) {
  std::ifstream stream(file);
  std::uint64_t number = 0;
  if (stream >> number) return number;
  return std::nullopt;
}

// "MemTotal:       24594132 kB"
std::uint64_t machine_total(const std::string& root) {
  std::ifstream stream(root + "/proc/meminfo");
  std::string name;
  std::uint64_t kibibytes = 0;
  if (stream >> name >> kibibytes && name == "MemTotal:") return kibibytes * 1024;
  return 0;
}

// The limits of a group and of all that it is in: "/a/b", "/a", "".
template <typename See>
void see_limits(const std::string& hierarchy, std::string group, const char* file, See see) {
  while (true) {
    if (const auto limit = number_in(hierarchy + group + file)) see(*limit);
    const std::size_t slash = group.rfind('/');
    if (group.empty() || slash == std::string::npos) return;
    group.resize(slash);
  }
}
}  // namespace

std::uint64_t usable_memory_bytes(const std::string& root) {
  std::uint64_t least = machine_total(root);
  const auto see = [&least](std::uint64_t limit) {
    if (limit > 0) least = least == 0 ? limit : std::min(least, limit);
  };
  // "0::/system.slice/stint.service" of the unified hierarchy; "5:memory:/docker/…" of the old one.
  std::ifstream groups(root + "/proc/self/cgroup");
  const std::string top = root + "/sys/fs/cgroup";
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (controllers.empty()) see_limits(top, group, "/memory.max", see);
    if (controllers.find("memory") != std::string::npos)
      see_limits(top + "/memory", group, "/memory.limit_in_bytes", see);
  }
  // In a container the group's own path may not be there: its files are at the top.
  see_limits(top, "", "/memory.max", see);
  see_limits(top + "/memory", "", "/memory.limit_in_bytes", see);
  return least;
}

}  // namespace stint
