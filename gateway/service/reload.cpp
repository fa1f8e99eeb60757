// Tested by tests/end_to_end/reload_test.py.
#include "gateway/service/reload.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <ostream>
#include <set>

#include "budgets/records/audit.hpp"
#include "budgets/records/standing.hpp"
#include "budgets/writer/believed_clock.hpp"
#include "gateway/config/apart.hpp"
#include "pricing/price_changes.hpp"
#include "pricing/price_file.hpp"
#include "pricing/time_text.hpp"

namespace stint {
namespace {

void tell_mistakes(const config& running, const std::vector<config_mistake>& mistakes,
                   std::ostream& log) {
  for (const config_mistake& mistake : mistakes)
    log << describe(running.file, mistake) << '\n';
  log << "reload: nothing has changed; correct the file and send SIGHUP again" << std::endl;
}

void tell_changes(const std::vector<price_change>& changes, std::ostream& log) {
  constexpr std::size_t told_max = 20;
  for (std::size_t n = 0; n < std::min(changes.size(), told_max); ++n)
    log << "reload: price of " << changes[n].line << '\n';
  if (changes.size() > told_max)
    log << "reload: and " << changes.size() - told_max << " prices more\n";
}

// A row names its prices by their version alone: two lists of one version would make it a lie.
void reload_prices(const config& loaded, current_prices& prices, std::ostream& log) {
  const std::string& file = loaded.prices_file;
  auto read = load_price_file(file);
  if (const auto* mistakes = std::get_if<std::vector<config_mistake>>(&read)) {
    for (const config_mistake& mistake : *mistakes)
      log << describe(file, mistake) << '\n';
    log << "reload: the old prices stay; the gateway would not start with this file\n";
    return;
  }
  const auto running = prices.get();
  auto& written = std::get<price_book>(read);
  const auto changes = price_changes(*running, written);
  tell_changes(changes, log);
  if (running->version() == written.version()) {
    if (changes.empty() && running->has_aliases_of(written)) return;
    log << "reload: " << file << " still calls itself version " << written.version()
        << ", and its prices or aliases differ: give it another `version`; the old prices stay\n";
    return;
  }
  for (const std::string& warning : warnings_about(loaded, written))
    log << "reload: warning: " << warning << '\n';
  const std::string version = written.version();
  prices.replace(std::move(written));
  log << "reload: prices of version " << version << " are in force (were " << running->version()
      << ")\n";
}

void tell_restarts(const std::vector<setting_change>& changes, std::ostream& log) {
  for (const setting_change& each : changes) {
    log << "reload: " << each.name << " differs and needs a restart";
    if (each.was != each.is)
      log << " (" << told_value(each.name, each.was) << " → " << told_value(each.name, each.is)
          << ')';
    log << "; the old one stays\n";
  }
}

// Those of simulated calls are said with the cap of which they are the second.
void tell_caps(const shown_caps& was, const shown_caps& is, std::ostream& log) {
  for (const audit_record& each : changes_of_caps(was, is, {})) {
    if (each.subject.starts_with(simulated_cap_prefix)) continue;
    log << "reload: cap " << each.subject << ": " << each.was << " → " << each.is << '\n';
  }
}

// Whose windows begin when; their caps say the same.
void tell_tenants(const config& running, const config& loaded, std::ostream& log) {
  for (const setting_change& each : changes_of(running.written, loaded.written)) {
    if (!is_within(each.name, "tenants")) continue;
    log << "reload: " << each.name << " is in force: " << told_value(each.name, each.is)
        << " (at the start: " << told_value(each.name, each.was) << ")\n";
  }
}

// Whether simulated calls have books of their own stays as it was at the start, and so do their caps.
std::vector<cap> caps_under(const config& running, const config& loaded) {
  const bool is_apart = running.simulated.enabled && running.simulated.apart;
  return is_apart ? with_simulated_apart(loaded.caps_as_written) : loaded.caps_as_written;
}

}  // namespace

void reload_settings(const config& running, current_prices& prices, ledger_thread& ledger,
                     metrics& counts, std::ostream& log) {
  config_result read = load_config(running.file);
  if (const auto* mistakes = std::get_if<std::vector<config_mistake>>(&read))
    return tell_mistakes(running, *mistakes, log);
  const config& loaded = std::get<config>(read);
  tell_restarts(settings_needing_restart(running, loaded), log);
  reload_prices(loaded, prices, log);
  const shown_caps before = shown(*ledger.caps());
  const std::vector<cap> caps = caps_under(running, loaded);
  const reconfiguration done =
      ledger.reconfigure(caps, {.who = "configuration", .from = running.file, .reason = "reload"});
  if (!done.recorded) {
    log << "reload: the caps could not be recorded (" << done.problem << "); "
        << (done.in_force ? "the new ones are in force all the same" : "the old ones stay")
        << ". Send SIGHUP again when the storage takes data" << std::endl;
  }
  if (!done.in_force) return;
  std::vector<std::string> providers;
  for (const provider_config& provider : running.providers)
    providers.push_back(provider.name);
  counts.watch(caps, providers);
  tell_caps(before, shown(caps), log);
  tell_tenants(running, loaded, log);
  if (!done.recorded) return;
  for (const std::string& name : done.incomplete) {
    log << "reload: cap " << name << " begins with too little: rows of its window are deleted "
        << "already; its next window is exact\n";
  }
  log << "reload: " << loaded.caps_as_written.size() << " caps in force" << std::endl;
}

void tell_incomplete_caps(ledger_thread& ledger, std::ostream& log) {
  std::promise<std::vector<cap_standing>> told;
  ledger.standings([&told](std::vector<cap_standing> all) { told.set_value(std::move(all)); });
  std::set<std::string> names;
  for (const cap_standing& each : told.get_future().get()) {
    if (each.incomplete) names.insert(each.cap);
  }
  for (const std::string& name : names) {
    log << "warning: cap " << name << " counts too little in its present window: rows from before "
        << "it was configured are deleted already\n";
  }
}

void tell_clock(const ledger_health& of, std::ostream& log) {
  if (of.clock_ahead > believed_clock::step_max) {
    const wall_time said = wall_now();
    log << "warning: this machine's clock says " << to_iso_time(said) << ", which is more than "
        << std::chrono::duration_cast<std::chrono::hours>(believed_clock::stop_max).count() / 24
        << " days after the last call in the ledger, and nothing keeps it that the kernel knows of "
           "(NTP; of chrony, with rtcsync in chrony.conf). It is not believed: "
           "calls are dated from "
        << to_iso_time(said - of.clock_ahead)
        << " on, and windows end by the time that passes, until the clock is set. Is it right? "
           "Start "
           "with `stint serve --believe-clock`"
        << std::endl;
  }
  if (of.books_ahead <= believed_clock::step_max) return;
  const auto hours = std::chrono::duration<double, std::ratio<3'600>>(of.books_ahead).count();
  log << "warning: the ledger has seen a time that is " << hours
      << " h ahead of this machine's clock. Until the clock "
      << "comes there no cap's window ends. Is the clock behind? Set it right. Was it ahead? Stop "
         "the gateway and run "
      << "`stint ledger repair-clock`" << std::endl;
}

void tell_orphans(std::uint64_t count, std::ostream& log) {
  if (count == 0) return;
  log << count << (count == 1 ? " call was" : " calls were")
      << " cut off when the last process died, and settled now: `stint ledger list --flag orphaned`"
      << std::endl;
}

void tell_upgrade(std::uint64_t rows_read, std::ostream& log) {
  log << "the ledger is of an older version and is made one of this: " << rows_read << " rows read"
      << std::endl;
}

}  // namespace stint
