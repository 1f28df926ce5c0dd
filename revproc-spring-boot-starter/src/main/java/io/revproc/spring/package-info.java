/**
 * revproc in Spring applications: methods that answer the messages of a policy, a template that sends objects, and what customizes
 * both.
 */
@NullMarked
package io.revproc.spring;

import org.jspecify.annotations.NullMarked;
