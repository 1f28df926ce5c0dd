/** Makes the beans of the starter from {@code revproc.client.*} and {@code revproc.server.*}. */
@NullMarked
package io.revproc.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
