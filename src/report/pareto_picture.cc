#include "pareto_picture.h"

#include <algorithm>

#include "markup.h"

namespace report {
namespace {

constexpr double kPlaneWidth = 640;
constexpr double kPlaneHeight = 320;
constexpr double kLeft = 70;
constexpr double kRight = 120;
constexpr double kTop = 16;
constexpr double kBottom = 44;

struct Point {
  std::string name;
  double latency_s = 0;
  double reliability = 0;
  bool front = false;
};

std::size_t column_of(std::string_view metric) {
  return static_cast<std::size_t>(std::ranges::find(kFigureColumns, metric, &FigureColumn::metric) -
                                  kFigureColumns.begin());
}

// Where some runs lack the metric, the mean of the others is no place in the picture.
bool complete(const PatternFigures& row, std::size_t column) {
  const auto& figure = row.values[column];
  return figure && figure->runs > 0 && figure->without == 0 && figure->infinite == 0;
}

double value(const PatternFigures& row, std::size_t column) {
  return row.values[column]->estimate.value;
}

// A range with a margin, also when all values are equal.
struct Scale {
  double low = 0;
  double high = 1;
  double from = 0;
  double to = 1;
  [[nodiscard]] double at(double value) const {
    return from + (to - from) * (value - low) / (high - low);
  }
};

Scale scale(const std::vector<Point>& points, double Point::*value, double from, double to) {
  const auto [low, high] = std::ranges::minmax(points, {}, value);
  const double margin = std::max((high.*value - low.*value) * 0.12, 1e-6);
  return {low.*value - margin, high.*value + margin, from, to};
}

std::vector<Point> points_of(const Across& across) {
  const std::size_t latency = column_of("latency_p99");
  const std::size_t reliability = column_of("reliability");
  const std::vector<bool> front = on_front(across);
  std::vector<Point> points;
  for (std::size_t i = 0; i < across.rows.size(); ++i) {
    const PatternFigures& row = across.rows[i];
    if (complete(row, latency) && complete(row, reliability)) {
      points.push_back({row.name, value(row, latency), value(row, reliability), front[i]});
    }
  }
  return points;
}

void draw_axes(Markup& svg, const Across& across, const Scale& x, const Scale& y) {
  svg.html("<g class=\"axes\"><path d=\"M").html(coordinate(kLeft)).html(" ");
  svg.html(coordinate(kTop)).html("V").html(coordinate(kPlaneHeight - kBottom)).html("H");
  svg.html(coordinate(kPlaneWidth - kRight)).html("\"/>");
  for (const double share : {0.1, 0.5, 0.9}) {
    const double latency = x.low + share * (x.high - x.low);
    const double reliability = y.low + share * (y.high - y.low);
    svg.html("<text text-anchor=\"middle\" x=\"").html(coordinate(x.at(latency)));
    svg.html("\" y=\"").html(coordinate(kPlaneHeight - kBottom + 18)).html("\">");
    svg.text(with_unit(latency, scenario::Unit::kSeconds)).html("</text>");
    svg.html("<text text-anchor=\"end\" x=\"").html(coordinate(kLeft - 6)).html("\" y=\"");
    svg.html(coordinate(y.at(reliability) + 4)).html("\">");
    svg.text(with_unit(reliability, scenario::Unit::kShare)).html("</text>");
  }
  svg.html("<text text-anchor=\"middle\" x=\"")
      .html(coordinate((kLeft + kPlaneWidth - kRight) / 2));
  svg.html("\" y=\"").html(coordinate(kPlaneHeight - 8)).html("\">latency ");
  svg.text(heading(across.rows, column_of("latency_p99"))).html("</text></g>");
}

}  // namespace

std::vector<bool> on_front(const Across& across) {
  const std::size_t latency = column_of("latency_p99");
  const std::size_t reliability = column_of("reliability");
  std::vector<bool> front;
  for (const PatternFigures& one : across.rows) {
    const auto beaten_by = [&](const PatternFigures& other) {
      if (!complete(other, latency) || !complete(other, reliability)) {
        return false;
      }
      const double faster = value(one, latency) - value(other, latency);
      const double surer = value(other, reliability) - value(one, reliability);
      return faster >= 0 && surer >= 0 && (faster > 0 || surer > 0);
    };
    const bool known = complete(one, latency) && complete(one, reliability);
    front.push_back(known && std::ranges::none_of(across.rows, beaten_by));
  }
  return front;
}

std::string pareto_svg(const Across& across) {
  const std::vector<Point> points = points_of(across);
  if (points.size() < 2) {
    return {};
  }
  const Scale x = scale(points, &Point::latency_s, kLeft, kPlaneWidth - kRight);
  const Scale y = scale(points, &Point::reliability, kPlaneHeight - kBottom, kTop);
  Markup svg;
  svg.html("<figure class=\"pareto\"><figcaption>");
  svg.text(heading(across.rows, column_of("reliability"))).html(" against latency ");
  svg.text(heading(across.rows, column_of("latency_p99")))
      .html(
          "; filled: no other row is better in both</figcaption><svg class=\"topology\" "
          "viewBox=\"0 0 ");
  svg.html(coordinate(kPlaneWidth))
      .html(" ")
      .html(coordinate(kPlaneHeight))
      .html("\" role=\"img\" ");
  svg.html("aria-label=\"Reliability against latency of ").number(points.size());
  svg.html(" patterns\">");
  draw_axes(svg, across, x, y);
  for (const Point& point : points) {
    const double px = x.at(point.latency_s);
    const double py = y.at(point.reliability);
    svg.html("<g><title>").text(point.name).html("</title><circle class=\"member");
    svg.html(point.front ? " leads" : "").html("\" cx=\"").html(coordinate(px));
    svg.html("\" cy=\"").html(coordinate(py)).html("\" r=\"7\"/><text x=\"");
    svg.html(coordinate(px + 11)).html("\" y=\"").html(coordinate(py + 4)).html("\">");
    svg.text(point.name).html("</text></g>");
  }
  svg.html("</svg></figure>");
  return svg.str();
}

}  // namespace report
