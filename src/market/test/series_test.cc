#include "market/series.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

namespace market {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

constexpr std::string_view kNames = "date,open,high,low,close\n";

std::string data_file(const std::string& name) {
  std::ifstream in(std::string(MUSTER_SOURCE_DIR) + "/data/" + name, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(Series, ReadsTheShippedSeries) {
  const auto goog = parse_series(data_file("goog_daily.csv"), "goog_daily.csv");
  ASSERT_TRUE(goog.has_value()) << goog.error().message;
  EXPECT_THAT(goog->bars, SizeIs(1'047));
  EXPECT_EQ(goog->bars[0], (Bar{{2004, 8, 19}, {10'000}, {10'406}, {9'596}, {10'034}, 22'351'900}));
  EXPECT_EQ(goog->provenance.text(), "real(goog_daily.csv, 2004-08-19..2008-10-14)");
  const auto vix = parse_series(data_file("vix_2009_daily.csv"), "vix_2009_daily.csv");
  ASSERT_TRUE(vix.has_value()) << vix.error().message;
  EXPECT_THAT(vix->bars, SizeIs(44));
}

TEST(Series, ReadsYahoosColumnsWithByteOrderMarkAndCarriageReturns) {
  const auto series = parse_series(
      "\xEF\xBB\xBF"
      "Date,Open,High,Low,Close,Adj Close,Volume\r\n"
      "2020-02-28,10.005,10.5,9.994999,10.1,9.87,1200\r\n"
      "2020-02-29,10.1,10.2,10.0,10.2,9.9,0",
      "yahoo.csv");
  ASSERT_TRUE(series.has_value()) << series.error().message;
  ASSERT_THAT(series->bars, SizeIs(2));
  EXPECT_EQ(series->bars[0], (Bar{{2020, 2, 28}, {1'001}, {1'050}, {999}, {1'010}, 1'200}));
  EXPECT_EQ(series->bars[1].date.text(), "2020-02-29");
}

TEST(Series, TakesColumnsInAnyOrderAndSkipsOthers) {
  const auto series =
      parse_series("close,note,date,low,high,open\n10,hello,2020-01-02,9,11,10\n", "mixed.csv");
  ASSERT_TRUE(series.has_value()) << series.error().message;
  EXPECT_EQ(series->bars[0].high, Price{1'100});
}

TEST(Series, WidensTheRangeByWhatRoundingTookAway) {
  const auto series =
      parse_series(std::string(kNames) + "2020-01-02,10.01,10.00,9.00,9.50\n", "rounded.csv");
  ASSERT_TRUE(series.has_value()) << series.error().message;
  EXPECT_EQ(series->bars[0].high, Price{1'001});
}

TEST(Series, UsesTheGivenTick) {
  const auto series =
      parse_series(std::string(kNames) + "2020-01-02,10,11,9,10.5\n", "eighths.csv", {125'000});
  ASSERT_TRUE(series.has_value()) << series.error().message;
  EXPECT_EQ(series->bars[0].close, Price{84});
}

struct BadInput {
  const char* name;
  std::string text;
  const char* complaint;
};

class BadSeries : public testing::TestWithParam<BadInput> {};

TEST_P(BadSeries, IsRefusedWithFileLineAndReason) {
  const auto series = parse_series(GetParam().text, "prices.csv");
  ASSERT_FALSE(series.has_value());
  EXPECT_THAT(series.error().message, HasSubstr(GetParam().complaint));
  EXPECT_THAT(series.error().message, HasSubstr("prices.csv:"));
  EXPECT_EQ(series.error().code, core::Code::kInvalid);
}

std::vector<BadInput> bad_inputs() {
  const auto rows = [](const std::string& text) { return std::string(kNames) + text; };
  const std::string good = "2020-01-02,10,11,9,10\n";
  return {
      {"empty", "", ":1: the file is empty"},
      {"only_names", std::string(kNames), "there is no bar"},
      {"missing_column", "date,open,high,close\n2020-01-02,10,11,10\n",
       ":1: column 'low' is missing"},
      {"double_column", "date,open,Open,high,low,close\n", "'Open' appears twice"},
      {"word", rows("2020-01-02,ten,11,9,10\n"), ":2: open 'ten' is not a number"},
      {"null", rows(good + "2020-01-03,null,null,null,null\n"), ":3: open 'null' is not a number"},
      {"not_a_number", rows("2020-01-02,NaN,11,9,10\n"), "open 'NaN' is not a number"},
      {"infinite", rows("2020-01-02,10,inf,9,10\n"), "high 'inf' is not a number"},
      {"exponent", rows("2020-01-02,10,1e5,9,10\n"), "high '1e5' is not a number"},
      {"empty_field", rows("2020-01-02,10,,9,10\n"), "high '' is not a number"},
      {"bare_point", rows("2020-01-02,10.,11,9,10\n"), "open '10.' is not a number"},
      {"two_points", rows("2020-01-02,1.0.0,11,9,10\n"), "is not a number"},
      {"negative", rows("2020-01-02,10,11,-9,10\n"), "low '-9' is not above zero"},
      {"zero", rows("2020-01-02,10,11,9,0\n"), "close '0' is not above zero"},
      {"below_a_tick", rows("2020-01-02,10,11,0.001,10\n"), "low '0.001' is not within"},
      {"enormous", rows("2020-01-02,10,99999999999,9,10\n"), "high '99999999999' is not within"},
      {"high_below_low", rows("2020-01-02,10,9,11,10\n"), "high '9' is below low '11'"},
      {"open_outside", rows("2020-01-02,12,11,9,10\n"), "open '12' lies outside"},
      {"close_outside", rows("2020-01-02,10,11,9,8.5\n"), "close '8.5' lies outside"},
      {"unsorted", rows(good + "2020-01-01,10,11,9,10\n"),
       ":3: date 2020-01-01 comes after 2020-01-02"},
      {"duplicate_date", rows(good + good), ":3: date 2020-01-02 comes after"},
      {"no_such_day", rows("2019-02-29,10,11,9,10\n"), "date '2019-02-29' is not a day"},
      {"month_13", rows("2019-13-01,10,11,9,10\n"), "is not a day"},
      {"other_date_form", rows("02/01/2020,10,11,9,10\n"), "date '02/01/2020' is not a day"},
      {"too_few_fields", rows("2020-01-02,10,11,9\n"), "has 4 fields, the column names are 5"},
      {"too_many_fields", rows("2020-01-02,10,11,9,10,1\n"), "has 6 fields"},
      {"blank_line", rows(good + "\n2020-01-03,10,11,9,10\n"), ":3: the line has 1 fields"},
      {"long_line", rows("2020-01-02,10,11,9," + std::string(5'000, '1') + "\n"),
       ":2: the line is above 4096"},
      {"too_large", std::string(kMaximumSeriesBytes + 1, 'x'), "above 10000000 bytes"},
      {"bad_volume", "date,open,high,low,close,volume\n2020-01-02,10,11,9,10,-1\n",
       "volume '-1' is not a count"},
      {"bad_adjusted", "date,open,high,low,close,adj_close\n2020-01-02,10,11,9,10,x\n",
       "adj_close 'x' is not a number"},
      {"binary", std::string("\0\1\2\3", 4), "column 'date' is missing"},
  };
}

INSTANTIATE_TEST_SUITE_P(Inputs, BadSeries, testing::ValuesIn(bad_inputs()),
                         [](const auto& input) { return std::string(input.param.name); });

}  // namespace
}  // namespace market
