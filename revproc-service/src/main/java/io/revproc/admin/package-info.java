/**
 * HTTP for operators: the switch table as JSON and as a stream of its changes, drain, maintenance, removal, and what health
 * checks see. Every error is an RFC 9457 problem. Spring Security decides who may do what; whose a secret is, our own {@code Accounts}
 * find out: Spring's provider shows by its time which names exist (docs/architecture.md).
 */
@NullMarked
package io.revproc.admin;

import org.jspecify.annotations.NullMarked;
