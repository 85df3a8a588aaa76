// Small dense linear algebra: systems of a few dozen unknowns, in a fixed order of operations.
//
// Matrices are regular values, row by row. Shapes that do not match are bugs (check); a matrix that
// the data made singular is an expected failure (Error). No blocking, no threads: cubic time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/fields.h"
#include "core/result.h"

namespace num {

class Matrix {
 public:
  Matrix() = default;
  // All zeros.
  Matrix(std::size_t rows, std::size_t columns);
  // From row-major values. REQUIRES values.size() == rows * columns.
  Matrix(std::size_t rows, std::size_t columns, std::vector<double> values);
  static Matrix identity(std::size_t size);

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  // REQUIRES row < rows() and column < columns().
  double& at(std::size_t row, std::size_t column);
  [[nodiscard]] double at(std::size_t row, std::size_t column) const;

 private:
  std::uint64_t rows_ = 0;
  std::uint64_t columns_ = 0;
  std::vector<double> values_;

 public:
  MUSTER_FIELDS(Matrix, rows_, columns_, values_)
};

Matrix transpose(const Matrix& a);
// REQUIRES a.columns() == b.rows().
Matrix multiply(const Matrix& a, const Matrix& b);
// REQUIRES a.columns() == x.size().
std::vector<double> multiply(const Matrix& a, std::span<const double> x);

// The x with a x = b, by elimination with partial pivoting (Golub and Van Loan, "Matrix
// Computations", algorithm 3.4.1). Error: a has no usable pivot, that is, none above 1e-14 times
// its largest entry, or an entry is not finite. REQUIRES a square and a.rows() == b.size().
core::Result<std::vector<double>> solve(const Matrix& a, std::span<const double> b);

// The lower triangular L with L L^T = a (Golub and Van Loan, algorithm 4.2.1); reads the lower
// triangle of a only. Turns independent normals into correlated ones. Error: a is not positive
// definite. REQUIRES a square.
core::Result<Matrix> cholesky(const Matrix& a);

// The x that minimises |a x - b|, by Householder reflections (Golub and Van Loan, algorithm 5.3.2),
// so the condition of a is not squared. Error: the columns of a are linearly dependent to 1e-12 of
// their length, or an entry is not finite. REQUIRES a.rows() >= a.columns() > 0 and a.rows() ==
// b.size().
core::Result<std::vector<double>> least_squares(const Matrix& a, std::span<const double> b);

}  // namespace num
