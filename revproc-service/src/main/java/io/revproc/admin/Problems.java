package io.revproc.admin;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.revproc.record.ChangedEntryException;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/** Answers every error as an RFC 9457 problem: one sentence, no stack trace. */
@RestControllerAdvice
class Problems extends ResponseEntityExceptionHandler {
    private static final Logger log = LoggerFactory.getLogger(Problems.class);

    @ExceptionHandler
    ProblemDetail handle(NoSuchRouteException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, String.valueOf(e.getMessage()));
    }

    @ExceptionHandler
    ProblemDetail handle(Subscribers.TooManyException e) {
        return ProblemDetail.forStatusAndDetail(
                e.ofPeer() ? HttpStatus.TOO_MANY_REQUESTS : HttpStatus.SERVICE_UNAVAILABLE,
                String.valueOf(e.getMessage()));
    }

    /** What somebody changed is not shown as the record. */
    @ExceptionHandler
    ProblemDetail handle(ChangedEntryException e) {
        return failed(e, "The delivery record was changed: " + e.getMessage()
                + "; bin/revproc audit verify says where");
    }

    @ExceptionHandler
    ProblemDetail handle(Exception e) {
        return failed(e, "The proxy failed to answer this request; its log says why");
    }

    private static ProblemDetail failed(Exception e, String sentence) {
        log.error("event=http_failure", e);
        return ProblemDetail.forStatusAndDetail(HttpStatus.INTERNAL_SERVER_ERROR, sentence);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(HttpMessageNotReadableException e,
            HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return answer(e, headers, status, request,
                "The body must be {\"state\": \"ACTIVE\"}, {\"state\": \"DRAINING\"} or {\"state\": \"MAINTENANCE\"}");
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpRequestMethodNotSupported(
            HttpRequestMethodNotSupportedException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String[] methods = e.getSupportedMethods();
        return answer(e, headers, status, request, methods == null || methods.length == 0
                ? sentence(status.value())
                : "This path does not take " + e.getMethod() + "; it takes "
                        + Stream.of(methods).sorted().collect(Collectors.joining(" and ")));
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMediaTypeNotSupported(HttpMediaTypeNotSupportedException e,
            HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return answer(e, headers, status, request, "The body is not of a type that is taken here; send it with "
                + "'Content-Type: " + types(e.getSupportedMediaTypes()) + "'");
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMediaTypeNotAcceptable(HttpMediaTypeNotAcceptableException e,
            HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return answer(e, headers, status, request, "The answer can't be had in such a form; ask for it with "
                + "'Accept: " + types(e.getSupportedMediaTypes()) + "'");
    }

    private static String types(List<MediaType> types) {
        return types.stream().map(type -> type.getType() + "/" + type.getSubtype()).distinct()
                .collect(Collectors.joining("' or '"));
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleNoResourceFoundException(NoResourceFoundException e,
            HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return answer(e, headers, status, request, sentence(status.value()));
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMissingServletRequestParameter(
            MissingServletRequestParameterException e, HttpHeaders headers, HttpStatusCode status,
            WebRequest request) {
        return answer(e, headers, status, request, "The parameter " + e.getParameterName()
                + " is missing; /swagger-ui.html shows what this path takes");
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleTypeMismatch(TypeMismatchException e, HttpHeaders headers,
            HttpStatusCode status, WebRequest request) {
        String name = e.getPropertyName();
        return answer(e, headers, status, request, "The value of " + (name == null ? "a parameter" : name)
                + " is not of the form that it must have; /swagger-ui.html shows what this path takes");
    }

    private @Nullable ResponseEntity<Object> answer(Exception e, HttpHeaders headers, HttpStatusCode status,
            WebRequest request, String sentence) {
        return handleExceptionInternal(e, ProblemDetail.forStatusAndDetail(status, sentence), headers, status, request);
    }

    /** Whatever the client wants to be answered in: an error is a problem. */
    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(Exception e, @Nullable Object body,
            HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        if (request instanceof ServletWebRequest web && web.getResponse() != null && web.getResponse().isCommitted()) {
            // The client left in the middle of an answer: that is no news for the log.
            return null;
        }
        HttpHeaders all = new HttpHeaders();
        all.putAll(headers);
        all.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        return super.handleExceptionInternal(e, body, all, status, request);
    }

    /** Returns what is to be said of a request that nobody looked into: one sentence without quotes. */
    static String sentence(int status) {
        return switch (status) {
            case 404 -> "There is nothing at this path; /swagger-ui.html shows what there is";
            case 405 -> "This path does not take this method; /swagger-ui.html shows which it takes";
            case 401 ->
                "Only those who say who they are may do this; send a token of revproc.admin.tokens as 'Authorization: Bearer TOKEN'";
            case 403 -> "This account may not do this; use an operator's";
            case 406 -> "The answer can't be had in such a form; /swagger-ui.html shows in which it can";
            case 409 -> "This does not fit what is there now; look at it again, and try again";
            case 413 -> "The request is too large; send a smaller one";
            case 415 -> "The body is not of a type that is taken here; /swagger-ui.html shows which is";
            case 429 -> "There are too many such requests; wait a moment, and send fewer";
            case 500 -> "The proxy failed to answer this request; its log says why";
            case 501, 505 -> "The request is of a kind that the proxy does not know; send it as HTTP/1.1";
            case 503 -> "The proxy can not answer this request now; try again later";
            default -> status < 500
                    ? "The request is malformed or too long; look at its path, method and headers"
                    : "The proxy could not answer this request";
        };
    }

    /** Answers failures outside of Spring's dispatcher in the same form. */
    @RestController
    @Hidden
    static class Outside implements ErrorController {
        private static final URI NONE = URI.create("about:blank");

        @RequestMapping(path = "${spring.web.error.path:/error}", produces = MediaType.APPLICATION_PROBLEM_JSON_VALUE)
        ResponseEntity<ProblemDetail> error(HttpServletRequest request) {
            HttpStatus status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code
                    ? Objects.requireNonNullElse(HttpStatus.resolve(code), HttpStatus.INTERNAL_SERVER_ERROR)
                    : HttpStatus.NOT_FOUND;
            ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, sentence(status.value()));
            problem.setInstance(uri(request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI)));
            return ResponseEntity.status(status).contentType(MediaType.APPLICATION_PROBLEM_JSON).body(problem);
        }

        /** The path that was asked for; about:blank if it is none. */
        private static URI uri(@Nullable Object path) {
            try {
                return path == null ? NONE : new URI(path.toString());
            } catch (URISyntaxException e) {
                return NONE;
            }
        }
    }
}
