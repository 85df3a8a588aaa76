# The page's parts, from web/ and from Debian's libjs-chart.js, become strings of the program.
set(MUSTER_CHART_JS /usr/share/javascript/chart.js/chart.min.js
    CACHE FILEPATH "Chart.js 3.9, as Debian's libjs-chart.js has it")
if(NOT EXISTS ${MUSTER_CHART_JS})
  message(FATAL_ERROR "${MUSTER_CHART_JS} is missing: install libjs-chart.js")
endif()

set(parts ${CMAKE_BINARY_DIR}/report/page_parts.cc)
set(web ${PROJECT_SOURCE_DIR}/web)
add_custom_command(
  OUTPUT ${parts}
  COMMAND ${CMAKE_COMMAND} -D OUTPUT=${parts} -D STYLE=${web}/report.css -D SCRIPT=${web}/report.js
          -D CHARTS=${MUSTER_CHART_JS} -P ${CMAKE_CURRENT_LIST_DIR}/embed.cmake
  DEPENDS ${MUSTER_CHART_JS} ${web}/report.css ${web}/report.js
          ${CMAKE_CURRENT_LIST_DIR}/embed.cmake
  COMMENT "Embedding the report page's script and style"
  VERBATIM)

# The explorer's page, file by file.
set(explorer ${CMAKE_BINARY_DIR}/report/explorer_page.cc)
file(GLOB explorer_files CONFIGURE_DEPENDS ${web}/explore/*.html ${web}/explore/*.css
     ${web}/explore/*.js ${web}/explore/*.svg)
list(APPEND explorer_files ${MUSTER_CHART_JS} ${web}/report.css)
add_custom_command(
  OUTPUT ${explorer}
  COMMAND ${CMAKE_COMMAND} -D OUTPUT=${explorer} -D "FILES=${explorer_files}"
          -P ${CMAKE_CURRENT_LIST_DIR}/embed_page.cmake
  DEPENDS ${explorer_files} ${CMAKE_CURRENT_LIST_DIR}/embed_page.cmake
  COMMENT "Embedding the explorer's page"
  VERBATIM)

# A library of their own: in ${target}, whose libraries a generated source waits for, they would
# make all of ${target} wait for those.
add_library(muster_report_pages OBJECT ${parts} ${explorer})
target_include_directories(muster_report_pages PRIVATE
                           $<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>)
set_target_properties(muster_report_pages PROPERTIES UNITY_BUILD OFF)
target_sources(${target} PRIVATE $<TARGET_OBJECTS:muster_report_pages>)
