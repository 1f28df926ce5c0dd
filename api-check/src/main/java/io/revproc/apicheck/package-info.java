/** Holds answers of the admin API against docs/openapi.json. For tests alone. */
@NullMarked
package io.revproc.apicheck;

import org.jspecify.annotations.NullMarked;
