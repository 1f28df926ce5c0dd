package io.revproc.admin;

/**
 * A change that somebody made over HTTP.
 *
 * @param who    the account's name
 * @param client the address that the request came from
 * @param what   {@code drain}, {@code maintenance}, {@code resume}, {@code remove} or {@code dismiss}, as the commands of bin/revproc
 * @param subject the entry or the policy that was changed, as bin/revproc names it
 */
public record AdminChange(String who, String client, String what, String subject) {}
