/* What an import found, for people and in JSON. */
#ifndef BDL_MAIN_POLICY_IMPORT_REPORT_H
#define BDL_MAIN_POLICY_IMPORT_REPORT_H

#include "import/import.h"

/* On standard output; `to` is the file that the draft was written to, or NULL. */
int bdl_import_report(const struct bdl_import *m, const struct bdl_concepts *concepts,
    const char *to, struct bdl_err *err) BDL_MUST_USE;

/* The same as one object; the draft stands in it. */
int bdl_import_report_json(const struct bdl_import *m, const struct bdl_concepts *concepts,
    struct bdl_err *err) BDL_MUST_USE;

#endif
