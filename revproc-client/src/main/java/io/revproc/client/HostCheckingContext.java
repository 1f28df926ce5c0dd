package io.revproc.client;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.SslContext;

/** Has the JDK compare the certificate with the host's name, which it does not unless it is told. */
final class HostCheckingContext extends DelegatingSslContext {
    HostCheckingContext(SslContext context) {
        super(context);
    }

    @Override
    protected void initEngine(SSLEngine engine) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
    }
}
