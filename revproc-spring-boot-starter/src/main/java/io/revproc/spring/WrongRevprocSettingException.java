package io.revproc.spring;

/** A setting can't be used; the message is a sentence for a person. */
public final class WrongRevprocSettingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String action;

    /**
     * @param setting its name
     * @param reason  what is wrong, for a person
     */
    public WrongRevprocSettingException(String setting, String reason, Throwable cause) {
        super("The setting '" + setting + "' can't be used: " + reason + ".", cause);
        action = "Change the setting '" + setting + "'.";
    }

    /** Returns what to do about it, a sentence as well. */
    public String action() {
        return action;
    }
}
