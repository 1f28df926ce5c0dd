{{/* The proxy's application.yaml: what the chart has to set, with proxy.config over it. */}}
{{- define "revproc.proxyConfig" -}}
{{- $config := include "revproc.proxyConfigOfChart" . | fromYaml -}}
{{- include "revproc.override" (list $config .Values.proxy.config) -}}
{{- toYaml $config -}}
{{- end -}}

{{- define "revproc.proxyConfigOfChart" -}}
server:
  address: 0.0.0.0
  port: {{ .Values.proxy.admin.port | int }}
  shutdown: graceful
  {{- if .Values.proxy.admin.tls }}
  ssl:
    bundle: listener
  {{- end }}
management:
  endpoint:
    health:
      probes:
        enabled: true
spring:
  lifecycle:
    # Longer than the drain, which has its own end.
    timeout-per-shutdown-phase: {{ add 5 .Values.proxy.drain.replySeconds }}s
  {{- if .Values.tls.enabled }}
  ssl:
    bundle:
      pem:
        listener:
          reload-on-update: true
          keystore:
            certificate: file:/etc/revproc/tls/tls.crt
            private-key: file:/etc/revproc/tls/tls.key
          {{- if ne .Values.tls.clientAuth "none" }}
          truststore:
            certificate: file:/etc/revproc/tls/ca.crt
          {{- end }}
  {{- end }}
revproc:
  {{- with .Values.proxy.admin.tokens }}
  admin:
    tokens:
      {{- range . }}
      - name: {{ .name | quote }}
        role: {{ .role }}
        token-sha256: {{ .tokenSha256 | quote }}
      {{- end }}
  {{- end }}
  listener:
    address: {{ .Values.proxy.listener.address | quote }}
    port: {{ .Values.proxy.listener.port | int }}
    # Load balancers had their time in preStop.
    shutdown-wait: 0s
    shutdown-grace: {{ .Values.proxy.drain.replySeconds | int }}s
    {{- if .Values.tls.enabled }}
    tls:
      bundle: listener
      client-auth: {{ .Values.tls.clientAuth }}
    {{- else }}
    # tls.enabled=false says that the cluster's network is trusted.
    plaintext: true
    {{- end }}
  registration:
    allowed-cidrs: {{- toYaml .Values.registration.allowedCidrs | nindent 6 }}
  audit:
    directory: /var/lib/revproc/audit
    {{- if .Values.proxy.recordKeySecret }}
    key-directory: /etc/revproc/record-key
    {{- end }}
    {{- if eq (include "revproc.proxyKind" .) "Deployment" }}
    # The data volume is 1 GiB by default.
    max-size: 512MB
    {{- end }}
  store:
    type: {{ .Values.store.type }}
    {{- if eq .Values.store.type "memory" }}
    file: /var/lib/revproc/routes.snapshot
    {{- else }}
    file: /var/lib/revproc/policies.snapshot
    etcd:
      endpoints: {{- include "revproc.etcdEndpoints" . | nindent 8 }}
      prefix: {{ .Values.store.prefix | quote }}
      {{- if .Values.store.external.tlsSecret }}
      ca-certificate: /etc/revproc/etcd-tls/ca.crt
      certificate: /etc/revproc/etcd-tls/tls.crt
      private-key: /etc/revproc/etcd-tls/tls.key
      {{- end }}
    {{- end }}
{{- end -}}
