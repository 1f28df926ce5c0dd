package io.revproc.admin;

import io.revproc.upstream.Endpoint;

/**
 * What somebody changed over HTTP.
 *
 * @param who    the account's name
 * @param client the address that the request came from
 * @param what   {@code drain}, {@code maintenance}, {@code resume} or {@code remove}, as the commands of bin/revproc
 * @param server the entry that was changed
 */
public record AdminChange(String who, String client, String what, Endpoint server) {}
