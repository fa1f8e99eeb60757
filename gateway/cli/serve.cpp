// `stint serve`: builds everything in order, runs until SIGTERM or SIGINT, and takes it down in the
// opposite order, so that the ledger is the last to go. Tested by tests/end_to_end.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/thread_pool.hpp>
#include <boost/program_options.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "budgets/records/row.hpp"
#include "budgets/writer/believed_clock.hpp"
#include "gateway/admin/server.hpp"
#include "gateway/cli/command_line.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/cli/private_directory.hpp"
#include "gateway/cli/signal_threads.hpp"
#include "gateway/config/config.hpp"
#include "gateway/http/descriptors.hpp"
#include "gateway/learning/calibration_file.hpp"
#include "gateway/memory/machine_memory.hpp"
#include "gateway/memory/memory_reserve.hpp"
#include "gateway/metrics/access_log.hpp"
#include "gateway/server/server.hpp"
#include "gateway/service/reload.hpp"
#include "gateway/simulator/simulator.hpp"
#include "pricing/price_file.hpp"
#include "tokenizer/models/named_encodings.hpp"

namespace stint {

namespace options = boost::program_options;

namespace {

command_form serve_form() {
  command_form form;
  form.usage = "stint serve [options]";
  form.teaching =
      "Runs the gateway until SIGTERM or SIGINT. SIGHUP reads the configuration again: caps change "
      "at\n"
      "once, and what needs a restart is said. Says where it listens once it does.\n\n"
      "  stint serve --config config/stint.yaml\n";
  form.options.add_options()("config,c",
                             options::value<std::string>()->default_value("config/stint.yaml"),
                             "the configuration file");
  form.options.add_options()(
      "believe-clock",
      "the clock is right, although nothing was recorded for more than a month "
      "and no NTP keeps it");
  return form;
}

std::optional<price> ceiling_of(const config& settings) {
  if (settings.unknown_model != unknown_model_policy::ceiling) return std::nullopt;
  price ceiling;
  ceiling.model = "ceiling";
  ceiling.provider = "unknown";
  token_rates& rates = ceiling.base;
  rates.input = rates.cached_input = rates.cache_write_5m = rates.cache_write_1h =
      rates.cache_write_12h = rates.audio_input = settings.ceiling_input_rate;
  rates.output = rates.audio_output = settings.ceiling_output_rate;
  std::ranges::fill(ceiling.tier_listed, true);  // no tier is to cost more
  return ceiling;
}

std::vector<virtual_key> stored_keys(const ledger_thread& ledger) {
  std::vector<virtual_key> keys;
  for (const stored_key& stored : ledger.load_keys()) {
    auto key = decode_key(stored.encoded);
    if (!key)
      throw std::runtime_error("the stored key '" + stored.id +
                               "' cannot be read: the ledger is damaged");
    keys.push_back(std::move(*key));
  }
  return keys;
}

void tell_start(const ledger_health& found, std::ostream& log) {
  tell_orphans(found.orphans_at_start, log);
  tell_clock(found, log);
}

kept_answers answers_in(ledger_thread& ledger) {
  auto write = [&ledger](stored_answer put, std::string forgotten) {
    ledger.note_answer(std::move(put), std::move(forgotten));
  };
  return kept_answers(ledger.load_answers(), std::move(write));
}

// Signals are blocked in every thread and taken here, one at a time.
sigset_t blocked_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return set;
}

// Returns when it is time to stop.
void wait_for_end(const sigset_t& signals, const std::function<void()>& reload) {
  int signal = 0;
  while (sigwait(&signals, &signal) == 0 && signal == SIGHUP)
    reload();
}

int thread_count(const config& settings) {
  if (settings.threads > 0) return settings.threads;
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

// Long texts are rare and counted at some hundred megabytes a second; one thread in four would even
// keep up with io threads that carry nothing else.
std::size_t counting_thread_count(const config& settings) {
  return static_cast<std::size_t>(std::max(1, thread_count(settings) / 4));
}

std::string told_address(const simulation& of, const std::optional<simulated_provider>& running) {
  if (!running) return {};
  return " simulated=" + of.address + ":" + std::to_string(running->port());
}

// The rest is for the store, the process itself and what else runs there.
std::uint64_t memory_limit(const limits_config& limits) {
  if (limits.memory_bytes_max > 0) return limits.memory_bytes_max;
  const std::uint64_t usable = usable_memory_bytes();
  return usable > 0 ? usable / 4 : std::numeric_limits<std::uint64_t>::max();
}

// After the drain: calls that are cut, and the ledger's last group.
constexpr std::chrono::seconds stop_patience{30};

// What is on the log stays there, and what is held is charged at the next start, as after any other end.
void end_unfinished() {
  std::cerr << "stopped without an answer of the disk: calls that were not recorded are settled by "
               "the next start"
            << std::endl;
  std::_Exit(exit_failure);
}

// By when somebody wrote it; the beginning of time where that cannot be told.
wall_time known_by(const std::string& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0) return {};
  const wall_time written{std::chrono::seconds{found.st_mtim.tv_sec}};
  return vouched_by_file(written, wall_now(), time_since_boot());
}

ledger_options ledger_settings_of(const config& settings, const descriptor_shares& descriptors,
                                  bool believe_clock) {
  ledger_options result;
  result.directory = settings.data_directory;
  result.durability = settings.durability;
  result.store_files_max = descriptors.store_files_max;
  result.caps = settings.caps;
  result.caps_from = settings.file;
  result.rows_kept_days = settings.rows_kept_days;
  result.orphans_at_hold = settings.admission.unknown_at_hold;
  result.known_time = std::max(known_by(settings.file), known_by(settings.prices_file));
  if (believe_clock) result.known_time = wall_now();
  return result;
}

void tell_fewer_connections(const config& settings, const descriptor_shares& descriptors) {
  if (settings.limits.connections_max <= descriptors.clients_max) return;
  std::cerr << "warning: limits.connections_max is " << settings.limits.connections_max
            << ", but the process may open " << descriptors.limit
            << " files: " << descriptors.clients_max
            << " connections are taken. Raise the limit (ulimit -Hn, LimitNOFILE=) to twice as "
               "many and 704 more"
            << std::endl;
}

learning_options learning_of(const config& settings) {
  learning_options how;
  how.percent = settings.admission.output_quantile;
  how.first_tokens = settings.admission.first_output_tokens;
  return how;
}

int serve(config settings, const price_book& prices, bool believe_clock) {
  const sigset_t signals = blocked_signals();
  keep_memory_reserve();
  stop_deadline stopping(end_unfinished);
  const descriptor_shares descriptors = reserve_descriptors();
  tell_fewer_connections(settings, descriptors);
  tokenizer::load_builtin();
  tokenizer::install_encodings(settings.tokenizers);
  std::optional<simulated_provider> simulated;
  if (settings.simulated.enabled) simulated.emplace(settings.simulated);
  for (provider_config& provider : settings.providers) {
    if (provider.built_in) provider.port = simulated->port();
  }
  metrics counts(settings.series_per_family_max);
  std::vector<std::string> provider_names;
  for (const provider_config& provider : settings.providers)
    provider_names.push_back(provider.name);
  counts.watch(settings.caps, provider_names);
  ledger_options ledger_settings = ledger_settings_of(settings, descriptors, believe_clock);
  std::optional<access_log> log;
  if (settings.access_log) log.emplace(STDOUT_FILENO);
  ledger_settings.on_committed = [&counts, &log](std::span<const ledger_row> rows, auto crossings) {
    counts.committed(rows, crossings);
    if (log) log->committed(rows);
  };
  ledger_settings.on_amended = [&counts](std::span<const amended_row> rows) {
    counts.amended(rows);
  };
  ledger_settings.on_upgrade = [](std::uint64_t rows) { tell_upgrade(rows, std::cerr); };
  ledger_thread ledger(std::move(ledger_settings));
  tell_incomplete_caps(ledger, std::cerr);
  tell_start(ledger.health(), std::cerr);
  key_ring keys(stored_keys(ledger));
  kept_answers answers = answers_in(ledger);
  std::optional<tokenizer::segment_memo> remembered;
  if (settings.limits.remembered_bytes_max > 0)
    remembered.emplace(settings.limits.remembered_bytes_max);
  asio::thread_pool counting(counting_thread_count(settings));
  const std::filesystem::path kept = settings.data_directory;
  const std::chrono::milliseconds saved_every(settings.calibration_saved_every_ms);
  prompt_learner learned((kept / calibration_file_name).string(), saved_every);
  output_learner outputs((kept / outputs_file_name).string(), saved_every, learning_of(settings));
  service shared{settings, prices,  ceiling_of(settings), keys, ledger, counts, learned,
                 outputs,  counting};
  if (remembered) shared.remembered = &*remembered;
  shared.kept = &answers;
  shared.memory.set_limit(memory_limit(settings.limits));
  server proxy(shared, thread_count(settings),
               std::min(settings.limits.connections_max, descriptors.clients_max));
  admin_server admin(settings, prices, ledger, counts, keys,
                     [&shared] { return !shared.draining.load(); });
  proxy.start();
  std::cout << "listening proxy=" << settings.listen.address << ':' << proxy.port()
            << " admin=" << settings.admin.address << ':' << admin.port()
            << told_address(settings.simulated, simulated) << std::endl;
  {
    // Ended before the calls are: it may be waiting for the ledger.
    asked_work reload([&] { reload_caps(settings, prices, ledger, counts, std::cout); });
    wait_for_end(signals, [&] { reload.ask(); });
    stopping.begin(std::chrono::milliseconds(settings.limits.drain_timeout_ms) + stop_patience);
  }
  std::cout << "stopping: no new connections; running calls may finish for "
            << settings.limits.drain_timeout_ms / 1000 << " s" << std::endl;
  const bool clean = proxy.drain(std::chrono::milliseconds(settings.limits.drain_timeout_ms));
  counting.join();
  std::cout << (clean ? "stopped; every call is settled"
                      : "stopped; calls that did not finish were cut and settled")
            << std::endl;
  return exit_done;
}

// Mistakes are told one a line, as an editor understands them.
int read_and_serve(const std::string& path, bool believe_clock) {
  auto read = load_config(path);
  auto* const settings = std::get_if<config>(&read);
  if (settings == nullptr) {
    print_mistakes(path, std::get<std::vector<config_mistake>>(read));
    return exit_failure;
  }
  keep_private(settings->data_directory, std::cerr);
  for (const std::string& warning : warnings_about(*settings))
    std::cerr << "warning: " << warning << '\n';
  const auto prices = load_price_file(settings->prices_file);
  if (const auto* const book = std::get_if<price_book>(&prices)) {
    for (const std::string& warning : warnings_about(*settings, *book))
      std::cerr << "warning: " << warning << '\n';
    return serve(std::move(*settings), *book, believe_clock);
  }
  print_mistakes(settings->prices_file, std::get<std::vector<config_mistake>>(prices));
  return exit_failure;
}

}  // namespace

int run_serve(std::span<const std::string> arguments) {
  return run_command("serve", [&] {
    const auto given = read_words(arguments, serve_form());
    if (!given) return exit_done;
    return read_and_serve((*given)["config"].as<std::string>(), given->contains("believe-clock"));
  });
}

}  // namespace stint
