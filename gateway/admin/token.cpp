// Tested by tests/gateway/admin/token_test.cpp.
#include "gateway/admin/token.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/keys/key_ring.hpp"
#include "pricing/text/hex.hpp"
#include "pricing/write_all.hpp"

namespace stint {
namespace {

constexpr std::size_t token_bytes_min = 24;
constexpr std::size_t token_bytes_max = 512;

[[noreturn]] void fail(const std::string& file, const std::string& why) {
  throw std::runtime_error("admin token file " + file + ": " + why);
}

std::string draw_token() {
  std::array<std::uint8_t, 32> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    throw std::runtime_error("the system's random generator failed");
  }
  return "stint-admin-" + to_hex(random);
}

// O_EXCL: of two gateways that start at once, one makes the file and the other reads it.
bool make_token_file(const std::string& file) {
  const auto directory = std::filesystem::path(file).parent_path();
  std::error_code failed;
  if (!directory.empty()) std::filesystem::create_directories(directory, failed);
  const int descriptor =
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) {
    if (errno == EEXIST) return false;
    fail(file, "cannot be made: " + std::generic_category().message(errno));
  }
  const bool written = write_all(descriptor, draw_token() + "\n") == 0 && ::fsync(descriptor) == 0;
  ::close(descriptor);
  if (written) return true;
  ::unlink(file.c_str());
  fail(file, "cannot be written; is the disk full?");
}

}  // namespace

secret load_admin_token(const std::string& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) fail(file, std::generic_category().message(errno));
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    fail(file, "is open to other users; run: chmod 600 " + file);
  }
  std::ifstream stream(file, std::ios::binary);
  std::string token;
  if (!stream || !std::getline(stream, token)) fail(file, "cannot be read, or is empty");
  while (!token.empty() && (token.back() == '\r' || token.back() == ' '))
    token.pop_back();
  if (token.size() < token_bytes_min || token.size() > token_bytes_max) {
    fail(file,
         "must hold 24 to 512 characters on its first line; delete it and the next start makes a "
         "good one");
  }
  return secret(std::move(token));
}

secret load_or_make_admin_token(const std::string& file) {
  if (!std::filesystem::exists(file)) (void)make_token_file(file);
  return load_admin_token(file);
}

bool same_secret(std::string_view presented, const secret& expected) noexcept {
  const auto a = hash_key(presented);
  const auto b = hash_key(expected.reveal());
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace stint
