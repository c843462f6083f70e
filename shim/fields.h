/*
 * fields.h - the field words of calls.def as statements that put them into `struct record record`.
 */
#define RESULT(value)        record_number(&record, (int32_t)(value));
#define RESULT_LONG(value)   record_long(&record, (int64_t)(value));
#define DIRFD(dirfd)         record_dirfd(&record, dirfd);
#define PATH(path)           record_path(&record, path);
#define FD(fd)               record_fd(&record, fd);
#define NEW_FD(fd)           record_number(&record, fd);
#define TO_FD(fd)            record_fd(&record, fd);
#define FLAGS(flags)         record_number(&record, (int32_t)(flags));
#define MODE(mode)           record_number(&record, (int32_t)(mode));
#define FOLLOW(follow)       record_number(&record, follow);
#define EXISTED(existed)     record_number(&record, (int32_t)(existed));
#define TEXT(text)           record_text(&record, text);
#define BYTES(bytes, length) record_string(&record, (length) < 0 ? NULL : (bytes), (size_t)(length));
#define LENGTH(length)       record_long(&record, (int64_t)(length));
#define OWNER(uid, gid)                         \
	record_number(&record, (int32_t)(uid)); \
	record_number(&record, (int32_t)(gid));
#define CHILD(pid)      record_number(&record, (int32_t)(pid));
#define STATUS(status)  record_number(&record, status);
#define NUMBER(number)  record_number(&record, (int32_t)(number));
#define ARGUMENTS(argv) record_strings(&record, argv);
