// Tested by tests/gateway/config/private_file_test.cpp.
#include "gateway/config/private_file.hpp"

#include <sys/stat.h>

namespace stint {

// The group may read: secrets of an orchestrator and keys of a certificate agent come to a process that
// does not own them in no other way.
std::optional<std::string> open_to_everybody(const std::string& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0 || (status.st_mode & S_IRWXO) == 0) return std::nullopt;
  return file + " holds a secret and is open to every user of this machine; run: chmod o-rwx " +
         file +
         " (of a Kubernetes secret's volume: defaultMode: 0440, and fsGroup; of a Swarm secret: "
         "mode: "
         "0440)";
}

}  // namespace stint
