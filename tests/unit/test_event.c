/*
 * test_event.c - the names and classes of events, which users type and outputs print.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "event.h"

static void
test_kinds(void **state)
{
	static const char expected[] =
	    "start 2,fork 2,exec 3,exit 2,wait 2,open 5,close 4,dup 4,stat 1,access 1,readlink 1,list 1,"
	    "rename 1,link 1,symlink 1,unlink 1,rmdir 1,mkdir 1,mknod 1,chdir 1,chroot 1,chmod 9,chown 9,"
	    "utime 9,truncate 1,xattr 9,statfs 1,copy 5,mmap 5,load 1,untraced 2,lost 2,";
	char text[1000] = "";

	(void)state;
	for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
		const char *name = event_kind_name((enum event_kind)kind);

		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s %u,", name,
			 event_kind_classes((enum event_kind)kind));
		assert_int_equal(event_kind_find(name), kind);
	}
	assert_string_equal(text, expected);
	assert_string_equal(event_kind_name(EVENT_KIND_COUNT), "?");
	assert_int_equal(event_kind_classes(EVENT_KIND_COUNT), 0);
	assert_int_equal(event_kind_find("opens"), -1);
	assert_int_equal(event_kind_find(""), -1);
}

static void
test_fields(void **state)
{
	static const char expected[] = "ret,fd,new_fd,flags,mode,created,directory,follow,child,status,"
				       "signal,core,uid,gid,euid,egid,ppid,"
				       "pgid,sid,started,by,shim,length,protection,shared,written,count,"
				       "reason,path,arg,path2,arg2,target,"
				       "name,exe,cwd,interpreter,why,argv,env,";
	char text[1000] = "";

	(void)state;
	for (int field = 0; field < FIELD_COUNT; field++) {
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s,",
			 event_field_name((enum field)field));
	}
	assert_string_equal(text, expected);
	assert_string_equal(event_field_name(FIELD_COUNT), "?");
}

static void
test_by_and_reason(void **state)
{
	char text[1000] = "";

	(void)state;
	for (int64_t by = -1; by <= START_BY_COUNT; by++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s,", event_by_name(by));
	assert_string_equal(text, "?,fork,exec,attach,?,");
	text[0] = '\0';
	for (int64_t reason = -1; reason <= UNTRACED_REASON_COUNT; reason++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s,", event_reason_name(reason));
	assert_string_equal(text,
			    "?,static,setuid,file-capabilities,other-class,other-libc,other-machine,clone,"
			    "io_uring,nested,silent,?,");
}

static void
test_clear(void **state)
{
	struct event event;

	(void)state;
	memset(&event, 0xff, sizeof(event));
	event_clear(&event);
	assert_int_equal(event.kind, 0);
	assert_null(event.call);
	assert_int_equal(event.time_ns, 0);
	assert_int_equal(event.pid, 0);
	assert_int_equal(event.tid, 0);
	assert_int_equal(event.error, 0);
	assert_int_equal(event.present, 0);
	assert_int_equal(event.argv.count, 0);
	assert_null(event.argv.item);
	event_set_number(&event, FIELD_ret, -1);
	event_set_text(&event, FIELD_why, "x");
	assert_true(event_has(&event, FIELD_ret) && event_has(&event, FIELD_why));
	assert_false(event_has(&event, FIELD_fd) || event_has(&event, FIELD_argv));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_kinds),
	    cmocka_unit_test(test_fields),
	    cmocka_unit_test(test_by_and_reason),
	    cmocka_unit_test(test_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
