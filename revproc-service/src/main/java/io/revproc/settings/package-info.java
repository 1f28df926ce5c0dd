/**
 * The settings as Spring binds and documents them. Each says its unit, its default, and what a higher or lower value costs; {@link
 * io.revproc.settings.SettingsConfiguration} hands them to the proxy as plain values.
 */
@NullMarked
package io.revproc.settings;

import org.jspecify.annotations.NullMarked;
