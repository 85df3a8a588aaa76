#include "report/store.h"

#include <algorithm>
#include <filesystem>

#include "markup.h"
#include "report/record.h"
#include "store_database.h"

namespace report {
namespace {

// "MSTR" as SQLite's file header has it, and the version of the tables below.
constexpr std::int64_t kApplication = 0x4D535452;
constexpr std::int64_t kVersion = 1;

constexpr const char* kTables = R"sql(
CREATE TABLE suite(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  stored_at TEXT NOT NULL,
  suite TEXT NOT NULL,
  source TEXT NOT NULL,
  build TEXT NOT NULL,
  world TEXT NOT NULL,
  first_seed TEXT NOT NULL,
  seeds INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  wall_ms INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  interrupted INTEGER NOT NULL
) STRICT;
CREATE INDEX suite_by_build ON suite(build);
CREATE TABLE case_result(
  id INTEGER PRIMARY KEY,
  suite INTEGER NOT NULL REFERENCES suite(id),
  position INTEGER NOT NULL,
  pattern TEXT NOT NULL,
  name TEXT NOT NULL,
  scenario TEXT NOT NULL,
  verdict TEXT NOT NULL,
  record TEXT NOT NULL,
  UNIQUE(suite, position)
) STRICT;
CREATE TABLE run(
  id INTEGER PRIMARY KEY,
  case_result INTEGER NOT NULL REFERENCES case_result(id),
  name TEXT NOT NULL,
  variant TEXT NOT NULL,
  seed TEXT NOT NULL,
  schedule TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  verdict TEXT NOT NULL,
  record TEXT NOT NULL,
  UNIQUE(case_result, variant, seed)
) STRICT;
PRAGMA application_id = 1297306706;
PRAGMA user_version = 1;
)sql";
static_assert(kApplication == 1297306706 && kVersion == 1);

core::Result<std::int64_t> pragma(const Connection& connection, std::string_view sql) {
  Statement statement(connection, sql);
  TRY(statement.step());
  return statement.integer(0);
}

std::string seed_text(std::uint64_t seed) {
  return std::to_string(seed);
}

std::uint64_t seed_of(const std::string& text) {
  return std::strtoull(text.c_str(), nullptr, 10);
}

core::Result<lab::Verdict> verdict_of(const std::string& text) {
  for (const auto verdict :
       {lab::Verdict::kPass, lab::Verdict::kFail, lab::Verdict::kInconclusive}) {
    if (text == name_of(verdict)) {
      return verdict;
    }
  }
  return core::fail(core::Code::kCorrupt, "a stored suite has the verdict '" + text + "'");
}

std::int64_t milliseconds(double seconds) {
  return static_cast<std::int64_t>(seconds * 1e3 + 0.5);
}

core::Result<std::int64_t> insert_suite(const Connection& connection, const StoredSuite& suite) {
  Statement statement(connection,
                      "INSERT INTO suite(stored_at, suite, source, build, world, first_seed, seeds,"
                      " fingerprint, wall_ms, verdict, interrupted)"
                      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, '', 0, ?8, ?9)");
  statement.bind(1, suite.stored_at).bind(2, valid_text(suite.suite));
  statement.bind(3, suite.source).bind(4, suite.build).bind(5, suite.world);
  statement.bind(6, seed_text(suite.seed)).bind(7, static_cast<std::int64_t>(suite.seeds));
  statement.bind(8, name_of(suite.verdict)).bind(9, std::int64_t{suite.interrupted ? 1 : 0});
  TRY_VOID(statement.run());
  return sqlite3_last_insert_rowid(connection.handle());
}

// The row of a suite's case, made when it is not there.
core::Result<std::int64_t> case_row(const Connection& connection, std::int64_t suite,
                                    const lab::CaseResult& result, std::size_t position) {
  Statement insert(connection,
                   "INSERT INTO case_result(suite, position, pattern, name, scenario, verdict,"
                   " record) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"
                   " ON CONFLICT(suite, position) DO UPDATE SET verdict = ?6, record = ?7");
  insert.bind(1, suite).bind(2, static_cast<std::int64_t>(position));
  insert.bind(3, valid_text(result.pattern)).bind(4, valid_text(result.case_name));
  insert.bind(5, valid_text(result.scenario)).bind(6, name_of(result.verdict));
  insert.bind(7, case_record(result));
  TRY_VOID(insert.run());
  Statement find(connection, "SELECT id FROM case_result WHERE suite = ?1 AND position = ?2");
  find.bind(1, suite).bind(2, static_cast<std::int64_t>(position));
  if (!TRY(find.step())) {
    return core::fail(core::Code::kCorrupt, "a case that was just stored is not there");
  }
  return find.integer(0);
}

core::Result<void> insert_runs(const Connection& connection, std::int64_t case_id,
                               const lab::CaseResult& result) {
  Statement statement(connection,
                      "INSERT OR IGNORE INTO run(case_result, name, variant, seed, schedule,"
                      " fingerprint, verdict, record) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
  for (const lab::RunResult& run : result.runs) {
    statement.bind(1, case_id).bind(2, valid_text(run.id())).bind(3, valid_text(run.run));
    statement.bind(4, seed_text(run.seed)).bind(5, hex16(run.schedule));
    statement.bind(6, hex16(run.fingerprint)).bind(7, name_of(run.verdict));
    statement.bind(8, run_record(run));
    TRY_VOID(statement.run());
  }
  return {};
}

core::Result<void> update_suite(const Connection& connection, std::int64_t id,
                                const lab::SuiteResult& suite) {
  Statement statement(connection,
                      "UPDATE suite SET fingerprint = ?2, wall_ms = ?3, verdict = ?4,"
                      " interrupted = ?5, seeds = ?6 WHERE id = ?1");
  statement.bind(1, id).bind(2, hex16(suite.fingerprint)).bind(3, milliseconds(suite.wall_s));
  statement.bind(4, name_of(suite.verdict)).bind(5, std::int64_t{suite.interrupted ? 1 : 0});
  statement.bind(6, static_cast<std::int64_t>(suite.seeds));
  return statement.run();
}

constexpr const char* kListColumns =
    "SELECT id, stored_at, suite, source, build, world, first_seed, seeds, verdict, interrupted,"
    " (SELECT count(*) FROM run JOIN case_result ON run.case_result = case_result.id"
    "  WHERE case_result.suite = suite.id), fingerprint, wall_ms FROM suite";

core::Result<StoredSuite> row_of_list(const Statement& row) {
  StoredSuite suite;
  suite.id = row.integer(0);
  suite.stored_at = row.text(1);
  suite.suite = row.text(2);
  suite.source = row.text(3);
  suite.build = row.text(4);
  suite.world = row.text(5);
  suite.seed = seed_of(row.text(6));
  suite.seeds = static_cast<std::uint64_t>(row.integer(7));
  suite.verdict = TRY(verdict_of(row.text(8)));
  suite.interrupted = row.integer(9) != 0;
  suite.runs = static_cast<std::uint64_t>(row.integer(10));
  suite.fingerprint = std::strtoull(row.text(11).c_str(), nullptr, 16);
  suite.wall_s = static_cast<double>(row.integer(12)) / 1e3;
  return suite;
}

// Another program's file, or a newer Muster's, is refused; an empty one becomes ours.
core::Result<void> settle_schema(const Connection& connection, const std::string& path,
                                 Store::Access access) {
  const std::int64_t application = TRY(pragma(connection, "PRAGMA application_id"));
  const std::int64_t version = TRY(pragma(connection, "PRAGMA user_version"));
  const std::int64_t tables =
      TRY(pragma(connection, "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"));
  if (application == kApplication && version == kVersion) {
    return {};
  }
  if (application == kApplication && version > kVersion) {
    return core::fail(core::Code::kUnavailable,
                      path + ": was written by a newer Muster (version " + std::to_string(version) +
                          " of its tables, this program knows " + std::to_string(kVersion) +
                          "); use that one, or name another file");
  }
  if (application != 0 || version != 0 || tables != 0) {
    return core::fail(core::Code::kCorrupt, path +
                                                ": is the database of another program; it was "
                                                "left as it is: name another file with --store");
  }
  if (access == Store::Access::kRead) {
    return core::fail(core::Code::kNotFound, path + ": holds no results yet; run muster test");
  }
  return connection.execute(kTables);
}

}  // namespace

Store::Store(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

core::Result<Store> Store::open(const std::string& path, Access access) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (access == Access::kRead && !fs::exists(path, error)) {
    return core::fail(core::Code::kNotFound,
                      path +
                          ": there is no results database; run muster test first, or name one "
                          "with --store");
  }
  if (access == Access::kWrite && fs::path(path).has_parent_path()) {
    fs::create_directories(fs::path(path).parent_path(), error);
  }
  const int flags =
      access == Access::kRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  Connection connection = TRY(Connection::open(path, flags));
  if (access == Access::kWrite) {
    // Two programs that both find the file empty make its tables one after the other.
    Transaction transaction = TRY(Transaction::begin(connection));
    TRY_VOID(settle_schema(connection, path, access));
    TRY_VOID(transaction.commit());
  } else {
    TRY_VOID(settle_schema(connection, path, access));
  }
  return Store(std::make_unique<Database>(std::move(connection)));
}

core::Result<std::int64_t> Store::save(const lab::SuiteResult& suite, std::string_view stored_at) {
  const Connection& connection = database_->connection;
  Transaction transaction = TRY(Transaction::begin(connection));
  StoredSuite header;
  header.stored_at = stored_at;
  header.suite = suite.suite;
  header.build = suite.build;
  header.world = suite.world;
  header.seed = suite.seed;
  header.seeds = suite.seeds;
  const std::int64_t id = TRY(insert_suite(connection, header));
  for (std::size_t i = 0; i < suite.cases.size(); ++i) {
    const std::int64_t row = TRY(case_row(connection, id, suite.cases[i], i));
    TRY_VOID(insert_runs(connection, row, suite.cases[i]));
  }
  TRY_VOID(update_suite(connection, id, suite));
  TRY_VOID(transaction.commit());
  return id;
}

core::Result<std::vector<StoredSuite>> Store::suites() const {
  Statement rows(database_->connection, std::string(kListColumns) + " ORDER BY id DESC");
  std::vector<StoredSuite> list;
  while (TRY(rows.step())) {
    list.push_back(TRY(row_of_list(rows)));
  }
  return list;
}

core::Result<StoredSuite> Store::suite(std::int64_t id) const {
  Statement head(database_->connection, std::string(kListColumns) + " WHERE id = ?1");
  if (!TRY(head.bind(1, id).step())) {
    return core::fail(core::Code::kNotFound, "there is no suite " + std::to_string(id) +
                                                 "; muster report --list names those there are");
  }
  return row_of_list(head);
}

core::Result<lab::SuiteResult> Store::load(std::int64_t id) const {
  const Connection& connection = database_->connection;
  const StoredSuite stored = TRY(suite(id));
  lab::SuiteResult suite;
  suite.suite = stored.suite;
  suite.build = stored.build;
  suite.world = stored.world;
  suite.seed = stored.seed;
  suite.seeds = stored.seeds;
  suite.verdict = stored.verdict;
  suite.interrupted = stored.interrupted;
  suite.fingerprint = stored.fingerprint;
  suite.wall_s = stored.wall_s;
  Statement cases(connection,
                  "SELECT id, record FROM case_result WHERE suite = ?1 ORDER BY position, id");
  cases.bind(1, id);
  while (TRY(cases.step())) {
    lab::CaseResult result = TRY(case_of_record(cases.text(1)));
    // As the suite had them: by seed, then variant in the order of the file.
    Statement runs(connection, "SELECT record FROM run WHERE case_result = ?1 ORDER BY id");
    runs.bind(1, cases.integer(0));
    while (TRY(runs.step())) {
      result.runs.push_back(TRY(run_of_record(runs.text(0))));
    }
    std::ranges::stable_sort(result.runs, {}, &lab::RunResult::seed);
    suite.cases.push_back(std::move(result));
  }
  return suite;
}

core::Result<std::int64_t> Store::begin_campaign(const StoredSuite& header) {
  const Connection& connection = database_->connection;
  Transaction transaction = TRY(Transaction::begin(connection));
  std::int64_t id = 0;
  {
    Statement find(connection,
                   "SELECT max(id) FROM suite WHERE source = ?1 AND build = ?2 AND world = ?3"
                   " AND first_seed = ?4");
    find.bind(1, header.source).bind(2, header.build).bind(3, header.world);
    TRY(find.bind(4, seed_text(header.seed)).step());
    id = find.integer(0);
  }
  if (id == 0) {
    id = TRY(insert_suite(connection, header));
  }
  TRY_VOID(transaction.commit());
  return id;
}

core::Result<void> Store::add_runs(std::int64_t id, const lab::CaseResult& piece) {
  const Connection& connection = database_->connection;
  Transaction transaction = TRY(Transaction::begin(connection));
  const std::int64_t row = TRY(case_row(connection, id, piece, 0));
  TRY_VOID(insert_runs(connection, row, piece));
  return transaction.commit();
}

core::Result<void> Store::conclude(std::int64_t id, const lab::SuiteResult& suite) {
  const Connection& connection = database_->connection;
  Transaction transaction = TRY(Transaction::begin(connection));
  for (std::size_t i = 0; i < suite.cases.size(); ++i) {
    TRY(case_row(connection, id, suite.cases[i], i));
  }
  TRY_VOID(update_suite(connection, id, suite));
  return transaction.commit();
}

}  // namespace report
