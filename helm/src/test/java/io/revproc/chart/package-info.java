/**
 * The tests of the Helm chart and of the images: the chart is rendered as Helm does it and read back into the Kubernetes
 * model, so that a test speaks of pods and policies, not of text. What needs a cluster or a container engine is not here.
 */
@org.jspecify.annotations.NullMarked
package io.revproc.chart;
