# cmake -D OUTPUT=FILE.cc "-D FILES=FILE;FILE;…" -P embed_page.cmake
#   Writes explorer_file() of report/explore.h: each file, by its name, as a string of the program.
set(type_html "text/html; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_svg "image/svg+xml")

set(code "#include \"report/explore.h\"\n\nnamespace report {\n\n"
         "std::optional<PageFile> explorer_file(std::string_view name) {\n")
list(JOIN code "" code)
foreach(file ${FILES})
  file(READ ${file} text)
  file(READ ${file} bytes HEX)
  # CMake drops what it cannot keep in a string, such as a zero byte.
  string(HEX "${text}" kept)
  string(FIND "${text}" ")muster\"" end)
  cmake_path(GET file FILENAME name)
  cmake_path(GET file EXTENSION LAST_ONLY extension)
  string(SUBSTRING ${extension} 1 -1 extension)
  if(NOT kept STREQUAL bytes OR NOT end EQUAL -1 OR NOT DEFINED type_${extension})
    message(FATAL_ERROR "${file} cannot be embedded")
  endif()
  string(APPEND code "  if (name == \"${name}\") {\n    return PageFile{\"${name}\", "
                     "\"${type_${extension}}\", R\"muster(${text})muster\"};\n  }\n")
endforeach()
string(APPEND code "  return {};\n}\n\n}  // namespace report\n")
file(WRITE ${OUTPUT} "${code}")
