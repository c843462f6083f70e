/*
 * forms.c - see forms.h.
 */
#include "forms.h"

const struct field_form forms[] = {
    {FIELD_path, FORM_TEXT},        {FIELD_arg, FORM_TEXT},
    {FIELD_path2, FORM_TEXT},       {FIELD_arg2, FORM_TEXT},
    {FIELD_fd, FORM_NUMBER},        {FIELD_new_fd, FORM_NUMBER},
    {FIELD_flags, FORM_FLAGS},      {FIELD_mode, FORM_MODE},
    {FIELD_created, FORM_BOOLEAN},  {FIELD_directory, FORM_BOOLEAN},
    {FIELD_follow, FORM_BOOLEAN},   {FIELD_target, FORM_TEXT},
    {FIELD_name, FORM_TEXT},        {FIELD_child, FORM_NUMBER},
    {FIELD_status, FORM_NUMBER},    {FIELD_signal, FORM_SIGNAL},
    {FIELD_core, FORM_BOOLEAN},     {FIELD_by, FORM_BY},
    {FIELD_ppid, FORM_NUMBER},      {FIELD_uid, FORM_NUMBER},
    {FIELD_euid, FORM_NUMBER},      {FIELD_gid, FORM_NUMBER},
    {FIELD_egid, FORM_NUMBER},      {FIELD_pgid, FORM_NUMBER},
    {FIELD_sid, FORM_NUMBER},       {FIELD_started, FORM_NUMBER},
    {FIELD_exe, FORM_TEXT},         {FIELD_cwd, FORM_TEXT},
    {FIELD_interpreter, FORM_TEXT}, {FIELD_shim, FORM_BOOLEAN},
    {FIELD_length, FORM_NUMBER},    {FIELD_protection, FORM_PROTECTION},
    {FIELD_shared, FORM_BOOLEAN},   {FIELD_written, FORM_BOOLEAN},
    {FIELD_count, FORM_NUMBER},     {FIELD_reason, FORM_REASON},
    {FIELD_why, FORM_TEXT},
};

_Static_assert(sizeof forms / sizeof forms[0] == FORMS_COUNT, "every field has a row");
