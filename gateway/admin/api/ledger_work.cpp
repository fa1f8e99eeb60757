// Work over the whole ledger: proving it, copying it. Tested by
// tests/gateway/admin/server_test.cpp.
#include <filesystem>
#include <stdexcept>

#include <boost/json.hpp>

#include "gateway/admin/api/query.hpp"
#include "gateway/admin/api/routes.hpp"

namespace stint {
namespace {

namespace json = boost::json;

admin_answer progress_of(const admin_request& request, const long_work& work) {
  if (auto refused = refuse_unknown_parameters(request, {})) return *refused;
  return json_answer(200, json::object{{"done", work.progress.done.load()},
                                       {"total", work.progress.total.load()}});
}

void begin(work_progress& progress) {
  progress.done = 0;
  progress.total = 0;
}

admin_answer backup_refused(const std::string& why) {
  return error_answer(409, "no backup was made: " + why, "directory");
}

// Nothing, or what is wrong with it.
std::optional<std::string> misplaced(const std::filesystem::path& directory,
                                     const std::string& data_directory) {
  if (!directory.is_absolute()) return "the directory must be an absolute path";
  std::error_code failed;
  const auto wanted = std::filesystem::weakly_canonical(directory, failed);
  const auto live = std::filesystem::weakly_canonical(data_directory, failed);
  const auto differ = std::ranges::mismatch(live, wanted).in1;
  if (differ == live.end()) return "the directory lies in the data directory of the gateway";
  return std::nullopt;
}

}  // namespace

admin_answer verify_ledger(const admin_request& request, admin_services& services) {
  if (auto refused = refuse_unknown_parameters(request, {})) return *refused;
  const std::unique_lock alone(services.verification.alone, std::try_to_lock);
  if (!alone.owns_lock())
    return error_answer(409, "a verification is running; ask again when it has ended");
  begin(services.verification.progress);
  const auto proof = services.ledger.prove(services.verification.progress);
  json::array unproved;
  for (const auto& each : proof.unproved) {
    unproved.push_back(
        json::object{{"cap", each.cap}, {"counters", each.counters}, {"reason", each.reason}});
  }
  return json_answer(
      200,
      json::object{{"holds", proof.holds()},
                   {"differences", json::array(proof.findings.begin(), proof.findings.end())},
                   {"differences_left_out", proof.findings_left_out},
                   {"proved", json::object{{"rows", proof.rows},
                                           {"hours", proof.hours},
                                           {"days", proof.days},
                                           {"counters_by_rows", proof.counters_by_rows},
                                           {"counters_by_rollups", proof.counters_by_rollups}}},
                   {"unproved", std::move(unproved)}});
}

admin_answer watch_verification(const admin_request& request, admin_services& services) {
  return progress_of(request, services.verification);
}

admin_answer back_up_ledger(const admin_request& request, admin_services& services) {
  if (auto refused = refuse_unknown_parameters(request, {})) return *refused;
  boost::system::error_code broken;
  const auto body = json::parse(request.body, broken);
  const auto* named =
      !broken && body.is_object() ? body.get_object().if_contains("directory") : nullptr;
  if (named == nullptr || !named->is_string()) {
    return error_answer(400, "expected {\"directory\": \"/an/absolute/path\"}", "directory");
  }
  const std::string directory(named->get_string());
  if (const auto why = misplaced(directory, services.settings.data_directory)) {
    return error_answer(400, *why, "directory");
  }
  const std::unique_lock alone(services.backup.alone, std::try_to_lock);
  if (!alone.owns_lock())
    return error_answer(409, "a backup is running; ask again when it is made");
  begin(services.backup.progress);
  try {
    const auto made = services.ledger.backup(directory, services.backup.progress);
    return json_answer(200, json::object{{"directory", directory},
                                         {"group", made.group},
                                         {"files", made.files},
                                         {"bytes", made.bytes}});
  } catch (const std::runtime_error& why) {
    return backup_refused(why.what());
  }
}

admin_answer watch_backup(const admin_request& request, admin_services& services) {
  return progress_of(request, services.backup);
}

}  // namespace stint
