package io.revproc.spring.autoconfigure;

/** A setting can't be used. */
class WrongRevprocSettingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String action;

    /**
     * @param setting its name
     * @param reason  what is wrong, for a person
     */
    WrongRevprocSettingException(String setting, String reason, Throwable cause) {
        super("The setting '" + setting + "' can't be used: " + reason + ".", cause);
        action = "Change the setting '" + setting + "'.";
    }

    String action() {
        return action;
    }
}
