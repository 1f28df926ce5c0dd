package wire

import (
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"net"
	"os"
	"time"
)

var (
	Proxy  = flag.String("proxy", "127.0.0.1:8123", "HOST:PORT")
	Policy = flag.String("policy", "", "the policy")
	cacert = flag.String("cacert", "", "speak TLS; trust who this authority signed")
	cert   = flag.String("cert", "", "the certificate to show")
	key    = flag.String("key", "", "its key")
)

// TLS returns the settings for both directions, nil without --cacert. A peer that connects must show a certificate of the same
// authority: only the proxy gets answers.
func TLS() *tls.Config {
	if *cacert == "" {
		return nil
	}
	config := &tls.Config{RootCAs: x509.NewCertPool(), ClientAuth: tls.RequireAndVerifyClientCert}
	config.ClientCAs = config.RootCAs
	pem, err := os.ReadFile(*cacert)
	if err == nil && !config.RootCAs.AppendCertsFromPEM(pem) {
		err = fmt.Errorf("%s holds no certificate", *cacert)
	}
	if err == nil && *cert != "" {
		config.Certificates = make([]tls.Certificate, 1)
		config.Certificates[0], err = tls.LoadX509KeyPair(*cert, *key)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	return config
}

// Dial connects to the proxy. By TLS its certificate must name its host, which Go checks by itself.
func Dial(timeout time.Duration) (*Conn, error) {
	dialer := &net.Dialer{Timeout: timeout}
	if config := TLS(); config != nil {
		conn, err := tls.DialWithDialer(dialer, "tcp", *Proxy, config)
		if err != nil {
			return nil, err
		}
		return New(conn), nil
	}
	conn, err := dialer.Dial("tcp", *Proxy)
	return New(conn), err
}
