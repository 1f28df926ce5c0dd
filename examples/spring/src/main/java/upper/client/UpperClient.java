package upper.client;

import io.revproc.client.PolicyRefusedException;
import io.revproc.client.ProxyUnreachableException;
import io.revproc.client.RequestTimeoutException;
import io.revproc.client.RevprocException;
import io.revproc.spring.RevprocTemplate;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.ExitCodeGenerator;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Sends one message and prints the reply's payload. Ends with 0, or 1 refused, 3 could not connect, 4 timed out. */
@SpringBootApplication
public class UpperClient implements CommandLineRunner, ExitCodeGenerator {
    private final RevprocTemplate template;
    private final String policy;
    private final String payload;
    private int exitCode;

    UpperClient(RevprocTemplate template, @Value("${policy}") String policy, @Value("${payload:}") String payload) {
        this.template = template;
        this.policy = policy;
        this.payload = payload;
    }

    public static void main(String[] args) {
        System.exit(SpringApplication.exit(SpringApplication.run(UpperClient.class, args)));
    }

    @Override
    public void run(String... args) {
        try {
            System.out.println(template.send(policy, payload));
        } catch (RevprocException e) {
            System.err.println((e instanceof PolicyRefusedException ? "refused: " : "") + e.getMessage() + ": "
                    + (e.retryable() ? "nothing was done with it, send it again later" : "do not send it again as it is"));
            exitCode = switch (e) {
                case ProxyUnreachableException _ -> 3;
                case RequestTimeoutException _ -> 4;
                default -> 1;
            };
        }
    }

    @Override
    public int getExitCode() {
        return exitCode;
    }
}
