// Seasonal hybrid ESD: which points of a series stand out from its own season and spread.
//
// Rosner, "Percentage points for a generalized ESD many-outlier procedure", Technometrics 25
// (1983), with median and median absolute deviation in place of mean and standard deviation, after
// the season was removed (Hochenbaum, Vallis, Kejariwal, "Automatic anomaly detection in the cloud
// via statistical learning", 2017). The season is the median of each phase: it needs no iteration
// and a fault that lasts less than half of the periods does not bend it. `seasonal_esd` looks back
// over a whole series; EsdDetector judges each point as it comes, against a past that never
// contains it: a point that is in its own baseline widens what it is measured with (a z-score over
// n points cannot exceed sqrt(n - 1)).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/codec.h"

namespace monitor {

// The t with P(T <= t) = p, T of Student's distribution; derived from num's beta quantile. Error
// below 1e-9 relative. REQUIRES: 0 < p < 1 and degrees >= 1.
[[nodiscard]] double student_quantile(double p, double degrees);

// The middle of the values, the mean of the two middle ones for an even number. REQUIRES: not
// empty.
[[nodiscard]] double median(std::vector<double> values);
// Median distance from `centre`, times 1.4826, so that it estimates a normal's standard deviation.
// REQUIRES: not empty.
[[nodiscard]] double spread(std::span<const double> values, double centre);

// values - median of the phase. `period` <= 1: values - median.
[[nodiscard]] std::vector<double> without_season(std::span<const double> values,
                                                 std::size_t period);

struct EsdOptions {
  std::size_t period = 0;      // points in a season; 0 or 1: none
  std::size_t most = 10;       // at most so many anomalies; below half of the points
  double alpha = 0.05;         // chance that a series without anomalies is said to have some
  double least_spread = 1e-9;  // a smaller spread is measured with this: the metric's resolution
};

struct EsdStep {
  std::size_t index = 0;  // of the point farthest from the median of those left
  double statistic = 0;   // R_i
  double limit = 0;       // l_i
};
// One step for each candidate, in the order of removal.
[[nodiscard]] std::vector<EsdStep> esd_steps(std::span<const double> values,
                                             const EsdOptions& options);
// The anomalous points, ascending: all up to the last step whose statistic exceeds its limit.
[[nodiscard]] std::vector<std::size_t> seasonal_esd(std::span<const double> values,
                                                    const EsdOptions& options);

// What a detector says of a point. Without enough past it is not ready and says nothing.
struct Opinion {
  bool ready = false;
  bool anomalous = false;
  double score = 0;  // grows with strangeness
  double limit = 0;  // above it the point is anomalous
  MUSTER_FIELDS(Opinion, ready, anomalous, score, limit)
};

struct EsdDetectorOptions {
  std::uint32_t window = 120;     // points of the past that are looked at
  std::uint32_t least_past = 20;  // fewer: not ready
  std::uint32_t period = 0;       // points in a season; 0 or 1: none
  double alpha = 1e-4;            // chance that an ordinary point is called anomalous
  double least_spread = 1e-9;     // the metric's resolution
  double least_share = 0;         // the same as a share of the median of the phase
  // Anomalous points stay out of the past, or a long fault would become its own baseline. After so
  // many in a row the change is accepted as the new normal and the past begins anew.
  std::uint32_t patience = 120;
  MUSTER_FIELDS(EsdDetectorOptions, window, least_past, period, alpha, least_spread, least_share,
                patience)
};

// The score is the point's distance from the median of its phase, in units of the spread of such
// distances in the past (each measured without the point itself). The limit is
// student_quantile(1 - alpha / 2, d) * sqrt(1 + 1 / n): l_i of the procedure solved for a point
// outside of its sample, with d = 0.37 (n - 1) degrees of freedom, as a median deviation uses 37 %
// of what a sample tells (Rousseeuw and Croux, 1993). A regular value.
class EsdDetector {
 public:
  explicit EsdDetector(EsdDetectorOptions options = {});
  // The next point; missing telemetry moves the season on and judges nothing. REQUIRES: finite.
  Opinion observe(std::optional<double> value);

 private:
  struct Point {
    std::uint64_t at = 0;
    double value = 0;
    MUSTER_FIELDS(Point, at, value)
  };
  Opinion judge(double value);
  double limit_for(std::size_t points);
  void keep(const Point& point);

  EsdDetectorOptions options_;
  std::vector<Point> past_;
  std::vector<Point> run_;  // anomalous points in a row, not part of the past
  std::uint64_t at_ = 0;
  std::uint64_t limit_points_ = 0;
  double limit_ = 0;

 public:
  MUSTER_FIELDS(EsdDetector, options_, past_, run_, at_, limit_points_, limit_)
};

}  // namespace monitor
