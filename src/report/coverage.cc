#include "report/coverage.h"

#include "json_value.h"
#include "markup.h"
#include "page_parts.h"

namespace report {
namespace {

// Of the checks that apply to the pattern.
void add_table(Markup& page, const lab::Coverage& coverage, const std::string& pattern) {
  const auto applies = coverage.applies.find(pattern);
  if (applies == coverage.applies.end()) {
    return;
  }
  page.html("<h2>").text(pattern).html("</h2><div class=\"scroll\"><table class=\"coverage\">");
  page.html("<thead><tr><th>Fault</th>");
  for (const std::string& check : applies->second) {
    page.html("<th class=\"num\"><span>").text(check).html("</span></th>");
  }
  page.html("</tr></thead><tbody>");
  for (const std::string& fault : coverage.faults) {
    page.html("<tr><th scope=\"row\">").text(fault).html("</th>");
    for (const std::string& check : applies->second) {
      const auto found = coverage.cells.find({pattern, fault, check});
      if (found == coverage.cells.end()) {
        page.html("<td class=\"num gap\">·</td>");
        continue;
      }
      page.html(found->second.failed > 0 ? "<td class=\"num failed\">" : "<td class=\"num\">");
      page.number(found->second.runs).html("</td>");
    }
    page.html("</tr>");
  }
  page.html("</tbody></table></div>\n");
}

}  // namespace

std::string coverage_html(const lab::Coverage& coverage) {
  Markup page;
  page.html("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
  page.html("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ");
  page.html("base-uri 'none'; form-action 'none'; style-src '").html(kStyleHash).html("'\">\n");
  page.html("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
  page.html("<meta name=\"color-scheme\" content=\"light dark\">\n<title>Coverage – Muster");
  page.html("</title>\n<style>").html(kStyle).html("</style>\n</head>\n<body>\n<main>\n");
  page.html("<h1>Coverage</h1><p><strong>").number(coverage.cells.size()).html("</strong> of ");
  page.number(coverage.possible())
      .html(" cells. A cell is a pattern, a kind of fault and a check; ");
  page.html("it is covered where the check looked in a run of the pattern in which such a fault ");
  page.html("acted. Counted are all kinds of faults with each check that some run of the same ");
  page.html("pattern had; whether such a fault would make sense there is not asked. Numbers are ");
  page.html("runs; a dot is a cell that nothing exercised; red: the check failed in one of them.");
  page.html("</p>\n");
  for (const std::string& pattern : coverage.patterns) {
    add_table(page, coverage, pattern);
  }
  page.html("</main>\n</body>\n</html>\n");
  return page.str();
}

std::string coverage_json(const lab::Coverage& coverage) {
  Json cells = Json::array();
  for (const auto& [key, cell] : coverage.cells) {
    cells.push_back({{"pattern", key.pattern},
                     {"fault", key.fault},
                     {"check", key.check},
                     {"runs", cell.runs},
                     {"failed", cell.failed}});
  }
  const Json object = {{"covered", coverage.cells.size()}, {"possible", coverage.possible()},
                       {"patterns", coverage.patterns},    {"faults", coverage.faults},
                       {"checks", coverage.checks},        {"cells", std::move(cells)}};
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace report
