# build.h's identity: a hash of the sources, not the commit, so that a commit of a page or a test
# makes no other program, and a checkout without git has the same one.
set(identity ${CMAKE_BINARY_DIR}/cli/build_identity.cc)
file(GLOB_RECURSE hashed CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/*.cc
     ${PROJECT_SOURCE_DIR}/src/*.h)
list(FILTER hashed EXCLUDE REGEX "/test/")
add_custom_command(
  OUTPUT ${identity}
  COMMAND ${CMAKE_COMMAND} -D OUTPUT=${identity} -D SOURCE=${PROJECT_SOURCE_DIR}
          -P ${CMAKE_CURRENT_LIST_DIR}/build_identity.cmake
  DEPENDS ${hashed} ${CMAKE_CURRENT_LIST_DIR}/build_identity.cmake
  COMMENT "Hashing the sources"
  VERBATIM)

# A library of its own: in ${target}, whose libraries a generated source waits for, it would make
# all of ${target} wait for those.
add_library(muster_build_identity OBJECT ${identity})
target_include_directories(muster_build_identity PRIVATE
                           $<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>)
set_target_properties(muster_build_identity PROPERTIES UNITY_BUILD OFF)
target_sources(${target} PRIVATE $<TARGET_OBJECTS:muster_build_identity>)
