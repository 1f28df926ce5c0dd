/**
 * HTTP for operators: the switch table as JSON and as a stream of its changes, drain, maintenance, removal, and what health
 * checks see. Every error is an RFC 9457 problem.
 */
@NullMarked
package io.revproc.admin;

import org.jspecify.annotations.NullMarked;
