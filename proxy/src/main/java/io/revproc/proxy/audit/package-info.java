/**
 * The delivery record: which endpoint was handed which message under which policy, and who changed what. Event loops put entries
 * into rings; one thread writes them to hash-chained segment files with signed checkpoints. The format is the module record's.
 */
@NullMarked
package io.revproc.proxy.audit;

import org.jspecify.annotations.NullMarked;
