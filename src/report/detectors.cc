#include "detectors.h"

#include <algorithm>
#include <array>

#include "figures.h"

namespace report {
namespace {

constexpr auto kDetectorTitles = std::to_array<std::string_view>(
    {"detector", "runs", "faults", "found", "recall", "precision", "median delay",
     "false alarms an hour", "hours watched", "score"});
constexpr std::string_view kTooShort = "not watched long enough";
constexpr std::string_view kWhatTheyAre =
    "Over the runs with a controller, but for those of Performance Summary, whose loads and faults "
    "are over in a minute: their faults are the labels, and each detector is given what the "
    "controller saw of the whole swarm second by second: what was done, failures, median and "
    "slowest tenth of latency, utilisation, members away. S-H-ESD is the controller's own, without "
    "a season, and judges after 20 seconds of telemetry; half-space trees judge after five "
    "minutes; the plain threshold (failures above 15 %, utilisation above 85 %, twice the first "
    "minute's latency, or anybody away) after one. A run counts for those that could judge before "
    "it was over, from then on; faults that began before do not count. So compare detectors of as "
    "many faults. An alarm within 20 s after a fault counts neither way. Score: Numenta's, 0 for "
    "silence, 100 for perfection.";

std::string share_text(const std::optional<double>& value) {
  return value ? with_unit(*value, scenario::Unit::kShare) : "–";
}

std::string count_text(const std::optional<double>& value) {
  return value ? with_unit(*value, scenario::Unit::kCount) : "–";
}

std::vector<std::string> cells_of(const DetectorRow& row) {
  if (row.runs == 0) {
    std::vector<std::string> cells(kDetectorTitles.size(), "–");
    cells[0] = row.name;
    cells[1] = kTooShort;
    return cells;
  }
  const monitor::Score& score = row.score;
  const auto delay = score.median_delay();
  return {row.name,
          std::to_string(row.runs),
          std::to_string(score.faults),
          std::to_string(score.found),
          share_text(score.recall()),
          share_text(score.precision()),
          delay ? with_unit(core::to_seconds(*delay), scenario::Unit::kSeconds) : "–",
          count_text(score.false_alarms_per_hour()),
          count_text(core::to_seconds(score.observed) / 3'600),
          count_text(score.normalised())};
}

}  // namespace

std::vector<DetectorRow> detectors_of(const lab::SuiteResult& suite) {
  std::vector<DetectorRow> rows;
  for (const lab::CaseResult& result : suite.cases) {
    for (const lab::RunResult& run : result.runs) {
      for (const lab::DetectorScore& one : run.detectors) {
        if (result.pattern == kComparison) {
          continue;
        }
        auto row = std::ranges::find(rows, one.name, &DetectorRow::name);
        if (row == rows.end()) {
          row = rows.insert(row, {one.name, {}, 0});
        }
        row->score += one.score;
        row->runs += one.score.observed > core::Duration() ? 1U : 0U;
      }
    }
  }
  const bool labelled =
      std::ranges::any_of(rows, [](const DetectorRow& row) { return row.score.faults > 0; });
  return labelled ? rows : std::vector<DetectorRow>();
}

Json detectors_json(const lab::SuiteResult& suite) {
  const auto number = [](const std::optional<double>& value) {
    return value ? Json(*value) : Json();
  };
  Json array = Json::array();
  for (const DetectorRow& row : detectors_of(suite)) {
    array.push_back({{"detector", row.name}, {"runs", row.runs}});
    if (row.runs == 0) {
      continue;
    }
    const monitor::Score& score = row.score;
    const auto delay = score.median_delay();
    array.back().update({{"faults", score.faults},
                         {"found", score.found},
                         {"true_alarms", score.true_alarms},
                         {"false_alarms", score.false_alarms},
                         {"observed_s", core::to_seconds(score.observed)},
                         {"precision", number(score.precision())},
                         {"recall", number(score.recall())},
                         {"delay_s", delay ? Json(core::to_seconds(*delay)) : Json()},
                         {"false_alarms_per_hour", number(score.false_alarms_per_hour())},
                         {"score", number(score.normalised())}});
  }
  return array.empty() ? Json() : array;
}

void add_detectors(Markup& page, const lab::SuiteResult& suite) {
  const std::vector<DetectorRow> all = detectors_of(suite);
  if (all.empty()) {
    return;
  }
  page.html("<section class=\"about\"><h2 id=\"detectors\">Detectors of anomalies</h2><p>");
  page.text(kWhatTheyAre).html("</p><div class=\"scroll\"><table><thead><tr>");
  for (const std::string_view title : kDetectorTitles) {
    page.html("<th>").html(title).html("</th>");
  }
  page.html("</tr></thead><tbody>");
  for (const DetectorRow& row : all) {
    page.html("<tr data-detector>");
    for (const std::string& cell : cells_of(row)) {
      page.html("<td class=\"num\">").text(cell).html("</td>");
    }
    page.html("</tr>");
  }
  page.html("</tbody></table></div></section>\n");
}

std::string detectors_markdown(const lab::SuiteResult& suite) {
  const std::vector<DetectorRow> all = detectors_of(suite);
  if (all.empty()) {
    return {};
  }
  std::string text = "## Detectors of anomalies\n\n" + std::string(kWhatTheyAre) + "\n\n|";
  std::string rule = "|";
  for (const std::string_view title : kDetectorTitles) {
    text += " " + std::string(title) + " |";
    rule += "---|";
  }
  text += "\n" + rule + "\n";
  for (const DetectorRow& row : all) {
    text += "|";
    for (const std::string& cell : cells_of(row)) {
      text += " " + cell + " |";
    }
    text += "\n";
  }
  return text + "\n";
}

}  // namespace report
