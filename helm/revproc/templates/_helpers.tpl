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
{{ include "revproc.podLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{/* Of a pod template: no version of the chart, which would replace every pod at each upgrade of the chart, etcd's too. */}}
{{- define "revproc.podLabels" -}}
{{ include "revproc.selector" . }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* A StatefulSet where each proxy has a claim of its own, so that its record outlives its pod. */}}
{{- define "revproc.proxyKind" -}}
{{- if and .Values.proxy.persistence.enabled (not .Values.proxy.dataVolume) -}}StatefulSet{{- else -}}Deployment{{- end -}}
{{- end -}}

{{/* What the proxy's grants depend on, and nothing else: other changes of a policy server are no reason to restart the proxies. */}}
{{- define "revproc.grantTerms" -}}
{{- $terms := list .Values.registration.requireToken .Values.registration.extraGrants -}}
{{- if .Values.registration.requireToken -}}
{{- range $name := include "revproc.serverNames" $ | fromYamlArray -}}
{{- $s := include "revproc.server" (dict "root" $ "name" $name) | fromYaml -}}
{{- $terms = append $terms (list $name $s.policy $s.id $s.token) -}}
{{- end -}}
{{- end -}}
{{- toYaml $terms -}}
{{- end -}}

{{/* metadata.annotations, with commonAnnotations below the object's own. Call: (dict "root" $ "own" .Values…annotations); "own" may be missing */}}
{{- define "revproc.annotations" -}}
{{- with mergeOverwrite (deepCopy .root.Values.commonAnnotations) (default dict .own) }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* What makes more or fewer pods of a workload: a HorizontalPodAutoscaler, or KEDA's ScaledObject where there are triggers.
     Call: (dict "root" $ "autoscaling" … "name" … "kind" … "labels" …) */}}
{{- define "revproc.autoscaler" -}}
{{- $a := .autoscaling -}}
{{- if $a.keda.triggers -}}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
{{- else -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
{{- end }}
metadata:
  name: {{ .name }}
  labels: {{- .labels | nindent 4 }}
  {{- include "revproc.annotations" . | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: {{ .kind }}
    name: {{ .name }}
  {{- if $a.keda.triggers }}
  minReplicaCount: {{ $a.minReplicas | int }}
  maxReplicaCount: {{ $a.maxReplicas | int }}
  pollingInterval: {{ $a.keda.pollingSeconds | int }}
  triggers: {{- tpl (toYaml $a.keda.triggers) .root | nindent 4 }}
  advanced:
    horizontalPodAutoscalerConfig:
      behavior: {{- include "revproc.scalingBehavior" $a | nindent 8 }}
  {{- else }}
  minReplicas: {{ $a.minReplicas | int }}
  maxReplicas: {{ $a.maxReplicas | int }}
  metrics:
    {{- if eq $a.metric "cpu" }}
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ $a.cpuUtilization | int }}
    {{- else }}
    - type: Pods
      pods:
        metric:
          name: {{ $a.inFlightMetric }}
        target:
          type: AverageValue
          averageValue: {{ $a.inFlight | int | quote }}
    {{- end }}
  behavior: {{- include "revproc.scalingBehavior" $a | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* Up at once, down one by one: a proxy that goes makes its clients connect anew, a server that goes has to drain. */}}
{{- define "revproc.scalingBehavior" -}}
scaleUp:
  stabilizationWindowSeconds: 0
scaleDown:
  stabilizationWindowSeconds: {{ .scaleDownSeconds | int }}
  policies:
    - type: Pods
      value: 1
      periodSeconds: 60
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

{{/* What a schema cannot say: rules over several settings. Included by the proxy's workload. */}}
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
{{- if and $several $v.proxy.dataVolume.persistentVolumeClaim -}}
{{- fail "proxy.dataVolume.persistentVolumeClaim is one claim, and several proxies would write one record: leave proxy.dataVolume empty, then each proxy has a claim of its own (proxy.persistence)." -}}
{{- end -}}
{{- if and $several $v.proxy.recordKeySecret -}}
{{- fail "proxy.recordKeySecret has the keys of one record, and each of several proxies has a record of its own: leave it empty, then each makes its keys in its own claim." -}}
{{- end -}}
{{- if and $v.proxy.admin.tls (not $v.tls.enabled) -}}
{{- fail "proxy.admin.tls=true uses the listener's certificate: set tls.enabled=true." -}}
{{- end -}}
{{- if and $v.gateway.enabled (not $v.gateway.parentRefs) -}}
{{- fail "gateway.enabled=true needs gateway.parentRefs: the Gateway, and its listener, that the route belongs to." -}}
{{- end -}}
{{- range list (list "revproc" "listener" "port" $v.proxy.listener.port "proxy.listener.port") (list "revproc" "listener" "address" $v.proxy.listener.address "proxy.listener.address") (list "server" "port" "" $v.proxy.admin.port "proxy.admin.port") -}}
{{- $said := get (default dict (get $v.proxy.config (index . 0))) (index . 1) -}}
{{- if and (index . 2) (kindIs "map" $said) -}}
{{- $said = get $said (index . 2) -}}
{{- end -}}
{{- if and $said (not (kindIs "map" $said)) (ne (toString $said) (toString (index . 3))) -}}
{{- fail (printf "proxy.config says %v where %s says %v; probes, Services and policies follow %s: set it there, and take it out of proxy.config." $said (index . 4) (index . 3) (index . 4)) -}}
{{- end -}}
{{- end -}}
{{- if eq (int $v.proxy.listener.port) (int $v.proxy.admin.port) -}}
{{- fail "proxy.listener.port and proxy.admin.port must differ." -}}
{{- end -}}
{{- range $name := include "revproc.serverNames" $ | fromYamlArray -}}
{{- $s := include "revproc.server" (dict "root" $ "name" $name) | fromYaml -}}
{{- if gt (int $s.autoscaling.minReplicas) (int $s.autoscaling.maxReplicas) -}}
{{- fail (printf "policyServers.%s: autoscaling.minReplicas is greater than maxReplicas." $name) -}}
{{- end -}}
{{- if and $s.id (or (gt (int $s.replicas) 1) $s.autoscaling.enabled) -}}
{{- fail (printf "policyServers.%s: a fixed id allows one replica, since a second server with the same id would replace the first. Leave id empty, or set replicas=1 without autoscaling." $name) -}}
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
