{{- define "revproc.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* Prefix of the objects' names: at most 40 characters, so that what is appended stays under Kubernetes' 63. */}}
{{- define "revproc.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "revproc.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "revproc.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What selects the pods of a component; never changes over an upgrade. Call: (dict "root" $ "component" "proxy" "server" "pp-1") */}}
{{- define "revproc.selector" -}}
app.kubernetes.io/name: {{ include "revproc.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- with .server }}
revproc.io/server: {{ . }}
{{- end }}
{{- end -}}

{{- define "revproc.labels" -}}
{{ include "revproc.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Call: (dict "root" $ "image" .Values.proxy.image) */}}
{{- define "revproc.image" -}}
{{- if .image.digest -}}
{{ .image.repository }}@{{ .image.digest }}
{{- else -}}
{{ .image.repository }}:{{ default .root.Chart.AppVersion .image.tag }}
{{- end -}}
{{- end -}}

{{- define "revproc.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "revproc.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* The part of a pod's spec that is the same everywhere: restricted Pod security, no API token, no variables from Services
     (REVPROC_PORT and the like would look like settings). */}}
{{- define "revproc.podSecurity" -}}
serviceAccountName: {{ include "revproc.serviceAccountName" . }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  {{- with .Values.securityContext.runAsUser }}
  runAsUser: {{ . | int64 }}
  {{- end }}
  {{- with .Values.securityContext.runAsGroup }}
  runAsGroup: {{ . | int64 }}
  {{- end }}
  {{- with .Values.securityContext.fsGroup }}
  fsGroup: {{ . | int64 }}
  fsGroupChangePolicy: OnRootMismatch
  {{- end }}
  seccompProfile:
    type: RuntimeDefault
{{- end -}}

{{- define "revproc.containerSecurity" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* Where pods may go. Call with a map that has nodeSelector, tolerations, affinity, priorityClassName (any may be missing). */}}
{{- define "revproc.placement" -}}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{/* Puts every key of the second map into the first, maps deep. Unlike mergeOverwrite it takes false, 0 and "" as well.
     Call: (list $target $source); prints nothing. */}}
{{- define "revproc.override" -}}
{{- $target := index . 0 -}}
{{- range $key, $value := index . 1 -}}
{{- if and (kindIs "map" $value) (kindIs "map" (get $target $key)) -}}
{{- include "revproc.override" (list (get $target $key) $value) -}}
{{- else -}}
{{- $_ := set $target $key $value -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The names of the policy servers as YAML: one that a values file sets to null is not there. */}}
{{- define "revproc.serverNames" -}}
{{- $names := list -}}
{{- range $name, $settings := .Values.policyServers -}}
{{- if $settings -}}
{{- $names = append $names $name -}}
{{- end -}}
{{- end -}}
{{- toYaml $names -}}
{{- end -}}

{{/* The settings of one policy server as YAML: the defaults with its own over them. Call: (dict "root" $ "name" "pp-1") */}}
{{- define "revproc.server" -}}
{{- $settings := deepCopy .root.Values.policyServerDefaults -}}
{{- include "revproc.override" (list $settings (get .root.Values.policyServers .name)) -}}
{{- toYaml $settings -}}
{{- end -}}

{{- define "revproc.serverToken" -}}
{{- $token := (include "revproc.server" . | fromYaml).token -}}
{{- default (printf "%s-%s-token" (include "revproc.fullname" .root) .name) $token.existingSecret -}}
{{- end -}}

{{- define "revproc.serverTlsSecret" -}}
{{- $tls := (include "revproc.server" . | fromYaml).tls -}}
{{- default (printf "%s-%s-tls" (include "revproc.fullname" .root) .name) $tls.existingSecret -}}
{{- end -}}

{{- define "revproc.tlsSecret" -}}
{{- default (printf "%s-tls" (include "revproc.fullname" .)) .Values.tls.existingSecret -}}
{{- end -}}

{{- define "revproc.etcdEndpoints" -}}
{{- if .Values.store.external.endpoints -}}
{{- toYaml .Values.store.external.endpoints -}}
{{- else -}}
- http://{{ include "revproc.fullname" . }}-etcd.{{ .Release.Namespace }}.svc:2379
{{- end -}}
{{- end -}}

{{/* What a schema cannot say: rules over several settings. Included by the proxy's Deployment. */}}
{{- define "revproc.check" -}}
{{- $v := .Values -}}
{{- $several := or (gt (int $v.proxy.replicas) 1) $v.proxy.autoscaling.enabled -}}
{{- if and $several (eq $v.store.type "memory") -}}
{{- fail "Several proxies need a shared switch table: set store.type=etcd (and etcd.enabled=true or store.external.endpoints), or proxy.replicas=1 without autoscaling." -}}
{{- end -}}
{{- if and (eq $v.store.type "etcd") (not $v.etcd.enabled) (not $v.store.external.endpoints) -}}
{{- fail "store.type=etcd needs an etcd: set etcd.enabled=true or store.external.endpoints." -}}
{{- end -}}
{{- if and $v.etcd.enabled (or (ne $v.store.type "etcd") $v.store.external.endpoints) -}}
{{- fail "etcd.enabled=true starts an etcd that nobody would use: set store.type=etcd and leave store.external.endpoints empty." -}}
{{- end -}}
{{- if gt (int $v.proxy.autoscaling.minReplicas) (int $v.proxy.autoscaling.maxReplicas) -}}
{{- fail "proxy.autoscaling.minReplicas is greater than maxReplicas." -}}
{{- end -}}
{{- if and $v.tls.enabled (not $v.tls.existingSecret) (not $v.tls.certManager.enabled) -}}
{{- fail "tls.enabled=true needs a certificate: set tls.existingSecret or tls.certManager.enabled=true." -}}
{{- end -}}
{{- if and $v.tls.certManager.enabled (not $v.tls.certManager.issuerName) -}}
{{- fail "tls.certManager.enabled=true needs tls.certManager.issuerName." -}}
{{- end -}}
{{- if eq (int $v.proxy.listener.port) (int $v.proxy.admin.port) -}}
{{- fail "proxy.listener.port and proxy.admin.port must differ." -}}
{{- end -}}
{{- range $name := include "revproc.serverNames" $ | fromYamlArray -}}
{{- $s := include "revproc.server" (dict "root" $ "name" $name) | fromYaml -}}
{{- if and $s.id (gt (int $s.replicas) 1) -}}
{{- fail (printf "policyServers.%s: a fixed id allows one replica, since a second server with the same id would replace the first. Leave id empty or set replicas=1." $name) -}}
{{- end -}}
{{- if and $v.registration.requireToken $s.token.existingSecret (not $s.token.hash) -}}
{{- fail (printf "policyServers.%s: token.existingSecret needs token.hash, which the proxy compares the token with." $name) -}}
{{- end -}}
{{- if and $v.registration.requireToken (eq (int $s.proto) 1) -}}
{{- fail (printf "policyServers.%s: the seed's protocol (proto=1) has no token; set registration.requireToken=false or proto=2." $name) -}}
{{- end -}}
{{- if and $v.tls.enabled (eq (int $s.proto) 1) -}}
{{- fail (printf "policyServers.%s: the seed's protocol (proto=1) has no TLS; set tls.enabled=false or proto=2." $name) -}}
{{- end -}}
{{- if and $v.tls.enabled (eq $v.tls.clientAuth "none") -}}
{{- fail (printf "policyServers.%s: with tls.enabled=true the proxy knows its servers by their certificates; set tls.clientAuth=want or need." $name) -}}
{{- end -}}
{{- if and $v.tls.enabled (not $s.tls.existingSecret) (not $v.tls.certManager.enabled) -}}
{{- fail (printf "policyServers.%s: tls.enabled=true needs a certificate of the server: set tls.existingSecret there, or tls.certManager.enabled=true." $name) -}}
{{- end -}}
{{- if and (eq $s.probes.kind "exec") (not $s.probes.command) -}}
{{- fail (printf "policyServers.%s: probes.kind=exec needs probes.command." $name) -}}
{{- end -}}
{{- if eq (int $s.listenPort) (int $s.httpPort) -}}
{{- fail (printf "policyServers.%s: listenPort and httpPort must differ." $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "revproc.dnsEgress" -}}
- to: {{- toYaml .Values.networkPolicy.dns | nindent 4 }}
  ports:
    - {protocol: UDP, port: 53}
    - {protocol: TCP, port: 53}
{{- end -}}
