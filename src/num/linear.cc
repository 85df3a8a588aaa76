#include "num/linear.h"

#include <string>
#include <utility>

#include "core/check.h"
#include "kernels.h"
#include "num/math.h"

namespace num {
namespace {

constexpr double kPivotShareMin = 1e-14;
constexpr double kColumnShareMin = 1e-12;

bool all_finite(const Matrix& a, std::span<const double> b) {
  for (std::size_t row = 0; row < a.rows(); ++row) {
    for (std::size_t column = 0; column < a.columns(); ++column) {
      if (!finite(a.at(row, column))) {
        return false;
      }
    }
  }
  for (const double value : b) {
    if (!finite(value)) {
      return false;
    }
  }
  return true;
}

std::unexpected<core::Error> not_finite() {
  return core::fail(core::Code::kInvalid, "the linear system holds a value that is not finite");
}

double largest_entry(const Matrix& a) {
  double largest = 0;
  for (std::size_t row = 0; row < a.rows(); ++row) {
    for (std::size_t column = 0; column < a.columns(); ++column) {
      const double size = magnitude(a.at(row, column));
      largest = size > largest ? size : largest;
    }
  }
  return largest;
}

std::size_t pivot_row(const Matrix& a, std::size_t column) {
  std::size_t best = column;
  for (std::size_t row = column + 1; row < a.rows(); ++row) {
    if (magnitude(a.at(row, column)) > magnitude(a.at(best, column))) {
      best = row;
    }
  }
  return best;
}

// Solves r x = y for the upper triangle r of the first x.size() rows of a.
void back_substitute(const Matrix& a, std::vector<double>& x) {
  for (std::size_t row = x.size(); row-- > 0;) {
    for (std::size_t column = row + 1; column < x.size(); ++column) {
      x[row] -= a.at(row, column) * x[column];
    }
    x[row] /= a.at(row, row);
  }
}

// The length of a column from a row down, scaled so that squares neither overflow nor vanish.
double column_length(const Matrix& a, std::size_t column, std::size_t from) {
  double largest = 0;
  for (std::size_t row = from; row < a.rows(); ++row) {
    const double size = magnitude(a.at(row, column));
    largest = size > largest ? size : largest;
  }
  if (largest == 0) {
    return 0;
  }
  double sum = 0;
  for (std::size_t row = from; row < a.rows(); ++row) {
    const double share = a.at(row, column) / largest;
    sum += share * share;
  }
  return largest * sqrt(sum);
}

// Applies the reflection I - 2 v v^T / |v|^2 to the columns of a from `column` on and to b, where v
// is zero above `column`.
void reflect(Matrix& a, std::vector<double>& b, const std::vector<double>& v, std::size_t column) {
  double square = 0;
  for (std::size_t row = column; row < v.size(); ++row) {
    square += v[row] * v[row];
  }
  for (std::size_t other = column; other < a.columns(); ++other) {
    double product = 0;
    for (std::size_t row = column; row < v.size(); ++row) {
      product += v[row] * a.at(row, other);
    }
    const double factor = 2 * product / square;
    for (std::size_t row = column; row < v.size(); ++row) {
      a.at(row, other) -= factor * v[row];
    }
  }
  double product = 0;
  for (std::size_t row = column; row < v.size(); ++row) {
    product += v[row] * b[row];
  }
  const double factor = 2 * product / square;
  for (std::size_t row = column; row < v.size(); ++row) {
    b[row] -= factor * v[row];
  }
}

}  // namespace

Matrix::Matrix(std::size_t rows, std::size_t columns)
    : Matrix(rows, columns, std::vector<double>(rows * columns)) {}

Matrix::Matrix(std::size_t rows, std::size_t columns, std::vector<double> values)
    : rows_(rows), columns_(columns), values_(std::move(values)) {
  core::check(values_.size() == rows * columns, "a matrix has rows times columns values");
}

Matrix Matrix::identity(std::size_t size) {
  Matrix result(size, size);
  for (std::size_t i = 0; i < size; ++i) {
    result.at(i, i) = 1;
  }
  return result;
}

double& Matrix::at(std::size_t row, std::size_t column) {
  core::check(row < rows_ && column < columns_, "a matrix entry lies inside the matrix");
  return values_[row * columns_ + column];
}

double Matrix::at(std::size_t row, std::size_t column) const {
  core::check(row < rows_ && column < columns_, "a matrix entry lies inside the matrix");
  return values_[row * columns_ + column];
}

Matrix transpose(const Matrix& a) {
  Matrix result(a.columns(), a.rows());
  for (std::size_t row = 0; row < a.rows(); ++row) {
    for (std::size_t column = 0; column < a.columns(); ++column) {
      result.at(column, row) = a.at(row, column);
    }
  }
  return result;
}

Matrix multiply(const Matrix& a, const Matrix& b) {
  core::check(a.columns() == b.rows(), "a matrix product needs inner sizes that agree");
  Matrix result(a.rows(), b.columns());
  for (std::size_t row = 0; row < a.rows(); ++row) {
    for (std::size_t column = 0; column < b.columns(); ++column) {
      double sum = 0;
      for (std::size_t i = 0; i < a.columns(); ++i) {
        sum += a.at(row, i) * b.at(i, column);
      }
      result.at(row, column) = sum;
    }
  }
  return result;
}

std::vector<double> multiply(const Matrix& a, std::span<const double> x) {
  core::check(a.columns() == x.size(), "a matrix product needs inner sizes that agree");
  std::vector<double> result(a.rows());
  for (std::size_t row = 0; row < a.rows(); ++row) {
    for (std::size_t column = 0; column < a.columns(); ++column) {
      result[row] += a.at(row, column) * x[column];
    }
  }
  return result;
}

core::Result<std::vector<double>> solve(const Matrix& a, std::span<const double> b) {
  core::check(a.rows() == a.columns() && a.rows() == b.size(), "solve needs a square system");
  if (!all_finite(a, b)) {
    return not_finite();
  }
  const double pivot_min = largest_entry(a) * kPivotShareMin;
  Matrix left = a;
  std::vector<double> x(b.begin(), b.end());
  for (std::size_t step = 0; step < x.size(); ++step) {
    const std::size_t best = pivot_row(left, step);
    if (!(magnitude(left.at(best, step)) > pivot_min)) {
      return core::fail(core::Code::kInvalid, "the matrix is singular: column " +
                                                  std::to_string(step + 1) +
                                                  " depends on the columns before it");
    }
    for (std::size_t column = step; best != step && column < x.size(); ++column) {
      std::swap(left.at(best, column), left.at(step, column));
    }
    std::swap(x[best], x[step]);
    for (std::size_t row = step + 1; row < x.size(); ++row) {
      const double factor = left.at(row, step) / left.at(step, step);
      for (std::size_t column = step; column < x.size(); ++column) {
        left.at(row, column) -= factor * left.at(step, column);
      }
      x[row] -= factor * x[step];
    }
  }
  back_substitute(left, x);
  return x;
}

core::Result<Matrix> cholesky(const Matrix& a) {
  core::check(a.rows() == a.columns(), "a Cholesky factor needs a square matrix");
  const std::size_t size = a.rows();
  Matrix lower(size, size);
  for (std::size_t column = 0; column < size; ++column) {
    for (std::size_t row = column; row < size; ++row) {
      double rest = a.at(row, column);
      for (std::size_t i = 0; i < column; ++i) {
        rest -= lower.at(row, i) * lower.at(column, i);
      }
      if (row > column) {
        lower.at(row, column) = rest / lower.at(column, column);
      } else if (rest > a.at(column, column) * kPivotShareMin && finite(rest)) {
        lower.at(row, column) = sqrt(rest);
      } else {
        return core::fail(core::Code::kInvalid,
                          "the matrix is not positive definite: its leading " +
                              std::to_string(column + 1) + " rows and columns show it");
      }
    }
  }
  return all_finite(lower, {}) ? core::Result<Matrix>(lower) : core::Result<Matrix>(not_finite());
}

core::Result<std::vector<double>> least_squares(const Matrix& a, std::span<const double> b) {
  core::check(a.rows() >= a.columns() && a.columns() > 0 && a.rows() == b.size(),
              "least squares needs at least as many equations as unknowns");
  if (!all_finite(a, b)) {
    return not_finite();
  }
  Matrix left = a;
  std::vector<double> right(b.begin(), b.end());
  for (std::size_t column = 0; column < a.columns(); ++column) {
    const double length = column_length(left, column, column);
    if (!(length > column_length(a, column, 0) * kColumnShareMin)) {
      return core::fail(core::Code::kInvalid, "the columns are linearly dependent: column " +
                                                  std::to_string(column + 1) +
                                                  " is a combination of those before it");
    }
    // The sign that adds magnitudes avoids cancellation in v. Dividing by the length keeps squares
    // in range; a reflection does not depend on the length of v.
    std::vector<double> v(a.rows());
    for (std::size_t row = column; row < a.rows(); ++row) {
      v[row] = left.at(row, column) / length;
    }
    v[column] += left.at(column, column) < 0 ? -1 : 1;
    reflect(left, right, v, column);
  }
  right.resize(a.columns());
  back_substitute(left, right);
  return right;
}

}  // namespace num
