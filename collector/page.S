/*
 * page.S - the document of output_html.c as the build has made it of collector/page, PAGE being its file's name, and
 * a NUL.
 */
	.section .rodata
	.globl page_document
	.type page_document, %object
page_document:
	.incbin PAGE
	.byte 0
	.size page_document, . - page_document
	.section .note.GNU-stack, "", %progbits
