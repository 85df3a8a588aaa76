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
target_sources(${target} PRIVATE ${identity})
# A generated file stands outside the source folder, where a unity build would look for it.
set_source_files_properties(${identity} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
