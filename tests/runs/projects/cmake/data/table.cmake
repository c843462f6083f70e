# Makes a C file of the list of names.
file(STRINGS ${IN} names)
set(text "#include \"shapes.h\"\n\nstatic const char *const names[] = {\n")
foreach(name ${names})
	string(APPEND text "\t\"${name}\",\n")
endforeach()
file(WRITE ${OUT} "${text}};\n
const char *\nshapes_name(unsigned number)\n{\n\treturn names[number % (sizeof names / sizeof *names)];\n}\n")
