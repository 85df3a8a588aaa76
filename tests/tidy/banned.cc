#include "banned.h"

#include <algorithm>

namespace tidy {
namespace {

// The impurities that the purity test must find.
constexpr const char* kPlanted = "tests/purity/planted.cc";

std::vector<Banned> unsafe_calls() {
  return {
      {R"(\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|tmpnam|mktemp)\s*\()",
       Area::kEverywhere,
       "use std::string or snprintf",
       {},
       "strcpy(to, from);"},
      {R"(\b(std::)?system\s*\(|\bpopen\s*\()",
       Area::kEverywhere,
       "start programs with an argument list, never through a shell",
       {},
       "std::system(line);"},
      {R"(\b(atoi|atol|atoll|atof)\s*\()",
       Area::kEverywhere,
       "use std::from_chars",
       {},
       "int n = atoi(text);"},
      {R"(\busing namespace std\b)",
       Area::kEverywhere,
       "name what is used",
       {},
       "using namespace std;"},
      {R"(#include <(cassert|assert\.h)>|(^|[^\w.:>])assert\s*\()",
       Area::kSource,
       "core::check, which stays on in release",
       {},
       "assert(size > 0);"},
      {R"(\b(sleep_for|sleep_until|usleep|nanosleep)\b|(^|[^\w.:>])sleep\s*\()",
       Area::kEverywhere,
       "an event or a timer",
       {kPlanted},
       "std::this_thread::sleep_for(delay);"},
  };
}

std::vector<Banned> random_calls() {
  return {
      {R"((^|[^\w.:>])(std::)?s?rand\s*\(|\bdrand48\b)",
       Area::kEverywhere,
       "a random stream of num",
       {},
       "int n = std::rand();"},
      {R"(\bstd::(random_device|mt19937(_64)?|default_random_engine|minstd_rand0?)\b)",
       Area::kEverywhere,
       "a random stream of num",
       {kPlanted},
       "std::mt19937_64 engine(seed);"},
      {R"(\bstd::\w+_distribution\b)",
       Area::kEverywhere,
       "the distributions of num: the standard's differ between libraries",
       {},
       "std::normal_distribution<double> shape;"},
      {R"(\b(std::|ranges::)shuffle\s*\()",
       Area::kEverywhere,
       "num: the standard's shuffle differs between libraries",
       {},
       "std::shuffle(all.begin(), all.end(), engine);"},
      {R"(\bunordered_(multi)?(map|set)\b)",
       Area::kSource,
       "std::map, a sorted vector or core::HashMap: iteration order would leak into results",
       {"src/core/include/core/hash_map.h"},
       "std::unordered_map<int, int> table;"},
      {R"(\bstd::hash\s*<)",
       Area::kPure,
       "core::digest, equal everywhere",
       {},
       "std::hash<std::string> hash;"},
      {R"(\bu?intptr_t\b|\bstd::(set|map)<\s*(const )?[\w:]+\s*\*)",
       Area::kPure,
       "an id: the order of pointers differs from run to run",
       {},
       "std::set<Node*> nodes;"},
  };
}

std::vector<Banned> world_calls() {
  return {
      {R"(\b(system_clock|steady_clock|high_resolution_clock|utc_clock|file_clock)\b)",
       Area::kPureAndTests,
       "the context's time",
       {},
       "auto now = std::chrono::steady_clock::now();"},
      {R"(\b(clock_gettime|gettimeofday|localtime|localtime_r|gmtime|strftime|mktime)\s*\()",
       Area::kPureAndTests,
       "the context's time",
       {},
       "clock_gettime(CLOCK_REALTIME, &now);"},
      {R"((^|[^\w.:>])(std::)?time\s*\(\s*(nullptr|NULL|0|&\w+)\s*\))",
       Area::kPureAndTests,
       "the context's time",
       {},
       "seed = time(nullptr);"},
      {R"(\b(std::)?(secure_)?getenv\s*\()",
       Area::kPureAndTests,
       "a parameter: only the composition root reads the environment",
       {},
       "std::getenv(name);"},
      {R"(\bstd::(jthread|thread|async|(shared_|recursive_|timed_)?mutex|condition_variable)\b)",
       Area::kPureAndTests,
       "nothing: a node is one step machine",
       {},
       "std::thread worker(run);"},
      {R"(\bthread_local\b|\bpthread_\w+)",
       Area::kPureAndTests,
       "state that is passed in",
       {},
       "thread_local int depth;"},
      {R"((^|[^\w.>])(::)?(socket|connect|accept|fopen|fork|execve|mmap)\s*\()",
       Area::kPure,
       "an effect or a service",
       {},
       "fopen(path, mode);"},
      {R"(\bstd::(fstream|ifstream|ofstream|filesystem|cout|cerr|clog|cin)\b)",
       Area::kPure,
       "trace, or a result that the caller prints",
       {},
       "std::cerr << text;"},
      {R"((^|[^\w.>])(std::)?(printf|fprintf|puts|fputs)\s*\()",
       Area::kPure,
       "trace, or a result that the caller prints",
       {"src/core/check.cc"},
       "printf(text);"},
      {R"(\bthrow\b)",
       Area::kPure,
       "core::Result, or core::check for a bug",
       {},
       "throw Refused();"},
  };
}

std::vector<Banned> arithmetic_calls() {
  return {
      {R"(\bstd::(exp2?|expm1|log(2|10|1p)?|pow|a?sinh?|a?cosh?|a?tanh?|atan2|cbrt|hypot|erfc?|)"
       R"([lt]gamma|fma|beta)\s*\()",
       Area::kPure,
       "num: libm gives other bits on other machines",
       {},
       "double y = std::exp(x);"},
      {R"((^|[^\w.:>])(exp2?|expm1|log(2|10|1p)|pow|lgamma|tgamma|erfc?|cbrt|hypot|fma)\s*\()",
       Area::kPure,
       "num: libm gives other bits on other machines",
       {"src/num/"},
       "double y = pow(x, 2);"},
      {R"(\blong double\b|\b__float128\b)",
       Area::kPure,
       "double: wider types differ by machine",
       {},
       "long double sum = 0;"},
      {R"(\bstd::(sto[dfl]d?|strtod|strtof|setlocale|locale)\b|\bstrtod\s*\()",
       Area::kPure,
       "std::from_chars, which knows no locale",
       {},
       "double x = std::stod(text);"},
      {R"(\bstd::(reduce|transform_reduce|execution)\b)",
       Area::kPure,
       "std::accumulate: the order of additions must be fixed",
       {},
       "std::reduce(a, b);"},
      {R"(#if\w*\s.*\b(MUSTER_SIM|MUSTER_LIVE|MUSTER_LOCAL|NDEBUG)\b)",
       Area::kSource,
       "one object file for every world and every build",
       {},
       "#ifdef MUSTER_SIM"},
  };
}

}  // namespace

const std::vector<Banned>& banned_calls() {
  static const std::vector<Banned> all = [] {
    std::vector<Banned> list = unsafe_calls();
    for (auto* part : {random_calls, world_calls, arithmetic_calls}) {
      std::ranges::move(part(), std::back_inserter(list));
    }
    return list;
  }();
  return all;
}

bool in_area(const Tree& tree, const File& file, Area area) {
  const Module* module = tree.module(module_of(file));
  const bool pure = module != nullptr && module->pure;
  switch (area) {
    case Area::kEverywhere:
      return true;
    case Area::kSource:
      return file.path.starts_with("src/");
    case Area::kPure:
      return pure && !is_module_test(file);
    case Area::kPureAndTests:
      return pure;
  }
  return false;
}

}  // namespace tidy
