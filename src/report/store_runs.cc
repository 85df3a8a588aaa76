// Runs of the results database one by one: finding them, and reading one.
#include "report/record.h"
#include "store_database.h"

namespace report {
namespace {

// A filter that is empty lets everything pass. Names are compared as `test --pattern` does: a part,
// in any case. A record that is no JSON has no reason; whoever opens it is told.
constexpr std::string_view kRunsFrom =
    " FROM run JOIN case_result ON case_result.id = run.case_result"
    " JOIN suite ON suite.id = case_result.suite"
    " WHERE (?1 = 0 OR suite.id = ?1)"
    " AND (?2 = '' OR instr(lower(case_result.pattern), lower(?2)) > 0)"
    " AND (?3 = '' OR instr(lower(case_result.name), lower(?3)) > 0)"
    " AND (?4 = '' OR run.seed = ?4)"
    " AND (?5 = '' OR run.verdict = ?5)"
    " AND (?6 = '' OR instr(suite.build, lower(?6)) > 0)"
    " AND (?7 = '' OR instr(lower(run.name), lower(?7)) > 0"
    " OR instr(lower(case_result.pattern), lower(?7)) > 0"
    " OR instr(lower(case_result.name), lower(?7)) > 0"
    " OR instr(lower(case_result.scenario), lower(?7)) > 0"
    " OR instr(lower(run.variant), lower(?7)) > 0"
    " OR instr(lower(suite.suite), lower(?7)) > 0"
    " OR instr(lower(CASE WHEN json_valid(run.record)"
    " THEN json_extract(run.record, '$.reason') ELSE '' END), lower(?7)) > 0)";

constexpr std::string_view kRunColumns =
    "SELECT run.id, suite.id, suite.stored_at, suite.world, suite.build, case_result.pattern,"
    " case_result.name, case_result.scenario, run.variant, run.seed, run.name, run.verdict,"
    " CASE WHEN json_valid(run.record) THEN json_extract(run.record, '$.reason') ELSE '' END";

void bind_filter(Statement& statement, const RunFilter& filter) {
  statement.bind(1, filter.suite).bind(2, filter.pattern).bind(3, filter.case_name);
  statement.bind(4, filter.seed).bind(5, filter.verdict).bind(6, filter.build);
  statement.bind(7, filter.text);
}

core::Result<std::uint64_t> count_of(Statement& statement) {
  TRY(statement.step());
  return static_cast<std::uint64_t>(statement.integer(0));
}

ListedRun listed(const Statement& row) {
  ListedRun run;
  run.id = row.integer(0);
  run.suite = row.integer(1);
  run.stored_at = row.text(2);
  run.world = row.text(3);
  run.build = row.text(4);
  run.pattern = row.text(5);
  run.case_name = row.text(6);
  run.scenario = row.text(7);
  run.variant = row.text(8);
  run.seed = row.text(9);
  run.name = row.text(10);
  run.verdict = row.text(11);
  run.reason = row.text(12);
  return run;
}

}  // namespace

core::Result<RunPage> Store::find_runs(const RunFilter& filter) const {
  const Connection& connection = database_->connection;
  RunPage page;
  Statement all(connection, "SELECT count(*) FROM run");
  page.stored = TRY(count_of(all));
  Statement counted(connection, "SELECT count(*)" + std::string(kRunsFrom));
  bind_filter(counted, filter);
  page.found = TRY(count_of(counted));
  Statement rows(connection, std::string(kRunColumns) + std::string(kRunsFrom) +
                                 " ORDER BY suite.id DESC, case_result.position, run.id"
                                 " LIMIT ?8 OFFSET ?9");
  bind_filter(rows, filter);
  rows.bind(8, static_cast<std::int64_t>(filter.most));
  rows.bind(9, static_cast<std::int64_t>(filter.skip));
  while (TRY(rows.step())) {
    page.runs.push_back(listed(rows));
  }
  return page;
}

core::Result<RunFacets> Store::facets() const {
  RunFacets facets;
  Statement cases(database_->connection,
                  "SELECT DISTINCT pattern, name FROM case_result ORDER BY pattern, name");
  while (TRY(cases.step())) {
    facets.cases.emplace_back(cases.text(0), cases.text(1));
  }
  Statement builds(
      database_->connection,
      "SELECT build FROM suite WHERE build <> '' GROUP BY build ORDER BY max(id) DESC");
  while (TRY(builds.step())) {
    facets.builds.push_back(builds.text(0));
  }
  return facets;
}

core::Result<StoredRun> Store::load_run(std::int64_t id) const {
  Statement rows(database_->connection,
                 "SELECT case_result.suite, case_result.record, run.record FROM run"
                 " JOIN case_result ON case_result.id = run.case_result WHERE run.id = ?1");
  if (!TRY(rows.bind(1, id).step())) {
    return core::fail(core::Code::kNotFound, "there is no run " + std::to_string(id));
  }
  StoredRun stored;
  stored.id = id;
  stored.of = TRY(case_of_record(rows.text(1)));
  stored.run = TRY(run_of_record(rows.text(2)));
  stored.suite = TRY(suite(rows.integer(0)));
  return stored;
}

}  // namespace report
