# cmake -D OUTPUT=FILE.cc -D SOURCE=FOLDER -P build_identity.cmake
#   Writes the definition of build.h: a hash over the names and contents of the sources below
#   FOLDER/src, tests left out.
file(GLOB_RECURSE files RELATIVE ${SOURCE} ${SOURCE}/src/*.cc ${SOURCE}/src/*.h)
list(FILTER files EXCLUDE REGEX "/test/")
list(SORT files)
set(all "")
foreach(file ${files})
  file(SHA256 ${SOURCE}/${file} hash)
  string(APPEND all "${file} ${hash}\n")
endforeach()
string(SHA256 hash "${all}")
string(SUBSTRING ${hash} 0 10 short)
file(WRITE ${OUTPUT} "#include \"build.h\"

namespace cli {

std::string_view build_identity() {
  return \"${short}\";
}

}  // namespace cli
")
