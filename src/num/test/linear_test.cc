#include "num/linear.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/codec.h"
#include "num/stream.h"

namespace num {
namespace {

Matrix random_matrix(Stream& stream, std::size_t rows, std::size_t columns) {
  Matrix a(rows, columns);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      a.at(row, column) = stream.normal();
    }
  }
  return a;
}

void expect_near(const std::vector<double>& got, const std::vector<double>& want, double error) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_NEAR(got[i], want[i], error) << "at " << i;
  }
}

TEST(Linear, SolvesASystemThatNeedsRowExchanges) {
  const Matrix a(3, 3, {0, 2, 1, 1, 0, 0, 3, 0, 1});
  expect_near(solve(a, std::vector<double>{7, 1, 6}).value(), {1, 2, 3}, 1e-15);
}

TEST(Linear, SolvesTheHilbertSystemAsFarAsItsConditionAllows) {
  // The 6 x 6 Hilbert matrix has condition 1.5e7.
  Matrix a(6, 6);
  for (std::size_t row = 0; row < 6; ++row) {
    for (std::size_t column = 0; column < 6; ++column) {
      a.at(row, column) = 1.0 / static_cast<double>(row + column + 1);
    }
  }
  const std::vector<double> x = {1, -2, 3, -4, 5, -6};
  expect_near(solve(a, multiply(a, x)).value(), x, 1e-8);
  expect_near(least_squares(a, multiply(a, x)).value(), x, 1e-8);
}

TEST(Linear, RandomSystemsGiveBackTheirSolutions) {
  Stream stream(5, 0, purpose_of("linear"));
  for (std::size_t size = 1; size <= 20; ++size) {
    const Matrix a = random_matrix(stream, size, size);
    std::vector<double> x(size);
    for (double& value : x) {
      value = stream.normal();
    }
    expect_near(solve(a, multiply(a, x)).value(), x, 1e-10);
  }
}

TEST(Linear, SingularMatricesAreRefusedWithTheColumnAtFault) {
  const Matrix twice(2, 2, {1, 2, 2, 4});
  const auto answer = solve(twice, std::vector<double>{1, 2});
  ASSERT_FALSE(answer.has_value());
  EXPECT_NE(answer.error().message.find("column 2"), std::string::npos) << answer.error().message;
  EXPECT_FALSE(solve(Matrix(1, 1), std::vector<double>{1}).has_value());
  EXPECT_FALSE(least_squares(Matrix(3, 2, {1, 2, 2, 4, 3, 6}), std::vector<double>{1, 2, 3}));
  EXPECT_FALSE(least_squares(Matrix(3, 1), std::vector<double>{1, 2, 3}));
  EXPECT_FALSE(cholesky(Matrix(2, 2, {1, 2, 2, 1})));
  EXPECT_FALSE(cholesky(Matrix(1, 1)));
}

TEST(Linear, ValuesThatAreNotFiniteAreRefused) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(solve(Matrix(1, 1, {nan}), std::vector<double>{1}));
  EXPECT_FALSE(solve(Matrix(1, 1, {1}), std::vector<double>{infinity}));
  EXPECT_FALSE(least_squares(Matrix(2, 1, {1, infinity}), std::vector<double>{1, 1}));
  EXPECT_FALSE(cholesky(Matrix(1, 1, {infinity})));
  EXPECT_FALSE(cholesky(Matrix(2, 2, {1, nan, nan, 1})));
}

TEST(Linear, CholeskyFactorMultipliesBack) {
  const Matrix a(3, 3, {4, 12, -16, 12, 37, -43, -16, -43, 98});
  EXPECT_EQ(cholesky(a).value(), Matrix(3, 3, {2, 0, 0, 6, 1, 0, -8, 5, 3}));

  Stream stream(6, 0, purpose_of("linear"));
  const Matrix root = random_matrix(stream, 8, 12);
  const Matrix covariance = multiply(root, transpose(root));
  const Matrix lower = cholesky(covariance).value();
  const Matrix back = multiply(lower, transpose(lower));
  for (std::size_t row = 0; row < 8; ++row) {
    for (std::size_t column = 0; column < 8; ++column) {
      EXPECT_NEAR(back.at(row, column), covariance.at(row, column), 1e-12);
      EXPECT_TRUE(column <= row || lower.at(row, column) == 0);
    }
  }
}

TEST(Linear, LeastSquaresFitsTheLineOfTheTextbook) {
  // y over x = 1, 2, 3, 4 is 6, 5, 7, 10: the best line is 3.5 + 1.4 x.
  const Matrix a(4, 2, {1, 1, 1, 2, 1, 3, 1, 4});
  expect_near(least_squares(a, std::vector<double>{6, 5, 7, 10}).value(), {3.5, 1.4}, 1e-14);
}

TEST(Linear, LeastSquaresLeavesAResidualSquareToTheColumns) {
  Stream stream(7, 0, purpose_of("linear"));
  const Matrix a = random_matrix(stream, 30, 5);
  std::vector<double> b(30);
  for (double& value : b) {
    value = stream.normal();
  }
  std::vector<double> residual = multiply(a, least_squares(a, b).value());
  for (std::size_t i = 0; i < b.size(); ++i) {
    residual[i] -= b[i];
  }
  expect_near(multiply(transpose(a), residual), std::vector<double>(5), 1e-13);
}

TEST(Linear, LeastSquaresSurvivesPricesWithALargeOffset) {
  // The normal equations would square a condition of 1e6.
  Matrix a(50, 2);
  std::vector<double> b;
  for (std::size_t i = 0; i < 50; ++i) {
    const double price = 1e6 + static_cast<double>(i % 7);
    a.at(i, 0) = 1;
    a.at(i, 1) = price;
    b.push_back(17 + 2.5 * price);
  }
  const auto fit = least_squares(a, b).value();
  EXPECT_NEAR(fit[1], 2.5, 1e-9);
}

TEST(Linear, MatricesAreValues) {
  const Matrix a(2, 2, {1, 2, 3, 4});
  EXPECT_EQ(core::decode<Matrix>(core::encode(a)).value(), a);
  EXPECT_EQ(multiply(a, Matrix::identity(2)), a);
  EXPECT_NE(transpose(a), a);
}

TEST(LinearDeath, ShapesThatDoNotMatchAreBugs) {
  EXPECT_DEATH(Matrix(2, 2, {1, 2, 3}), "rows times columns");
  EXPECT_DEATH((void)Matrix(2, 2).at(2, 0), "inside the matrix");
  EXPECT_DEATH((void)solve(Matrix(2, 3), std::vector<double>{1, 2}), "square system");
}

}  // namespace
}  // namespace num
