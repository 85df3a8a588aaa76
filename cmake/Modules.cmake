# The one table of modules: name, the modules it may include, the third-party targets it may use.
# A module's dependencies must stand above it, so there can be no cycle. The rules behind the table
# are in ARCHITECTURE.md; the build (include paths, link lists), tests/tidy and tests/purity enforce
# it.

set_property(GLOBAL PROPERTY MUSTER_MODULES "")
set_property(GLOBAL PROPERTY MUSTER_TABLE "")

# A folder that appears under src/ makes the next build configure again.
file(GLOB folders LIST_DIRECTORIES true CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/*)

# The CMake package that provides each third-party target; one that is not listed cannot be used.
set(MUSTER_PACKAGE_Boost::headers Boost)
set(MUSTER_PACKAGE_CLI11::CLI11 CLI11)
set(MUSTER_PACKAGE_fmt::fmt fmt)
set(MUSTER_PACKAGE_nlohmann_json::nlohmann_json nlohmann_json)
set(MUSTER_PACKAGE_OpenSSL::Crypto OpenSSL)
set(MUSTER_PACKAGE_OpenSSL::SSL OpenSSL)
set(MUSTER_PACKAGE_spdlog::spdlog spdlog)
set(MUSTER_PACKAGE_SQLite::SQLite3 SQLite3)
set(MUSTER_PACKAGE_Threads::Threads Threads)
set(MUSTER_PACKAGE_yaml-cpp yaml-cpp)

# Finds the packages of the third-party targets that follow.
macro(find_third_party)
  foreach(library ${ARGN})
    if(NOT DEFINED MUSTER_PACKAGE_${library})
      message(FATAL_ERROR "no package is known for ${library}: add it in cmake/Modules.cmake")
    endif()
    if(NOT TARGET ${library})
      find_package(${MUSTER_PACKAGE_${library}} REQUIRED)
    endif()
  endforeach()
endmacro()

# muster_programs(MODULE)
#   Each src/MODULE/NAME_main.cc becomes program muster-NAME, and main.cc program muster.
function(muster_programs module)
  file(GLOB mains CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${module}/main.cc
       ${PROJECT_SOURCE_DIR}/src/${module}/*_main.cc)
  foreach(source ${mains})
    cmake_path(GET source STEM stem)
    if(stem STREQUAL "main")
      set(program muster)
    else()
      string(REGEX REPLACE "^(.*)_main$" "muster-\\1" program ${stem})
      string(REPLACE "_" "-" program ${program})
    endif()
    add_executable(${program} ${source})
    target_include_directories(${program} PRIVATE ${PROJECT_SOURCE_DIR}/src/${module})
    target_link_libraries(${program} PRIVATE muster_${module})
    target_compile_options(${program} PRIVATE $<$<CONFIG:Release>:-O1>)
    target_compile_definitions(${program} PRIVATE MUSTER_VERSION="${PROJECT_VERSION}")
  endforeach()
endfunction()

# module(NAME [DEPS module...] [LIBS target...] [IMPURE])
#   Adds static library muster_NAME from src/NAME/*.cc with public headers
#   src/NAME/include/NAME/*.h, and test program NAME_test from src/NAME/test/*_test.cc. Modules
#   without third-party code are pure (the deterministic set) unless marked IMPURE. A module whose
#   folder does not exist is skipped. src/NAME/module.cmake, if there is one, may add generated
#   sources to ${target}.
function(module name)
  cmake_parse_arguments(M "IMPURE" "" "DEPS;LIBS" ${ARGN})
  if(M_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "module ${name}: what is ${M_UNPARSED_ARGUMENTS}?")
  endif()
  set(dir ${PROJECT_SOURCE_DIR}/src/${name})
  set(target muster_${name})

  get_property(declared GLOBAL PROPERTY MUSTER_MODULES)
  foreach(dep ${M_DEPS})
    if(NOT dep IN_LIST declared)
      message(FATAL_ERROR "module ${name} depends on ${dep}, which does not stand above it")
    endif()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY MUSTER_MODULES ${name})

  # What the simulator runs is where the time goes; what stands around it compiles a fifth faster
  # with -O1, and a person waits for that on the first day.
  set(purity pure)
  set(optimisation)
  if(M_LIBS OR M_IMPURE)
    set(purity impure)
    set(optimisation $<$<CONFIG:Release>:-O1>)
  endif()
  set(presence absent)
  if(EXISTS ${dir})
    set(presence present)
  endif()
  list(JOIN M_DEPS " " deps_text)
  list(JOIN M_LIBS " " libs_text)
  set_property(GLOBAL APPEND PROPERTY MUSTER_TABLE
               "${name} | ${deps_text} | ${libs_text} | ${purity} | ${presence}")
  if(NOT EXISTS ${dir})
    return()
  endif()

  file(GLOB_RECURSE sources RELATIVE ${dir} CONFIGURE_DEPENDS ${dir}/*.cc)
  list(FILTER sources EXCLUDE REGEX "^test/")
  list(FILTER sources EXCLUDE REGEX "^(main|[^/]*_main)[.]cc$")
  list(TRANSFORM sources PREPEND ${dir}/)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${dir}/include/*.h)
  if(sources)
    add_library(${target} STATIC ${sources})
    set(scope PUBLIC)
    target_include_directories(${target} PRIVATE ${dir})
    target_compile_options(${target} PRIVATE ${optimisation})
    if(purity STREQUAL pure)
      set_property(GLOBAL APPEND PROPERTY MUSTER_PURE ${target})
    endif()
    set_property(GLOBAL APPEND PROPERTY MUSTER_LINKABLE ${name})
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  if(headers)
    target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS ${dir}/include FILES ${headers})
    set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  endif()
  foreach(dep ${M_DEPS})
    if(TARGET muster_${dep})
      target_link_libraries(${target} ${scope} muster_${dep})
    endif()
  endforeach()
  find_third_party(${M_LIBS})
  target_link_libraries(${target} ${scope} ${M_LIBS})
  include(${dir}/module.cmake OPTIONAL)
  muster_programs(${name})
  if(MUSTER_TESTS)
    file(GLOB_RECURSE tests CONFIGURE_DEPENDS ${dir}/test/*.cc)
    if(tests)
      set_property(GLOBAL APPEND PROPERTY MUSTER_TESTED ${name})
    endif()
  endif()
endfunction()

# Tests are added after every module exists: a test may link the drivers of the simulated world
# besides its own module, and those stand lower or higher in the table.
function(add_module_tests)
  get_property(tested GLOBAL PROPERTY MUSTER_TESTED)
  foreach(name ${tested})
    set(dir ${PROJECT_SOURCE_DIR}/src/${name})
    file(GLOB_RECURSE tests CONFIGURE_DEPENDS ${dir}/test/*.cc)
    add_executable(${name}_test ${tests})
    # Two test files of a module may give their own functions the same name.
    set_target_properties(${name}_test PROPERTIES UNITY_BUILD OFF)
    target_include_directories(${name}_test PRIVATE ${dir} ${dir}/test)
    target_link_libraries(${name}_test PRIVATE muster_${name} GTest::gmock GTest::gtest_main)
    foreach(driver world_sim sandbox_sim)
      if(TARGET muster_${driver})
        target_link_libraries(${name}_test PRIVATE muster_${driver})
      endif()
    endforeach()
    target_compile_definitions(${name}_test PRIVATE MUSTER_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    gtest_discover_tests(${name}_test TEST_PREFIX ${name}. NO_PRETTY_VALUES
                         DISCOVERY_TIMEOUT 60)
  endforeach()
endfunction()

# An empty main linked with every object of one module and with what that module declares: a module
# that uses a function of a module it does not declare does not link.
function(add_link_tests)
  get_property(linkable GLOBAL PROPERTY MUSTER_LINKABLE)
  foreach(name ${linkable})
    add_executable(${name}_link_test ${PROJECT_SOURCE_DIR}/tests/link/main.cc)
    target_link_libraries(${name}_link_test
                          PRIVATE $<LINK_LIBRARY:WHOLE_ARCHIVE,muster_${name}>)
    add_test(NAME link.${name} COMMAND ${name}_link_test)
  endforeach()
endfunction()

module(core)
module(num DEPS core)
module(world DEPS core num)
module(world_sim DEPS core num world)
module(world_real DEPS core world LIBS Boost::headers OpenSSL::Crypto spdlog::spdlog)
module(market DEPS core num)
module(strategy DEPS core num market)
module(venue DEPS core num world market)
module(swarm DEPS core num world)
module(agent DEPS core num world market strategy swarm)
module(monitor DEPS core num world)
module(scaling DEPS core num monitor)
module(rollout DEPS core num monitor)
module(sandbox DEPS core world)
module(sandbox_sim DEPS core world num sandbox)
module(control DEPS core num world swarm sandbox monitor scaling rollout)
module(load DEPS core num world swarm)
module(check DEPS core num world swarm market)
module(scenario DEPS core LIBS yaml-cpp nlohmann_json::nlohmann_json)
module(stats DEPS core num LIBS Boost::headers)
module(lab DEPS core num world world_sim market strategy venue swarm agent monitor scaling rollout
           sandbox sandbox_sim control load check scenario stats IMPURE)
module(report DEPS core num stats scenario check lab
              LIBS nlohmann_json::nlohmann_json SQLite::SQLite3)
module(cli DEPS core num world world_sim world_real market strategy venue swarm agent monitor
           scaling rollout sandbox sandbox_sim control load check scenario stats lab report
           LIBS CLI11::CLI11)

get_property(table GLOBAL PROPERTY MUSTER_TABLE)
list(JOIN table "\n" table)
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/modules.txt CONTENT "${table}\n" @ONLY)

if(MUSTER_TESTS)
  add_module_tests()
  add_link_tests()
endif()
