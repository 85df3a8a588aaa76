// How Muster talks to a person: colour and progress on a terminal, plain lines when piped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lab/suite.h"

namespace cli {

enum class Tone { kPlain, kGood, kBad, kDim, kStrong };

// From here on as if piped, whatever the terminal.
void stay_plain();
// True when the descriptor is a terminal, NO_COLOR is not set and stay_plain() was not called.
[[nodiscard]] bool is_terminal(int descriptor);
// `text` in colour when standard output is a terminal.
[[nodiscard]] std::string tinted(std::string_view text, Tone tone);

// One line that is overwritten on a terminal; nothing otherwise.
void show_progress(std::string_view line);
void clear_progress();

// The summary of a suite, a line a case.
[[nodiscard]] std::string table(const lab::SuiteResult& suite);
// Why a case did not pass: a heading and report::explanation().
[[nodiscard]] std::string explain(const lab::CaseResult& result);
// A requirement that compares variants, or an objective: one line.
[[nodiscard]] std::string check_line(const lab::CheckResult& check);
// Everything about one run: requirements, invariants, faults, the numbers.
[[nodiscard]] std::string details(const lab::RunResult& run);

}  // namespace cli
