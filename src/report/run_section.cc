#include "run_section.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "charts.h"
#include "report/replay.h"
#include "topology_picture.h"

namespace report {
namespace {

constexpr std::size_t kEventsShown = 200;

void add_chart(Markup& page, std::string_view anchor, std::string_view kind,
               std::string_view title) {
  page.html("<figure class=\"chart\"><figcaption>").text(title).html("</figcaption>");
  page.html("<div class=\"canvas\"><canvas role=\"img\" aria-label=\"").text(title);
  page.html("\" data-run=\"").text(anchor).html("\" data-chart=\"").html(kind);
  page.html("\"></canvas></div></figure>");
}

// A mean of those in time says nothing of the others, whom percentiles count as infinitely late.
std::string late_text(const lab::RunResult& run) {
  std::uint64_t late = 0;
  for (const lab::Bin& bin : run.bins) {
    late += bin.due - bin.good;
  }
  return late == 0
             ? ""
             : "; at the top edge, > D: those not done by the deadline, " + std::to_string(late);
}

void add_topology(Markup& page, const lab::RunResult& run) {
  const std::string picture = topology_svg(run);
  if (picture.empty()) {
    return;
  }
  const auto proven = std::ranges::count_if(run.links, &lab::LinkPicture::proven);
  page.html("<figure class=\"picture\"><figcaption>Topology when the load began</figcaption>");
  page.html(picture).html("<p class=\"note\">").number(static_cast<std::uint64_t>(proven));
  page.html(" of ").number(run.links.size()).html(" declared links proven");
  const std::string leader = first_leader(run);
  if (!leader.empty()) {
    page.html(" · led by <strong>").text(leader).html("</strong>");
  }
  page.html(picture.find("class=\"hit\"") == std::string::npos ? "" : " · ringed: hit by a fault");
  page.html("</p></figure>");
}

void add_events(Markup& page, const lab::RunResult& run) {
  if (run.milestones.empty()) {
    return;
  }
  std::map<std::size_t, std::size_t> flags;
  for (const Flag& flag : leadership_flags(run)) {
    flags[flag.milestone] = flag.number;
  }
  page.html("<details class=\"events\"><summary>").number(run.milestones.size());
  page.html(run.milestones.size() == 1 ? " event" : " events");
  page.html(" on the time axis</summary><div class=\"scroll\"><table><thead><tr>");
  page.html(
      "<th class=\"num\">Time</th><th>Flag</th><th>Who</th><th>What</th></tr></thead><tbody>");
  for (std::size_t i = 0; i < std::min(run.milestones.size(), kEventsShown); ++i) {
    const lab::Milestone& milestone = run.milestones[i];
    page.html("<tr><td class=\"num\">").text(moment(milestone.at)).html("</td><td>");
    if (flags.contains(i)) {
      page.html("<span class=\"flag\">").number(flags[i]).html("</span>");
    }
    page.html("</td><td>").text(milestone.node ? run.node_name(milestone.node) : "plan");
    page.html("</td><td>").text(milestone.text).html("</td></tr>");
  }
  page.html("</tbody></table></div>");
  if (run.milestones.size() > kEventsShown) {
    page.html("<p class=\"note\">").number(run.milestones.size() - kEventsShown);
    page.html(" later events are not shown.</p>");
  }
  page.html("</details>");
}

void add_milliseconds(Markup& page, double seconds) {
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof text, seconds * 1e3, std::chars_format::fixed, 2).ptr;
  page.html("<td class=\"num\">").text(std::string(text, end)).html("</td>");
}

// Where the items of a ring spent their time.
void add_stages(Markup& page, const lab::RunResult& run) {
  if (run.stages.empty()) {
    return;
  }
  page.html("<div class=\"scroll\"><table><thead><tr><th>Stage</th><th class=\"num\">Agents</th>");
  for (const std::string_view title :
       {"Items", "At work, ms", "Waits, ms", "To the next, ms", "Median, ms", "p99, ms",
        "In use, %", "Most items", "Breaker opened"}) {
    page.html("<th class=\"num\">").html(title).html("</th>");
  }
  page.html("</tr></thead><tbody>");
  for (const lab::StageResult& stage : run.stages) {
    page.html("<tr><td>").text(stage.name).html(stage.slow ? " <strong>slow</strong>" : "");
    page.html("</td><td class=\"num\">").number(stage.agents);
    page.html("</td><td class=\"num\">").number(stage.items).html("</td>");
    for (const double seconds : {stage.work_mean_s, stage.wait_mean_s, stage.hop_mean_s,
                                 stage.latency_p50_s, stage.latency_p99_s}) {
      add_milliseconds(page, seconds);
    }
    page.html("<td class=\"num\">").number(static_cast<std::uint64_t>(stage.in_use * 100 + 0.5));
    page.html("</td><td class=\"num\">").number(stage.peak);
    page.html("</td><td class=\"num\">").number(stage.breaks).html("</td></tr>");
  }
  page.html("</tbody></table></div>");
}

// Who did how much, and what that earned.
void add_agents(Markup& page, const lab::RunResult& run) {
  if (run.agents.empty()) {
    return;
  }
  page.html("<details><summary>Agents: tasks, profit and loss</summary><div class=\"scroll\">");
  page.html("<table><thead><tr><th>Agent</th><th>Strategy</th><th class=\"num\">Tasks</th>");
  page.html("<th class=\"num\">Profit or loss</th></tr></thead><tbody>");
  for (const lab::AgentResult& agent : run.agents) {
    page.html("<tr><th scope=\"row\">").text(agent.name).html("</th><td>").text(agent.strategy);
    page.html("</td><td class=\"num\">").number(agent.tasks).html("</td><td class=\"num\">");
    page.text(with_unit(agent.profit_loss_dollars, scenario::Unit::kDollars)).html("</td></tr>");
  }
  page.html("</tbody></table></div></details>");
}

// What the controller's monitor raised, with its numbers.
void add_alerts(Markup& page, const lab::RunResult& run) {
  if (run.alerts.empty()) {
    return;
  }
  page.html("<details class=\"events\"><summary>").number(run.alerts.size());
  page.html(run.alerts.size() == 1 ? " alert" : " alerts");
  page.html("</summary><div class=\"scroll\"><table><thead><tr><th class=\"num\">Raised</th>");
  page.html("<th class=\"num\">Cleared</th><th>Who</th><th>What</th></tr></thead><tbody>");
  for (std::size_t i = 0; i < std::min(run.alerts.size(), kEventsShown); ++i) {
    const lab::AlertRecord& alert = run.alerts[i];
    page.html("<tr><td class=\"num\">").text(moment(alert.raised));
    page.html("</td><td class=\"num\">").text(moment(alert.cleared)).html("</td><td>");
    const bool named = alert.node && alert.node.value <= run.node_names.size();
    page.text(named ? run.node_name(alert.node) : std::string_view(alert.subject));
    page.html("</td><td>").text(alert.text).html("</td></tr>");
  }
  page.html("</tbody></table></div>");
  if (run.alerts.size() > kEventsShown) {
    page.html("<p class=\"note\">").number(run.alerts.size() - kEventsShown);
    page.html(" later alerts are not shown.</p>");
  }
  page.html("</details>");
}

}  // namespace

std::string target_names(const lab::RunResult& run, const lab::FaultRecord& fault) {
  constexpr std::size_t kNamesShown = 6;
  std::string names;
  for (std::size_t i = 0; i < std::min(fault.targets.size(), kNamesShown); ++i) {
    names += names.empty() ? "" : ", ";
    names += run.node_name(fault.targets[i]);
  }
  if (fault.targets.size() > kNamesShown) {
    names += " and " + std::to_string(fault.targets.size() - kNamesShown) + " more";
  }
  return names.empty() ? "links" : names;
}

std::string moment(const std::optional<core::Time>& at) {
  if (!at) {
    return "–";
  }
  char text[32];
  const double seconds = since_load(*at);
  const auto end =
      std::to_chars(text, text + sizeof text, seconds, std::chars_format::fixed, 2).ptr;
  return std::string(text, end) + " s";
}

void add_run(Markup& page, const lab::RunResult& run, std::string_view anchor,
             std::string_view caption, std::uint64_t seeds, const PageInfo& info) {
  page.html("<section class=\"run\"><h3>").text(caption).html(" ");
  add_badge(page, lab::name_of(run.verdict));
  page.html("</h3>");
  if (!run.reason.empty()) {
    page.html("<p class=\"reason\">").text(run.reason).html("</p>");
  }
  page.html("<div class=\"figures\">");
  add_topology(page, run);
  if (run.bins.empty()) {
    page.html("<p class=\"note\">Charts are kept of the first seed alone; replay this run to ");
    page.html("follow it over time.</p>");
  } else {
    const std::string of = seeds > 1 ? " (seed " + std::to_string(run.seed) + " alone)" : "";
    add_chart(page, anchor, "goodput", "Goodput and offered load, tasks a second" + of);
    add_chart(page, anchor, "latency",
              "Mean latency of tasks done in time, milliseconds" + of + late_text(run));
    page.html("<script type=\"application/json\" id=\"").text(anchor).html("\">");
    page.html(chart_json(run)).html("</script>");
  }
  page.html("</div>");
  add_stages(page, run);
  add_agents(page, run);
  add_events(page, run);
  add_alerts(page, run);
  page.html("<p class=\"replay\">Replay it: <code>").text(replay_command(run, info.program));
  page.html("</code></p></section>");
}

}  // namespace report
