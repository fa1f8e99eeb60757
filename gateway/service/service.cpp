#include "gateway/service/service.hpp"

#include "gateway/http/tls.hpp"

namespace stint {

namespace {
std::mt19937_64 seeded() {
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device(),
                     device(), device(), device(), device()};
  return std::mt19937_64(seed);
}

std::unique_ptr<asio::ssl::context> tls_to(const provider_config& provider) {
  if (!provider.tls) return nullptr;
  const std::string settings = "providers." + provider.name + ".tls.";
  auto made = provider.verify_certificate
                  ? make_upstream_tls({settings + "ca_file", provider.ca_file})
                  : make_unverified_upstream_tls();
  const tls_files& ours = provider.client_certificate;
  if (!ours.key_file.empty()) {
    show_certificate(*made, {settings + "certificate_file", ours.certificate_file},
                     {settings + "key_file", ours.key_file});
  }
  return made;
}
}  // namespace

thread_context::thread_context(service& shared, asio::io_context& context)
    : shared_(shared), context_(context), watch_(context), random_(seeded()) {
  for (const provider_config& provider : shared.settings.providers) {
    tls_.push_back(tls_to(provider));
    pools_.push_back(std::make_unique<upstream_pool>(context, provider, tls_.back().get()));
    watch_.add_periodic(
        [pool = pools_.back().get()](monotonic::time_point now) { pool->close_idle(now); });
  }
}

void thread_context::stop() noexcept {
  watch_.stop();
  for (const auto& pool : pools_)
    pool->close_all_idle();
}

upstream_pool& thread_context::pool_of(const provider_config& provider) noexcept {
  const auto index = static_cast<std::size_t>(&provider - shared_.settings.providers.data());
  return *pools_[index];
}

call_id thread_context::next_id(wall_time now) noexcept {
  return make_call_id(now, random_(), random_());
}

}  // namespace stint
